"""What every command shares: settings, the acting person, the language, times and errors."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from announcer.domain.errors import N_, Refusal, SetupError
from announcer.lean import OnFirstUse

if TYPE_CHECKING:
    from announcer import bootstrap, config
    from announcer.domain.audience import Person
    from announcer.people import lookup
    from announcer.render import catalogue
    from announcer.services.installation import Installation
else:  # `run`, the command that lives as long as the installation, uses none of them
    bootstrap = OnFirstUse("announcer.bootstrap")
    config = OnFirstUse("announcer.config")
    lookup = OnFirstUse("announcer.people.lookup")
    catalogue = OnFirstUse("announcer.render.catalogue")

#: Settings that `announcer run` left for other commands on the same machine.
ENVIRONMENT_FILE = "environment"


def environment(home: Path) -> Mapping[str, str]:
    """The process's environment over what `announcer run` wrote into ``home``."""
    try:
        lines = (home / ENVIRONMENT_FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    written = dict(line.split("=", 1) for line in lines if "=" in line)
    return {**written, **os.environ}


@dataclass
class Desk:
    """One command's surroundings. ``person`` is an id in the directory, as given with --as."""

    home: Path
    person: str

    @cached_property
    def installation(self) -> "Installation":
        """Raises `SetupError` when settings, database or schema are not as they should be."""
        try:
            settings = config.Config.read(environment(self.home))
            return bootstrap.ready(bootstrap.install(settings))
        except SetupError as error:
            if "is not set" not in str(error):
                raise
            raise SetupError(
                f"{error} Nothing runs in {self.home} either: start 'announcer run' first, "
                "or set it."
            ) from None

    @cached_property
    def actor(self) -> "Person":
        """Who acts. Raises `Refusal` when --as was not given or names nobody."""
        if not self.person:
            raise Refusal(N_("Säg vem som gör det här, med --as PERSON."))
        with self.installation.database.reading() as session:
            return lookup.find_person(session, self.person)

    @cached_property
    def translate(self) -> Callable[[str], str]:
        """Speaks the organisation's language, or the one in ANNOUNCER_LANGUAGE."""
        return catalogue.translator(self.language)

    @property
    def language(self) -> str:
        """Two letters."""
        return os.environ.get("ANNOUNCER_LANGUAGE", "") or self.installation.sender.language

    def moment(self, value: object) -> object:
        """A moment as people here write it; everything else as it is."""
        if isinstance(value, datetime):
            return catalogue.moment_in_words(
                value, self.installation.sender.time_zone, self.language
            )
        return value


pass_desk = click.make_pass_decorator(Desk)
