"""Ways out: one file per channel behind one small protocol, and an explicit list of them."""

from collections.abc import Callable, Mapping
from typing import Protocol

from announcer.domain.change import ChangeKind
from announcer.domain.channel import ChannelKind
from announcer.domain.delivery import Edition, Job, Outcome
from announcer.domain.errors import N_, Refusal, Term


class UnsupportedError(Refusal):
    """A channel was asked for what it cannot do; its `ChannelKind` says so beforehand."""


class Channel(Protocol):
    """What every channel is asked for. A channel knows nothing of plans, policies or the database.

    The four moves answer for every recipient's key. None raises for what the other side does: a
    refusal, a delay and a doubt are outcomes. `UnsupportedError` is for what cannot be done at all.
    """

    #: What it says of itself: name, title, whether it leaves the house, whom it addresses.
    kind: ChannelKind
    #: The media type of what :meth:`compose` makes.
    media_type: str
    #: How many recipients one job has at most; 1 means one artefact per recipient.
    batch_size: int
    #: Whether doing it again after an unknown outcome reaches nobody twice.
    idempotent: bool

    def compose(self, edition: Edition) -> bytes:
        """Make exactly the bytes that go out. Pure: same edition, same bytes.

        With ``edition.change`` these say what was corrected, or that it was withdrawn.
        """
        ...

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """Hand over what is new to its recipients."""
        ...

    def correct(self, job: Job) -> Mapping[str, Outcome]:
        """Hand over the right text to those who had a wrong one (``job.edition.change``)."""
        ...

    def withdraw(self, job: Job) -> Mapping[str, Outcome]:
        """Tell those who had a text that it is withdrawn, or take it away where it stands."""
        ...

    def check(self, job: Job) -> Mapping[str, Outcome]:
        """Look whether what was handed over is there; nothing is sent and nothing changed."""
        ...


def carry_out(channel: Channel, job: Job) -> Mapping[str, Outcome]:
    """The move that an edition asks for: new, corrected or withdrawn. Raises `UnsupportedError`."""
    change = job.edition.change
    if change is None:
        return channel.deliver(job)
    if change.kind is ChangeKind.CORRECTED:
        return channel.correct(job)
    return channel.withdraw(job)


def to_all(job: Job, outcome: Outcome) -> Mapping[str, Outcome]:
    """The same outcome for every recipient."""
    return {recipient.key: outcome for recipient in job.recipients}


#: What a screen and the record say where a channel cannot make a move.
_CANNOT: Mapping[str, str] = {
    "correct": N_("{channel} kan inte rätta det som redan har gått ut."),
    "withdraw": N_("{channel} kan inte dra tillbaka det som redan har gått ut."),
    "check": N_("{channel} kan inte se efter om det kom fram."),
}


def unsupported(move: str) -> Callable[..., Mapping[str, Outcome]]:
    """A channel's ``correct``, ``withdraw`` or ``check`` where it has none::

    check = unsupported("check")
    """

    def refuse(channel: Channel, _job: Job) -> Mapping[str, Outcome]:
        raise UnsupportedError(_CANNOT[move], channel=Term(channel.kind.title))

    refuse.__name__ = move
    refuse.__doc__ = "Raises UnsupportedError."
    return refuse
