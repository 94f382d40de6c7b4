"""Crises as they stand: what was told when, how long it took, and closing them afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db.models import (
    AlarmRow,
    AnnouncementRow,
    CrisisReviewRow,
    CrisisRow,
    DeliveryRow,
    StepRow,
)
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.declaring import Kind, crisis_of
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_, NotAllowed, Refusal
from announcer.services import declaring, records
from announcer.services.installation import Installation

MAY_SEE = N_("Det här ser bara {roles}.")
MAY_REVIEW = N_("Det här granskas av {roles}.")
#: A note is read by people who were not there.
LONGEST_NOTE = 4000
MOST = 100


@dataclass(frozen=True)
class Took:
    """A step, when it began and when it was done (aware UTC), and after how long since it was
    declared; ``reached`` are those who got it."""

    channel: str
    began_at: datetime | None
    done_at: datetime | None
    after: timedelta | None
    reached: int


@dataclass(frozen=True)
class Told:
    """One text of a crisis; ``alarmed_at`` where its page could not be confirmed in time."""

    public_id: str
    kind: Kind
    title: str
    at: datetime
    next_information: datetime | None
    withdrawn: bool
    alarmed_at: datetime | None
    steps: tuple[Took, ...]


@dataclass(frozen=True)
class Review:
    """Who looked at it afterwards, and what they wrote."""

    note: str
    at: datetime


@dataclass(frozen=True)
class CrisisStatus:
    """A crisis from its declaration to its review; moments are aware UTC."""

    public_id: str
    title: str
    template: str
    area: str
    exercise: bool
    declared_at: datetime
    lifted_at: datetime | None
    next_information: datetime | None
    told: tuple[Told, ...]
    review: Review | None
    review_before: datetime
    can_tell: bool
    can_review: bool


def all_of(installation: Installation, actor: Person) -> list[CrisisStatus]:
    """Every crisis and exercise, the newest first. Raises `NotAllowed`."""
    _require(installation, actor)
    with installation.database.reading() as session:
        found = session.scalars(
            select(CrisisRow)
            .where(CrisisRow.kind == Kind.DECLARED.value)
            .order_by(CrisisRow.at.desc())
            .limit(MOST)
        )
        return [_status(session, installation, actor, one) for one in found]


def of(installation: Installation, actor: Person, reference: str) -> CrisisStatus:
    """The crisis that an announcement belongs to. Raises `NotAllowed`, `NotFound`, `Refusal`."""
    _require(installation, actor)
    with installation.database.reading() as session:
        return _status(session, installation, actor, declaring.begun_with(session, reference))


def may_see(installation: Installation, actor: Person) -> bool:
    """Whether this person declares crises, reviews them or watches everything."""
    crisis = installation.policy.crisis
    if crisis is None:
        return False
    return installation.policy.has_role(actor, _seen_by(installation), actor.unit)


def _seen_by(installation: Installation) -> tuple[str, ...]:
    crisis, policy = crisis_of(installation.policy), installation.policy
    roles = (*crisis.declared_by, *crisis.reviewed_by, *policy.information_unit)
    return tuple(dict.fromkeys(roles))


def _require(installation: Installation, actor: Person) -> None:
    installation.require(actor, _seen_by(installation), actor.unit, MAY_SEE)


def review(installation: Installation, actor: Person, reference: str, note: str) -> bool:
    """Close a crisis afterwards with a note; False where somebody had closed it already.

    Raises `NotAllowed` for others than the policy names and for whoever declared it, and `Refusal`
    without a note or while it lasts.
    """
    words = note.strip()
    if not words:
        raise Refusal(N_("Skriv vad granskningen visade."))
    with installation.database.transaction("review crisis") as session:
        first = declaring.begun_with(session, reference)
        row = records.find(session, str(first.about), lock=True)
        policy = records.policy_of(session, installation, row)
        roles = crisis_of(policy).reviewed_by
        right = records.require(session, installation, row, actor, roles, MAY_REVIEW)
        if row.author in (actor.pseudonym, right.pseudonym):
            raise NotAllowed(N_("Den som utlyste krisen granskar den inte. Be en kollega."))
        if session.get(CrisisReviewRow, row.id) is not None:
            return False
        if not declaring.is_lifted(session, row.id) and row.state not in _OVER:
            raise Refusal(N_("Krisen pågår. Den granskas när faran är över."))
        kept = words[:LONGEST_NOTE]
        session.add(CrisisReviewRow(announcement=row.id, actor=actor.pseudonym, note=kept))
        lent = records.in_right_of(actor, right)
        records.append(session, row.id, "crisis reviewed", actor.pseudonym, note=kept, **lent)
        return True


#: Without a word that it is over: it was withdrawn.
_OVER = (AnnouncementState.WITHDRAWN.value,)


def _status(
    session: Session, installation: Installation, actor: Person, first: CrisisRow
) -> CrisisStatus:
    texts = declaring.texts_of(session, first.about)
    _, row, text = texts[0]
    policy = records.policy_of(session, installation, row)
    crisis = crisis_of(policy)
    reviewed = session.get(CrisisReviewRow, row.id)
    over = next((one.at for one, about, _ in reversed(texts) if _lifts(one, about)), None)
    closed = over is not None or row.state in _OVER
    reviews = policy.has_role(actor, crisis.reviewed_by, row.unit, row.id)
    return CrisisStatus(
        public_id=row.public_id,
        title=text.title,
        template=first.template,
        area=first.area,
        exercise=text.exercise,
        declared_at=first.at,
        lifted_at=over,
        next_information=declaring.promised(session, row.id),
        told=tuple(_told(session, *one) for one in texts),
        review=Review(reviewed.note, reviewed.at) if reviewed else None,
        review_before=first.at + crisis.review_within,
        can_tell=not closed and policy.has_role(actor, crisis.declared_by, actor.unit, row.id),
        can_review=closed and reviewed is None and reviews and actor.pseudonym != row.author,
    )


def _lifts(one: CrisisRow, row: AnnouncementRow) -> bool:
    return one.kind == Kind.LIFTED.value and row.state != AnnouncementState.WITHDRAWN.value


def _told(session: Session, crisis: CrisisRow, row: AnnouncementRow, text: Content) -> Told:
    steps = records.steps_of(session, row.id)
    pages = [step.id for step in steps if step.channel == "intranet"]
    alarmed = session.scalar(select(func.min(AlarmRow.at)).where(AlarmRow.step.in_(pages)))
    reached = _reached(session, steps)
    return Told(
        public_id=row.public_id,
        kind=Kind(crisis.kind),
        title=text.title,
        at=crisis.at,
        next_information=text.next_information,
        withdrawn=row.state == AnnouncementState.WITHDRAWN.value,
        alarmed_at=alarmed,
        steps=tuple(_took(crisis, step, reached.get(step.id, 0)) for step in steps),
    )


def _took(crisis: CrisisRow, step: StepRow, reached: int) -> Took:
    done = step.confirmed_at if step.channel == "intranet" else step.settled_at
    after = done - crisis.at if done else None
    return Took(step.channel, step.started_at, done, after, reached)


def _reached(session: Session, steps: Sequence[StepRow]) -> dict[UUID, int]:
    query = (
        select(DeliveryRow.step, func.count())
        .where(
            DeliveryRow.step.in_([step.id for step in steps]),
            DeliveryRow.state == DeliveryState.ACCEPTED.value,
        )
        .group_by(DeliveryRow.step)
    )
    return dict(session.execute(query).all())
