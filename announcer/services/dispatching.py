"""What is due: beginning steps that may start, and leasing batches to the queue.

The dispatcher calls :func:`look` and :func:`claim` in a loop; any number of dispatchers may.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, islice
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.engine import GateClosed
from announcer.db.models import (
    AnnouncementRow,
    BatchRow,
    DeliveryRow,
    RevisionRow,
    StepRow,
    TurnRow,
)
from announcer.domain.announcement import Content
from announcer.domain.errors import N_
from announcer.domain.plan import Wait
from announcer.domain.step import StepState
from announcer.logs import get_logger
from announcer.people.lookup import Addressee, addressees
from announcer.services import records, settling
from announcer.services.installation import Installation

log = get_logger("announcer.dispatching")

#: How many recipients one lease covers.
BATCH = 100
#: A message that reached no worker within this time is sent again.
QUEUE_LEASE = timedelta(seconds=60)
#: How many messages may be out in each queue; more would only wait in Redis instead of here.
OUTSTANDING = 64
#: A waiting step is looked at this often even when nothing told us to; what wakes it early is
#: an approval, a release, a settled step or its own time.
LOOK_AGAIN = timedelta(minutes=10)
#: The database refused what `may_start` allowed: somebody else was there first. Soon again.
REFUSED_AGAIN = timedelta(seconds=2)


@dataclass(frozen=True)
class Claimed:
    """A batch that was leased to the queue; ``urgent`` names the queue."""

    batch: UUID
    urgent: bool


def look(installation: Installation, limit: int = 200) -> int:
    """Begin every due step that may start; returns how many began."""
    with installation.database.reading() as session:
        if records.standstill_since(session):
            return 0
        due = session.scalars(
            select(StepRow.id)
            .where(
                StepRow.state == StepState.WAITING.value,
                StepRow.look_at <= select(func.announcer.announcer_now()).scalar_subquery(),
            )
            .order_by(StepRow.urgent.desc(), StepRow.look_at)
            .limit(limit)
        ).all()
    return sum(_begin_or_postpone(installation, step) for step in due)


def upcoming(installation: Installation) -> float | None:
    """Seconds until the next waiting step or batch falls due; None where none will by itself.

    What is due already and could not begin is not counted: it is looked at with every poll.
    """
    moment = select(func.announcer.announcer_now()).scalar_subquery()
    step = select(func.min(StepRow.look_at)).where(
        StepRow.state == StepState.WAITING.value, StepRow.look_at > moment
    )
    batches = (
        select(func.min(BatchRow.due_at))
        .where(BatchRow.state == "ready", BatchRow.urgent == urgent, BatchRow.due_at > moment)
        .scalar_subquery()
        for urgent in (True, False)
    )
    with installation.database.reading() as session:
        first = session.scalar(select(func.least(step.scalar_subquery(), *batches)))
        return None if first is None else (first - engine.now(session)).total_seconds()


def _begin_or_postpone(installation: Installation, step: UUID) -> bool:
    try:
        with installation.database.transaction("begin step") as session:
            return _begin(session, installation, step)
    except GateClosed:
        with installation.database.transaction("postpone step") as session:
            row = session.get_one(StepRow, step)
            row.look_at = engine.now(session) + REFUSED_AGAIN
        return False


def _begin(session: Session, installation: Installation, step_id: UUID) -> bool:
    about = select(StepRow.announcement).where(StepRow.id == step_id).scalar_subquery()
    row = session.scalar(
        select(AnnouncementRow)
        .where(AnnouncementRow.id == about)
        .with_for_update(key_share=True, skip_locked=True)
    )
    step = session.get_one(StepRow, step_id)
    if row is None or step.state != StepState.WAITING.value:
        return False
    now = engine.now(session)
    verdict = installation.gate(step.key, records.facts_of(session, row), now)
    if verdict.allowed:
        _start(session, installation, row, step)
        return True
    if verdict.reasons[0].wait is Wait.TOO_LATE:
        stop(session, step, N_("senare än policyn tillåter"))
    step.look_at = verdict.until or now + LOOK_AGAIN
    return False


def stop(session: Session, step: StepRow, reason: str) -> None:
    """Hold one step until a person resumes the announcement; ``reason`` is a message id."""
    step.held_at, step.held_reason = engine.now(session), reason
    records.append(session, step.announcement, "step held", None, step=step.key, why=reason)
    log.warning("step stopped", step=step.key, channel=step.channel, said=reason)


def _start(
    session: Session, installation: Installation, row: AnnouncementRow, step: StepRow
) -> None:
    """The step is under way; from here its recipients are fixed."""
    step.state, step.look_at = StepState.SENDING.value, None
    session.flush()
    records.append(session, row.id, "step begun", None, step=step.key)
    log.info("step begun", announcement=row.public_id, step=step.key, channel=step.channel)
    if step.channel == "meeting":
        return
    policy = records.policy_of(session, installation, row)
    revision = session.get_one(RevisionRow, step.revision)
    content = records.content_of(session, revision)
    people = addressees(session, policy, step.channel, tuple(step.audience), content.languages)
    _snapshot(session, installation, step, content, people)
    settling.settle(session, row, step)


def _snapshot(
    session: Session,
    installation: Installation,
    step: StepRow,
    content: Content,
    people: list[Addressee],
) -> None:
    def language(addressee: Addressee) -> str:
        known = addressee.language in content.languages
        return addressee.language if known else content.language

    number = 0
    for spoken, group in groupby(sorted(people, key=language), key=language):
        members = iter(group)
        while chunk := list(islice(members, BATCH)):
            _add_batch(session, installation, step, number, spoken, chunk)
            number += 1
    session.flush()


def _add_batch(
    session: Session,
    installation: Installation,
    step: StepRow,
    number: int,
    language: str,
    people: Iterable[Addressee],
) -> None:
    batch = BatchRow(
        id=uuid4(),
        step=step.id,
        number=number,
        language=language,
        urgent=step.urgent,
        state="ready",
        due_at=engine.now(session),
    )
    session.add(batch)
    session.flush()
    one_each = installation.channels[step.channel].batch_size == 1
    for addressee in people:
        delivery = uuid4()
        session.add(
            DeliveryRow(
                id=delivery,
                batch=batch.id,
                step=step.id,
                revision=step.revision,
                channel=step.channel,
                recipient=addressee.key,
                address=addressee.address,
                language=language,
                message_id=f"<{delivery if one_each else batch.id}@{installation.mail_domain}>",
                state="pending",
            )
        )


def claim(installation: Installation) -> list[Claimed]:
    """Lease due batches to the queues, as far as these have room."""
    claimed: list[Claimed] = []
    with installation.database.transaction("claim") as session:
        # One at a time: two dispatchers that count at once would both fill the same room.
        session.execute(select(TurnRow).where(TurnRow.what == "claim").with_for_update())
        if records.standstill_since(session):
            return []
        for urgent in (True, False):
            claimed += [Claimed(batch.id, urgent) for batch in _lease(session, urgent=urgent)]
    return claimed


def _lease(session: Session, *, urgent: bool) -> list[BatchRow]:
    out = select(func.count()).where(BatchRow.state == "queued", BatchRow.urgent == urgent)
    room = OUTSTANDING - (session.scalar(out) or 0)
    due = (
        select(BatchRow)
        .join(StepRow, StepRow.id == BatchRow.step)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(
            BatchRow.state == "ready",
            BatchRow.urgent == urgent,
            BatchRow.due_at <= select(func.announcer.announcer_now()).scalar_subquery(),
            StepRow.held_at.is_(None),
            AnnouncementRow.held_at.is_(None),
            AnnouncementRow.state != "withdrawn",
        )
        .order_by(BatchRow.due_at)
        .limit(max(0, room))
        .with_for_update(of=BatchRow, skip_locked=True)
    )
    batches = list(session.scalars(due))
    lease = engine.now(session) + QUEUE_LEASE
    for batch in batches:
        batch.state, batch.lease_until = "queued", lease
    return batches
