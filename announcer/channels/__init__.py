"""Ways out: one file per channel behind one small protocol, and an explicit list of them."""

from collections.abc import Mapping
from typing import Protocol

from announcer.domain.delivery import Edition, Job, Outcome


class Channel(Protocol):
    """What every channel can do. A channel knows nothing of plans, policies or the database."""

    #: The name used in policies.
    name: str
    #: The media type of what :meth:`compose` makes.
    media_type: str
    #: How many recipients one :meth:`deliver` takes; 1 means one artefact per recipient.
    batch_size: int
    #: Whether doing it again after an unknown outcome reaches nobody twice.
    idempotent: bool

    def compose(self, edition: Edition) -> bytes:
        """Make exactly the bytes that go out. Pure: same edition, same bytes."""
        ...

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """Hand the artefact over; answer for every recipient's key. Never raises for what the
        other side does: a refusal, a delay and a doubt are outcomes."""
        ...
