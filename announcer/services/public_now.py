"""What whoever answers a journalist needs at once: what is public, what is not yet, who answers.

What has begun to leave the house never stands under "not yet": nobody may be told that something is
inside while it may be in a newsroom's inbox.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, DeliveryRow, StepRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.delivery import DeliveryState
from announcer.domain.policy import Policy
from announcer.domain.policy.spokespersons import Escalation, Spokesperson, spokesperson_of
from announcer.services import crises, records, status
from announcer.services.crises import CrisisStatus
from announcer.services.installation import Installation
from announcer.services.status import AnnouncementStatus

#: One screen of a phone; the desk has the rest.
MOST = 10
_WITHDRAWN = AnnouncementState.WITHDRAWN.value


@dataclass(frozen=True)
class Public:
    """A text that has begun to leave the house (aware UTC); ``reached`` since somebody had it."""

    public_id: str
    title: str
    summary: str
    began_at: datetime
    reached_at: datetime | None
    withdrawn: bool


@dataclass(frozen=True)
class Answers:
    """Who answers about a topic at this moment, and on which number."""

    topic: str
    title: str
    phone: str


@dataclass(frozen=True)
class Position:
    """Where the house stands towards the media, ``at`` one moment (aware UTC)."""

    at: datetime
    crises: tuple[CrisisStatus, ...]
    public: tuple[Public, ...]
    not_yet: tuple[AnnouncementStatus, ...]
    #: Whether there are more of each than are shown.
    more_public: bool
    more_not_yet: bool
    answers: tuple[Answers, ...]


def position(installation: Installation, actor: Person) -> Position:
    """The newest of what is public and of what is not yet. Raises `NotAllowed`."""
    installation.require_information_unit(actor)
    with installation.database.reading() as session:
        now = engine.now(session)
        public = [
            Public(row.public_id, text.title, text.summary, began, reached, row.state == _WITHDRAWN)
            for row, began, reached in session.execute(_gone())
            if began is not None and not (text := _text(session, row)).exercise
        ]
        waiting = [
            row.public_id for row in session.scalars(_not_yet()) if not _text(session, row).exercise
        ]
    return Position(
        at=now,
        crises=_crises(installation, actor),
        public=tuple(public[:MOST]),
        not_yet=tuple(status.of(installation, one) for one in waiting[:MOST]),
        more_public=len(public) > MOST,
        more_not_yet=len(waiting) > MOST,
        answers=tuple(answers_now(installation.policy, now)),
    )


def _text(session: Session, row: AnnouncementRow) -> Content:
    return records.text_of(records.text_in_force(session, row.id))


def answers_now(policy: Policy, now: datetime) -> list[Answers]:
    """Of each topic whoever is in their hours ``now`` (aware); nobody where nobody is."""
    found = [(one.topic, _in_hours(policy, one, now)) for one in policy.spokespersons]
    return [Answers(topic, who.title, who.phone) for topic, who in found if who]


def _in_hours(policy: Policy, one: Spokesperson, now: datetime) -> Spokesperson | Escalation | None:
    seen = set()
    who: Spokesperson | Escalation | None = one
    while isinstance(who, Spokesperson) and who.topic not in seen:
        if who.hours is None or policy.calendars[who.hours].is_open(now):
            return who
        seen.add(who.topic)
        further = who.escalates_to
        who = spokesperson_of(policy, further) if isinstance(further, str) else further
    return who if isinstance(who, Escalation) else None


def _gone() -> Select[AnnouncementRow, datetime | None, datetime]:
    """With a step that has begun outside, the newest first."""
    began = func.min(StepRow.started_at)
    reached = func.min(DeliveryRow.changed_at).filter(
        DeliveryRow.state == DeliveryState.ACCEPTED.value
    )
    return (
        select(AnnouncementRow, began, reached)
        .join(StepRow, StepRow.announcement == AnnouncementRow.id)
        .outerjoin(DeliveryRow, DeliveryRow.step == StepRow.id)
        .where(StepRow.external, StepRow.started_at.is_not(None))
        .group_by(AnnouncementRow.id)
        .order_by(began.desc())
        .limit(5 * MOST)
    )


def _not_yet() -> Select[AnnouncementRow]:
    """Approved and meant for outside, where nothing has begun to go; the newest first."""
    outside = select(StepRow.id).where(
        StepRow.announcement == AnnouncementRow.id, StepRow.external, StepRow.state != _WITHDRAWN
    )
    return (
        select(AnnouncementRow)
        .where(
            AnnouncementRow.state == AnnouncementState.ACTIVE.value,
            outside.exists(),
            ~outside.where(StepRow.started_at.is_not(None)).exists(),
        )
        .order_by(AnnouncementRow.created_at.desc())
        .limit(5 * MOST)
    )


def _crises(installation: Installation, actor: Person) -> tuple[CrisisStatus, ...]:
    """Those that last; exercises have not happened."""
    if not crises.may_see(installation, actor):
        return ()
    return tuple(
        one
        for one in crises.all_of(installation, actor)
        if not one.exercise and one.lifted_at is None and not all(t.withdrawn for t in one.told)
    )
