"""What became of a text that some have had already: corrected, or withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CorrectionKind(StrEnum):
    """How much of a matter a correction is."""

    #: Nobody is told: pages change, and say since when. What has not gone out goes out right.
    MINOR = "minor"
    #: Whoever had the wrong text is told once, in the channel that they had it in.
    REAL = "real"


@dataclass(frozen=True)
class Correction:
    """What a text says of itself that takes the place of another; it is approved with the text.

    ``what`` says in each language, in a sentence, what changed; a minor one may leave it empty.
    """

    kind: CorrectionKind
    what: Mapping[str, str] = field(default_factory=dict, hash=False)


class ChangeKind(StrEnum):
    """The two things that can be told of a text afterwards."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Change:
    """What those who had a text are told of it; ``at`` is aware UTC, when it was decided.

    ``what`` says in each language, in a sentence, what changed; a withdrawal may leave it empty.
    ``message_id`` is that of the message they had (RFC 5322 section 3.6.4: In-Reply-To), empty
    where there was none; ``title`` is its title in each language, as they know it.
    """

    kind: ChangeKind
    at: datetime
    what: Mapping[str, str] = field(default_factory=dict, hash=False)
    title: Mapping[str, str] = field(default_factory=dict, hash=False)
    message_id: str = ""
