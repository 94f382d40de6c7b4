"""What a channel is asked to do with one recipient, and the one vocabulary it answers in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from announcer.domain.announcement import Content
from announcer.domain.board import Paper
from announcer.domain.change import Change
from announcer.domain.invitation import Invitation
from announcer.domain.organisation import Sender


class DeliveryState(StrEnum):
    """Where one recipient's copy of one revision in one channel is."""

    #: Never tried.
    PENDING = "pending"
    #: Handed to the channel by a worker that holds a lease.
    SENDING = "sending"
    #: The other side took responsibility (SMTP 250), or the thing is read back and right.
    ACCEPTED = "accepted"
    #: Not now; tried again at ``next_try_at``.
    DEFERRED = "deferred"
    #: Never for this recipient; the other side's words are kept.
    REFUSED = "refused"
    #: Nobody can know if it left. Staff mail may go again; anything external waits for a person.
    IN_DOUBT = "in_doubt"
    #: A person gave it up, or the announcement was withdrawn before it was tried.
    ABANDONED = "abandoned"


DELIVERY_TRANSITIONS: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.SENDING, DeliveryState.ABANDONED}),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.ACCEPTED,
            DeliveryState.DEFERRED,
            DeliveryState.REFUSED,
            DeliveryState.IN_DOUBT,
        }
    ),
    DeliveryState.DEFERRED: frozenset({DeliveryState.SENDING, DeliveryState.ABANDONED}),
    # in doubt → accepted is a person's word (resolve --sent); → sending is "again".
    DeliveryState.IN_DOUBT: frozenset(
        {DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.ABANDONED}
    ),
    DeliveryState.ACCEPTED: frozenset(),
    DeliveryState.REFUSED: frozenset(),
    DeliveryState.ABANDONED: frozenset(),
}


class Result(StrEnum):
    """What a channel says became of one recipient: the one vocabulary that all answer in.

    Asked to `check`, a channel says what it found: confirmed where it is there, deferred where it
    is not (yet), refused where the other side says that it never will be, in doubt where nobody
    could tell.
    """

    #: The other side took responsibility (SMTP 250, HTTP 202).
    ACCEPTED = "accepted"
    #: The other side was looked at afterwards and showed it, right and whole.
    CONFIRMED = "confirmed"
    #: Not now; again after the outcome's ``retry_after``.
    DEFERRED = "deferred"
    #: Never for this recipient.
    REFUSED = "refused"
    #: Nobody can know if it left.
    IN_DOUBT = "in_doubt"


#: What is written down of a result. That something was confirmed stands beside it, as evidence.
STORED_AS: Mapping[Result, DeliveryState] = {
    Result.ACCEPTED: DeliveryState.ACCEPTED,
    Result.CONFIRMED: DeliveryState.ACCEPTED,
    Result.DEFERRED: DeliveryState.DEFERRED,
    Result.REFUSED: DeliveryState.REFUSED,
    Result.IN_DOUBT: DeliveryState.IN_DOUBT,
}


@dataclass(frozen=True)
class Recipient:
    """One row: ``key`` is unique within revision and channel, ``address`` what the channel uses."""

    key: str
    address: str
    language: str
    #: Fixed before the first attempt, the same in every later one (RFC 5322 section 3.6.4).
    message_id: str


@dataclass(frozen=True)
class Outcome:
    """What became of one recipient. ``reply`` is the other side's own words, for the record."""

    result: Result
    reply: str = ""
    #: For deferred ones: how long to wait before the next attempt. A length and no moment, because
    #: the database's clock is the one that counts, and a channel does not know it.
    retry_after: timedelta | None = None
    #: For what is confirmed: hex SHA-256 of what was found.
    evidence: str = ""

    @property
    def state(self) -> DeliveryState:
        """As it is written down."""
        return STORED_AS[self.result]


@dataclass(frozen=True)
class Edition:
    """One revision in one language for one channel: all that is needed to make the artefact.

    ``page_url`` is the page on the intranet (staff) and is empty for those who do not read it;
    ``message_id`` is set for channels that send one message per edition; ``to`` is the visible
    addressee, empty where recipients must not see each other; ``at`` is aware UTC.
    """

    content: Content
    language: str
    sender: Sender
    public_id: str
    page_url: str
    at: datetime
    message_id: str = ""
    to: str = ""
    #: Set for those who have had another text, which this one corrects or withdraws.
    change: Change | None = None
    #: What a calendar program takes from the message.
    invitation: Invitation | None = None
    #: What it is printed on, where it is put up.
    paper: Paper = Paper.A4

    @property
    def for_media(self) -> bool:
        """Whether this is for people who do not read the intranet."""
        return not self.page_url


@dataclass(frozen=True)
class Job:
    """What a channel gets: finished bytes and who they are for.

    ``artefact`` is exactly what goes out (a serialised message, a PDF, the article), made and
    stored before the first attempt; ``recipients`` has at most the channel's ``batch_size``.
    """

    edition: Edition
    artefact: bytes
    recipients: tuple[Recipient, ...]
    #: Readers' side of the intranet: whose rights to read with, in a `Reader`'s own order.
    rights: tuple[str, ...] = ()
    #: How many times this was tried before; 0 the first time.
    attempt: int = 0
