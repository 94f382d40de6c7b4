"""What people say has happened: events that steps wait for, notices that are up.

Each takes the announcement's row first, as the gate does.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db.models import (
    AnnouncementRow,
    BoardUpRow,
    HappenedRow,
)
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, Refusal
from announcer.domain.policy import Event, Policy
from announcer.people import workplaces
from announcer.services import planning, records
from announcer.services.installation import Installation

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
        right = records.require(session, installation, row, actor, rule.opened_by, say_so)
        if rule.needs in NEEDED and not note.strip():
            raise Refusal(NEEDED[rule.needs])
        lent = records.in_right_of(actor, right)
        done = _say(session, actor, row, event, note.strip()[:500], **lent)
    if done:
        installation.wake()
    return done


def _rule(policy: Policy, row: AnnouncementRow, event: str) -> Event:
    known = _gates(policy, row)
    if event not in known:
        raise Refusal(
            N_("Planen väntar inte på ”{event}”. Den väntar på: {known}."),
            event=event[:80],
            known=", ".join(known) or "–",
        )
    return policy.events[event]


def _gates(policy: Policy, row: AnnouncementRow) -> list[str]:
    """The events that steps of its class wait for."""
    steps = policy.classes[row.class_name].steps.values()
    return sorted({name for step in steps for name in step.gates})


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
        every = _places(session, policy, row)
        if workplace not in every:
            raise Refusal(
                N_("Det här meddelandet sätts inte upp på ”{place}”."), place=workplace[:80]
            )
        if actor.workplace != workplace and not policy.has_role(
            actor, policy.information_unit, row.unit
        ):
            raise NotAllowed(N_("Det är de som arbetar där som säger att det sitter uppe."))
        count = _note_up(session, policy, actor, row, workplace, every)
    installation.wake()
    return count, len(every)


def note_up(
    session: Session, installation: Installation, actor: Person, row: AnnouncementRow, place: str
) -> bool:
    """Write down what follows for the plan when ``actor`` says that the notice hangs on all boards
    of a workplace; whether anything does. Part of the caller's transaction, which has the row."""
    policy = records.policy_of(session, installation, row)
    every = _places(session, policy, row)
    if place not in every:
        return False
    _note_up(session, policy, actor, row, place, every)
    return True


def awaited_boards(
    session: Session, installation: Installation, row: AnnouncementRow
) -> Collection[str]:
    """The workplaces of which an event of the plan still waits to hear that the notice is up."""
    policy = records.policy_of(session, installation, row)
    waits = any(
        policy.events[name].percent is not None and session.get(HappenedRow, (row.id, name)) is None
        for name in _gates(policy, row)
    )
    if not waits or row.state != AnnouncementState.ACTIVE.value:
        return ()
    return set(_places(session, policy, row)) - _up(session, row)


def _places(session: Session, policy: Policy, row: AnnouncementRow) -> Collection[str]:
    told = planning.told(session, policy, row)
    return workplaces.handovers(session, policy, told, row.unit).keys()


def _up(session: Session, row: AnnouncementRow) -> set[str]:
    query = select(BoardUpRow.workplace).where(BoardUpRow.announcement == row.id)
    return set(session.scalars(query))


def _note_up(
    session: Session,
    policy: Policy,
    actor: Person,
    row: AnnouncementRow,
    workplace: str,
    every: Collection[str],
) -> int:
    if session.get(BoardUpRow, (row.id, workplace)) is None:
        session.add(BoardUpRow(announcement=row.id, workplace=workplace, actor=actor.pseudonym))
        records.append(session, row.id, "board up", actor.pseudonym, workplace=workplace)
    count = len(_up(session, row) & set(every))
    _open_by_share(session, policy, actor, row, count, len(every))
    return count


def _open_by_share(
    session: Session, policy: Policy, actor: Person, row: AnnouncementRow, up: int, of: int
) -> None:
    for name in _gates(policy, row):
        percent = policy.events[name].percent
        if percent is not None and up * 100 >= percent * of:
            _say(session, actor, row, name, "", boards=up, of=of)
