"""What was stopped and waits for a person: too late, three times broken off, perhaps out already.

After an outage, a restored backup, a clock that was wrong or a weekend without workers nothing goes
in a burst: somebody sees what would go where, and says for each step whether it goes now, later or
not at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BatchRow,
    DeliveryRow,
    GivenUpRow,
    PassedOverRow,
    StepRow,
)
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_, AlreadyDone, Refusal
from announcer.domain.plan import AnnouncementFacts, since
from announcer.domain.reach import goes_to
from announcer.domain.schedule import who_is_on_duty
from announcer.domain.step import StepKind, StepState
from announcer.services import planning, records, settling, situation
from announcer.services.holding import take_up_batches
from announcer.services.installation import Installation
from announcer.services.reach import would_reach

OPEN = (StepState.WAITING.value, StepState.SENDING.value)
LEFT = (DeliveryState.PENDING.value, DeliveryState.DEFERRED.value)
#: Nobody plans further ahead; a longer time is a slip of the hand.
LONGEST_WAIT = timedelta(days=366)


class After(StrEnum):
    """What becomes of the steps that wait for one that is given up."""

    #: They go without it, as if it were settled.
    GO_ON = "go_on"
    #: They do not go either.
    STOP = "stop"


@dataclass(frozen=True)
class Stopped:
    """A stopped step for the eye: what would go where, and since when it should have.

    ``reason`` is a Swedish message id; moments are aware UTC. ``to`` is how many recipients it would
    still go to; ``followers`` are the channels of the steps that wait for it.
    """

    public_id: str
    title: str
    step: str
    channel: str
    channel_name: str
    #: What would go where.
    goes: Refusal
    external: bool
    reason: str
    stopped_at: datetime
    due_since: datetime | None
    late_by: timedelta | None
    to: int
    begun: bool
    followers: tuple[str, ...]
    #: Whether those after it can go without it, and whether another time can be set.
    can_go_on: bool
    can_be_moved: bool


class _Found(NamedTuple):
    """A stopped step, locked with its announcement, and in whose right somebody acts."""

    row: AnnouncementRow
    step: StepRow
    now: datetime
    lent: dict[str, str]


def waiting(installation: Installation, actor: Person) -> list[Stopped]:
    """Every stopped step that ``actor`` can decide about, the longest stopped first."""
    with installation.database.reading() as session:
        now = engine.now(session)
        return [
            _shown(session, installation, row, step, now)
            for row, step in rows(session)
            if _may(session, installation, row, actor, now)
        ]


def how_many(installation: Installation, actor: Person) -> int:
    """How many there are of those."""
    with installation.database.reading() as session:
        now = engine.now(session)
        return sum(_may(session, installation, row, actor, now) for row, _ in rows(session))


def rows(session: Session) -> list[tuple[AnnouncementRow, StepRow]]:
    """What programs have stopped and nobody has decided about, the longest stopped first."""
    query = (
        select(AnnouncementRow, StepRow)
        .join(StepRow, StepRow.announcement == AnnouncementRow.id)
        .where(StepRow.stopped, StepRow.state.in_(OPEN))
        .order_by(StepRow.held_at, AnnouncementRow.created_at, StepRow.position)
    )
    return [(row, step) for row, step in session.execute(query)]


def _may(
    session: Session, installation: Installation, row: AnnouncementRow, actor: Person, now: datetime
) -> bool:
    policy = records.policy_of(session, installation, row)
    return policy.has_role(actor, who_is_on_duty(policy, row.class_name, now), row.unit, row.id)


def _shown(
    session: Session, installation: Installation, row: AnnouncementRow, step: StepRow, now: datetime
) -> Stopped:
    begun = step.state == StepState.SENDING.value
    facts = situation.facts_of(session, row)
    due = _due_since(session, facts, step)
    followers = tuple(_followers(facts, step))
    kind = records.policy_of(session, installation, row).channels[step.channel]
    to = _left(session, step) if begun else would_reach(session, installation, row, step)
    return Stopped(
        public_id=row.public_id,
        title=records.text_of(records.text_in_force(session, row.id)).title,
        step=step.key,
        channel=step.channel,
        channel_name=kind.title,
        goes=goes_to(kind, to),
        external=step.external,
        reason=step.held_reason,
        stopped_at=step.held_at or now,
        due_since=due,
        late_by=now - due if due else None,
        to=to,
        begun=begun,
        followers=tuple(dict.fromkeys(facts.steps[one].planned.channel for one in followers)),
        can_go_on=bool(followers) and _can_be_gone_past(step, now),
        can_be_moved=begun or step.not_before is not None,
    )


def _due_since(session: Session, facts: AnnouncementFacts, step: StepRow) -> datetime | None:
    """When the last thing that it waited for was there; for one under way, when it was to go on."""
    if step.state == StepState.WAITING.value:
        return since(facts, facts.steps[step.key])
    return session.scalar(
        select(func.min(BatchRow.due_at)).where(BatchRow.step == step.id, BatchRow.state == "ready")
    )


def _left(session: Session, step: StepRow) -> int:
    query = select(func.count()).where(DeliveryRow.step == step.id, DeliveryRow.state.in_(LEFT))
    return session.scalar(query) or 0


def _followers(facts: AnnouncementFacts, step: StepRow) -> Iterator[str]:
    """The keys of the waiting steps that come after it, directly or through others, as the gate sees
    it. A step names all that it comes after."""
    for key, one in facts.steps.items():
        if one.state is StepState.WAITING and step.key in facts.earlier(one):
            yield key


def _can_be_gone_past(step: StepRow, now: datetime) -> bool:
    """Whether the database lets those after it go without it; it asks for itself."""
    if step.kind == StepKind.WITHDRAWAL.value:
        return True
    lateness = timedelta(seconds=step.greatest_lateness_seconds)
    too_late = step.not_before is not None and step.not_before + lateness <= now
    return not step.external and (step.before_intranet or step.strength != "must" or too_late)


def send_now(installation: Installation, actor: Person, reference: str, key: str) -> None:
    """Let a stopped step go on: it is as if it had fallen due now.

    Raises `NotFound`, `NotAllowed`, or `Refusal` where it is not stopped.
    """
    with installation.database.transaction("send late") as session:
        found = _find(session, installation, actor, reference, key)
        _let_go(session, found)
        take_up_batches(session, found.step)
        _note(session, found, actor, "sent late")
        planning.wake(session, found.row)
    installation.wake()


def plan_anew(
    installation: Installation, actor: Person, reference: str, key: str, at: datetime
) -> None:
    """Let a stopped step go at another time, ``at`` (aware), as if it had been meant for then.

    Raises `NotFound`, `NotAllowed`, or `Refusal` where that cannot be.
    """
    with installation.database.transaction("plan anew") as session:
        found = _find(session, installation, actor, reference, key)
        step = found.step
        if not found.now < at <= found.now + LONGEST_WAIT:
            raise Refusal(N_("Välj en tid som inte har varit, högst ett år framåt."))
        if step.state == StepState.WAITING.value and step.not_before is None:
            raise Refusal(
                N_(
                    "Sidan är inte uppe än, så ingen annan tid går att räkna. Skicka nu, eller vänta."
                )
            )
        _let_go(session, found)
        if step.state == StepState.WAITING.value:
            step.not_before, step.look_at = at, at
        session.flush()
        session.execute(
            update(BatchRow)
            .where(BatchRow.step == step.id, BatchRow.state == "ready")
            .values(deaths=0, due_at=at)
            .execution_options(synchronize_session=False)
        )
        _note(session, found, actor, "planned anew", at=at.isoformat())
    installation.wake()


def give_up(
    installation: Installation,
    actor: Person,
    reference: str,
    key: str,
    why: str,
    after: After | None = None,
) -> None:
    """A stopped step goes to nobody any more. Where others wait for it, ``after`` says what becomes
    of them; nothing is opened by leaving that out.

    Raises `NotFound`, `NotAllowed`, or `Refusal`.
    """
    ground = why.strip()[:500]
    if not ground:
        raise Refusal(N_("Skriv varför det inte ska gå."))
    with installation.database.transaction("give up") as session:
        found = _find(session, installation, actor, reference, key)
        step = found.step
        followers = list(_followers(situation.facts_of(session, found.row), step))
        _refuse_giving_up(session, found, followers, after)
        session.add(GivenUpRow(step=step.id, actor=actor.pseudonym, ground=ground))
        session.flush()
        if after is After.GO_ON and followers and _is_waited_for(session, step):
            session.add(PassedOverRow(step=step.id, actor=actor.pseudonym, ground=ground))
            _note(session, found, actor, "passed over", why=ground)
        keys = {key, *(followers if after is After.STOP else ())}
        gone = [one for one in records.steps_of(session, found.row.id) if one.key in keys]
        for one in gone:
            one.state = StepState.WITHDRAWN.value
        session.flush()
        _let_go(session, found)
        _drop_what_is_left(session, step)
        said = {"steps": [one.key for one in gone]} | (
            {"after": after.value} if followers and after else {}
        )
        _note(session, found, actor, "given up", why=ground, **said)
        planning.wake(session, found.row)
        settling.complete(session, found.row)
    installation.wake()


def _is_waited_for(session: Session, step: StepRow) -> bool:
    """Whether those after it wait for it when it is given up; nobody waits for a notice then."""
    is_notice = step.kind == StepKind.WITHDRAWAL.value
    return not is_notice and session.get(PassedOverRow, step.id) is None


def _refuse_giving_up(
    session: Session, found: _Found, followers: Sequence[str], after: After | None
) -> None:
    step = found.step
    if step.channel == "intranet":
        raise Refusal(
            N_("Allt annat kommer efter sidan. Dra tillbaka meddelandet om den inte ska upp.")
        )
    under_way = select(DeliveryRow.id).where(
        DeliveryRow.step == step.id, DeliveryRow.state == DeliveryState.SENDING.value
    )
    if session.scalars(under_way.limit(1)).first() is not None:
        raise Refusal(N_("Något av det är på väg just nu. Försök igen om en minut."))
    if followers and after is None:
        raise Refusal(N_("Säg om det som kommer efter ska gå ändå, eller inte heller."))
    if followers and after is After.GO_ON and not _can_be_gone_past(step, found.now):
        raise Refusal(
            N_("Det som kommer efter får inte gå före det här. Välj att inget av det går.")
        )


def _drop_what_is_left(session: Session, step: StepRow) -> None:
    """Nobody who was not tried gets it; whoever is in doubt stays so, for a person to answer."""
    its = update(DeliveryRow).where(DeliveryRow.step == step.id)
    done = update(BatchRow).where(BatchRow.step == step.id, BatchRow.state == "ready")
    for change in (
        its.where(DeliveryRow.state.in_(LEFT)).values(
            state=DeliveryState.ABANDONED.value, next_try_at=None
        ),
        its.where(DeliveryRow.state == DeliveryState.IN_DOUBT.value).values(next_try_at=None),
        done.values(state="done", due_at=None),
    ):
        session.execute(change.execution_options(synchronize_session=False))


def _find(
    session: Session, installation: Installation, actor: Person, reference: str, key: str
) -> _Found:
    """The announcement's row first, as the gate takes it. Of one that is withdrawn only the notices of
    that are left."""
    row = records.find(session, reference, lock=True)
    now = engine.now(session)
    policy = records.policy_of(session, installation, row)
    roles = who_is_on_duty(policy, row.class_name, now)
    may = N_("Det här kan bara {roles} göra.")
    right = records.require(session, installation, row, actor, roles, may)
    step = planning.step_named(session, row, key)
    if step is None:
        raise Refusal(N_("Det finns inget steg ”{key}” i planen."), key=key[:80])
    if row.state == AnnouncementState.WITHDRAWN.value and step.kind != StepKind.WITHDRAWAL.value:
        raise Refusal(N_("Meddelandet är tillbakadraget."))
    if not step.stopped or step.state not in OPEN:
        raise AlreadyDone(N_("Steget är inte stoppat. Någon annan kan ha hunnit före."))
    return _Found(row, step, now, records.in_right_of(actor, right))


def _let_go(session: Session, found: _Found) -> None:
    found.step.held_at, found.step.held_reason, found.step.stopped = None, "", False
    session.flush()


def _note(session: Session, found: _Found, actor: Person, what: str, **detail: object) -> None:
    about = {"step": found.step.key, **detail, **found.lent}
    records.append(session, found.row.id, what, actor.pseudonym, **about)
