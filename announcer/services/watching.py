"""Calling people in time: whoever could do something about what would wait for ever.

The page's step of each announcement carries the moment at which it is asked next.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, RevisionRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.patience import patience
from announcer.services import (
    crisis_watch,
    inviting,
    meeting,
    planning,
    records,
    reminding,
    situation,
)
from announcer.services.installation import Installation

#: Something may have happened meanwhile that begins or ends a wait.
LOOK_AGAIN = timedelta(minutes=1)
AT_ONCE = 50


def watch(installation: Installation) -> int:
    """Call whoever must be called now; returns how many calls were made."""
    crisis_watch.watch(installation)
    with installation.database.reading() as session:
        due = session.scalars(
            select(StepRow.id)
            .where(StepRow.call_at <= select(func.announcer.announcer_now()).scalar_subquery())
            .order_by(StepRow.call_at)
            .limit(AT_ONCE)
        ).all()
    return sum(_watch(installation, step) for step in due) + reminding.remind(installation)


def _watch(installation: Installation, page: UUID) -> int:
    with installation.database.transaction("watch") as session:
        row = session.scalar(
            select(AnnouncementRow)
            .join(StepRow, StepRow.announcement == AnnouncementRow.id)
            .where(StepRow.id == page)
            .with_for_update(of=AnnouncementRow, key_share=True, skip_locked=True)
        )
        if row is None:
            return 0  # somebody else has it; it is due again in the next round
        now = engine.now(session)
        step = session.get_one(StepRow, page)
        invited = inviting.keep_up(session, records.policy_of(session, installation, row), row, now)
        if row.state in (AnnouncementState.COMPLETED.value, AnnouncementState.WITHDRAWN.value):
            step.call_at = None
            return invited
        made, upcoming = _call(session, installation, row, step, now)
        step.call_at = min([now + LOOK_AGAIN, *upcoming])
        return made + invited


def _call(
    session: Session,
    installation: Installation,
    row: AnnouncementRow,
    page: StepRow,
    now: datetime,
) -> tuple[int, list[datetime]]:
    """How many calls were made, and the ends of what is waited for still."""
    policy = records.policy_of(session, installation, row)
    content = records.text_of(session.get_one(RevisionRow, page.revision))
    facts = situation.facts_of(session, row)
    found = patience(policy, row.class_name, facts, content.known_at, now)
    made = 0
    for one in found:
        if one.ends <= now:
            about = planning.step_named(session, row, one.step) if one.step else None
            made += meeting.call(session, policy, row, one, about)
    return made, [one.ends for one in found if one.ends > now]
