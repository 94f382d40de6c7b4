"""How it goes: what a probe, a metric and a status page ask of the database."""

from datetime import datetime, timedelta

from sqlalchemy import Subquery, func, select, union_all
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, BatchRow, StepRow
from announcer.domain.step import StepState
from announcer.services import records

#: Waiting longer than this is not being busy: something that should work does not.
TOO_OLD = timedelta(minutes=2)


def oldest_due(session: Session, *, urgent: bool | None = None) -> timedelta:
    """How long the oldest thing that may go has been due; zero where nothing waits.

    ``urgent`` narrows to one queue. A worker can be connected and take nothing, so this says more
    about the workers than their processes do. Nothing is due while everything stands still.
    """
    if records.standstill_since(session) is not None:
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
            AnnouncementRow.held_at.is_(None),
            AnnouncementRow.state != "withdrawn",
        )
    )
    if urgent is not None:
        steps = steps.where(StepRow.urgent == urgent)
        batches = batches.where(BatchRow.urgent == urgent)
    return union_all(steps, batches).subquery()
