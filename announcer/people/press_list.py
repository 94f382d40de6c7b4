"""The press list: newsrooms and where they want their mail."""

from dataclasses import dataclass

from announcer.domain.errors import N_, Refusal
from announcer.people.address import mail_address
from announcer.people.language import language_code
from announcer.people.table import Finding, Imported, Line, read_table

COLUMNS = ("newsroom", "email", "language", "area")


@dataclass(frozen=True)
class PressContact:
    """One newsroom; ``language`` is a code such as ``sv``, ``area`` what it covers."""

    newsroom: str
    email: str
    language: str
    area: str


def read_press(content: bytes) -> Imported[PressContact]:
    """Read the list; a wrong or doubled address is reported and everybody else is kept.

    Addresses are compared without regard to case, as newsrooms treat them; the first one wins.
    Raises BadSubmission where the file as a whole cannot be read.
    """
    findings: list[Finding] = []
    first_rows: dict[str, int] = {}
    contacts: list[PressContact] = []
    for line in read_table(content, COLUMNS, findings):
        contact = _contact(line, first_rows)
        if isinstance(contact, Refusal):
            findings.append(Finding(line.row, contact))
        else:
            contacts.append(contact)
            first_rows[contact.email.casefold()] = line.row
    return Imported(tuple(contacts), tuple(sorted(findings, key=lambda finding: finding.row)))


def _contact(line: Line, first_rows: dict[str, int]) -> PressContact | Refusal:
    """The row's newsroom, or what is wrong with the row."""
    email, language = mail_address(line["email"]), language_code(line["language"])
    if not line["newsroom"]:
        return Refusal(N_("Rad {row} saknar redaktionens namn."), row=line.row)
    if email is None:
        return Refusal(
            N_("Rad {row}: ”{address}” är ingen e-postadress."),
            row=line.row,
            address=line["email"],
        )
    if email.casefold() in first_rows:
        return Refusal(
            N_("Rad {row}: adressen {address} står redan på rad {first}."),
            row=line.row,
            address=line["email"],
            first=first_rows[email.casefold()],
        )
    if language is None:
        return Refusal(
            N_("Rad {row}: ”{language}” är ingen språkkod, skriv till exempel sv eller fi."),
            row=line.row,
            language=line["language"],
        )
    return PressContact(line["newsroom"], email, language, line["area"])
