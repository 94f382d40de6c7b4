"""The organisation's lists for those who keep them: shown, compared with a file, changed row by row.

Everything goes through the same reading and the same rules as a file that is taken in on the
server, and is written down with who did it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db.models import (
    BoardRow,
    BoardTickRow,
    ListChangeRow,
    PersonRow,
    ShiftRow,
)
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotFound, Refusal
from announcer.people.lists import GROUP, LISTS, Cells, List, as_file, list_named
from announcer.services import importing
from announcer.services.importing import Change
from announcer.services.installation import Installation

#: Bytes of a file through the web; longer ones are taken in on the server.
LARGEST = 3_000_000
#: Whose rows name nobody.
_WITHOUT_PEOPLE = frozenset({"units", "workplaces", "boards", "shifts"})
#: Columns that a list is narrowed by.
_NARROWED = ("unit", "workplace", "role", "kind", "language")
#: Of which no row is taken out.
_KEPT = frozenset({"units"})


class StaleError(Refusal):
    """The list is no longer the one that a file was compared with."""


class RowGoneError(NotFound):
    """The row is no longer as it was shown."""


@dataclass(frozen=True)
class Summary:
    """A list at one glance; ``changed_at`` is when it was last changed, as far as is known."""

    what: str
    rows: int
    changed_at: datetime | None


@dataclass(frozen=True)
class Numbered:
    """A row with the number it has in the exported file, and a word for it exactly as it stands."""

    number: int
    cells: Cells

    @property
    def mark(self) -> str:
        """Another once anything in the row has changed."""
        return hashlib.sha256(repr(self.cells).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Told:
    """That a list was changed: by whom (a pseudonym's directory id; empty on the server)."""

    at: datetime
    who: str
    about: str
    added: int
    changed: int
    removed: int
    faults: int


def keeps(installation: Installation, actor: Person) -> bool:
    """Whether this person keeps the lists: the information unit and the administrators do."""
    return installation.policy.has_role(actor, _keepers(installation), "")


def require_keeper(installation: Installation, actor: Person) -> None:
    """Raises `NotAllowed` for everybody else."""
    installation.require(
        actor, _keepers(installation), "", N_("Listorna sköts av dem som har rollen: {roles}.")
    )


def _keepers(installation: Installation) -> tuple[str, ...]:
    policy = installation.policy
    return (*policy.information_unit, *policy.administrators)


def names(installation: Installation) -> list[str]:
    """The lists there are, the policy's groups among them."""
    policy = installation.policy
    return [*LISTS, *(f"{GROUP}{name}" for name in policy.audiences if policy.is_group(name))]


def known(installation: Installation, what: str) -> List:
    """The list of this name. Raises `NotFound`."""
    if what not in names(installation):
        raise NotFound(N_("Det finns ingen sådan lista."))
    return list_named(what)


def summaries(installation: Installation, actor: Person) -> list[Summary]:
    """Every list. Raises `NotAllowed`."""
    require_keeper(installation, actor)
    with installation.database.reading() as session:
        newest = func.max(ListChangeRow.at)
        changed = dict(
            session.execute(select(ListChangeRow.list, newest).group_by(ListChangeRow.list)).all()
        )
        return [
            Summary(what, sum(1 for _ in list_named(what).rows(session)), changed.get(what))
            for what in names(installation)
        ]


def rows(installation: Installation, actor: Person, what: str) -> list[Numbered]:
    """The rows of a list as they stand. Raises `NotAllowed`, `NotFound`."""
    require_keeper(installation, actor)
    found = known(installation, what)
    with installation.database.reading() as session:
        return _numbered(session, found)


def _numbered(session: Session, found: List) -> list[Numbered]:
    return [Numbered(number, cells) for number, cells in enumerate(found.rows(session), start=2)]


def search(found: Sequence[Numbered], words: str) -> list[Numbered]:
    """Those in which every word stands somewhere, without regard to case."""
    wanted = words.casefold().split()
    return [one for one in found if all(word in " ".join(one.cells).casefold() for word in wanted)]


def narrowed(
    columns: Cells, found: Sequence[Numbered], wanted: Mapping[str, str]
) -> list[Numbered]:
    """Those whose cells are exactly what is ``wanted`` of some columns; an empty word wants nothing."""
    asked = [(at, wanted[name]) for at, name in enumerate(columns) if wanted.get(name)]
    return [one for one in found if all(one.cells[at] == word for at, word in asked)]


def choices(columns: Cells, found: Sequence[Numbered]) -> dict[str, list[str]]:
    """What can be wanted of each column whose cells are few words that come again and again."""
    words = {
        name: sorted({one.cells[at] for one in found} - {""})
        for at, name in enumerate(columns)
        if name in _NARROWED
    }
    return {name: few for name, few in words.items() if 1 < len(few) < len(found)}


def exported(installation: Installation, actor: Person, what: str) -> bytes:
    """The list as a file that can be taken in again. Raises `NotAllowed`, `NotFound`."""
    found = rows(installation, actor, what)
    return as_file(known(installation, what).columns, (one.cells for one in found))


def history(installation: Installation, actor: Person, what: str, most: int = 20) -> list[Told]:
    """The latest changes to a list, newest first. Raises `NotAllowed`."""
    require_keeper(installation, actor)
    with installation.database.reading() as session:
        query = (
            select(ListChangeRow, PersonRow.directory_id)
            .outerjoin(PersonRow, PersonRow.pseudonym == ListChangeRow.actor)
            .where(ListChangeRow.list == what)
            .order_by(ListChangeRow.id.desc())
            .limit(most)
        )
        return [
            Told(row.at, who or "", row.about, row.added, row.changed, row.removed, row.faults)
            for row, who in session.execute(query)
        ]


def preview(installation: Installation, actor: Person, what: str, content: bytes) -> Change:
    """What taking the file in would change, by taking it in and undoing that.

    Raises `NotAllowed`, `NotFound`, or what the reader of the file raises.
    """
    _require_change(installation, actor, what, content)
    with installation.database.reading() as session:
        before = _powers(session, actor)
        change = importing.take(session, installation.policy, what, content)
        _refuse_own_power(installation, session, actor, before)
        return change


def take_in(
    installation: Installation, actor: Person, what: str, content: bytes, seal: str
) -> Change:
    """Take the file in, if that still changes exactly what ``seal`` was shown for.

    Raises as `preview` does, and `Refusal` where the list has changed meanwhile.
    """
    _require_change(installation, actor, what, content)
    with installation.database.transaction(f"import {what.partition(':')[0]}") as session:
        before = _powers(session, actor)
        change = importing.take(session, installation.policy, what, content)
        if change.seal != seal:
            raise StaleError(
                N_("Listan har ändrats sedan du granskade filen. Granska en gång till.")
            )
        _refuse_own_power(installation, session, actor, before)
        importing.note(session, what, change, actor)
    return change


def _require_change(installation: Installation, actor: Person, what: str, content: bytes) -> None:
    require_keeper(installation, actor)
    known(installation, what)
    if len(content) > LARGEST:
        raise Refusal(
            N_("Filen är för stor här: högst {size} MB. Läs in den på servern."),
            size=LARGEST // 1_000_000,
        )


def _powers(session: Session, actor: Person) -> tuple[str, str] | None:
    """What a person's roles come from; None for whoever does not work here."""
    row = session.execute(
        select(PersonRow.unit, PersonRow.role).where(
            PersonRow.pseudonym == actor.pseudonym, PersonRow.left_at.is_(None)
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def _refuse_own_power(
    installation: Installation,
    session: Session,
    actor: Person,
    before: tuple[str, str] | None,
) -> None:
    """Whoever only administers gives themselves nobody's power."""
    policy = installation.policy
    if before == _powers(session, actor) or policy.has_role(actor, policy.information_unit, ""):
        return
    raise Refusal(N_("Din egen enhet eller befattning ändras. Be en kollega göra den ändringen."))


def row(installation: Installation, actor: Person, what: str, mark: str) -> Numbered:
    """One row as it was shown. Raises `NotAllowed`, and `NotFound` where it has changed since."""
    found = rows(installation, actor, what)
    return next((one for one in found if one.mark == mark), None) or _gone()


def _gone() -> Numbered:
    raise RowGoneError(N_("Raden hade redan ändrats eller tagits bort. Så här står listan nu."))


def change_row(
    installation: Installation, actor: Person, what: str, mark: str, cells: Cells | None
) -> None:
    """Make one row another: ``mark`` is the row as it was shown, empty for a new one; without
    ``cells`` it is taken out.

    The whole list with this one row changed is taken in, by the rules of a file. Raises
    `NotAllowed`, `NotFound` where the row has changed since, and `Refusal`.
    """
    require_keeper(installation, actor)
    found = known(installation, what)
    if cells is None and what in _KEPT:
        raise Refusal(N_("En enhet tas inte bort: det finns texter som hör till den."))
    with installation.database.transaction(f"import {what.partition(':')[0]}") as session:
        importing.lock(session, what)
        before = _powers(session, actor)
        standing = _numbered(session, found)
        old = next((one for one in standing if one.mark == mark), None)
        if old is None and cells in [one.cells for one in standing]:
            return  # it stands there as it is to be: the button was pressed twice
        if mark and old is None:
            _gone()
        lines = [one.cells for one in standing if one is not old]
        at = old.number - 2 if old else len(lines)
        if cells is not None:
            lines.insert(at, cells)
        content = as_file(found.columns, lines)
        change = importing.take(session, installation.policy, what, content)
        _refuse_other(change, at + 2 if cells is not None else 0, old)
        _refuse_own_power(installation, session, actor, before)
        importing.note(session, what, change, actor, about=_about(what, old, cells))


def _refuse_other(change: Change, number: int, old: Numbered | None) -> None:
    """Raise `Refusal` where the row is faulty (``number`` 0: it is taken out), or where anything
    else than that one row would change."""
    faults = [one.refusal for one in change.result.findings]
    mine = [one.refusal for one in change.result.findings if one.row == number]
    if number and mine:
        raise mine[0]
    left = [*(was for was, _ in change.changed), *change.gone]
    came = len(change.new) + len(change.changed)
    if change.is_none and number and old:
        return  # saved as it was
    if left != ([old.cells] if old else []) or came != bool(number):
        raise (
            faults[0]
            if faults
            else Refusal(N_("En annan rad i listan skulle ändras. Läs in en fil i stället."))
        )


def _about(what: str, old: Numbered | None, cells: Cells | None) -> str:
    """The row by the names of its places; nothing of a row that a person or an address is in."""
    if what not in _WITHOUT_PEOPLE:
        return ""
    shown = cells if cells is not None else old.cells if old else ()
    return " · ".join(shown[: 2 if what == "boards" else 1])


@dataclass(frozen=True)
class Consequences:
    """What depends on a row: how much hangs there or is reached through it."""

    hanging: int = 0
    boards: int = 0
    shifts: int = 0
    people: int = 0
    last_phone: bool = False


def consequences(
    installation: Installation, actor: Person, what: str, found: Numbered
) -> Consequences:
    """What goes with a row that is taken out. Raises `NotAllowed`."""
    require_keeper(installation, actor)
    place = found.cells[0]
    with installation.database.reading() as session:
        if what == "boards":
            return Consequences(hanging=_hanging(session, place, found.cells[1]))
        if what == "workplaces":
            return Consequences(
                boards=_count(session, BoardRow, BoardRow.removed_at.is_(None), place),
                shifts=_count(session, ShiftRow, ShiftRow.id.is_not(None), place),
                people=_count(session, PersonRow, PersonRow.left_at.is_(None), place),
            )
        if what == "shifts":
            left = _count(session, ShiftRow, ShiftRow.id.is_not(None), place)
            return Consequences(shifts=left - 1, last_phone=left == 1)
    return Consequences()


def _hanging(session: Session, place: str, name: str) -> int:
    """On how many announcements the last word about a board is that they hang there."""
    last = (
        select(func.max(BoardTickRow.id))
        .join(BoardRow, BoardRow.id == BoardTickRow.board)
        .where(BoardRow.workplace == place, BoardRow.name == name)
        .group_by(BoardTickRow.announcement)
    )
    up = select(func.count(BoardTickRow.revision)).where(BoardTickRow.id.in_(last))
    return session.scalar(up) or 0


def _count(
    session: Session, table: type[BoardRow | ShiftRow | PersonRow], where: Any, place: str
) -> int:
    query = select(func.count()).select_from(table).where(table.workplace == place, where)
    return session.scalar(query) or 0
