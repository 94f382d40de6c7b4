"""Meetings: in which units they are held, who leads them there, and where they have been held.

That a meeting was held is on record, with who said so. Who came, and who read what was in the
leader's hand, is nobody's business (TF 3 kap. 5 §).
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, MeetingUnitRow, StepRow, TickRow
from announcer.domain.audience import Person, may_read
from announcer.domain.errors import N_, NotAllowed, Refusal
from announcer.domain.patience import Patience
from announcer.domain.policy import Policy
from announcer.people.lookup import directory, load_units, staff_in
from announcer.services import calling, planning, reading, records

#: Who says that a meeting was held; the sentence of a refusal.
TICKS = N_("Det är {roles} som bockar av mötet.")


@dataclass(frozen=True)
class Held:
    """A unit's own meeting: the roles of which somebody says that it was held."""

    unit: str
    held: bool
    by: tuple[str, ...]


def standing(session: Session, policy: Policy, row: AnnouncementRow, step: StepRow) -> list[Held]:
    """Each unit's own meeting, in the order of their codes; nothing where there is one for all."""
    return standings(session, [(policy, row, step)]).get(step.id, [])


def standings(
    session: Session, asked: Sequence[tuple[Policy, AnnouncementRow, StepRow]]
) -> dict[UUID, list[Held]]:
    """The same of several steps, by id, of those that each unit holds for itself. What they have in
    common is asked once."""
    steps = [step.id for _, _, step in asked if step.per_unit]
    if not steps:
        return {}
    ticks = select(TickRow.step, TickRow.unit).where(TickRow.step.in_(steps))
    held = {(about, unit) for about, unit in session.execute(ticks)}
    fixed: dict[UUID, list[str]] = {}
    query = select(MeetingUnitRow.step, MeetingUnitRow.unit).where(MeetingUnitRow.step.in_(steps))
    for held_by, unit in session.execute(query.order_by(MeetingUnitRow.unit)):
        fixed.setdefault(held_by, []).append(unit)
    led: dict[Hashable, frozenset[str]] = {}
    would_be: dict[Hashable, list[str]] = {}
    found = {}
    for policy, row, step in asked:
        if not step.per_unit:
            continue
        roles, nobody = tuple(step.ticked_by), policy.information_unit
        leads = row.policy, row.declared, roles
        if leads not in led:
            led[leads] = _led(session, policy, roles)
        told = tuple(step.audience)
        about = (*leads, told, row.unit)
        if step.id not in fixed and about not in would_be:
            would_be[about] = _units_now(session, policy, told, row.unit, led[leads])
        found[step.id] = [
            Held(unit, (step.id, unit) in held, roles if unit in led[leads] else nobody)
            for unit in fixed.get(step.id) or would_be[about]
        ]
    return found


def _units(
    session: Session, policy: Policy, row: AnnouncementRow, step: StepRow, led: frozenset[str]
) -> list[str]:
    """Those that were fixed when the step began; before that, as it would be now."""
    fixed = select(MeetingUnitRow.unit).where(MeetingUnitRow.step == step.id)
    if found := session.scalars(fixed.order_by(MeetingUnitRow.unit)).all():
        return list(found)
    return _units_now(session, policy, tuple(step.audience), row.unit, led)


def _units_now(
    session: Session, policy: Policy, audience: tuple[str, ...], of: str, led: frozenset[str]
) -> list[str]:
    """In which units a meeting for ``audience`` would be held; ``of`` is the announcement's."""
    units = load_units(session)
    people = staff_in(policy, units, audience, of).subquery()
    codes = session.scalars(select(people.c.unit).distinct()).all() or [of]
    # A unit without a leader of its own is told by the nearest one above.
    return sorted({next((up for up in units.upwards(one) if up in led), one) for one in codes})


def _led(session: Session, policy: Policy, ticked_by: Sequence[str]) -> frozenset[str]:
    """The units that somebody leads who may tick there what is held there."""
    own = [r for name in ticked_by if (r := policy.roles.get(name)) and r.unit == "own"]
    return frozenset(
        one.unit for one in directory(session) if any(role.fits(one, one.unit) for role in own)
    )


def fix_units(session: Session, policy: Policy, row: AnnouncementRow, step: StepRow) -> None:
    """The step begins: from here on it is known whose meetings are waited for."""
    if step.per_unit:
        session.flush()
        for unit in _units(session, policy, row, step, _led(session, policy, step.ticked_by)):
            session.add(MeetingUnitRow(step=step.id, unit=unit))
        session.flush()


def may_tick(policy: Policy, row: AnnouncementRow, one: Held, actor: Person) -> Person | None:
    """In whose right ``actor`` says that a unit's meeting was held; None where they may not."""
    return policy.in_whose_right(actor, one.by, one.unit, row.id)


def ticked_now(
    policy: Policy, row: AnnouncementRow, found: list[Held], actor: Person, unit: str
) -> tuple[Held, Person]:
    """Whose meeting ``actor`` says was held: of ``unit``, or of the only one that is theirs.

    Raises `NotAllowed` where none is, or `Refusal` where it is not clear which.
    """
    rights = {one: right for one in found if (right := may_tick(policy, row, one, actor))}
    named = [one for one in rights if unit in ("", one.unit)]
    if not named:
        roles = tuple(dict.fromkeys(role for one in found for role in one.by))
        raise NotAllowed(TICKS, roles=policy.titles(roles))
    left = [one for one in named if not one.held]
    if len(left) > 1:
        codes = ", ".join(one.unit for one in left)
        raise Refusal(N_("Säg i vilken enhet mötet har hållits: {units}."), units=codes)
    one = (left or named)[0]
    return one, rights[one]


def call(
    session: Session, policy: Policy, row: AnnouncementRow, waited: Patience, step: StepRow | None
) -> int:
    """Call whoever must be called; about a meeting in each unit, those whose unit has not held it.
    How many calls were made."""
    made = 0
    for what, unit, roles, message in _calls(session, policy, row, waited, step):
        values = dict(waited.values)
        if unit:
            values["unit"] = load_units(session).by_code[unit].name
        made += calling.call(session, row, what, roles, message, step=step, of_unit=unit, **values)
    return made


def _calls(
    session: Session, policy: Policy, row: AnnouncementRow, waited: Patience, step: StepRow | None
) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """What it is about, the unit towards which who is called has their role, the roles, the
    sentence."""
    if step is None or not step.per_unit:
        yield waited.what, "", waited.roles, waited.message
        return
    yield waited.what, "", policy.information_unit, waited.message
    mine = N_("{unit}: ingen har sagt att mötet har hållits. Det skulle ha varit klart {until}.")
    for one in standing(session, policy, row, step):
        if not one.held and one.by != policy.information_unit:
            roles = tuple(r for r in one.by if r not in policy.information_unit)
            yield f"{waited.what}: {one.unit}", one.unit, roles, mine


def of_their_own(
    session: Session, policy: Policy, row: AnnouncementRow, step: StepRow, actor: Person
) -> bool:
    """Whether ``actor`` leads a unit that holds the meeting for itself."""
    found = standing(session, policy, row, step)
    return any(policy.has_role(actor, step.ticked_by, one.unit, row.id) for one in found)


def append_held(
    session: Session,
    row: AnnouncementRow,
    step: StepRow,
    actor: Person,
    right: Person,
    note: str,
    unit: str,
) -> None:
    """On record: who said that it was held, and of which unit."""
    session.add(TickRow(step=step.id, actor=actor.pseudonym, note=note.strip()[:500], unit=unit))
    where = {"unit": unit} if unit else {}
    records.append(
        session,
        row.id,
        "meeting held",
        actor.pseudonym,
        step=step.key,
        note=note.strip()[:500],
        **where,
        **records.in_right_of(actor, right),
    )


def leaders(
    session: Session, policy: Policy, row: AnnouncementRow, step: StepRow, roles: tuple[str, ...]
) -> Callable[[Person], bool]:
    """Tells of somebody whether they, or one whom they stand in for, have one of ``roles`` and tell
    people whom the meeting is for: in their own unit, where each holds its own, else as one of them."""
    units = load_units(session)
    audience = policy.staff_among(step.audience) or planning.told(session, policy, row)
    held_in = {one.unit for one in standing(session, policy, row, step)}
    known = [policy.roles[name] for name in roles if name in policy.roles]

    def is_one(person: Person) -> bool:
        if step.per_unit:
            tells = person.unit in held_in
        else:
            rights = reading.reader_of(person)
            tells = may_read(rights, audience, row.unit, units, policy.staff)
        unit = person.unit if step.per_unit else row.unit
        return tells and any(role.fits(person, unit) for role in known)

    return lambda person: any(is_one(one) for one in person.rights(row.id))
