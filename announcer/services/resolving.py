"""What a person decides about a recipient of whom nobody knows if the message reached them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import update

from announcer.db import engine
from announcer.db.models import BatchRow, DeliveryRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_, NotFound, Refusal
from announcer.services import records, settling
from announcer.services.installation import Installation


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
    installation.require_information_unit(actor)
    with installation.database.transaction("resolve") as session:
        delivery = session.get(DeliveryRow, _uuid(delivery_id))
        if delivery is None:
            raise NotFound(N_("Det finns ingen leverans ”{id}”."), id=delivery_id[:80])
        step = session.get_one(StepRow, delivery.step)
        row = records.find(session, str(step.announcement), lock=True)
        session.refresh(delivery)
        if delivery.state != DeliveryState.IN_DOUBT.value:
            raise Refusal(N_("Den leveransen är inte oklar längre."))
        if exit_ is Exit.AGAIN and row.state == AnnouncementState.WITHDRAWN.value:
            raise Refusal(N_("Meddelandet är tillbakadraget."))
        if exit_ is Exit.AGAIN:
            delivery.next_try_at = engine.now(session)
            session.execute(
                update(BatchRow)
                .where(BatchRow.id == delivery.batch, BatchRow.state.in_(("done", "ready")))
                .values(state="ready", due_at=engine.now(session))
            )
        else:
            delivery.next_try_at = None
            state = DeliveryState.ACCEPTED if exit_ is Exit.SENT else DeliveryState.ABANDONED
            delivery.state = state.value
        session.flush()
        settling.settle(session, row, step)
        records.append(
            session, row.id, "resolved", actor.pseudonym, step=step.key, exit=exit_.value
        )
    installation.wake()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(N_("Det finns ingen leverans ”{id}”."), id=text[:80]) from None
