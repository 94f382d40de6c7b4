"""Whether the database's clock goes as time does.

The database is the clock. Where it jumps forward (a wrong time server, a machine that was asleep),
windows would seem to be over that are not. So the dispatcher holds it against a clock that nobody can
set, and where the two part, everything stands still until a person has looked.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import BatchRow, CallRow, DeliveryRow, StandstillRow, StepRow
from announcer.logs import get_logger

log = get_logger("announcer.pace")

#: What clocks are set by every day, and a database that answers late, is less.
LARGEST = timedelta(minutes=2)
#: Why everything stands still then.
CLOCK = "clock"


def seconds_awake_or_asleep() -> float:
    """Seconds that no time server moves; sleep is counted where the system counts it (Linux)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class _Look(NamedTuple):
    """What the database said (aware UTC), and our own seconds before and after it was asked."""

    said: datetime
    before: float
    after: float


class Pace:
    """One process's comparison of two clocks. ``steady`` counts seconds from anywhere."""

    def __init__(self, steady: Callable[[], float] = seconds_awake_or_asleep) -> None:
        self._steady = steady
        self._last: _Look | None = None

    def jump(self, ask: Callable[[], datetime]) -> tuple[timedelta, datetime]:
        """How far the database's clock has jumped since it was asked last, forward or, negative,
        back; and what it said then. What the time of asking explains is none."""
        before = self._steady()
        look = _Look(ask(), before, self._steady())
        last, self._last = self._last, look
        if last is None:
            return timedelta(0), look.said
        passed = look.said - last.said
        most = timedelta(seconds=look.after - last.before)
        least = timedelta(seconds=max(0.0, look.before - last.after))
        if passed > most + LARGEST:
            return passed - most, last.said
        if passed < least - LARGEST:
            return passed - least, last.said
        return timedelta(0), last.said


def is_steady(session: Session, pace: Pace | None) -> bool:
    """Whether the clock goes on as it did; where it jumped forward, everything stands still from
    this transaction on, and where it jumped back, nothing waits for a time that was never real."""
    if pace is None:
        return True
    jumped, before = pace.jump(lambda: engine.now(session))
    if not jumped:
        return True
    log.warning("the database's clock jumped", seconds=int(jumped.total_seconds()))
    if jumped < timedelta(0):
        _forget_the_future(session)
        return True
    session.execute(
        insert(StandstillRow).values(reason=CLOCK, known_until=before).on_conflict_do_nothing()
    )
    return False


def _forget_the_future(session: Session) -> None:
    """Leases, looks and tries that were set by the clock as it was before it went back."""
    now = func.announcer.announcer_now()
    for change in (
        update(StepRow)
        .where(StepRow.state == "waiting", StepRow.look_at > now)
        .values(look_at=now),
        update(StepRow).where(StepRow.call_at > now).values(call_at=now),
        update(BatchRow)
        .where(BatchRow.state.in_(("queued", "running")), BatchRow.lease_until > now)
        .values(lease_until=now),
        update(BatchRow).where(BatchRow.state != "done", BatchRow.due_at > now).values(due_at=now),
        update(DeliveryRow).where(DeliveryRow.next_try_at > now).values(next_try_at=now),
        update(CallRow).where(CallRow.sent_at.is_(None), CallRow.due_at > now).values(due_at=now),
    ):
        session.execute(change.execution_options(synchronize_session=False))
