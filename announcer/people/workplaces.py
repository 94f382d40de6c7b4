"""Workplaces: when one shift hands over to the next, and whose shifts an audience works in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db.models import PersonRow, ShiftRow, WorkplaceRow
from announcer.domain.audience import BELOW, OWN
from announcer.domain.channel import Addresses
from announcer.domain.errors import N_, Refusal
from announcer.domain.notation import read_clock
from announcer.domain.policy import Policy
from announcer.people.language import language_code
from announcer.people.lookup import load_units, staff_in
from announcer.people.table import Finding, Imported, Line, read_table

COLUMNS = ("workplace", "handovers", "languages")


@dataclass(frozen=True)
class Workplace:
    """Where people work; ``handovers`` are local times in the order of the day, none in an office.

    ``languages`` are the codes of those that a paper is needed in on its boards, where the list of
    boards does not say otherwise of one.
    """

    name: str
    handovers: tuple[time, ...]
    languages: tuple[str, ...]


def read_workplaces(content: bytes, known: Collection[str]) -> Imported[Workplace]:
    """Read the list; ``known`` are the workplaces of the directory of staff.

    A row with a fault is left out. One where nobody works is kept and reported, as is a workplace
    of the directory that has no row: a slip of the pen must not take somebody's handover away
    unseen. Raises BadSubmission where the file as a whole cannot be read or has other columns.
    """
    findings: list[Finding] = []
    found: dict[str, Workplace] = {}
    rows: dict[str, int] = {}
    faulty: set[str] = set()
    for line in read_table(content, COLUMNS, findings, nothing_else=True):
        workplace = _workplace(line, rows)
        if isinstance(workplace, Refusal):
            findings.append(Finding(line.row, workplace))
            faulty.add(line["workplace"])
            continue
        found[workplace.name], rows[workplace.name] = workplace, line.row
        if workplace.name not in known:
            nobody = N_("Rad {row}: ingen i personalkatalogen arbetar på ”{workplace}”.")
            findings.append(
                Finding(line.row, Refusal(nobody, row=line.row, workplace=workplace.name))
            )
    findings.sort(key=lambda finding: finding.row)
    missing = sorted(set(known) - found.keys() - faulty)
    return Imported(tuple(found.values()), (*findings, *map(_without_a_row, missing)))


def _workplace(line: Line, rows: Mapping[str, int]) -> Workplace | Refusal:
    """The row's workplace, or what is wrong with the row."""
    name = line["workplace"]
    if not name:
        return Refusal(N_("Rad {row} saknar arbetsplatsens namn."), row=line.row)
    if name in rows:
        return Refusal(
            N_("Rad {row}: arbetsplatsen {workplace} står redan på rad {first}."),
            row=line.row,
            workplace=name,
            first=rows[name],
        )
    handovers = _handovers(line["handovers"])
    if handovers is None:
        return Refusal(
            N_(
                "Rad {row}: ”{handovers}” är inga klockslag. "
                "Skriv till exempel 06:45 13:30 20:45, eller ingenting."
            ),
            row=line.row,
            handovers=line["handovers"],
        )
    codes = {word: language_code(word) for word in line["languages"].split()}
    for word, code in codes.items():
        if code is None:
            return Refusal(
                N_("Rad {row}: ”{language}” är ingen språkkod, skriv till exempel sv eller fi."),
                row=line.row,
                language=word,
            )
    return Workplace(name, handovers, tuple(code for code in codes.values() if code))


def _handovers(text: str) -> tuple[time, ...] | None:
    try:
        return tuple(sorted({read_clock(word) for word in text.split()}))
    except ValueError:
        return None


def _without_a_row(name: str) -> Finding:
    missing = N_("Arbetsplatsen ”{workplace}” i personalkatalogen saknas i filen.")
    return Finding(0, Refusal(missing, workplace=name))


def workplaces_of_staff(session: Session) -> set[str]:
    """Where everyone who works here works."""
    query = select(PersonRow.workplace).where(PersonRow.left_at.is_(None)).distinct()
    return {name for name in session.scalars(query) if name}


def without_a_phone(session: Session, policy: Policy) -> list[str]:
    """Workplaces where somebody works whom a step reaches by phone, and none is ever carried."""
    steps = [step for one in policy.classes.values() for step in one.steps.values()]
    audiences = {
        step.audience
        for step in steps
        if policy.channels[step.channel].addresses is Addresses.PHONE
    }
    units = load_units(session)
    reached: set[str] = set()
    for name in audiences:
        chosen = policy.staff.get(name) if name else None
        if name is None or (chosen and not {OWN, BELOW}.isdisjoint(chosen.units)):
            reached |= workplaces_of_staff(session)  # whom it is for depends on the text
        else:
            people = staff_in(policy, units, (name,), "").with_only_columns(PersonRow.workplace)
            reached |= set(session.scalars(people))
    return sorted(reached - {""} - set(session.scalars(select(ShiftRow.workplace))))


def unit_at(session: Session, place: str) -> str:
    """The unit that most of those belong to who work there; empty where nobody does."""
    query = (
        select(PersonRow.unit)
        .where(PersonRow.workplace == place, PersonRow.left_at.is_(None))
        .group_by(PersonRow.unit)
        .order_by(func.count().desc(), PersonRow.unit)
    )
    return session.scalars(query.limit(1)).first() or ""


def handovers(
    session: Session, policy: Policy, audience: tuple[str, ...], unit: str
) -> Mapping[str, tuple[time, ...]]:
    """When the shifts hand over at every workplace where somebody of the audience works.

    By the workplace's name; local times without zone, in the order of the day. A workplace without
    handovers (an office, or one that the list of workplaces does not know) has none: nothing is
    waited for there. ``unit`` is the announcement's.
    """
    people = staff_in(policy, load_units(session), audience, unit).subquery()
    query = (
        select(people.c.workplace, WorkplaceRow.handovers)
        .outerjoin(WorkplaceRow, WorkplaceRow.name == people.c.workplace)
        .where(people.c.workplace != "")
        .distinct()
        .order_by(people.c.workplace)
    )
    return {name: tuple(times or ()) for name, times in session.execute(query)}
