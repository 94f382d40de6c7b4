"""The organisation's lists as they stand: each row as the cells of the file it came from."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db.models import (
    BoardRow,
    GroupMemberRow,
    PersonRow,
    PressContactRow,
    ShiftRow,
    UnitRow,
    WorkplaceRow,
)
from announcer.domain.board import WEEKDAYS
from announcer.people import boards, directory, groups, press_list, shifts, workplaces

#: A row's cells in the order of the list's columns.
Cells = tuple[str, ...]
#: What stands before the name of a group outside the staff.
GROUP = "group:"


@dataclass(frozen=True)
class List:
    """One kind of list: its columns, of which the first ``key`` tell its rows apart (all of them
    where a row is nothing else), and its rows in order. ``by_address``: the column that does so
    instead, compared without regard to case."""

    columns: Cells
    key: int
    rows: Callable[[Session], Iterable[Cells]]
    by_address: int | None = None

    def key_of(self, cells: Cells) -> Cells:
        """What a row goes by."""
        if self.by_address is not None:
            return (cells[self.by_address].casefold(),)
        return cells[: self.key]


def _units(session: Session) -> Iterable[Cells]:
    for row in session.scalars(select(UnitRow).order_by(UnitRow.code)):
        yield row.code, row.name, row.kind, row.parent, row.workplace


def _staff(session: Session) -> Iterable[Cells]:
    """Whoever has protected identity was never taken in, and so is never given out."""
    query = select(PersonRow).where(PersonRow.left_at.is_(None)).order_by(PersonRow.directory_id)
    for row in session.scalars(query):
        yield (
            row.directory_id,
            row.unit,
            row.workplace,
            row.role,
            row.email or "",
            row.language,
        )


def _press(session: Session) -> Iterable[Cells]:
    query = select(PressContactRow).where(PressContactRow.removed_at.is_(None))
    for row in session.scalars(query.order_by(PressContactRow.newsroom, PressContactRow.email)):
        yield row.newsroom, row.email, row.language, row.area


def _workplaces(session: Session) -> Iterable[Cells]:
    for row in session.scalars(select(WorkplaceRow).order_by(WorkplaceRow.name)):
        handovers = " ".join(f"{one:%H:%M}" for one in row.handovers)
        yield row.name, handovers, " ".join(row.languages)


def _boards(session: Session) -> Iterable[Cells]:
    query = select(BoardRow).where(BoardRow.removed_at.is_(None))
    for row in session.scalars(query.order_by(BoardRow.workplace, BoardRow.name)):
        languages, days = " ".join(row.languages), days_in_words(row.open_days)
        yield row.workplace, row.name, row.kind, row.paper, languages, days


def _shifts(session: Session) -> Iterable[Cells]:
    query = select(ShiftRow).order_by(ShiftRow.workplace, ShiftRow.phone, ShiftRow.begins)
    for row in session.scalars(query):
        ends = shifts.MIDNIGHT if row.ends == time() else f"{row.ends:%H:%M}"
        yield row.workplace, row.phone, days_in_words(row.days), f"{row.begins:%H:%M}-{ends}"


def _group(name: str) -> Callable[[Session], Iterable[Cells]]:
    def members(session: Session) -> Iterable[Cells]:
        query = select(GroupMemberRow).where(GroupMemberRow.audience == name)
        for row in session.scalars(query.order_by(GroupMemberRow.office, GroupMemberRow.email)):
            yield row.office, row.email, row.language

    return members


LISTS: Mapping[str, List] = {
    "staff": List(directory.STAFF_COLUMNS, 1, _staff),
    "units": List(directory.UNIT_COLUMNS, 1, _units),
    "workplaces": List(workplaces.COLUMNS, 1, _workplaces),
    "boards": List(boards.COLUMNS, 2, _boards),
    "shifts": List(shifts.COLUMNS, 4, _shifts),
    "press": List(press_list.COLUMNS, 0, _press, by_address=1),
}


def list_named(what: str) -> List:
    """The list of this name; of a group outside the staff, ``group:`` and what the policy calls it.

    Raises `KeyError` for a name that is no list's.
    """
    if what.startswith(GROUP):
        return List(groups.COLUMNS, 0, _group(what.removeprefix(GROUP)), by_address=1)
    return LISTS[what]


def days_in_words(days: Collection[str]) -> str:
    """Weekdays as lists write them: ``mon-fri sun``. The reverse of `read_days`."""
    words, run = [], []
    for day in (*WEEKDAYS, ""):
        if day and day in days:
            run.append(day)
        elif run:
            words += [f"{run[0]}-{run[-1]}"] if len(run) > 2 else run
            run = []
    return " ".join(words)


def as_file(columns: Cells, rows: Iterable[Cells]) -> bytes:
    """The list as a file that can be read in again: UTF-8, with commas."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([columns, *rows])
    return out.getvalue().encode()
