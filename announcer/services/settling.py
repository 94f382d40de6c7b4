"""When a step is done, and when the whole announcement is."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import JSON, case, func, null, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, DeliveryRow, ReadbackRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.delivery import DeliveryState
from announcer.domain.step import StepState
from announcer.services import planning, records
from announcer.services.installation import Installation


def counts(session: Session, steps: Sequence[StepRow]) -> dict[UUID, dict[str, int]]:
    """How many recipients of each step are in each state, by the step's id."""
    found: dict[UUID, dict[str, int]] = {step.id: {} for step in steps}
    query = select(DeliveryRow.step, DeliveryRow.state, func.count())
    of_these = query.where(DeliveryRow.step.in_(found))
    for step, state, number in session.execute(
        of_these.group_by(DeliveryRow.step, DeliveryRow.state)
    ):
        found[step][state] = number
    return found


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
    found = _counts_if_tried(session, step)
    if found is None:
        return
    step.state = StepState.SETTLED.value
    records.append(session, row.id, "settled", None, step=step.key, recipients=found)
    others = _unsettled(session, row)
    if StepState.WAITING.value in others:
        planning.wake(session, row)
    if not others:
        _complete(session, row)


def complete(session: Session, row: AnnouncementRow) -> None:
    """Complete the announcement when its last step is settled."""
    session.flush()
    if not _unsettled(session, row):
        _complete(session, row)


def _complete(session: Session, row: AnnouncementRow) -> None:
    if row.state == AnnouncementState.ACTIVE.value:
        row.state = AnnouncementState.COMPLETED.value
        records.append(session, row.id, "completed", None)


def _unsettled(session: Session, row: AnnouncementRow) -> set[str]:
    """In which states the steps are that are not done: settled, or given up."""
    done = (StepState.SETTLED.value, StepState.WITHDRAWN.value)
    query = select(StepRow.state).where(StepRow.announcement == row.id, StepRow.state.not_in(done))
    return set(session.scalars(query))


def _counts_if_tried(session: Session, step: StepRow) -> dict[str, int] | None:
    """How many recipients are in each state; None, without counting, where one is to be tried."""
    of_step = DeliveryRow.step == step.id
    untried = select(DeliveryRow.id).where(
        of_step, DeliveryRow.state.in_((DeliveryState.PENDING.value, DeliveryState.SENDING.value))
    )
    each = select(DeliveryRow.state, func.count().label("number")).where(of_step)
    counted = each.group_by(DeliveryRow.state).subquery()
    whole = select(func.json_object_agg(counted.c.state, counted.c.number, type_=JSON))
    left, found = session.execute(
        select(untried.exists(), case((untried.exists(), null()), else_=whole.scalar_subquery()))
    ).one()
    return None if left else found or {}
