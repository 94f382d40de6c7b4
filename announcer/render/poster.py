"""The poster for a board: one page of its paper."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from announcer.domain.announcement import Attachment
from announcer.domain.board import Paper
from announcer.domain.change import ChangeKind
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.lean import OnFirstUse
from announcer.render.catalogue import date_in_words
from announcer.render.exercise import words_in
from announcer.render.glyphs import breakable, is_visible
from announcer.render.svg import clean_svg, has_effects, is_harmless
from announcer.render.typeset import (
    FOLDER,
    compiled,
    items_of,
    line_of,
    logo_of,
    pictured,
    sender_of,
)

if TYPE_CHECKING:
    import segno
    import typst
else:  # only a worker draws, and not before there is a poster
    segno, typst = OnFirstUse("segno"), OnFirstUse("typst")

Translate = Callable[[str], str]
#: Content, moment, source → PDF or picture.
Make = Callable[[dict[str, Any], datetime, Path], bytes]

SOURCE, BLOCKS = FOLDER / "poster.typ", FOLDER / "blocks.typ"
REPLACES = N_("Rättelse: ersätter den tidigare affischen.")
#: More text than a page can hold; the compiler need not measure a whole policy.
MOST_BODY = {Paper.A4: 2_500, Paper.A3: 6_000}
_PICTURES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_HEADS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}


def poster(edition: Edition, translate: Translate) -> bytes:
    """The poster as a PDF of exactly one page; the same edition gives the same bytes.

    ``translate`` speaks the edition's language. A picture (SVG, PNG or JPEG with ``alt``) is shown
    where it can be drawn; the page must not fail for one that cannot.
    """
    return _drawn(edition, translate, compiled)


def poster_on_screen(edition: Edition, translate: Translate) -> bytes:
    """The poster as a picture (PNG) for whoever writes it."""
    return _drawn(edition, translate, pictured)


def _drawn(edition: Edition, translate: Translate, make: Make) -> bytes:
    content = _content(edition, translate)
    picture = _picture(edition)
    # A picture or logo that only the compiler finds broken; any other fault is raised at last.
    if picture is not None:
        with suppress(typst.TypstError):
            return _with_picture(content, picture, edition, make)
    with suppress(typst.TypstError):
        return make(content, edition.at, SOURCE)
    return make(content | {"logo": None}, edition.at, SOURCE)


def _with_picture(
    content: dict[str, Any], picture: Attachment, edition: Edition, make: Make
) -> bytes:
    name = f"picture.{_PICTURES[picture.media_type]}"
    with tempfile.TemporaryDirectory(prefix="poster-") as folder:
        source = Path(folder, SOURCE.name)
        for one in (SOURCE, BLOCKS):
            Path(folder, one.name).write_bytes(one.read_bytes())
        is_svg = picture.media_type == "image/svg+xml"
        drawn = clean_svg(picture.content) if is_svg else picture.content
        Path(folder, name).write_bytes(drawn)
        shown = {"path": name, "alt": line_of(picture.alt)}
        return make(content | {"picture": shown}, edition.at, source)


def _content(edition: Edition, translate: Translate) -> dict[str, Any]:
    """Everything `poster.typ` shows, as JSON can carry it."""
    content, sender = edition.content, edition.sender
    words = words_in(content, edition.language, translate)
    most = MOST_BODY[edition.paper]
    body = items_of(words.body, most)
    # A translation may be title and summary only; the whole text is then on the intranet.
    more = len(words.body) > most or (not words.body and bool(content.body))
    return {
        "paper": edition.paper.value,
        "language": edition.language.partition("-")[0] or "sv",
        "title": line_of(words.title if is_visible(words.title) else sender.name),
        "summary": breakable(line_of(f"{_what_changed(edition)} {words.summary}".strip())),
        "body": body,
        "more": more,
        "date": line_of(_dated(edition, translate)),
        "contact": line_of(content.contact, 240),
        "record_number": line_of(content.record_number, 80),
        "colour": sender.colour,
        "sender": sender_of(sender),
        "logo": logo_of(sender),
        "qr": _qr_code(edition.page_url) if edition.page_url else None,
        "picture": None,
        "rest": line_of(_rest(edition, translate)),
        "labels": {
            "contact": line_of(translate(N_("Frågor besvaras av"))),
            "record": line_of(translate(N_("Diarienummer"))),
            "read_more": line_of(translate(N_("Läs mer på intranätet"))),
            "qr": line_of(translate(N_("QR-kod till nyheten på intranätet"))),
        },
    }


def _rest(edition: Edition, translate: Translate) -> str:
    """Where the rest of a text is that the paper does not hold."""
    if not edition.for_media:
        return translate(N_("Resten finns på intranätet."))
    return translate(N_("Fråga oss om resten: {web}")).format(web=edition.sender.web)


def _is_corrected(edition: Edition) -> bool:
    return edition.change is not None and edition.change.kind is ChangeKind.CORRECTED


def _what_changed(edition: Edition) -> str:
    """The first thing that whoever read the poster before wants to know."""
    change = edition.change
    return change.what.get(edition.language, "") if change and _is_corrected(edition) else ""


def _dated(edition: Edition, translate: Translate) -> str:
    """The day, and of a corrected poster that it takes the place of another: two that hang on one
    board are told apart."""
    day = date_in_words(edition.at, edition.sender.time_zone, edition.language)
    return f"{day}. {translate(REPLACES)}" if _is_corrected(edition) else day


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
        return is_harmless(attachment.content) and not has_effects(attachment.content)
    return attachment.content.startswith(_HEADS[kind])
