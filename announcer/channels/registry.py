"""Channels that other packages bring, found by their entry points in the group `announcer.channels`.

What is installed is known without being set up: a policy that names a channel is checked on a
machine that has none of its settings. See ``docs/adding-a-channel.md``.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from announcer.channels import Channel
from announcer.domain.channel import BUILT_IN, Addresses, ChannelKind, Kinds, introduce
from announcer.domain.errors import SetupError

GROUP = "announcer.channels"
#: What the settings of a channel ``x`` begin with is ANNOUNCER_CHANNEL_X_.
PREFIX = "ANNOUNCER_CHANNEL_"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_MOVES = ("compose", "deliver", "correct", "withdraw", "check")


@dataclass(frozen=True)
class Brought:
    """A channel of another package. ``settings`` are the names of its settings, with what each is
    for; all must be given where the channel is used."""

    kind: ChannelKind
    settings: Mapping[str, str]
    package: str
    made_by: Any

    def make(self, given: Mapping[str, str]) -> Channel:
        """The channel itself. Raises `SetupError` naming the setting that is missing or wrong."""
        for name, meaning in self.settings.items():
            if not given.get(name):
                raise SetupError(
                    f"{name} is not set. It says {meaning}; the channel {self.kind.name!r} of the "
                    f"package {self.package!r}, which the policy names, needs it."
                )
        channel = self.made_by({name: given[name] for name in self.settings})
        if faults := list(_faults_of_channel(channel, self.kind)):
            raise _wrong(self.package, self.kind.name, faults)
        made: Channel = channel
        return made


def set_up(
    found: Mapping[str, Brought], wanted: Collection[str], given: Mapping[str, str]
) -> dict[str, Channel]:
    """The channels that are ``wanted``, and others that have all their settings among ``given``.

    A channel that was taken out of the policy may still have something on its way. Raises
    `SetupError` for a wanted one whose settings are not there.
    """
    return {
        name: one.make(given)
        for name, one in found.items()
        if name in wanted or all(given.get(setting) for setting in one.settings)
    }


def brought() -> Mapping[str, Brought]:
    """Every channel that an installed package brings, by its name.

    Raises `SetupError` naming the package and what to do, where one cannot be used.
    """
    found: dict[str, Brought] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        package = entry.dist.name if entry.dist else entry.value
        if entry.name in found and found[entry.name].package == package:
            continue  # one package that is on the path twice
        if other := "announcer" if entry.name in BUILT_IN else _package_of(found, entry.name):
            raise SetupError(
                f"The package {package!r} brings a channel {entry.name!r}, and {other!r} has one of "
                f"that name. Uninstall {package!r}, or a version of it with another name for it."
            )
        found[entry.name] = _loaded(entry, package)
    return found


def _package_of(found: Mapping[str, Brought], name: str) -> str:
    return found[name].package if name in found else ""


def kinds(found: Mapping[str, Brought] | None = None) -> Kinds:
    """What a policy may name here: built in and brought, the screens told their titles.

    Raises `SetupError` as :func:`brought` does.
    """
    others = {n: one.kind for n, one in (brought() if found is None else found).items()}
    introduce(others)
    return {**BUILT_IN, **others}


def _loaded(entry: EntryPoint, package: str) -> Brought:
    try:
        made_by = entry.load()
    except Exception as error:
        raise SetupError(
            f"The channel {entry.name!r} of the package {package!r} ({entry.value}) cannot be "
            f"imported: {type(error).__name__}: {error}. Install the package again, in a version "
            "that fits this one, or uninstall it."
        ) from error
    if faults := list(_faults_of_word(made_by, entry.name)):
        raise _wrong(package, entry.name, faults)
    return Brought(made_by.kind, dict(made_by.settings), package, made_by)


def _wrong(package: str, name: str, faults: list[str]) -> SetupError:
    return SetupError(
        f"The channel {name!r} of the package {package!r} is none: {'; '.join(faults)}. Install a "
        "version of it that fits this one, or uninstall it."
    )


def _faults_of_word(made_by: Any, name: str) -> Iterator[str]:
    """What a package says wrongly, or not at all, of its channel."""
    kind, settings = getattr(made_by, "kind", None), getattr(made_by, "settings", None)
    if not isinstance(kind, ChannelKind):
        yield "kind is no ChannelKind"
        return
    if kind.name != name or not _NAME.fullmatch(name):
        yield (
            f"its entry point is called {name!r} and its kind {kind.name!r}; both must be one name "
            "of small letters, digits and _"
        )
    if kind.addresses is Addresses.PRESS_LIST and not kind.external:
        yield "it addresses the press list, so it must say external=True"
    if not callable(made_by):
        yield "it cannot be made from its settings"
    if not isinstance(settings, Mapping):
        yield "settings is no mapping of names to what they say"
        return
    begins = f"{PREFIX}{name.upper()}_"
    yield from (
        f"its setting {one!r} must begin with {begins}"
        for one in settings
        if not str(one).startswith(begins)
    )


def _faults_of_channel(channel: Any, kind: ChannelKind) -> Iterator[str]:
    """How something that was made is not a `Channel`."""
    if getattr(channel, "kind", None) != kind:
        yield "its kind is another than its class's"
    if not isinstance(getattr(channel, "media_type", None), str):
        yield "media_type is no text"
    if not isinstance(getattr(channel, "idempotent", None), bool):
        yield "idempotent is neither True nor False"
    size = getattr(channel, "batch_size", None)
    if not isinstance(size, int) or size < 1:
        yield "batch_size is no number of recipients"
    yield from (f"{one} is missing" for one in _MOVES if not callable(getattr(channel, one, None)))
