"""What a correction or a withdrawal would mean, before anybody has said that it shall be."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, DeliveryRow, StepRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotFound, Refusal
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import Policy
from announcer.domain.schedule import expected
from announcer.domain.step import StepKind, StepState
from announcer.people.reached import HAVE_IT
from announcer.services import changes, correcting, records, situation
from announcer.services.installation import Installation


@dataclass(frozen=True)
class Reached:
    """How many have a text by a channel, whose title is a Swedish message id; ``can`` says whether
    the channel can tell them what became of it."""

    channel: str
    title: str
    external: bool
    count: int
    can: bool


@dataclass(frozen=True)
class ToCome:
    """What has not gone out and would go out right; ``at`` is aware UTC, the earliest it can."""

    title: str
    external: bool
    at: datetime


@dataclass(frozen=True)
class Prospect:
    """The text in force, who would be told of a correction of it, and what would go out right.
    ``waits``: one is proposed already; ``newest``: see `correcting.newest`."""

    public_id: str
    content: Content
    reached: tuple[Reached, ...]
    to_come: tuple[ToCome, ...]
    waits: bool
    newest: str


def prospect(installation: Installation, actor: Person, reference: str) -> Prospect:
    """What a correction would mean. Raises `NotFound` alike for what there is not and what ``actor``
    may not correct, or `Refusal` for what is not planned or is withdrawn."""
    with installation.database.reading() as session:
        row, policy = _may(session, installation, actor, reference)
        if row.state == AnnouncementState.WITHDRAWN.value:
            raise Refusal(N_("Meddelandet är tillbakadraget."))
        if row.state == AnnouncementState.IN_REVIEW.value:
            raise Refusal(correcting.IN_REVIEW)
        return _prospect(session, policy, row)


def consequence(installation: Installation, reference: str) -> Prospect:
    """The same for whoever approves a correction; the caller has asked who may. Raises `NotFound`."""
    with installation.database.reading() as session:
        row = records.find(session, reference)
        return _prospect(session, records.policy_of(session, installation, row), row)


def _prospect(session: Session, policy: Policy, row: AnnouncementRow) -> Prospect:
    return Prospect(
        public_id=row.public_id,
        content=records.content_of(session, records.text_in_force(session, row.id)),
        reached=_reached(session, policy, row, withdrawn=False),
        to_come=_to_come(session, policy, row),
        waits=records.open_correction(session, row.id) is not None,
        newest=correcting.newest(session, row),
    )


def _may(
    session: Session, installation: Installation, actor: Person, reference: str
) -> tuple[AnnouncementRow, Policy]:
    try:
        row = records.find(session, reference)
    except NotFound:
        raise NotFound(N_("Sidan finns inte.")) from None
    policy = records.policy_of(session, installation, row)
    if not correcting.is_theirs(session, policy, row, actor):
        raise NotFound(N_("Sidan finns inte."))
    return row, policy


def told_of_withdrawal(installation: Installation, reference: str) -> tuple[Reached, ...]:
    """Who would be told that an announcement is withdrawn. Raises `NotFound`."""
    with installation.database.reading() as session:
        row = records.find(session, reference)
        policy = records.policy_of(session, installation, row)
        return _reached(session, policy, row, withdrawn=True)


def _reached(
    session: Session, policy: Policy, row: AnnouncementRow, *, withdrawn: bool
) -> tuple[Reached, ...]:
    query = (
        select(StepRow.channel, StepRow.external, func.count())
        .join(DeliveryRow, DeliveryRow.step == StepRow.id)
        .where(
            StepRow.announcement == row.id,
            StepRow.kind == StepKind.FIRST.value,
            StepRow.channel.not_in(changes.PAGES),
            DeliveryRow.state.in_(HAVE_IT),
        )
        .group_by(StepRow.channel, StepRow.external)
        .order_by(StepRow.external, StepRow.channel)
    )
    found = []
    for channel, external, count in session.execute(query):
        kind = policy.channels[channel]
        can = kind.withdraws if withdrawn else kind.corrects
        found.append(Reached(channel, CHANNEL_NAMES.get(channel, channel), external, count, can))
    return tuple(found)


def _to_come(session: Session, policy: Policy, row: AnnouncementRow) -> tuple[ToCome, ...]:
    facts = situation.facts_of(session, row)
    moments = expected(policy, row.class_name, facts, engine.now(session))
    return tuple(
        ToCome(CHANNEL_NAMES.get(name, name), step.planned.external, moments[key])
        for key, step in facts.steps.items()
        if step.state is StepState.WAITING and step.planned.kind is StepKind.FIRST
        if (name := step.planned.channel) not in ("meeting", "intranet")
    )
