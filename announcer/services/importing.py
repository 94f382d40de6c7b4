"""Taking in the organisation's own lists: units, staff, press, workplaces, boards, shifts,
groups.

What is wrong is said, the rest is kept.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    BoardRow,
    GroupMemberRow,
    PersonRow,
    PressContactRow,
    ShiftRow,
    UnitRow,
    WorkplaceRow,
)
from announcer.domain.errors import N_, Refusal
from announcer.people.boards import read_boards
from announcer.people.directory import StaffMember, Unit, read_staff, read_units
from announcer.people.groups import read_group
from announcer.people.press_list import PressContact, read_press
from announcer.people.shifts import ShiftPhone, read_shifts
from announcer.people.table import Finding
from announcer.people.workplaces import read_workplaces, workplaces_of_staff
from announcer.services.installation import Installation

#: Bytes of a board's code: nobody finds one by trying.
CODE_BYTES = 10


@dataclass(frozen=True)
class Import:
    """How many rows were taken in, how many left the list, and what was wrong, row by row."""

    kept: int
    left: int
    findings: tuple[Finding, ...]


def import_units(installation: Installation, content: bytes) -> Import:
    """Units by code; one that is no longer in the file is kept, since texts belong to it."""
    read = read_units(content)
    with installation.database.transaction("import units") as session:
        _upsert(session, UnitRow, "code", map(_unit, read.rows))
    return Import(len(read.rows), 0, read.findings)


def import_staff(installation: Installation, content: bytes) -> Import:
    """Staff by directory id; who is not in the file has left and is told nothing more.

    While any row is faulty nobody counts as having left: the person may be the one in that row.
    Raises `Refusal` for a list without anybody.
    """
    with installation.database.reading() as session:
        known = set(session.scalars(select(UnitRow.code)))
    read = read_staff(content, known)
    if not read.rows:
        raise Refusal(N_("Det finns ingen person i filen. Ingenting ändrades."))
    with installation.database.transaction("import staff") as session:
        pseudonyms: dict[str, object] = dict(
            session.execute(select(PersonRow.directory_id, PersonRow.pseudonym)).all()
        )
        rows = [_person(member, pseudonyms) for member in read.rows]
        _upsert(session, PersonRow, "pseudonym", rows)
        here = {member.id for member in read.rows}
        gone = [
            row
            for row in session.scalars(select(PersonRow).where(PersonRow.left_at.is_(None)))
            if row.directory_id not in here and not read.findings
        ]
        for row in gone:
            row.left_at, row.email = engine.now(session), None
    return Import(len(read.rows), len(gone), read.findings)


def import_workplaces(installation: Installation, content: bytes) -> Import:
    """Workplaces by name. One that is no longer in the file is taken out, unless a row is faulty."""
    with installation.database.transaction("import workplaces") as session:
        read = read_workplaces(content, workplaces_of_staff(session))
        _upsert(session, WorkplaceRow, "name", map(vars, read.rows))
        here = {workplace.name for workplace in read.rows}
        gone = [
            row
            for row in session.scalars(select(WorkplaceRow))
            if row.name not in here and not read.findings
        ]
        for row in gone:
            session.delete(row)
    return Import(len(read.rows), len(gone), read.findings)


def import_boards(installation: Installation, content: bytes) -> Import:
    """Boards by workplace and name; each keeps its code for ever. One that is no longer in the file
    has no tasks any more, unless a row is faulty."""
    with installation.database.transaction("import boards") as session:
        read = read_boards(content, workplaces_of_staff(session))
        rows = {(row.workplace, row.name): row for row in session.scalars(select(BoardRow))}
        here = set()
        for board in read.rows:
            here.add(key := (board.workplace, board.name))
            row = rows.get(key)
            if row is None:
                row = BoardRow(id=uuid4(), code=secrets.token_hex(CODE_BYTES))
                row.workplace, row.name = key
                session.add(row)
            row.kind, row.paper, row.removed_at = board.kind, board.paper, None
            row.languages, row.open_days = board.languages, board.open_days
        gone = [
            row
            for key, row in rows.items()
            if key not in here and row.removed_at is None and not read.findings
        ]
        for row in gone:
            row.removed_at = engine.now(session)
    return Import(len(read.rows), len(gone), read.findings)


def import_shifts(installation: Installation, content: bytes) -> Import:
    """Shifts of workplaces. One that is no longer in the file is forgotten, unless a row is
    faulty."""
    with installation.database.transaction("import shifts") as session:
        read = read_shifts(content, workplaces_of_staff(session))
        known = {_stored(row): row for row in session.scalars(select(ShiftRow))}
        session.add_all(ShiftRow(**vars(one)) for one in read.rows if one not in known)
        here = set(read.rows)
        gone = [row for one, row in known.items() if one not in here and not read.findings]
        for row in gone:
            session.delete(row)
    return Import(len(read.rows), len(gone), read.findings)


def _stored(row: ShiftRow) -> ShiftPhone:
    return ShiftPhone(row.workplace, row.phone, tuple(row.days), row.begins, row.ends)


def import_group(installation: Installation, name: str, content: bytes) -> Import:
    """The members of the group that the policy calls ``name``; who is not in the file is forgotten,
    unless a row is faulty. Raises `Refusal` for a name that is no group's."""
    policy = installation.policy
    if not policy.is_group(name):
        known = ", ".join(sorted(filter(policy.is_group, policy.audiences)))
        raise Refusal(
            N_("Policyn har ingen grupp ”{name}”. Den har: {known}."),
            name=name[:80],
            known=known or "–",
        )
    read = read_group(content)
    here = {member.email.casefold(): member for member in read.rows}
    with installation.database.transaction("import group") as session:
        query = select(GroupMemberRow).where(GroupMemberRow.audience == name)
        rows = {row.email.casefold(): row for row in session.scalars(query)}
        for key, member in here.items():
            row = rows.get(key)
            if row is None:
                row = GroupMemberRow(id=uuid4(), audience=name, email=member.email)
                session.add(row)
            row.office, row.language = member.office, member.language
        gone = [row for key, row in rows.items() if key not in here and not read.findings]
        for row in gone:
            session.delete(row)
    return Import(len(read.rows), len(gone), read.findings)


def import_press(installation: Installation, content: bytes) -> Import:
    """The press list by address, compared without regard to case."""
    read = read_press(content)
    with installation.database.transaction("import press") as session:
        ids = {row.email.casefold(): row for row in session.scalars(select(PressContactRow))}
        here = set()
        for contact in read.rows:
            here.add(contact.email.casefold())
            _keep_contact(session, ids.get(contact.email.casefold()), contact)
        gone = [row for key, row in ids.items() if key not in here and row.removed_at is None]
        for row in gone:
            row.removed_at = engine.now(session)
    return Import(len(read.rows), len(gone), read.findings)


def _keep_contact(session: Session, row: PressContactRow | None, contact: PressContact) -> None:
    if row is None:
        row = PressContactRow(id=uuid4(), email=contact.email)
        session.add(row)
    row.newsroom, row.language, row.area = contact.newsroom, contact.language, contact.area
    row.removed_at = None


def _unit(unit: Unit) -> Mapping[str, object]:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "parent": unit.parent,
        "workplace": unit.workplace,
    }


def _person(member: StaffMember, pseudonyms: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "pseudonym": pseudonyms.get(member.id) or uuid4(),
        "directory_id": member.id,
        "unit": member.unit,
        "workplace": member.workplace,
        "role": member.role,
        "email": member.email or None,
        "language": member.language,
        "left_at": None,
    }


def _upsert(
    session: Session,
    table: type[UnitRow] | type[PersonRow] | type[WorkplaceRow],
    key: str,
    rows: Iterable[Mapping[str, object]],
) -> None:
    values = list(rows)
    if not values:
        return
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in values[0] if name != key}
    session.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed), values)


IMPORTS: Mapping[str, Callable[[Installation, bytes], Import]] = {
    "units": import_units,
    "staff": import_staff,
    "press": import_press,
    "workplaces": import_workplaces,
    "boards": import_boards,
    "shifts": import_shifts,
}
