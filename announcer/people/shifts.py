"""Shifts: the phone that whoever is at work at a workplace carries, and when. No person is in it."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db.models import ShiftRow
from announcer.domain.board import WEEKDAYS, read_days
from announcer.domain.errors import N_, Refusal
from announcer.domain.notation import read_clock
from announcer.domain.policy import Policy
from announcer.domain.shift import Shift, on_shift
from announcer.people.table import Finding, Imported, Line, read_table

COLUMNS = ("workplace", "phone", "days", "hours")
#: How a list writes the end of a day.
MIDNIGHT = "24:00"


@dataclass(frozen=True)
class ShiftPhone:
    """One shift of a workplace; ``phone`` as ITU-T E.164 writes it, ``days`` those it begins on."""

    workplace: str
    phone: str
    days: tuple[str, ...]
    begins: time
    ends: time


def read_shifts(content: bytes, known: Collection[str]) -> Imported[ShiftPhone]:
    """Read the list; ``known`` are the workplaces of the directory of staff.

    A row with a fault is left out, as is one of a workplace where nobody works. Raises
    BadSubmission where the file cannot be read or has other columns.
    """
    findings: list[Finding] = []
    found: dict[ShiftPhone, None] = {}
    for line in read_table(content, COLUMNS, findings, nothing_else=True):
        shift = _shift(line, known)
        if isinstance(shift, Refusal):
            findings.append(Finding(line.row, shift))
        else:
            found[shift] = None
    return Imported(tuple(found), tuple(sorted(findings, key=lambda one: one.row)))


def _shift(line: Line, known: Collection[str]) -> ShiftPhone | Refusal:
    if line["workplace"] not in known:
        nobody = N_("Rad {row}: ingen i personalkatalogen arbetar på ”{workplace}”.")
        return Refusal(nobody, row=line.row, workplace=line["workplace"])
    phone = re.sub(r"[ -]", "", line["phone"])
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", phone):
        wrong = N_(
            "Rad {row}: ”{phone}” är inget telefonnummer med landsnummer. "
            "Skriv till exempel +46 70 174 06 05."
        )
        return Refusal(wrong, row=line.row, phone=line["phone"])
    days = read_days(line["days"])
    if not days:
        wrong = N_("Rad {row}: ”{word}” är inga veckodagar. Skriv till exempel {choices}.")
        return Refusal(wrong, row=line.row, word=line["days"], choices="mon-fri, mon wed sun")
    hours = _hours(line["hours"])
    if hours is None:
        wrong = N_(
            "Rad {row}: ”{hours}” är inga arbetstider. "
            "Skriv till exempel 06:45-13:30, 20:45-06:45 eller 00:00-24:00."
        )
        return Refusal(wrong, row=line.row, hours=line["hours"])
    return ShiftPhone(line["workplace"], phone, tuple(WEEKDAYS[day] for day in days), *hours)


def _hours(text: str) -> tuple[time, time] | None:
    begins, _, ends = text.partition("-")
    try:
        return read_clock(begins), time() if ends == MIDNIGHT else read_clock(ends)
    except ValueError:
        return None


def phones_on_shift(
    session: Session, policy: Policy, workplaces: Collection[str], moment: datetime
) -> Iterator[str]:
    """The phones carried at ``moment`` (aware) at these workplaces, each once, in a fixed order.

    Where somebody works on every day of the week, people do so on public holidays too; elsewhere no
    shift begins on them.
    """
    query = select(ShiftRow).where(ShiftRow.workplace.in_(workplaces)).order_by(ShiftRow.phone)
    rows = session.scalars(query).all()
    worked: dict[str, set[str]] = {}
    for row in rows:
        worked.setdefault(row.workplace, set()).update(row.days)
    seen: set[str] = set()
    for row in rows:
        shift = Shift(row.days, row.begins, row.ends)
        always = worked[row.workplace] >= set(WEEKDAYS)
        is_day_off = _never if always else policy.is_day_off
        if row.phone not in seen and on_shift(shift, moment, policy.zone, is_day_off):
            seen.add(row.phone)
            yield row.phone


def _never(_: date) -> bool:
    return False
