"""How it goes: what a probe, a metric and a status page ask of the database.

Only how much and since when; nothing here names an announcement, a person or a recipient.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Subquery, case, func, select, text, union_all
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from announcer.db import engine, schema
from announcer.db.engine import Database
from announcer.db.models import AnnouncementRow, BatchRow, DeliveryRow, StepRow
from announcer.domain.step import StepState
from announcer.services import calling, changes, situation

#: Waiting longer than this is not being busy: something that should work does not.
TOO_OLD = timedelta(minutes=2)


@dataclass(frozen=True)
class Health:
    """An installation at one moment. Ages are zero where nothing waits.

    ``oldest_due`` is by queue (``urgent`` or ``bulk``), ``announcements`` by state and ``batches``
    by state; of these ``again`` are the ones that were tried and wait for their next try.
    ``unconfirmed_page`` is how long the oldest page has been out without having been read back.
    """

    at: datetime
    standstill_since: datetime | None
    standstill_reason: str
    oldest_due: Mapping[str, timedelta]
    unconfirmed_page: timedelta
    announcements: Mapping[str, int]
    batches: Mapping[str, int]
    stopped_steps: int
    doubts: int
    doubts_for_a_person: int
    open_calls: int

    @property
    def late(self) -> bool:
        """Whether something that should have gone did not."""
        return max(*self.oldest_due.values(), self.unconfirmed_page) > TOO_OLD


def is_ready(database: Database) -> bool:
    """Whether the database answers and has the schema that this program knows."""
    try:
        with database.reading() as session:
            found = session.scalar(text("SELECT version_num FROM announcer.alembic_version"))
    except (DBAPIError, PoolExhausted):
        return False
    return bool(found == schema.known_revision())


def of(session: Session) -> Health:
    """The installation as it is now; a handful of queries that an index answers."""
    now = engine.now(session)
    doubts, for_a_person = session.execute(
        select(func.count(), func.count().filter(DeliveryRow.next_try_at.is_(None))).where(
            DeliveryRow.state == "in_doubt"
        )
    ).one()
    return Health(
        at=now,
        standstill_since=situation.standstill_since(session),
        standstill_reason=situation.standstill_reason(session),
        oldest_due={
            "urgent": oldest_due(session, urgent=True),
            "bulk": oldest_due(session, urgent=False),
        },
        unconfirmed_page=_unconfirmed_page(session, now),
        announcements=_announcements(session),
        batches=_batches(session),
        stopped_steps=_stopped_steps(session),
        doubts=doubts,
        doubts_for_a_person=for_a_person,
        open_calls=calling.count(session),
    )


def oldest_due(session: Session, *, urgent: bool | None = None) -> timedelta:
    """How long the oldest thing that may go has been due; zero where nothing waits.

    ``urgent`` narrows to one queue. A worker can be connected and take nothing, so this says more
    about the workers than their processes do. Nothing is due while everything stands still.
    """
    if situation.standstill_since(session) is not None:
        return timedelta(0)
    now = engine.now(session)
    first = session.scalar(select(func.min(_due(now, urgent=urgent).c.due)))
    return max(timedelta(0), now - first) if first else timedelta(0)


def _due(now: datetime, *, urgent: bool | None) -> Subquery:
    steps = select(StepRow.look_at.label("due")).where(
        StepRow.state == StepState.WAITING.value, StepRow.look_at <= now
    )
    batches = (
        select(BatchRow.due_at.label("due"))
        .join(StepRow, StepRow.id == BatchRow.step)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(
            BatchRow.state == "ready",
            BatchRow.due_at <= now,
            StepRow.held_at.is_(None),
            changes.may_go(),
        )
    )
    if urgent is not None:
        steps = steps.where(StepRow.urgent == urgent)
        batches = batches.where(BatchRow.urgent == urgent)
    return union_all(steps, batches).subquery()


def _unconfirmed_page(session: Session, now: datetime) -> timedelta:
    first = session.scalar(
        select(func.min(StepRow.started_at))
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(
            StepRow.channel == "intranet",
            StepRow.state == StepState.SENDING.value,
            StepRow.confirmed_at.is_(None),
            StepRow.held_at.is_(None),
            changes.may_go(),
        )
    )
    return max(timedelta(0), now - first) if first else timedelta(0)


def _announcements(session: Session) -> Mapping[str, int]:
    rows = session.execute(
        select(AnnouncementRow.state, func.count())
        .where(AnnouncementRow.state.in_(("in_review", "active")))
        .group_by(AnnouncementRow.state)
    )
    return {"in_review": 0, "active": 0} | _counted(rows)


def _batches(session: Session) -> Mapping[str, int]:
    """Those that are not done. Before the first look at a batch nobody in it was tried."""
    waits = case((BatchRow.attempts > 0, "again"), else_="ready")
    state = case((BatchRow.state == "ready", waits), else_=BatchRow.state).label("state")
    rows = session.execute(
        select(state, func.count())
        .where(BatchRow.state.in_(("ready", "queued", "running")))
        .group_by(state)
    )
    return dict.fromkeys(("ready", "queued", "running", "again"), 0) | _counted(rows)


def _counted(rows: Iterable[Any]) -> dict[str, int]:
    return {str(state): int(count) for state, count in rows}


def _stopped_steps(session: Session) -> int:
    """Steps that were stopped by themselves (too late, or deadly to workers) and not resumed."""
    return (
        session.scalar(
            select(func.count())
            .select_from(StepRow)
            .where(
                StepRow.stopped,
                StepRow.state.in_((StepState.WAITING.value, StepState.SENDING.value)),
            )
        )
        or 0
    )
