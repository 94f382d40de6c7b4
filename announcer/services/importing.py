"""Taking in the organisation's own lists: units, staff, press, workplaces, boards, shifts,
groups.

What is wrong is said, the rest is kept.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    BoardRow,
    GroupMemberRow,
    ListChangeRow,
    PersonRow,
    PressContactRow,
    ShiftRow,
    UnitRow,
    WorkplaceRow,
)
from announcer.domain.audience import Person
from announcer.domain.errors import N_, Refusal
from announcer.domain.policy import Policy
from announcer.people.boards import read_boards
from announcer.people.directory import StaffMember, Unit, read_staff, read_units
from announcer.people.groups import read_group
from announcer.people.lists import GROUP, Cells, list_named
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


def _units(session: Session, content: bytes) -> Import:
    """Units by code; one that is no longer in the file is kept, since texts belong to it."""
    read = read_units(content)
    _upsert(session, UnitRow, "code", map(_unit, read.rows))
    return Import(len(read.rows), 0, read.findings)


def _staff(session: Session, content: bytes) -> Import:
    """Staff by directory id; who is not in the file has left and is told nothing more.

    While any row is faulty nobody counts as having left: the person may be the one in that row.
    Raises `Refusal` for a list without anybody.
    """
    read = read_staff(content, set(session.scalars(select(UnitRow.code))))
    if not read.rows:
        raise Refusal(N_("Det finns ingen person i filen. Ingenting ändrades."))
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


def _workplaces(session: Session, content: bytes) -> Import:
    """Workplaces by name. One that is no longer in the file is taken out, unless a row is faulty."""
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


def _boards(session: Session, content: bytes) -> Import:
    """Boards by workplace and name; each keeps its code for ever. One that is no longer in the file
    has no tasks any more, unless a row is faulty."""
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


def _shifts(session: Session, content: bytes) -> Import:
    """Shifts of workplaces. One that is no longer in the file is forgotten, unless a row is
    faulty."""
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


def _group(session: Session, name: str, content: bytes) -> Import:
    """The members of the group that the policy calls ``name``; who is not in the file is forgotten,
    unless a row is faulty."""
    read = read_group(content)
    here = {member.email.casefold(): member for member in read.rows}
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


def _press(session: Session, content: bytes) -> Import:
    """The press list by address, compared without regard to case."""
    read = read_press(content)
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


_TAKES: Mapping[str, Callable[[Session, bytes], Import]] = {
    "units": _units,
    "staff": _staff,
    "press": _press,
    "workplaces": _workplaces,
    "boards": _boards,
    "shifts": _shifts,
}


@dataclass(frozen=True)
class Change:
    """What taking a file in does to a list. ``changed`` has each row as it was and as it becomes;
    ``seal`` is a word for exactly this change by exactly this file."""

    result: Import
    new: tuple[Cells, ...]
    changed: tuple[tuple[Cells, Cells], ...]
    gone: tuple[Cells, ...]
    sha256: str

    @property
    def seal(self) -> str:
        """Another file, or a list that somebody has changed meanwhile, has another."""
        what = (self.sha256, self.new, self.changed, self.gone, len(self.result.findings))
        return hashlib.sha256(repr(what).encode()).hexdigest()

    @property
    def is_none(self) -> bool:
        """Whether the list stays as it is."""
        return not (self.new or self.changed or self.gone)


def lock(session: Session, what: str) -> None:
    """Whoever changes a list, or reads it to change it, does so alone until the transaction ends."""
    session.execute(select(engine.advisory_lock(f"announcer list {what}")))


def take(session: Session, policy: Policy, what: str, content: bytes) -> Change:
    """Take a file in and say what that changed, in a transaction of the caller's, one at a time.

    Raises `Refusal` for a group that the policy does not have, and what the reader of the file
    raises.
    """
    lock(session, what)
    known = list_named(what)
    before = {known.key_of(cells): cells for cells in known.rows(session)}
    if what.startswith(GROUP):
        result = _group(session, _known_group(policy, what.removeprefix(GROUP)), content)
    else:
        result = _TAKES[what](session, content)
    session.flush()
    session.expire_all()  # some of it was written past the session
    after = {known.key_of(cells): cells for cells in known.rows(session)}
    return Change(
        result=result,
        new=tuple(cells for key, cells in after.items() if key not in before),
        changed=tuple(
            (before[key], cells)
            for key, cells in after.items()
            if key in before and before[key] != cells
        ),
        gone=tuple(cells for key, cells in before.items() if key not in after),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _known_group(policy: Policy, name: str) -> str:
    if policy.is_group(name):
        return name
    known = ", ".join(sorted(filter(policy.is_group, policy.audiences)))
    raise Refusal(
        N_("Policyn har ingen grupp ”{name}”. Den har: {known}."),
        name=name[:80],
        known=known or "–",
    )


def note(
    session: Session, what: str, change: Change, actor: Person | None, *, about: str = ""
) -> None:
    """Write down that a list was changed, by whom (None: on the server) and how much; ``about`` is
    the one row that it was about. Nothing that names a person or an address is kept."""
    if change.is_none:
        return
    session.add(
        ListChangeRow(
            list=what,
            about=about,
            actor=actor.pseudonym if actor else None,
            added=len(change.new),
            changed=len(change.changed),
            removed=len(change.gone),
            faults=len(change.result.findings),
            sha256=change.sha256,
        )
    )


def _import(what: str, installation: Installation, content: bytes) -> Import:
    name = "group" if what.startswith(GROUP) else what
    with installation.database.transaction(f"import {name}") as session:
        change = take(session, installation.policy, what, content)
        note(session, what, change, None)
    return change.result


def import_group(installation: Installation, name: str, content: bytes) -> Import:
    """The members of a group. Raises `Refusal` for a name that is no group's."""
    return _import(f"{GROUP}{name}", installation, content)


#: Taking each list in, on the server.
IMPORTS: Mapping[str, Callable[[Installation, bytes], Import]] = {
    what: partial(_import, what) for what in _TAKES
}
import_units, import_staff = IMPORTS["units"], IMPORTS["staff"]
import_press, import_workplaces = IMPORTS["press"], IMPORTS["workplaces"]
import_boards, import_shifts = IMPORTS["boards"], IMPORTS["shifts"]
