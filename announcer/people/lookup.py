"""Finding people: who acts, who belongs to which unit, who is reached by an audience."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from sys import intern
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import BoardRow, GroupMemberRow, PersonRow, PressContactRow, UnitRow
from announcer.domain.audience import BELOW, OWN, Person, Selection, Unit, Units
from announcer.domain.board import BoardKind, Paper, poster_key
from announcer.domain.channel import Addresses, ChannelKind
from announcer.domain.errors import N_, NotFound, Refusal
from announcer.domain.policy import Policy
from announcer.people.shifts import phones_on_shift
from announcer.people.stand_ins import running

NOBODY = N_("Det finns ingen ”{person}” i personalkatalogen. Kontrollera skrivningen.")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody an announcement is sent to; ``key`` is unique among the channel's recipients."""

    key: str
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has a role, and where they read their mail."""

    person: Person
    email: str


def person(row: PersonRow) -> Person:
    """A stored colleague as the domain knows them."""
    facts = (row.directory_id, row.unit, row.workplace, row.role, row.language)
    return Person(row.pseudonym, *facts, groups=tuple(row.groups))


def find_person(session: Session, directory_id: str) -> Person:
    """The colleague with this id in the directory. Raises `NotFound`."""
    row = session.scalar(
        select(PersonRow).where(PersonRow.directory_id == directory_id, PersonRow.left_at.is_(None))
    )
    if row is None:
        raise NotFound(NOBODY, person=directory_id[:80])
    return _with_rights(session, row)


def find_colleague(session: Session, typed: str) -> Holder:
    """The colleague with this id in the directory, or this address; the address is empty where they
    have none. Raises `NotFound`, and `Refusal` where several share the address."""
    wanted = or_(PersonRow.directory_id == typed, func.lower(PersonRow.email) == typed.lower())
    query = select(PersonRow).where(wanted, PersonRow.left_at.is_(None)).limit(2)
    found = session.scalars(query).all()
    if not found:
        raise NotFound(NOBODY, person=typed[:80])
    if len(found) > 1:
        raise Refusal(N_("Flera kollegor delar den adressen. Skriv personens id i stället."))
    return Holder(person(found[0]), found[0].email or "")


def _with_rights(session: Session, row: PersonRow) -> Person:
    """A colleague who acts: with the roles of those they stand in for at this moment."""
    lent = running(session, row.pseudonym).get(row.pseudonym, ())
    return replace(person(row), stands_for=lent)


def by_pseudonym(session: Session, pseudonym: UUID) -> Person | None:
    """The colleague behind a pseudonym, or None when they left or were erased."""
    row = session.get(PersonRow, pseudonym)
    return _with_rights(session, row) if row and row.left_at is None else None


def directory(session: Session, roles: tuple[str, ...] = ()) -> list[Person]:
    """Everyone who works here, or those with these positions, by id."""
    query = select(PersonRow).where(PersonRow.left_at.is_(None)).order_by(PersonRow.directory_id)
    if roles:
        query = query.where(PersonRow.role.in_(roles))
    return [person(row) for row in session.scalars(query)]


def holders(
    session: Session, policy: Policy, roles: tuple[str, ...], unit: str, about: UUID | None = None
) -> list[Holder]:
    """Everyone who can be mailed and has one of ``roles`` towards an announcement of ``unit``,
    stand-ins among them; ``about`` is the announcement."""
    found = everyone_by_mail(session)
    return [one for one in found if policy.has_role(one.person, roles, unit, about)]


def everyone_by_mail(session: Session) -> Iterator[Holder]:
    """Everyone who works here and can be mailed, with the roles of those they stand in for."""
    lent = running(session)
    query = select(PersonRow).where(PersonRow.left_at.is_(None), PersonRow.email.is_not(None))
    for row in session.scalars(query.order_by(PersonRow.directory_id)):
        with_lent = replace(person(row), stands_for=lent.get(row.pseudonym, ()))
        yield Holder(with_lent, row.email or "")


def load_units(session: Session) -> Units:
    """The tree of units, read once in a session."""
    if "units" not in session.info:
        rows = session.execute(select(UnitRow.code, UnitRow.name, UnitRow.parent))
        session.info["units"] = Units({code: Unit(code, *rest) for code, *rest in rows})
    found: Units = session.info["units"]
    return found


def addressees(
    session: Session,
    policy: Policy,
    channel: str,
    audience: tuple[str, ...],
    unit: str,
    languages: tuple[str, ...],
) -> list[Addressee]:
    """Whom a step reaches, each once however many audiences they belong to, in a fixed order;
    phones are those of whoever is at work at this moment.

    ``unit`` is the announcement's; ``languages`` are those there is a text in; the boards get a
    poster in each, and a larger one in each where one of them is larger.
    """
    match policy.channels[channel].addresses:
        case Addresses.PRESS_LIST:
            return list(_press(session))
        case Addresses.MAIL:
            return _by_mail(session, policy, audience, unit)
        case Addresses.BOARD:
            return list(_posters(session, policy.channels[channel], languages))
        case Addresses.PHONE:
            return list(_by_phone(session, policy, audience, unit))
        case Addresses.ITSELF:
            return [Addressee(key=channel, address="", language=policy.organisation.language)]


def _posters(
    session: Session, channel: ChannelKind, languages: tuple[str, ...]
) -> Iterator[Addressee]:
    kind = BoardKind.VISITORS if channel.external else BoardKind.STAFF
    large = select(BoardRow.id).where(
        BoardRow.paper == Paper.A3.value,
        BoardRow.kind == kind.value,
        BoardRow.removed_at.is_(None),
    )
    papers = Paper if session.scalars(large.limit(1)).first() else (Paper.A4,)
    for language in languages:
        for paper in papers:
            yield Addressee(poster_key(channel.name, language, paper), "", language)


def _by_phone(
    session: Session, policy: Policy, audience: tuple[str, ...], unit: str
) -> Iterator[Addressee]:
    """The phones carried at this moment where somebody of the audience works: nobody who is off
    is woken. Those hear it from the page and the handover sheet."""
    people = staff_in(policy, load_units(session), audience, unit)
    workplaces = set(session.scalars(people.with_only_columns(PersonRow.workplace).distinct()))
    for phone in phones_on_shift(session, policy, workplaces, engine.now(session)):
        yield Addressee(phone, phone, policy.organisation.language)


def _press(session: Session) -> Iterator[Addressee]:
    query = select(PressContactRow).where(PressContactRow.removed_at.is_(None))
    for row in session.scalars(query.order_by(PressContactRow.email)):
        yield Addressee(row.email.casefold(), row.email, row.language)


def staff_in(
    policy: Policy, units: Units, audience: tuple[str, ...], unit: str
) -> Select[PersonRow]:
    """Every colleague in an audience of units and of names that mean staff.

    ``unit`` is the announcement's. The same rule as `Selection.admits`, for many at once.
    """
    query = select(PersonRow).where(PersonRow.left_at.is_(None))
    selections = [policy.staff[name] for name in audience if name in policy.staff]
    if any(one.is_everyone for one in selections):
        return query
    named = PersonRow.unit.in_(units.reached_by(audience))
    return query.where(or_(named, *(_among(one, units, unit) for one in selections)))


def _among(selection: Selection, units: Units, unit: str) -> ColumnElement[bool]:
    fits = [PersonRow.unit.in_(selection.units_of(unit, units))] if selection.units else []
    for column, allowed in (
        (PersonRow.workplace, selection.workplaces),
        (PersonRow.role, selection.positions),
        (PersonRow.language, selection.languages),
    ):
        fits += [column.in_(allowed)] if allowed else []
    return and_(*fits)


def empty_audiences(session: Session, policy: Policy) -> list[str]:
    """The names of audiences that nobody is in, of the staff and of groups. One that depends on the
    announcement's unit is not asked about."""
    units = load_units(session)
    groups = set(session.scalars(select(GroupMemberRow.audience).distinct()))
    empty = [name for name in policy.audiences if policy.is_group(name) and name not in groups]
    for name, selection in policy.staff.items():
        if {OWN, BELOW}.isdisjoint(selection.units):
            people = staff_in(policy, units, (name,), "").limit(1)
            empty += [] if session.scalars(people).first() else [name]
    return empty


def _by_mail(
    session: Session, policy: Policy, audience: tuple[str, ...], unit: str
) -> list[Addressee]:
    """Staff, then members of groups: who is both is one recipient."""
    staff = {one.key: one for one in _staff_by_mail(session, policy, audience, unit)}
    groups = [name for name in audience if policy.is_group(name)]
    if groups:
        query = select(GroupMemberRow.email, GroupMemberRow.language)
        members = query.where(GroupMemberRow.audience.in_(groups)).order_by(GroupMemberRow.email)
        for email, language in session.execute(members):
            staff.setdefault(email.casefold(), Addressee(email.casefold(), email, language))
    return list(staff.values())


def _staff_by_mail(
    session: Session, policy: Policy, audience: tuple[str, ...], unit: str
) -> Iterator[Addressee]:
    people = staff_in(policy, load_units(session), audience, unit).where(
        PersonRow.email.is_not(None)
    )
    query = people.order_by(PersonRow.directory_id)
    # Two columns, a few at a time: all rows of a large organisation are a hundred megabytes.
    few = query.with_only_columns(PersonRow.email, PersonRow.language)
    seen: set[str] = set()
    for email, language in session.execute(few.execution_options(yield_per=1000)):
        address = email or ""
        key = address.casefold()
        # Two people may share a mailbox (a ward's): it gets one copy.
        if key and key not in seen:
            seen.add(key)
            yield Addressee(key, key if key == address else address, intern(language))
