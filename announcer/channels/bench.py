"""A channel and its other side, set up so that `announcer.channels.contract` can be asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from announcer.channels import Channel
from announcer.domain.announcement import Content
from announcer.domain.change import Change, ChangeKind, Correction, CorrectionKind
from announcer.domain.delivery import Edition, Job, Recipient, Result
from announcer.domain.organisation import Sender


class Fault(StrEnum):
    """How the other side misbehaves."""

    #: It refuses the last recipient for good, and takes the others.
    REFUSES = "refuses"
    #: It wants it later.
    THROTTLES = "throttles"
    #: It takes it and says so, long after the channel's patience is over.
    SLOW = "slow"
    #: It takes it and hangs up without a word.
    DROPS = "drops"
    #: Nobody is there.
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Seen:
    """One thing that the other side has: for whom, what it knows it by, and what its reader reads."""

    to: str
    identity: str
    text: str


#: What a channel says where its other side misbehaves.
SAYS: Mapping[Fault, frozenset[Result]] = {
    Fault.REFUSES: frozenset({Result.REFUSED}),
    Fault.THROTTLES: frozenset({Result.DEFERRED}),
    Fault.SLOW: frozenset({Result.IN_DOUBT}),
    Fault.DROPS: frozenset({Result.IN_DOUBT}),
    Fault.UNREACHABLE: frozenset({Result.DEFERRED}),
}
#: A channel that only reads has done nothing where it could not: it reads again.
READS: Mapping[Fault, frozenset[Result]] = dict.fromkeys(Fault, frozenset({Result.DEFERRED}))


class Bench:
    """A channel and its other side. Write one for each channel.

    ``recipients`` are two or more where the channel takes several in one job. ``says`` is what it
    answers to each fault, `SAYS` or `READS`. ``without`` names the faults that make no sense for a
    channel that speaks to nobody, each with the reason; the contract sees to it that it is so.
    ``patience`` is in seconds: no move takes longer, whatever the other side does.
    """

    channel: Channel
    recipients: tuple[Recipient, ...]
    says: Mapping[Fault, frozenset[Result]] = SAYS
    without: Mapping[Fault, str] = {}
    patience: float = 10.0

    def ready(self, job: Job) -> None:
        """The other side is brought to where ``job`` may be handed over; nothing, for most."""

    def misbehave(self, fault: Fault) -> None:
        """From now on the other side has this fault."""
        raise NotImplementedError

    def seen(self, job: Job) -> list[Seen]:
        """What the other side has now, oldest first; ``job`` is the last one that it was given."""
        raise NotImplementedError


_SENDER = Sender(
    name="Exempel kommun",
    short_name="Exempel",
    address="Torget 1, 123 45 Exempel",
    phone="010-123 45 67",
    email="kommun@kommun.example",
    web="www.kommun.example",
    colour="#005a9c",
    accent="#ffcc00",
    logo_svg=b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    logo_png=b"",
    time_zone="Europe/Stockholm",
    language="sv",
)
_AT = datetime(2026, 2, 3, 8, 0, tzinfo=UTC)
TEXT = Content(
    class_name="beslut",
    unit="ks",
    title="Skolan börjar klockan åtta",
    summary="Från den 1 mars börjar alla skolor klockan åtta.",
    body="Bussarna kör som vanligt till skolan.",
    audience=("alla",),
    contact="Informationsenheten, 010-123 45 68",
)
CORRECTED = replace(TEXT, title="Skolan börjar klockan nio", summary="Rätt tid är klockan nio.")
WHAT = "Klockslaget är rättat."
#: What no text may do to a channel, by what is tried.
HOSTILE: Mapping[str, str] = {
    "markup": "<script>alert(1)</script> & <b>fet</b> #panic(x) $x$ {{ 7*7 }}",
    "a second header": "Hej\r\nBcc: alla@tidningen.example\r\n\r\nHej",
    "control characters": "noll\x00 klocka\x07 flykt\x1b[31m slut\x7f",
    "turned direction": "Mötet är \u202eintsälljni\u202c i dag",
    "ten thousand characters": "lång " * 2_000,
}


def job_of(
    bench: Bench, content: Content = TEXT, change: Change | None = None, number: int = 1
) -> Job:
    """A job as a worker would make it; with another ``number`` it is another announcement's.

    Raises ValueError where the channel refuses the text.
    """
    kind, together = bench.channel.kind, bench.channel.batch_size > 1
    stem = f"{number}.{'first' if change is None else change.kind.value}"
    people = tuple(
        replace(one, message_id=f"<{stem}.{0 if together else n}@prov.example>")
        for n, one in enumerate(bench.recipients[: bench.channel.batch_size])
    )
    edition = Edition(
        content=replace(content, correction=_correction(change)),
        language="sv",
        sender=_SENDER,
        public_id="k3v9x2m7q4t8",
        page_url="" if kind.external else "https://intranat.kommun.example/nyheter/k3v9x2m7q4t8",
        at=_AT,
        message_id=people[0].message_id,
        to=people[0].address if kind.external else "",
        change=change,
    )
    return Job(edition, bench.channel.compose(edition), people, rights=("alla",))


def _correction(change: Change | None) -> Correction | None:
    """What a corrected text says of itself."""
    if change is None or change.kind is not ChangeKind.CORRECTED:
        return None
    return Correction(CorrectionKind.REAL, change.what)


def change_of(kind: ChangeKind, first: Job) -> Change:
    """What those are told who had ``first``."""
    return Change(
        kind=kind,
        at=_AT,
        what={"sv": WHAT},
        title={"sv": first.edition.content.title},
        message_id=first.edition.message_id,
    )
