"""What stands on a PDF page, read through the fonts' ToUnicode tables as a reader's program does."""

import re
from collections.abc import Iterator
from io import BytesIO

import pikepdf

_HEX = rb"<([0-9a-fA-F]+)>\s*"
_CHARACTER = re.compile(_HEX + _HEX)
_RANGE = re.compile(_HEX + _HEX + _HEX)


def page_text(pdf: bytes) -> str:
    """The text of the only page, drawn pieces joined, without soft hyphens."""
    with pikepdf.open(BytesIO(pdf)) as document:
        (page,) = document.pages
        return "".join(_shown(page)).replace("\u00ad", "")


def letter_sizes(pdf: bytes) -> list[float]:
    """The sizes in points of the text on the page, largest first."""
    with pikepdf.open(BytesIO(pdf)) as document:
        (page,) = document.pages
        found = {
            round(float(operands[1]), 1)
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) == "Tf"
        }
    return sorted(found, reverse=True)


def _shown(page: pikepdf.Page) -> Iterator[str]:
    tables = {name: _table(font) for name, font in page.Resources.Font.items()}
    table: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "Tf":
                table = tables[str(operands[0])]
            case "Tj" | "TJ":
                pieces = operands[0] if str(operator) == "TJ" else [operands[0]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        yield _decoded(bytes(piece), table)


def _decoded(raw: bytes, table: dict[int, str]) -> str:
    codes = (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))
    return "".join(table.get(code, "") for code in codes)


def _table(font: pikepdf.Object) -> dict[int, str]:
    table: dict[int, str] = {}
    cmap = font.ToUnicode.read_bytes()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, words in _CHARACTER.findall(block):
            table[int(code, 16)] = _words(words)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, begin in _RANGE.findall(block):
            words = _words(begin)
            for step in range(int(last, 16) - int(first, 16) + 1):
                table[int(first, 16) + step] = words[:-1] + chr(ord(words[-1]) + step)
    return table


def _words(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be")
