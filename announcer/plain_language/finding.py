"""What is said of a passage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from announcer.domain.errors import Term


class Part(StrEnum):
    """Where in a text something stands."""

    TITLE = "title"
    SUMMARY = "summary"
    BODY = "body"
    #: Contact, questions for a meeting, what a picture shows: only what the law asks is looked for.
    OTHER = "other"


class Kind(StrEnum):
    """What a finding is about."""

    PERSONAL_NUMBER = "personal number"
    HEALTH = "health"
    LONG_TITLE = "long title"
    NO_SUMMARY = "no summary"
    GAP = "gap"
    SPELLING = "spelling"
    LONG_SENTENCE = "long sentence"
    LONG_PARAGRAPH = "long paragraph"
    OFFICIALESE = "officialese"
    ABBREVIATION = "abbreviation"
    CAPITALS = "capitals"
    EXCLAMATION = "exclamation"


#: What the law asks somebody to look at (GDPR): it stands first and is seen on every view.
GRAVE = frozenset({Kind.PERSONAL_NUMBER, Kind.HEALTH})


@dataclass(frozen=True)
class Finding:
    """One thing worth a look. ``start`` and ``end`` are places in the part's own text.

    ``message`` is a Swedish message id; ``suggestion`` what could stand there instead, empty where
    only a person can know.
    """

    kind: Kind
    part: Part
    start: int
    end: int
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str = ""

    @property
    def is_grave(self) -> bool:
        """Whether it is about somebody's privacy."""
        return self.kind in GRAVE

    def say(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that ``translate`` (a gettext function) speaks."""
        words = {n: translate(v) if isinstance(v, Term) else v for n, v in self.values.items()}
        return translate(self.message).format(**words)
