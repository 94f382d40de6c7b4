"""Named groups outside the staff: elected members, union representatives, by their offices."""

from dataclasses import dataclass

from announcer.domain.errors import N_, Refusal
from announcer.people.address import mail_address
from announcer.people.language import language_code
from announcer.people.table import Finding, Imported, Line, read_table

COLUMNS = ("office", "email", "language")


@dataclass(frozen=True)
class Member:
    """One member; ``office`` is what they hold, never their own name."""

    office: str
    email: str
    language: str


def read_group(content: bytes) -> Imported[Member]:
    """Read the list; a wrong or doubled address is reported and everybody else is kept.

    Other columns are refused: a list of names has no place here. Addresses are compared without
    regard to case. Raises BadSubmission where the file as a whole cannot be read.
    """
    findings: list[Finding] = []
    rows: dict[str, int] = {}
    members: list[Member] = []
    for line in read_table(content, COLUMNS, findings, nothing_else=True):
        member = _member(line, rows)
        if isinstance(member, Refusal):
            findings.append(Finding(line.row, member))
        else:
            members.append(member)
            rows[member.email.casefold()] = line.row
    return Imported(tuple(members), tuple(sorted(findings, key=lambda finding: finding.row)))


def _member(line: Line, rows: dict[str, int]) -> Member | Refusal:
    """The row's member, or what is wrong with the row."""
    email, language = mail_address(line["email"]), language_code(line["language"])
    if not line["office"]:
        return Refusal(N_("Rad {row} saknar uppdragets namn."), row=line.row)
    if email is None:
        return Refusal(
            N_("Rad {row}: ”{address}” är ingen e-postadress."),
            row=line.row,
            address=line["email"],
        )
    if email.casefold() in rows:
        return Refusal(
            N_("Rad {row}: adressen {address} står redan på rad {first}."),
            row=line.row,
            address=line["email"],
            first=rows[email.casefold()],
        )
    if language is None:
        return Refusal(
            N_("Rad {row}: ”{language}” är ingen språkkod, skriv till exempel sv eller fi."),
            row=line.row,
            language=line["language"],
        )
    return Member(line["office"], email, language)
