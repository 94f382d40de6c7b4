"""Units and staff, as the organisation's own lists have them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from announcer.domain.errors import N_, Refusal
from announcer.people.address import mail_address
from announcer.people.language import language_code
from announcer.people.table import Finding, Imported, Line, read_table

UNIT_COLUMNS = ("unit", "name", "kind", "parent", "workplace")
STAFF_COLUMNS = ("person", "unit", "workplace", "role", "email", "language")
#: Optional: whoever has protected identity stands in no directory, byline or export.
PROTECTED = "protected"
#: What means no in that column. Anything else keeps the person out: a slip of the pen here
#: must not show where somebody works.
_NOT_PROTECTED = frozenset({"", "nej", "n", "no", "0", "false", "falskt"})


@dataclass(frozen=True)
class Unit:
    """A part of the organisation; ``parent`` is another unit's code, empty at the top."""

    code: str
    name: str
    kind: str
    parent: str
    workplace: str


@dataclass(frozen=True)
class StaffMember:
    """One employee under a pseudonym; ``email`` is empty for those who have none."""

    id: str
    unit: str
    workplace: str
    role: str
    email: str
    language: str


def read_units(content: bytes) -> Imported[Unit]:
    """Read the units; a doubled code, an unknown parent and a circle are reported and left out.

    Raises BadSubmission where the file as a whole cannot be read.
    """
    findings: list[Finding] = []
    units: dict[str, Unit] = {}
    rows: dict[str, int] = {}
    for line in read_table(content, UNIT_COLUMNS, findings):
        fault = _unit_fault(line, rows)
        if fault:
            findings.append(Finding(line.row, fault))
            continue
        rows[line["unit"]] = line.row
        units[line["unit"]] = Unit(
            line["unit"], line["name"], line["kind"], line["parent"], line["workplace"]
        )
    rooted = [unit for unit in units.values() if _reaches_the_top(unit, units)]
    findings += [_rootless(rows[unit.code], unit) for unit in units.values() if unit not in rooted]
    return Imported(tuple(rooted), _in_order(findings))


def _unit_fault(line: Line, rows: Mapping[str, int]) -> Refusal | None:
    if not (line["unit"] and line["name"]):
        return Refusal(N_("Rad {row} saknar enhetens kod eller namn."), row=line.row)
    if line["unit"] in rows:
        return Refusal(
            N_("Rad {row}: enheten {unit} står redan på rad {first}."),
            row=line.row,
            unit=line["unit"],
            first=rows[line["unit"]],
        )
    return None


def _reaches_the_top(unit: Unit, units: Mapping[str, Unit]) -> bool:
    seen = {unit.code}
    while unit.parent:
        if unit.parent in seen or unit.parent not in units:
            return False
        unit = units[unit.parent]
        seen.add(unit.code)
    return True


def _rootless(row: int, unit: Unit) -> Finding:
    return Finding(
        row,
        Refusal(
            N_(
                "Rad {row}: enheten {unit} hör under {parent}, som saknas, "
                "har fel på sin rad eller hör under {unit}."
            ),
            row=row,
            unit=unit.code,
            parent=unit.parent,
        ),
    )


def read_staff(content: bytes, known_units: Collection[str] | None = None) -> Imported[StaffMember]:
    """Read the staff; without ``known_units`` nobody's unit is checked.

    A doubled id or an unknown unit is reported and left out; a wrong address is reported and the
    person kept without one, for they still read the intranet. People with protected identity are
    left out without a word. Raises BadSubmission where the file as a whole cannot be read.
    """
    findings: list[Finding] = []
    lines = list(read_table(content, STAFF_COLUMNS, findings))
    hidden = {line["person"] for line in lines if line[PROTECTED].lower() not in _NOT_PROTECTED}
    hidden.discard("")  # rows without an id are reported, by row number alone
    people: dict[str, StaffMember] = {}
    rows: dict[str, int] = {}
    for line in lines:
        if line["person"] in hidden:
            continue
        fault = _person_fault(line, rows, known_units)
        if fault:
            findings.append(Finding(line.row, fault))
            continue
        rows[line["person"]] = line.row
        people[line["person"]] = _person(line, findings)
    return Imported(tuple(people.values()), _in_order(findings))


def _person_fault(
    line: Line, rows: Mapping[str, int], known_units: Collection[str] | None
) -> Refusal | None:
    if not line["person"]:
        return Refusal(N_("Rad {row} saknar personens id."), row=line.row)
    if line["person"] in rows:
        return Refusal(
            N_("Rad {row}: personen {person} står redan på rad {first}."),
            row=line.row,
            person=line["person"],
            first=rows[line["person"]],
        )
    if not line["unit"] or (known_units is not None and line["unit"] not in known_units):
        return Refusal(
            N_("Rad {row}: enheten ”{unit}” finns inte."), row=line.row, unit=line["unit"]
        )
    if language_code(line["language"]) is None:
        return Refusal(
            N_("Rad {row}: ”{language}” är ingen språkkod, skriv till exempel sv eller fi."),
            row=line.row,
            language=line["language"],
        )
    return None


def _person(line: Line, findings: list[Finding]) -> StaffMember:
    """The row's person; an address that is none becomes empty and a finding."""
    email = mail_address(line["email"]) if line["email"] else ""
    if email is None:
        wrong = N_("Rad {row}: ”{address}” är ingen e-postadress; personen får ingen e-post.")
        findings.append(Finding(line.row, Refusal(wrong, row=line.row, address=line["email"])))
    return StaffMember(
        id=line["person"],
        unit=line["unit"],
        workplace=line["workplace"],
        role=line["role"],
        email=email or "",
        language=language_code(line["language"]) or "",
    )


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.row))
