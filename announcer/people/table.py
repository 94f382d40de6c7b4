"""CSV files as offices make them, read into rows of text with their row numbers.

UTF-8 with or without a byte order mark, comma or semicolon, any line ends. Row numbers are the
ones Excel shows: the header is row 1.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from announcer.domain.errors import N_, BadSubmission, Refusal

#: Ten times the staff of the largest Swedish municipality at 40 bytes a row.
LARGEST_FILE = 20_000_000

Row = TypeVar("Row")


@dataclass(frozen=True)
class Finding:
    """Something wrong in one row: what to tell the person who made the file."""

    #: 0 where it is about no row: something is missing.
    row: int
    refusal: Refusal


@dataclass(frozen=True)
class Imported(Generic[Row]):
    """What could be read, and what could not. Both in the order of the file."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Line:
    """One row's cells by column name, trimmed; a column the file lacks reads as empty."""

    row: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_table(
    content: bytes,
    columns: Sequence[str],
    findings: list[Finding],
    *,
    nothing_else: bool = False,
) -> Iterator[Line]:
    """The rows of a file that must have ``columns``; unusable rows go to ``findings``.

    With ``nothing_else`` it may have no others. Empty rows are skipped. Raises BadSubmission where
    the file as a whole cannot be read.
    """
    records = _records(_text(content))
    header = _header(next(records, []), columns)
    further = sorted(set(filter(None, header)) - set(columns)) if nothing_else else []
    if further:
        raise _unreadable(
            N_("Filen har kolumner som inte ska vara med: {further}. Bara dessa: {columns}."),
            further=", ".join(further),
            columns=", ".join(columns),
        )
    for row, cells in enumerate(records, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        fault = _fault(cells, header, row)
        if fault:
            findings.append(Finding(row, fault))
        else:
            yield Line(row, {name: _clean(cell) for name, cell in zip(header, cells, strict=False)})


def _text(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise _unreadable(N_("Filen är för stor: högst {size} MB."), size=LARGEST_FILE // 1_000_000)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # UTF-16 decodes as UTF-8 where every other byte is a NUL
        raise _unreadable(
            N_(
                "Filen är inte sparad som UTF-8. Spara om den i Excel "
                "som ”CSV UTF-8 (kommaavgränsad)”."
            )
        )
    return text


def _records(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise _unreadable(
            N_("Filen går inte att läsa från textrad {line}: kontrollera citattecknen där."),
            line=reader.line_num,
        ) from None


def _header(cells: list[str], columns: Sequence[str]) -> list[str]:
    header = [_clean(cell).lower() for cell in cells]
    missing = [column for column in columns if column not in header]
    if missing:
        raise _unreadable(
            N_("Filen saknar kolumner: {columns}. Första raden ska vara kolumnernas namn."),
            columns=", ".join(missing),
        )
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise _unreadable(
            N_("Filen har samma kolumn flera gånger: {columns}."), columns=", ".join(doubled)
        )
    return header


def _fault(cells: list[str], header: list[str], row: int) -> Refusal | None:
    if any(cell.strip() for cell in cells[len(header) :]):
        return Refusal(N_("Rad {row} har fler celler än det finns kolumner."), row=row)
    if any(unicodedata.category(c) in ("Cc", "Cs") for cell in cells for c in cell):
        return Refusal(N_("Rad {row} har radbrytningar eller styrtecken i en cell."), row=row)
    return None


def _clean(cell: str) -> str:
    """Composed letters and no blanks around, so that equal names compare equal."""
    return unicodedata.normalize("NFC", cell).strip()


def _unreadable(message: str, **values: object) -> BadSubmission:
    return BadSubmission((Refusal(message, **values),))
