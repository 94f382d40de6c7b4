"""What colleagues read: the newest announcements, one article, its attachments and posters."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from flask import Blueprint, Response, current_app, render_template, request

from announcer.render.catalogue import translator
from announcer.render.page import article as rendered
from announcer.services import reading
from announcer.services.kept import Kept
from web.intranet.access import installation, looking, reader
from web.shared.files import PERSONAL, UNKEPT, answer, attachment_answer

blueprint = Blueprint("reading", __name__)
#: On the front page; older ones are reached by their addresses and in the feeds.
NEWEST = 30


def kept_html() -> Kept[str]:
    """Articles as HTML, by their revision."""
    return cast("Kept[str]", current_app.extensions["articles as html"])


@blueprint.get("/")
def front() -> str:
    """The newest announcements that this person may read."""
    session = looking()
    articles = reading.newest(session, installation(), reader(), limit=NEWEST)
    staff_first = reading.staff_first(session, [article.listed for article in articles])
    return render_template("front.html", articles=articles, staff_first=staff_first)


@blueprint.get("/nyheter/<public_id>")
def article_page(public_id: str) -> tuple[str, int]:
    """One article exactly as it was approved; 410 without its content when it was withdrawn."""
    session = looking()
    article = reading.page(session, installation(), reader(), public_id)
    listed = article.listed
    if listed.withdrawn_at:
        return render_template("withdrawn.html", listed=listed), 410
    staff_first = reading.staff_first(session, [listed])
    posters = reading.poster_languages(session, article)
    html = kept_html().made(
        listed.revision, lambda: rendered(article.content, public_id, translator)
    )
    page = render_template(
        "article.html", article=article, html=html, staff_first=staff_first, posters=posters
    )
    return page, 200


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
    """The poster for the staff boards, in the language asked for."""
    session = looking()
    article = reading.page(session, installation(), reader(), public_id)
    language = request.args.get("sprak", article.content.language)
    content = reading.poster(session, article, language)
    cache = _cache(reading.staff_first(session, [article.listed]))
    return answer(content, "application/pdf", name=f"affisch-{public_id}.pdf", cache=cache)


def _cache(staff_first: Mapping[UUID, datetime | None]) -> str:
    """No browser keeps a file of what has not begun to leave the house."""
    return UNKEPT if staff_first else PERSONAL
