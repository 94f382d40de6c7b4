"""Boards: where a paper is put up, who passes there, and on which days somebody can do it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from announcer.domain.board import WEEKDAYS, BoardKind, Paper, read_days
from announcer.domain.errors import N_, Refusal
from announcer.people.language import language_code
from announcer.people.table import Finding, Imported, Line, read_table

COLUMNS = ("workplace", "board", "kind", "paper", "languages", "open_days")


@dataclass(frozen=True)
class Board:
    """One board of a workplace; ``open_days`` are small English names of weekdays. ``languages`` are
    only those of a board that is read in others than its workplace."""

    workplace: str
    name: str
    kind: str
    paper: str
    languages: tuple[str, ...]
    open_days: tuple[str, ...]


def read_boards(content: bytes, known: Collection[str]) -> Imported[Board]:
    """Read the list; ``known`` are the workplaces of the directory of staff.

    A row with a fault is left out, as is one of a workplace where nobody works: nobody would put
    anything up. Raises BadSubmission where the file cannot be read or has other columns.
    """
    findings: list[Finding] = []
    found: dict[tuple[str, str], Board] = {}
    rows: dict[tuple[str, str], int] = {}
    for line in read_table(content, COLUMNS, findings, nothing_else=True):
        board = _board(line, known, rows)
        if isinstance(board, Refusal):
            findings.append(Finding(line.row, board))
        else:
            key = (board.workplace, board.name)
            found[key], rows[key] = board, line.row
    return Imported(tuple(found.values()), tuple(sorted(findings, key=lambda one: one.row)))


def _board(
    line: Line, known: Collection[str], rows: Mapping[tuple[str, str], int]
) -> Board | Refusal:
    place, name = line["workplace"], line["board"]
    if place not in known:
        nobody = N_("Rad {row}: ingen i personalkatalogen arbetar på ”{workplace}”.")
        return Refusal(nobody, row=line.row, workplace=place)
    if not name:
        return Refusal(N_("Rad {row} saknar tavlans namn."), row=line.row)
    if (place, name) in rows:
        twice = N_("Rad {row}: tavlan ”{board}” står redan på rad {first}.")
        return Refusal(twice, row=line.row, board=name, first=rows[place, name])
    for column, choices in (("kind", BoardKind), ("paper", Paper)):
        if line[column] not in set(choices):
            wrong = N_("Rad {row}: ”{word}” känns inte igen. Skriv {choices}.")
            words = ", ".join(choices)
            return Refusal(wrong, row=line.row, word=line[column], choices=words)
    languages = [(word, language_code(word)) for word in line["languages"].split()]
    for word, code in languages:
        if code is None:
            no_code = N_(
                "Rad {row}: ”{language}” är ingen språkkod, skriv till exempel sv eller fi."
            )
            return Refusal(no_code, row=line.row, language=word)
    days = read_days(line["open_days"])
    if not days:
        wrong = N_("Rad {row}: ”{word}” är inga veckodagar. Skriv till exempel {choices}.")
        return Refusal(wrong, row=line.row, word=line["open_days"], choices="mon-fri, mon wed sun")
    kept = tuple(code for _, code in languages if code)
    return Board(place, name, line["kind"], line["paper"], kept, tuple(WEEKDAYS[d] for d in days))
