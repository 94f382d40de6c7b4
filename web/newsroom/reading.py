"""What everybody may read: the news, one article, its files, and what a search finds."""

from flask import Blueprint, Response, abort, make_response, render_template, request

from announcer.render.text import PICTURES
from announcer.services import released
from web.newsroom.answers import page
from web.newsroom.house import language, newsroom
from web.shared.files import REVALIDATED, attachment_answer, is_fresh

blueprint = Blueprint("reading", __name__)
#: Items on a page of the list.
PER_PAGE = 20
#: No newsroom has as many pages; a longer number is no page.
LAST_PAGE = 9_999


@blueprint.get("/")
def front() -> Response:
    """The news, newest first, 20 a page."""
    asked = request.args.get("sida", "1")
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked[:5]) <= LAST_PAGE):
        abort(404)
    return page(("front", int(asked)), lambda: _front(int(asked)))


def _front(number: int) -> str:
    with released.looking(newsroom()) as session:
        # One more than is shown tells whether there is an older page.
        items = released.newest(session, PER_PAGE + 1, PER_PAGE * (number - 1))
    if not items and number > 1:
        abort(404)
    return render_template(
        "list.html", items=items[:PER_PAGE], number=number, older=len(items) > PER_PAGE
    )


@blueprint.get("/nyheter/<public_id>")
def article(public_id: str) -> Response:
    """One article in every language there is a text in; 410 when it was withdrawn."""
    return page(("article", public_id), lambda: _article(public_id))


def _article(public_id: str) -> str:
    with released.looking(newsroom()) as session:
        item = released.item(session, public_id)
        related = [] if item.withdrawn_at else released.related(session, public_id)
    if item.withdrawn_at:
        abort(make_response(render_template("withdrawn.html", item=item), 410))
    pictures = [one for one in item.files if one.media_type in PICTURES]
    documents = [one for one in item.files if one.media_type not in PICTURES]
    return render_template(
        "article.html", item=item, pictures=pictures, documents=documents, related=related
    )


@blueprint.get("/nyheter/<public_id>/filer/<name>")
def file(public_id: str, name: str) -> Response:
    """A file, byte for byte; one that no browser shows safely is saved instead."""
    with released.looking(newsroom()) as session:
        found = released.file(session, public_id, name)
        same = is_fresh(found.sha256)
        content = b"" if same else released.file_content(session, public_id, name)
    return attachment_answer(
        content, found.media_type, found.name, cache=REVALIDATED, etag=found.sha256
    )


@blueprint.get("/sok")
def search() -> Response:
    """What fits the words. Never kept: nobody's caches need to know what someone looked for."""
    asked = " ".join(request.args.get("q", "").split())[: released.LONGEST_SEARCH]
    hits: list[released.Hit] = []
    if asked:
        with released.looking(newsroom()) as session:
            hits = released.search(session, asked, language())
    return make_response(render_template("search.html", asked=asked, hits=hits))
