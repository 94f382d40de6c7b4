"""What a person decides about recipients of whom nobody knows if the message reached them.

By the information unit, and out of hours by whoever is on duty: it is they who are called.
"""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, BatchRow, DeliveryRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_, AlreadyDone, NotFound, Refusal
from announcer.domain.schedule import who_is_on_duty
from announcer.domain.step import StepKind, StepState
from announcer.services import changes, planning, records, settling
from announcer.services.installation import Installation

ONLY = N_("Det här kan bara {roles} göra.")


class Exit(StrEnum):
    """The three ways out of doubt."""

    #: It arrived; somebody asked.
    SENT = "sent"
    #: Send it again; that it may arrive twice is accepted.
    AGAIN = "again"
    #: Let it be.
    ABANDON = "abandon"


def resolve(installation: Installation, actor: Person, delivery_id: str, exit_: Exit) -> None:
    """Take a delivery out of doubt. Raises `NotFound`, `NotAllowed`, or `Refusal` if it is in none."""
    with installation.database.transaction("resolve") as session:
        delivery = session.get(DeliveryRow, _uuid(delivery_id))
        if delivery is None:
            raise NotFound(N_("Det finns ingen leverans ”{id}”."), id=delivery_id[:80])
        step = session.get_one(StepRow, delivery.step)
        row = records.find(session, str(step.announcement), lock=True)
        right = require_answerer(session, installation, row, actor)
        session.refresh(delivery)
        if not _left_to_say(session, [delivery], exit_):
            raise AlreadyDone(N_("Den leveransen är inte oklar längre."))
        take_out(session, row, step, [delivery], exit_)
        lent = records.in_right_of(actor, right)
        records.append(
            session, row.id, "resolved", actor.pseudonym, step=step.key, exit=exit_.value, **lent
        )
    installation.wake()


def resolve_step(
    installation: Installation, actor: Person, reference: str, key: str, exit_: Exit
) -> int:
    """Take everyone of a step out of doubt at once; how many that was.

    Raises `NotFound`, `NotAllowed`, or `Refusal` where nobody of it is in doubt.
    """
    with installation.database.transaction("resolve step") as session:
        row = records.find(session, reference, lock=True)
        right = require_answerer(session, installation, row, actor)
        step = planning.step_named(session, row, key)
        doubtful = _left_to_say(session, in_doubt(session, step), exit_) if step else []
        if step is None or not doubtful:
            raise AlreadyDone(N_("Inget i det steget är oklart längre."))
        take_out(session, row, step, doubtful, exit_)
        said = {"step": key, "exit": exit_.value, "recipients": len(doubtful)}
        lent = records.in_right_of(actor, right)
        records.append(session, row.id, "resolved", actor.pseudonym, **said, **lent)
    installation.wake()
    return len(doubtful)


def require_answerer(
    session: Session, installation: Installation, row: AnnouncementRow, actor: Person
) -> Person:
    """In whose right ``actor`` answers doubts about an announcement now. Raises `NotAllowed`."""
    policy = records.policy_of(session, installation, row)
    roles = who_is_on_duty(policy, row.class_name, engine.now(session))
    return records.require(session, installation, row, actor, roles, ONLY)


def in_doubt(session: Session, step: StepRow) -> Sequence[DeliveryRow]:
    """The doubtful recipients of a step, in a fixed order."""
    query = select(DeliveryRow).where(
        DeliveryRow.step == step.id, DeliveryRow.state == DeliveryState.IN_DOUBT.value
    )
    return session.scalars(query.order_by(DeliveryRow.recipient)).all()


def _left_to_say(
    session: Session, found: Sequence[DeliveryRow], exit_: Exit
) -> Sequence[DeliveryRow]:
    """Those still in doubt; where it goes again, without those that somebody has sent again already."""
    now = engine.now(session)
    return [
        one
        for one in found
        if one.state == DeliveryState.IN_DOUBT.value
        and not (exit_ is Exit.AGAIN and one.next_try_at and one.next_try_at <= now)
    ]


def can_go_again(row: AnnouncementRow, step: StepRow) -> bool:
    """Whether it is sent still: it was not given up, nor withdrawn, unless that is what it says."""
    is_notice = step.kind == StepKind.WITHDRAWAL.value
    return step.state != StepState.WITHDRAWN.value and (
        is_notice or row.state != AnnouncementState.WITHDRAWN.value
    )


def take_out(
    session: Session,
    row: AnnouncementRow,
    step: StepRow,
    doubtful: Sequence[DeliveryRow],
    exit_: Exit,
) -> None:
    """The way out for doubtful recipients of one step, under the announcement's lock.

    Raises `Refusal` where it goes to nobody any more.
    """
    if exit_ is Exit.AGAIN and not can_go_again(row, step):
        withdrawn = row.state == AnnouncementState.WITHDRAWN.value
        raise Refusal(
            N_("Meddelandet är tillbakadraget.")
            if withdrawn
            else N_("Steget går inte ut längre. Välj ett av de andra sätten.")
        )
    if exit_ is Exit.AGAIN and changes.is_overtaken(session, step):
        raise Refusal(N_("Texten är rättad sedan dess. Välj ett av de andra sätten."))
    now = engine.now(session)
    for delivery in doubtful:
        if exit_ is Exit.AGAIN:
            delivery.next_try_at = now
        else:
            delivery.next_try_at = None
            state = DeliveryState.ACCEPTED if exit_ is Exit.SENT else DeliveryState.ABANDONED
            delivery.state = state.value
    session.flush()
    if exit_ is Exit.AGAIN:
        session.execute(
            update(BatchRow)
            .where(
                BatchRow.id.in_({delivery.batch for delivery in doubtful}),
                BatchRow.state.in_(("done", "ready")),
            )
            .values(state="ready", due_at=now)
            .execution_options(synchronize_session=False)
        )
    settling.settle(session, row, step)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(N_("Det finns ingen leverans ”{id}”."), id=text[:80]) from None
