"""When the plan is too slow for the day: what need not be waited for, what goes now, and what opens
because the news is out or the text was asked for.

Each takes the announcement's row first, as the gate does. The page comes first all the same, and
what must have happened must still have happened. Nothing here asks who told or who asked, and
nothing could hold the answer (TF 3 kap. 5 §, TF 2 kap. 18 §).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    LiftRow,
    PassedOverRow,
    ReleaseRow,
    StepRow,
)
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.errors import N_, Refusal
from announcer.domain.plan import AnnouncementFacts
from announcer.domain.schedule import who_opens_up
from announcer.domain.step import StepState, Strength
from announcer.services import planning, records, situation
from announcer.services.installation import Installation

OPEN = (StepState.WAITING.value, StepState.SENDING.value)


NOT_APPROVED = N_("Texten är inte godkänd än. Den är allmän handling först när den är det.")


class Ground(StrEnum):
    """Why the media get it before their time; stands in the record."""

    ALREADY_OUT = "redan ute"
    HANDED_OUT = "begärd ut"


@dataclass(frozen=True)
class _Act:
    """One person's act about one announcement at one moment of the database's clock."""

    session: Session
    actor: Person
    row: AnnouncementRow
    facts: AnnouncementFacts
    now: datetime
    ground: str
    #: What its events say beside who acted, for a stand-in.
    lent: Mapping[str, str]


def pass_over(
    installation: Installation, actor: Person, reference: str, key: str, why: str
) -> None:
    """Let the steps after ``key`` go without waiting for it any longer; it goes on by itself.

    Only for what the policy wants first without insisting ("should"). By the information unit.
    """
    lent = records.in_right_of(actor, installation.require_information_unit(actor))
    ground = _ground(why)
    with installation.database.transaction("pass over") as session:
        act = _act(session, actor, records.under_way(session, reference), ground, lent)
        step = planning.step_named(session, act.row, key)
        if step is None:
            raise Refusal(N_("Det finns inget steg ”{key}” i planen."), key=key[:80])
        if step.strength != Strength.SHOULD.value:
            raise Refusal(N_("Policyn kräver att det här steget kommer först."))
        _pass(act, step)
        planning.wake(session, act.row)
    installation.wake()


def go_now(installation: Installation, actor: Person, reference: str, why: str) -> list[str]:
    """Tell the inside now, because it becomes known anyway: hours reckoned for it are brought
    forward to now, and meetings that were to come before the page are waited for no longer.

    What leaves the house keeps the least lead that the policy gives staff. Returns the keys of the
    steps it concerns.
    """
    lent = records.in_right_of(actor, installation.require_information_unit(actor))
    ground = _ground(why)
    with installation.database.transaction("go now") as session:
        act = _act(session, actor, records.under_way(session, reference), ground, lent)
        moved = _inside_now(act)
        planning.wake(session, act.row)
    installation.wake()
    return moved


def already_out(installation: Installation, actor: Person, reference: str) -> list[str]:
    """The news is out already: what remains inside goes at once, and the media get it as soon as
    that is settled. By the information unit, and out of hours by whoever is on duty.

    Returns the keys of the steps it concerns.
    """
    with installation.database.transaction("already out") as session:
        act = _opening(session, installation, actor, reference, Ground.ALREADY_OUT)
        if act.row.state == AnnouncementState.WITHDRAWN.value:
            raise Refusal(N_("Meddelandet är tillbakadraget."))
        moved = _open_up(act)
    installation.wake()
    return moved


def hand_out(installation: Installation, actor: Person, reference: str) -> Content:
    """Somebody asks for the text, which is a public record since its approval (TF 2 kap.): it is
    handed out at once, and the inside is brought forward as with `already_out`.

    Returns the approved text, to hand over; also of what was withdrawn, which stays on record.
    Raises `Refusal` while it waits for approval.
    """
    with installation.database.transaction("hand out") as session:
        act = _opening(session, installation, actor, reference, Ground.HANDED_OUT)
        if act.row.state == AnnouncementState.ACTIVE.value:
            _open_up(act)
        content = _approved(session, act.row)
    installation.wake()
    return content


def copy_of(installation: Installation, actor: Person, reference: str) -> Content:
    """The approved text, to hand over; nothing is noted. Raises `NotFound`, `NotAllowed`, or
    `Refusal` while it waits for approval."""
    with installation.database.reading() as session:
        row = records.find(session, reference)
        _require_opener(session, installation, actor, row)
        return _approved(session, row)


def require_opener(installation: Installation, actor: Person, reference: str) -> None:
    """Raise `NotAllowed` unless ``actor`` may say now that the news is out or hand the text out."""
    with installation.database.reading() as session:
        _require_opener(session, installation, actor, records.find(session, reference))


def _require_opener(
    session: Session, installation: Installation, actor: Person, row: AnnouncementRow
) -> Person:
    policy = records.policy_of(session, installation, row)
    roles = who_opens_up(policy, row.class_name, engine.now(session))
    may = N_("Det här kan bara {roles} göra.")
    return records.require(session, installation, row, actor, roles, may)


def _approved(session: Session, row: AnnouncementRow) -> Content:
    if not records.steps_of(session, row.id):
        raise Refusal(NOT_APPROVED)
    return records.content_of(session, records.text_in_force(session, row.id))


def _act(
    session: Session, actor: Person, row: AnnouncementRow, ground: str, lent: Mapping[str, str]
) -> _Act:
    facts, now = situation.facts_of(session, row), engine.now(session)
    return _Act(session, actor, row, facts, now, ground, lent)


def _opening(
    session: Session, installation: Installation, actor: Person, reference: str, ground: Ground
) -> _Act:
    row = records.find(session, reference, lock=True)
    lent = records.in_right_of(actor, _require_opener(session, installation, actor, row))
    act = _act(session, actor, row, ground.value, lent)
    if not act.facts.steps:
        raise Refusal(NOT_APPROVED)
    records.append(session, row.id, ground.value, actor.pseudonym, **lent)
    return act


def _open_up(act: _Act) -> list[str]:
    """Everything inside now, and whatever leaves the house right behind it."""
    moved = _inside_now(act)
    for step in records.steps_of(act.session, act.row.id):
        known = act.facts.steps[step.key]
        if not step.external or step.state != StepState.WAITING.value:
            continue
        if known.lifted_to is None:
            _lift(act, step)
            moved.append(step.key)
        if step.release_by and known.released_at is None:
            act.session.add(ReleaseRow(step=step.id, actor=act.actor.pseudonym))
            _note(act, "released", step)
    planning.wake(act.session, act.row)
    return moved


def _inside_now(act: _Act) -> list[str]:
    moved = []
    for step in records.steps_of(act.session, act.row.id):
        known = act.facts.steps[step.key]
        if step.external or step.state not in OPEN:
            continue
        if step.channel == "meeting":
            if step.before_intranet and known.passed_over_at is None:
                _pass(act, step)
                moved.append(step.key)
        elif known.lifted_to is None and step.state == StepState.WAITING.value:
            _lift(act, step)
            moved.append(step.key)
    return moved


def _pass(act: _Act, step: StepRow) -> None:
    if step.state not in OPEN or act.session.get(PassedOverRow, step.id) is not None:
        return
    act.session.add(PassedOverRow(step=step.id, actor=act.actor.pseudonym, ground=act.ground))
    _note(act, "passed over", step)


def _lift(act: _Act, step: StepRow) -> None:
    """The step's own time as well, where the page is confirmed already; else with the page."""
    act.session.add(
        LiftRow(step=step.id, actor=act.actor.pseudonym, ground=act.ground, not_before=act.now)
    )
    act.session.flush()
    if step.not_before is not None and step.not_before > act.now:
        step.not_before = act.now
    _note(act, "brought forward", step)


def _note(act: _Act, what: str, step: StepRow) -> None:
    detail = {"step": step.key, "why": act.ground, **act.lent}
    records.append(act.session, act.row.id, what, act.actor.pseudonym, **detail)


def _ground(why: str) -> str:
    if not why.strip():
        raise Refusal(N_("Skriv varför."))
    return why.strip()[:500]
