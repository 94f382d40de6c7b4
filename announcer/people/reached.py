"""Whom an announcement has reached: those told before are told what came of it."""

from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from announcer.db.models import (
    DeliveryRow,
    GroupMemberRow,
    PersonRow,
    PressContactRow,
    StepRow,
)
from announcer.domain.delivery import DeliveryState
from announcer.people.lookup import Addressee

#: Whoever may have it, has it.
HAVE_IT = (DeliveryState.ACCEPTED.value, DeliveryState.IN_DOUBT.value)


def reached_by(session: Session, announcement: UUID, channel: str) -> list[Addressee]:
    """Everyone whom an announcement has reached in a channel, or may have, each once and in a fixed
    order; whoever has changed units since is there.

    Left out are mailboxes that are nobody's any more: of colleagues who left, of offices that are in
    no imported group, of newsrooms taken off the press list. A record that was weeded names nobody.
    """
    query = (
        select(DeliveryRow.recipient, DeliveryRow.address, DeliveryRow.language)
        .join(StepRow, StepRow.id == DeliveryRow.step)
        .where(
            StepRow.announcement == announcement,
            DeliveryRow.channel == channel,
            DeliveryRow.state.in_(HAVE_IT),
            DeliveryRow.recipient.not_like("weeded %"),
            still_somebodys(StepRow.external),
        )
        .order_by(DeliveryRow.recipient, DeliveryRow.changed_at)
        .ext(distinct_on(DeliveryRow.recipient))
    )
    return [Addressee(key, address, language) for key, address, language in session.execute(query)]


def still_somebodys(external: bool | SQLColumnExpression[bool]) -> ColumnElement[bool]:
    """Of deliveries of steps that are ``external`` or not, those whose mailbox is somebody's still,
    and those that went to none."""
    address = func.lower(DeliveryRow.address)
    staff = exists().where(PersonRow.left_at.is_(None), func.lower(PersonRow.email) == address)
    group = exists().where(func.lower(GroupMemberRow.email) == address)
    listed = exists().where(
        PressContactRow.removed_at.is_(None), func.lower(PressContactRow.email) == address
    )
    outside = literal(external) if isinstance(external, bool) else external
    return or_(
        DeliveryRow.address.not_like("%@%"),
        and_(outside, listed),
        and_(not_(outside), or_(staff, group)),
    )
