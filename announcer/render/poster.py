"""The poster for the staff board: one A4 page, PDF/A-2a and tagged as PDF/UA-1.

Text goes to Typst as JSON data, so nothing a person types is markup. What the compiler refuses
under these standards (a missing glyph, a control character, a broken picture) is seen to here.
"""

import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from announcer.domain.announcement import Attachment, Translation
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.domain.organisation import Sender
from announcer.lean import OnFirstUse
from announcer.render.blocks import Block, Run, Runs, blocks
from announcer.render.catalogue import date_in_words
from announcer.render.glyphs import EMOJI_FONTS, TEXT_FONTS, breakable, drawable, is_visible
from announcer.render.svg import clean_svg, is_harmless
from announcer.render.text import without_controls

if TYPE_CHECKING:
    import segno
    import typst
else:  # only a worker draws, and not before there is a poster
    segno, typst = OnFirstUse("segno"), OnFirstUse("typst")

Translate = Callable[[str], str]

SOURCE = Path(__file__).with_name("poster.typ")
#: More text than an A4 page can hold; the compiler need not measure a whole policy.
MOST_BODY = 2_500
#: Columns beyond which a table on A4 is a row of slivers.
MOST_COLUMNS = 4
_SENTENCE_END = re.compile(r"(?<=[.!?:…])\s+")
_PICTURES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_HEADS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
_compiling = threading.Lock()


def poster(edition: Edition, translate: Translate) -> bytes:
    """The poster as a PDF of exactly one page; the same edition gives the same bytes.

    ``translate`` speaks the edition's language. A picture (SVG, PNG or JPEG with ``alt``) is shown
    where it can be drawn; the page must not fail for one that cannot.
    """
    content = _content(edition, translate)
    picture = _picture(edition)
    # A picture or logo that only the compiler finds broken; any other fault is raised at last.
    if picture is not None:
        with suppress(typst.TypstError):
            return _with_picture(content, picture, edition)
    with suppress(typst.TypstError):
        return _compiled(content, edition, SOURCE)
    return _compiled(content | {"logo": None}, edition, SOURCE)


def _with_picture(content: dict[str, Any], picture: Attachment, edition: Edition) -> bytes:
    name = f"picture.{_PICTURES[picture.media_type]}"
    with tempfile.TemporaryDirectory(prefix="poster-") as folder:
        source = Path(folder, SOURCE.name)
        source.write_bytes(SOURCE.read_bytes())
        is_svg = picture.media_type == "image/svg+xml"
        drawn = clean_svg(picture.content) if is_svg else picture.content
        Path(folder, name).write_bytes(drawn)
        shown = {"path": name, "alt": _line(picture.alt)}
        return _compiled(content | {"picture": shown}, edition, source)


def _compiled(content: dict[str, Any], edition: Edition, source: Path) -> bytes:
    with _compiling:
        compiler, pid = _compiler()
        if pid != os.getpid():
            # The compiler's threads stay behind in the parent: it would wait for them for ever.
            raise RuntimeError("posters were made before this process was forked; fork first")
        pdf = compiler.compile(
            source,
            root=source.parent,
            format="pdf",
            sys_inputs={"poster": json.dumps(content, ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=edition.at.astimezone(UTC),
        )
    assert isinstance(pdf, bytes)  # noqa: S101 - one PDF without an output path is bytes
    return pdf


@cache
def _compiler() -> "tuple[typst.Compiler, int]":
    """One compiler per process, and that process: reading the fonts costs more than a poster."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[TEXT_FONTS, EMOJI_FONTS],
    )
    compiler = typst.Compiler(
        SOURCE, root=SOURCE.parent, font_paths=fonts, ignore_system_fonts=True
    )
    return compiler, os.getpid()


def _content(edition: Edition, translate: Translate) -> dict[str, Any]:
    """Everything `poster.typ` shows, as JSON can carry it."""
    content, sender = edition.content, edition.sender
    words = content.text_in(edition.language)
    body = _body(words)
    # A translation may be title and summary only; the whole text is then on the intranet.
    more = len(words.body) > MOST_BODY or (not words.body and bool(content.body))
    return {
        "language": edition.language.partition("-")[0] or "sv",
        "title": _line(words.title if is_visible(words.title) else sender.name),
        "summary": breakable(_line(words.summary)),
        "body": body,
        "more": more,
        "date": _line(date_in_words(edition.at, sender.time_zone, edition.language)),
        "contact": _line(content.contact, 240),
        "record_number": _line(content.record_number, 80),
        "colour": sender.colour,
        "sender": _sender(sender),
        "logo": _logo(sender),
        "qr": _qr_code(edition.page_url) if edition.page_url else None,
        "picture": None,
        "rest": _line(translate(N_("Resten finns på intranätet."))),
        "labels": {
            "contact": _line(translate(N_("Frågor besvaras av"))),
            "record": _line(translate(N_("Diarienummer"))),
            "read_more": _line(translate(N_("Läs mer på intranätet"))),
            "qr": _line(translate(N_("QR-kod till nyheten på intranätet"))),
        },
    }


def _line(text: str, longest: int | None = None) -> str:
    """One line that the fonts can draw, cut with an ellipsis past ``longest`` characters."""
    flat = " ".join(without_controls(text.replace("\v", " ").replace("\f", " ")).split())
    if longest is not None and len(flat) > longest:
        flat = flat[:longest].rstrip() + "…"
    return drawable(flat)


def _sender(sender: Sender) -> dict[str, str]:
    fields = ("name", "address", "phone", "web")
    return {field: _line(getattr(sender, field), 120) for field in fields}


def _logo(sender: Sender) -> str | None:
    """The logo's SVG text; one that cannot be shown is left out, the name stands there anyway."""
    try:
        return clean_svg(sender.logo_svg).decode()
    except ValueError:
        return None


@lru_cache(maxsize=64)  # the same page in each of its languages
def _qr_code(url: str) -> str:
    """The page's address as an SVG picture, four modules of quiet zone (ISO/IEC 18004 9.1)."""
    picture = BytesIO()
    segno.make(url, error="m", micro=False).save(
        picture, kind="svg", border=4, xmldecl=False, dark="#000", light="#fff"
    )
    return picture.getvalue().decode()


def _picture(edition: Edition) -> Attachment | None:
    """The first attached picture that a poster can show and a screen reader can tell about."""
    return next((one for one in edition.content.attachments if _can_be_shown(one)), None)


def _can_be_shown(attachment: Attachment) -> bool:
    kind = _PICTURES.get(attachment.media_type)
    if kind is None or not is_visible(attachment.alt):
        return False
    if kind == "svg":
        return is_harmless(attachment.content)
    return attachment.content.startswith(_HEADS[kind])


def _body(words: Translation) -> list[dict[str, Any]]:
    return [
        item for block in blocks(without_controls(words.body)[:MOST_BODY]) for item in _items(block)
    ]


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
