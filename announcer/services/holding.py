"""What the information unit does with an announcement under way: hold, resume, release, withdraw.

Each takes the announcement's row first, as the gate does, so that what has been answered here is
never overtaken by something that was about to start.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BatchRow,
    DeliveryRow,
    ReleaseRow,
    StepRow,
    WithdrawalRow,
)
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.channel import PERSONAL
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_, Refusal
from announcer.domain.schedule import who_releases
from announcer.domain.step import StepState
from announcer.services import (
    correcting,
    meeting,
    planning,
    records,
    replanning,
    settling,
    situation,
)
from announcer.services.installation import Installation

#: Characters of the sentence that those who had a text read of its withdrawal.
LONGEST_TOLD = 300


def hold(
    installation: Installation, actor: Person, reference: str, why: str, step: str = ""
) -> int:
    """Start nothing more until `resume`; with the key of a ``step``, nothing more of that one.

    Returns how many batches of it were already going out.
    """
    lent = records.in_right_of(actor, installation.require_information_unit(actor))
    if not why.strip():
        raise Refusal(N_("Skriv varför meddelandet pausas."))
    ground = why.strip()[:500]
    with installation.database.transaction("hold") as session:
        row = records.under_way(session, reference)
        held = _held(session, row, step)
        if held.held_at is None:
            held.held_at = engine.now(session)  # stamped anew by the database
            about = {"step": step} if step else {}
            records.append(session, row.id, "held", actor.pseudonym, why=ground, **about, **lent)
        if isinstance(held, StepRow):
            held.held_reason, held.stopped = ground, False
        running = select(BatchRow.id).join(StepRow, StepRow.id == BatchRow.step)
        its = StepRow.key == step if step else true()
        return len(
            session.scalars(
                running.where(StepRow.announcement == row.id, its, BatchRow.state == "running")
            ).all()
        )


def _held(session: Session, row: AnnouncementRow, key: str) -> AnnouncementRow | StepRow:
    """What is paused: the announcement, or one step that is not done."""
    if not key:
        return row
    step = planning.step_named(session, row, key)
    if step is None:
        raise Refusal(N_("Det finns inget steg ”{key}” i planen."), key=key[:80])
    if step.state not in (StepState.WAITING.value, StepState.SENDING.value):
        raise Refusal(N_("Steget är redan klart och går inte att pausa."))
    return step


def resume(installation: Installation, actor: Person, reference: str, step: str = "") -> None:
    """Lift the pause of the announcement and of each of its steps; with a key, of that step alone.

    Where the policy lets the countdown stop, staff are ahead by as much longer as it stood still.
    """
    lent = records.in_right_of(actor, installation.require_information_unit(actor))
    with installation.database.transaction("resume") as session:
        row = records.under_way(session, reference)
        policy = records.policy_of(session, installation, row)
        stops = policy.classes[row.class_name].countdown_when_held == "stops"
        held = [one for one in records.steps_of(session, row.id) if step in ("", one.key)]
        if (step or row.held_at is None) and not any(one.held_at for one in held):
            return  # somebody else was first, or one pressed twice
        now, since = engine.now(session), None if step else row.held_at
        if not step:
            row.held_at = None
        for one in held:
            stood = min((at for at in (since, one.held_at) if at), default=None)
            if stops and stood:
                _count_on(one, stood, now)
            if one.held_at is not None:
                one.held_at, one.held_reason, one.stopped = None, "", False
            take_up_batches(session, one)
        about = {"step": step} if step else {}
        records.append(session, row.id, "resumed", actor.pseudonym, **about, **lent)
        planning.wake(session, row)
    installation.wake()


def _count_on(step: StepRow, since: datetime, now: datetime) -> None:
    """The window of a waiting step stood still from ``since`` on."""
    opens = step.not_before
    if step.state == StepState.WAITING.value and opens is not None and opens > since:
        step.not_before = opens + (now - since)


def take_up_batches(session: Session, step: StepRow) -> None:
    """A step that stood still starts counting anew: the deaths over it, and how late it is."""
    session.flush()
    session.execute(
        update(BatchRow)
        .where(BatchRow.step == step.id, BatchRow.state == "ready")
        .values(deaths=0, due_at=engine.now(session))
        .execution_options(synchronize_session=False)
    )


def release(installation: Installation, actor: Person, reference: str) -> list[str]:
    """Release to the media what waits for it; returns the keys of the steps released now.

    It goes when its window is over as well. Raises `Refusal` where nothing waits for a release.
    """
    with installation.database.transaction("release") as session:
        row = records.under_way(session, reference)
        facts = situation.facts_of(session, row)
        waiting = [
            step
            for step in records.steps_of(session, row.id)
            if step.release_by and step.state == StepState.WAITING.value
        ]
        must = N_("Det här måste släppas av {roles}.")
        policy = records.policy_of(session, installation, row)
        now = engine.now(session)
        rights = {}
        for step in waiting:
            roles = who_releases(policy, row.class_name, situation.planned(step), now)
            rights[step.key] = records.require(session, installation, row, actor, roles, must)
        if not waiting:
            raise Refusal(N_("Det finns inget som väntar på att släppas till medierna."))
        new = [step for step in waiting if facts.steps[step.key].released_at is None]
        for step in new:
            session.add(ReleaseRow(step=step.id, actor=actor.pseudonym))
            lent = records.in_right_of(actor, rights[step.key])
            records.append(session, row.id, "released", actor.pseudonym, step=step.key, **lent)
        planning.wake(session, row)
        keys = [step.key for step in new]
    installation.wake()
    return keys


def withdraw(
    installation: Installation,
    actor: Person,
    reference: str,
    why: str,
    tell: Mapping[str, str] | None = None,
) -> int:
    """Start nothing more, ever; what was approved stays on record.

    Exactly those who have had the text are told, inside first; ``tell`` is a sentence for those inside
    in each language that it is given in, and the reason, ``why``, stands in the record alone. By the
    author while it waits for approval, by the information unit at any time. Returns how many
    recipients had been reached already.
    """
    if not why.strip():
        raise Refusal(N_("Skriv varför meddelandet dras tillbaka."))
    said = _sentences(tell or {})
    with installation.database.transaction("withdraw") as session:
        row = records.find(session, reference, lock=True)
        own = row.author == actor.pseudonym and row.state == AnnouncementState.IN_REVIEW.value
        right = actor if own else installation.require_information_unit(actor)
        already = _reached(session, installation, row)
        if row.state == AnnouncementState.WITHDRAWN.value:
            return already
        for step in records.steps_of(session, row.id):
            if step.state in (StepState.WAITING.value, StepState.SENDING.value):
                step.state = StepState.WITHDRAWN.value
        session.flush()
        _abandon_untried(session, row)
        correcting.taken_back_by_withdrawal(session, row, actor)
        row.state = AnnouncementState.WITHDRAWN.value
        session.flush()
        session.refresh(row, ["withdrawn_at"])
        session.add(WithdrawalRow(announcement=row.id, actor=actor.pseudonym, what=said))
        policy = records.policy_of(session, installation, row)
        told = replanning.tell_of_withdrawal(session, policy, row)
        lent = records.in_right_of(actor, right)
        records.append(
            session,
            row.id,
            "withdrawn",
            actor.pseudonym,
            why=why.strip()[:500],
            **({"told": [step.key for step in told]} if told else {}),
            **lent,
        )
        planning.wake(session, row)
    installation.wake()
    return already


def _sentences(tell: Mapping[str, str]) -> dict[str, str]:
    """What those who had it are told, by language. Raises `Refusal` for what is no sentence."""
    said = {language: " ".join(words.split()) for language, words in tell.items()}
    if any(len(words) > LONGEST_TOLD or not words.isprintable() for words in said.values()):
        raise Refusal(
            N_("Skriv en mening till dem som har fått meddelandet, med högst {limit} tecken."),
            limit=LONGEST_TOLD,
        )
    return {language: words for language, words in said.items() if words}


def reached(installation: Installation, reference: str) -> int:
    """How many who have an address have been reached, or may have been. Raises `NotFound`."""
    with installation.database.reading() as session:
        return _reached(session, installation, records.find(session, reference))


def _reached(session: Session, installation: Installation, row: AnnouncementRow) -> int:
    kinds = records.policy_of(session, installation, row).channels
    addressed = [name for name, kind in kinds.items() if kind.addresses in PERSONAL]
    reached = (DeliveryState.ACCEPTED.value, DeliveryState.IN_DOUBT.value)
    query = select(DeliveryRow.id).join(StepRow, StepRow.id == DeliveryRow.step)
    return len(
        session.scalars(
            query.where(
                StepRow.announcement == row.id,
                StepRow.channel.in_(addressed),
                DeliveryRow.state.in_(reached),
            )
        ).all()
    )


def _abandon_untried(session: Session, row: AnnouncementRow) -> None:
    steps = select(StepRow.id).where(StepRow.announcement == row.id)
    waiting = (DeliveryState.PENDING.value, DeliveryState.DEFERRED.value)
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.step.in_(steps), DeliveryRow.state.in_(waiting))
        .values(state=DeliveryState.ABANDONED.value, next_try_at=None)
        .execution_options(synchronize_session=False)
    )


def tick(
    installation: Installation,
    actor: Person,
    reference: str,
    key: str,
    note: str = "",
    unit: str = "",
) -> None:
    """Say that a meeting was held; with a ``unit``, there, where each unit holds its own.

    Raises `NotAllowed`, or `Refusal` where it is not its time or not clear in which unit.
    """
    with installation.database.transaction("tick") as session:
        row = records.under_way(session, reference)
        step = planning.step_named(session, row, key)
        if step is None or step.channel != "meeting":
            raise Refusal(N_("Det finns inget möte ”{key}” i planen."), key=key[:80])
        policy = records.policy_of(session, installation, row)
        units = meeting.standing(session, policy, row, step)
        one = None
        if step.per_unit:
            one, right = meeting.ticked_now(policy, row, units, actor, unit)
        else:
            right = records.require(
                session, installation, row, actor, step.ticked_by, meeting.TICKS
            )
        if step.state == StepState.SETTLED.value or (one and one.held):
            return
        if step.state == StepState.WAITING.value:
            _begin_meeting(session, installation, row, step)
        meeting.append_held(session, row, step, actor, right, note, one.unit if one else "")
        if all(other.held for other in units if other is not one):
            step.state = StepState.SETTLED.value
            planning.wake(session, row)
            settling.complete(session, row)
    installation.wake()


def _begin_meeting(
    session: Session, installation: Installation, row: AnnouncementRow, step: StepRow
) -> None:
    """Nobody looked since it may begin. Raises `Refusal` where it may not."""
    verdict = installation.gate(step.key, situation.facts_of(session, row), engine.now(session))
    if not verdict.allowed:
        raise Refusal(verdict.reasons[0].message, **verdict.reasons[0].values)
    step.state = StepState.SENDING.value
    meeting.fix_units(session, records.policy_of(session, installation, row), row, step)
    session.flush()
