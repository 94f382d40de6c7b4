"""When a step is done, and when the whole announcement is."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, DeliveryRow, ReadbackRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.delivery import DeliveryState
from announcer.domain.step import StepState
from announcer.services import planning, records
from announcer.services.installation import Installation


def counts(session: Session, step: StepRow) -> dict[str, int]:
    """How many recipients are in each state."""
    query = select(DeliveryRow.state, func.count()).where(DeliveryRow.step == step.id)
    return dict(session.execute(query.group_by(DeliveryRow.state)).all())


def confirm(
    session: Session, installation: Installation, row: AnnouncementRow, step: StepRow, digest: str
) -> None:
    """The page was read back: the database stamps it, and the windows of later steps open.

    Raises `GateClosed` where ``digest`` (hex SHA-256) is not what was planned.
    """
    session.add(ReadbackRow(step=step.id, digest=digest))
    session.flush()
    session.refresh(step, ["confirmed_at"])
    records.append(session, row.id, "confirmed", None, step=step.key, digest=digest)
    planning.open_windows(session, installation, row, step.confirmed_at or engine.now(session))


def settle(session: Session, row: AnnouncementRow, step: StepRow) -> None:
    """Settle the step if everyone was tried once and nobody is under way; then perhaps all of it.

    The caller holds the announcement's row. Deferred and doubtful recipients carry on behind it.
    """
    if step.state != StepState.SENDING.value or step.channel == "meeting":
        return
    if step.channel == "intranet" and step.confirmed_at is None:
        return
    untried = select(DeliveryRow.id).where(
        DeliveryRow.step == step.id,
        DeliveryRow.state.in_((DeliveryState.PENDING.value, DeliveryState.SENDING.value)),
    )
    if session.scalar(untried.limit(1)) is not None:
        return
    found = counts(session, step)
    step.state = StepState.SETTLED.value
    records.append(session, row.id, "settled", None, step=step.key, recipients=found)
    planning.wake(session, row)
    complete(session, row)


def complete(session: Session, row: AnnouncementRow) -> None:
    """Complete the announcement when its last step is settled."""
    if row.state != AnnouncementState.ACTIVE.value:
        return
    session.flush()
    unsettled = select(StepRow.id).where(
        StepRow.announcement == row.id, StepRow.state != StepState.SETTLED.value
    )
    if session.scalar(unsettled.limit(1)) is None:
        row.state = AnnouncementState.COMPLETED.value
        records.append(session, row.id, "completed", None)
