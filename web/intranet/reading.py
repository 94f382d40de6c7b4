"""What colleagues read: the newest announcements, one article, its attachments and posters."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from flask import Blueprint, Response, current_app, request

from announcer.domain.board import BoardKind
from announcer.render.catalogue import translator
from announcer.render.page import article as rendered
from announcer.services import following, reading
from announcer.services.kept import Kept
from announcer.services.reading import Board, Kind, Listed
from web.intranet.access import arrival, installation, kept, kept_until, looking, reader, units
from web.intranet.frame import Part, framed, midnight, part
from web.intranet.words import is_urgent, language
from web.shared.files import PERSONAL, UNKEPT, answer, attachment_answer

blueprint = Blueprint("reading", __name__)
#: On the front page; older ones are in the archive.
NEWEST = 30
#: A telephone number as people write it.
_NUMBER = re.compile(r"(?<![\d/])(?:\+\d{2}|0)[\d -]{5,14}\d(?![\d/])")
#: Under which all that is up is kept.
BOARD = "board"


def kept_html() -> Kept[str]:
    """Articles as HTML, by their revision."""
    return cast("Kept[str]", current_app.extensions["articles as html"])


def whole_board() -> Board:
    """All that is up."""
    return kept(BOARD, lambda: reading.board(looking(), installation(), units()))


@blueprint.get("/")
def front() -> Response:
    """The newest announcements that this person may read."""
    return news_for("front.html")


def news_for(template: str) -> Response:
    """The newest announcements that whoever asks may read, as a page."""
    board = whole_board()
    readable = board.readable(reader())
    made = kept_until(
        (template, readable, language()), lambda: (_news(template, board, readable), midnight())
    )
    return framed(made)


def _news(template: str, board: Board, readable: frozenset[Kind]) -> Part:
    session = looking()
    up = [line for line in board.lines_of(readable) if not line.withdrawn_at][:NEWEST]
    up.sort(key=_is_calm)
    articles = reading.load(session, installation(), up)
    staff_first = reading.staff_first(session, up)
    return part(template, articles=articles, staff_first=staff_first)


def _is_calm(line: Listed) -> bool:
    """False for what is urgent and came today or yesterday: it stands before everything else."""
    today = arrival().now.astimezone(installation().policy.zone).date()
    put_up = line.published_at.astimezone(installation().policy.zone).date()
    return not is_urgent(line.class_name) or today - put_up > timedelta(days=1)


@blueprint.get("/nyheter/<public_id>")
def article_page(public_id: str) -> tuple[Response, int]:
    """One article exactly as it was approved; 410 without its content when it was withdrawn."""
    rights = reader()
    line = _board_of(public_id).line_for(rights)
    related = _related(line)
    readable = related.readable(rights)
    made = kept_until(
        ("page", public_id, language(), readable),
        lambda: (_page(line, related.lines_of(readable)), midnight()),
    )
    return framed(made), 410 if line.withdrawn_at else 200


def _board_of(public_id: str) -> Board:
    return kept(
        ("board", public_id),
        lambda: reading.board(looking(), installation(), units(), public_id),
    )


def _related(line: Listed) -> Board:
    """What the page goes on from and what goes on from it, whoever may read it."""

    def look() -> Board:
        board = whole_board()
        return replace(board, lines=tuple(following.linked(looking(), line, board.lines)))

    return kept(("related", line.public_id), look)


def _page(line: Listed, related: list[Listed]) -> Part:
    if line.withdrawn_at:
        return part("withdrawn.html", listed=line)
    session = looking()
    (article,) = reading.load(session, installation(), [line])
    html = kept_html().made(
        line.revision, lambda: rendered(article.content, line.public_id, translator)
    )
    return part(
        "article.html",
        article=article,
        html=html,
        staff_first=reading.staff_first(session, [line]),
        posters=reading.poster_languages(session, article),
        related=reading.load(session, installation(), related),
        numbers=_NUMBER.findall(article.content.contact),
    )


@blueprint.get("/nyheter/<public_id>/bilagor/<name>")
def attachment(public_id: str, name: str) -> Response:
    """One attachment, byte for byte, to whom the page is shown."""
    session = looking()
    article = reading.page(session, installation(), reader(), public_id)
    found = reading.attachment(article, name)
    cache = _cache(reading.staff_first(session, [article.listed]))
    return attachment_answer(found.content, found.media_type, found.name, cache)


@blueprint.get("/nyheter/<public_id>/affisch.pdf")
def poster(public_id: str) -> Response:
    """The poster for the boards, in the language and on the paper asked for."""
    session = looking()
    article = reading.page(session, installation(), reader(), public_id)
    language = request.args.get("sprak", article.content.language)
    kind = BoardKind.VISITORS if request.args.get("tavla") == "visitors" else BoardKind.STAFF
    content = reading.poster(session, article, language, request.args.get("papper", ""), kind)
    cache = _cache(reading.staff_first(session, [article.listed]))
    return answer(content, "application/pdf", name=f"affisch-{public_id}.pdf", cache=cache)


def _cache(staff_first: Mapping[UUID, datetime | None]) -> str:
    """No browser keeps a file of what has not begun to leave the house."""
    return UNKEPT if staff_first else PERSONAL
