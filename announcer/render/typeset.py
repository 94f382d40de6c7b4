"""Pages that are printed: PDF/A-2a, tagged as PDF/UA-1, made by Typst.

Text goes in as JSON data, so nothing a person types is markup. What the compiler refuses under these
standards (a missing glyph, a control character, a broken picture) is seen to here.
"""

import json
import os
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from announcer.domain.organisation import Sender
from announcer.lean import OnFirstUse
from announcer.render.blocks import Block, Run, Runs, blocks
from announcer.render.glyphs import EMOJI_FONTS, TEXT_FONTS, breakable, drawable, is_visible
from announcer.render.svg import clean_svg
from announcer.render.text import without_controls

if TYPE_CHECKING:
    import typst
else:  # only what draws loads it, and not before there is something to draw
    typst = OnFirstUse("typst")

FOLDER = Path(__file__).parent
#: Columns beyond which a table on A4 is a row of slivers.
MOST_COLUMNS = 4
#: Pixels an inch, as CSS counts them.
SCREEN = 96
_SENTENCE_END = re.compile(r"(?<=[.!?:…])\s+")
_compiling = threading.Lock()


def compiled(content: dict[str, Any], at: datetime, source: Path) -> bytes:
    """The PDF that ``source`` makes of ``content``, which it finds in ``sys.inputs.content``.

    ``at`` (aware) is when it was made: the same content at the same moment gives the same bytes.
    Raises `typst.TypstError` for what the compiler refuses under these standards.
    """
    return _made(content, at, source, format="pdf", pdf_standards=["a-2a", "ua-1"])


def pictured(content: dict[str, Any], at: datetime, source: Path) -> bytes:
    """The same as a picture for a screen (PNG, 96 pixels an inch), of what is one page. Raises
    `typst.TypstError`."""
    return _made(content, at, source, format="png", ppi=SCREEN)


def _made(content: dict[str, Any], at: datetime, source: Path, **how: Any) -> bytes:
    with _compiling:
        compiler, pid = _compiler()
        if pid != os.getpid():
            # The compiler's threads stay behind in the parent: it would wait for them for ever.
            raise RuntimeError("posters were made before this process was forked; fork first")
        made = compiler.compile(
            source,
            root=source.parent,
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            timestamp=at.astimezone(UTC),
            **how,
        )
    assert isinstance(made, bytes)  # noqa: S101 - one page without an output path is bytes
    return made


@cache
def _compiler() -> "tuple[typst.Compiler, int]":
    """One compiler per process, and that process: reading the fonts costs more than a poster."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[TEXT_FONTS, EMOJI_FONTS],
    )
    compiler = typst.Compiler(
        FOLDER / "poster.typ", root=FOLDER, font_paths=fonts, ignore_system_fonts=True
    )
    return compiler, os.getpid()


def line_of(text: str, longest: int | None = None) -> str:
    """One line that the fonts can draw, cut with an ellipsis past ``longest`` characters."""
    flat = " ".join(without_controls(text.replace("\v", " ").replace("\f", " ")).split())
    if longest is not None and len(flat) > longest:
        flat = flat[:longest].rstrip() + "…"
    return drawable(flat)


def sender_of(sender: Sender) -> dict[str, str]:
    """Who stands under a page."""
    fields = ("name", "address", "phone", "web")
    return {field: line_of(getattr(sender, field), 120) for field in fields}


def logo_of(sender: Sender) -> str | None:
    """The logo's SVG text; one that cannot be shown is left out, the name stands there anyway."""
    try:
        return clean_svg(sender.logo_svg).decode()
    except ValueError:
        return None


def items_of(body: str, longest: int) -> list[dict[str, Any]]:
    """The first ``longest`` characters of a text (Markdown) as `blocks.typ` draws them."""
    return [item for block in blocks(without_controls(body)[:longest]) for item in _items(block)]


def _items(block: Block) -> Iterator[dict[str, Any]]:
    """A block as the page draws it; a wide table becomes one paragraph a row."""
    if block.kind == "rule" or (block.kind == "heading" and not is_visible(block.text)):
        return  # the compiler refuses a heading without words
    if block.kind == "table" and len(block.rows[0]) > MOST_COLUMNS:
        for row in block.rows:
            joined = tuple(run for cell in row for run in (*cell, Run("   ")))
            yield from _items(Block("paragraph", joined, block.depth, block.marker, block.quoted))
        return
    width = len(block.rows[0]) if block.rows else 0
    yield {
        "kind": block.kind,
        "depth": block.depth,
        "marker": block.marker,
        "number": int(block.marker.rstrip(".")) if block.marker not in {"", "-"} else 0,
        "quoted": block.quoted,
        "pieces": list(_pieces(block.runs)),
        "rows": [[list(_pieces(cell)) for cell in row[:width]] for row in block.rows],
    }


def _pieces(runs: Runs) -> Iterator[dict[str, Any]]:
    """Runs cut after each sentence, so that a page can end with a whole one."""
    for run in runs:
        text = breakable(drawable(run.text))
        ends = [match.end() for match in _SENTENCE_END.finditer(text)]
        for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
            if text[start:end]:
                yield {"text": text[start:end], "strong": run.strong, "end": end in ends}
