"""What people say has happened, and what they say need not be waited for.

Each takes the announcement's row first, as the gate does.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BoardUpRow,
    HappenedRow,
    LiftRow,
    PassedOverRow,
    StepRow,
)
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, Refusal
from announcer.domain.policy import Event, Policy
from announcer.domain.step import StepState, Strength
from announcer.people import workplaces
from announcer.services import planning, records
from announcer.services.installation import Installation

OPEN = (StepState.WAITING.value, StepState.SENDING.value)
NEEDED = {
    "note": N_("Skriv med en kort anteckning om hur och när det blev klart."),
    "reference": N_("Skriv med var det står, till exempel ett diarienummer eller en paragraf."),
}


def happened(
    installation: Installation, actor: Person, reference: str, event: str, note: str = ""
) -> bool:
    """Say that something has happened which steps wait for; it may be early.

    Returns False where it was said before. Raises `NotAllowed`, or `Refusal` for what the policy
    does not know or where the note that it asks for is missing.
    """
    with installation.database.transaction("happened") as session:
        row = records.under_way(session, reference)
        policy = records.policy_of(session, installation, row)
        rule = _rule(policy, row, event)
        say_so = N_("Det är {roles} som säger till när det är klart.")
        right = installation.require(actor, rule.opened_by, row.unit, say_so, row.id)
        if rule.needs in NEEDED and not note.strip():
            raise Refusal(NEEDED[rule.needs])
        lent = records.in_right_of(actor, right)
        done = _say(session, actor, row, event, note.strip()[:500], **lent)
    if done:
        installation.wake()
    return done


def _rule(policy: Policy, row: AnnouncementRow, event: str) -> Event:
    steps = policy.classes[row.class_name].steps.values()
    known = sorted({name for step in steps for name in step.gates})
    if event not in known:
        raise Refusal(
            N_("Planen väntar inte på ”{event}”. Den väntar på: {known}."),
            event=event[:80],
            known=", ".join(known) or "–",
        )
    return policy.events[event]


def _say(
    session: Session, actor: Person, row: AnnouncementRow, event: str, note: str, **detail: object
) -> bool:
    if session.get(HappenedRow, (row.id, event)) is not None:
        return False
    session.add(HappenedRow(announcement=row.id, event=event, actor=actor.pseudonym, note=note))
    records.append(session, row.id, "happened", actor.pseudonym, event=event, note=note, **detail)
    planning.wake(session, row)
    return True


def board_up(
    installation: Installation, actor: Person, reference: str, workplace: str
) -> tuple[int, int]:
    """Say that the notice is up on the board of ``workplace``; returns on how many boards it is,
    and of how many. By whoever works there, and by the information unit.

    When the share that an event of the plan asks for is reached, that event has happened.
    """
    with installation.database.transaction("board up") as session:
        row = records.under_way(session, reference)
        policy = records.policy_of(session, installation, row)
        if not records.steps_of(session, row.id):
            raise Refusal(N_("Texten är inte godkänd än, så det finns inget att sätta upp."))
        every = workplaces.handovers(session, policy, planning.told(session, row), row.unit)
        if workplace not in every:
            raise Refusal(
                N_("Det här meddelandet sätts inte upp på ”{place}”."), place=workplace[:80]
            )
        if actor.workplace != workplace and not policy.has_role(
            actor, policy.information_unit, row.unit
        ):
            raise NotAllowed(N_("Det är de som arbetar där som säger att det sitter uppe."))
        if session.get(BoardUpRow, (row.id, workplace)) is None:
            session.add(BoardUpRow(announcement=row.id, workplace=workplace, actor=actor.pseudonym))
            records.append(session, row.id, "board up", actor.pseudonym, workplace=workplace)
        up = session.scalars(select(BoardUpRow.workplace).where(BoardUpRow.announcement == row.id))
        count = len(set(up) & set(every))
        _open_by_share(session, policy, actor, row, count, len(every))
    installation.wake()
    return count, len(every)


def _open_by_share(
    session: Session, policy: Policy, actor: Person, row: AnnouncementRow, up: int, of: int
) -> None:
    steps = policy.classes[row.class_name].steps.values()
    for name in sorted({name for step in steps for name in step.gates}):
        percent = policy.events[name].percent
        if percent is not None and up * 100 >= percent * of:
            _say(session, actor, row, name, "", boards=up, of=of)


def pass_over(
    installation: Installation, actor: Person, reference: str, key: str, why: str
) -> None:
    """Let the steps after ``key`` go without waiting for it any longer; it goes on by itself.

    Only for what the policy wants first without insisting ("should"). By the information unit.
    """
    installation.require_information_unit(actor)
    ground = _ground(why)
    with installation.database.transaction("pass over") as session:
        row = records.under_way(session, reference)
        step = planning.step_named(session, row, key)
        if step is None:
            raise Refusal(N_("Det finns inget steg ”{key}” i planen."), key=key[:80])
        if step.strength != Strength.SHOULD.value:
            raise Refusal(N_("Policyn kräver att det här steget kommer först."))
        _pass(session, actor, row, step, ground)
        planning.wake(session, row)
    installation.wake()


def go_now(installation: Installation, actor: Person, reference: str, why: str) -> list[str]:
    """Tell the inside now, because it becomes known anyway: hours reckoned for it are brought
    forward to now, and meetings that were to come before the page are waited for no longer.

    What leaves the house keeps the least lead that the policy gives staff, and what must have
    happened must still have happened. Returns the keys of the steps it concerns.
    """
    installation.require_information_unit(actor)
    ground = _ground(why)
    with installation.database.transaction("go now") as session:
        row = records.under_way(session, reference)
        now = engine.now(session)
        facts = records.facts_of(session, row)
        moved = []
        for step in records.steps_of(session, row.id):
            known = facts.steps[step.key]
            if step.external or step.state not in OPEN:
                continue
            if step.channel == "meeting":
                if step.before_intranet and known.passed_over_at is None:
                    _pass(session, actor, row, step, ground)
                    moved.append(step.key)
            elif known.lifted_to is None and step.state == StepState.WAITING.value:
                _bring_forward(session, actor, row, step, now, ground)
                moved.append(step.key)
        planning.wake(session, row)
    installation.wake()
    return moved


def _ground(why: str) -> str:
    if not why.strip():
        raise Refusal(N_("Skriv varför."))
    return why.strip()[:500]


def _pass(
    session: Session, actor: Person, row: AnnouncementRow, step: StepRow, ground: str
) -> None:
    if step.state not in OPEN or session.get(PassedOverRow, step.id) is not None:
        return
    session.add(PassedOverRow(step=step.id, actor=actor.pseudonym, ground=ground))
    records.append(session, row.id, "passed over", actor.pseudonym, step=step.key, why=ground)


def _bring_forward(
    session: Session,
    actor: Person,
    row: AnnouncementRow,
    step: StepRow,
    now: datetime,
    ground: str,
) -> None:
    """A lift, and the step's own time with it where the page is confirmed already."""
    session.add(LiftRow(step=step.id, actor=actor.pseudonym, ground=ground, not_before=now))
    session.flush()
    if step.not_before is not None and step.not_before > now:
        step.not_before = now
    records.append(session, row.id, "brought forward", actor.pseudonym, step=step.key, why=ground)
