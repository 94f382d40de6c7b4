"""Feeds: the same news by the same rule as the pages, for programs that read."""

import re
from collections.abc import Hashable
from datetime import datetime
from typing import cast
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, current_app, render_template

from announcer.channels.intranet import EVERYBODY
from announcer.domain.announcement import Attachment
from announcer.domain.audience import Reader
from announcer.domain.errors import N_
from announcer.render.catalogue import translator
from announcer.render.exercise import marked
from announcer.render.feeds import FeedEntry, FeedHead
from announcer.render.page import attachment_url
from announcer.render.text import article_html
from announcer.services import arriving, reading
from announcer.services.installation import Installation
from announcer.services.kept import Kept
from announcer.services.reading import Article, Board, Feed, Kind, Listed
from web.intranet.access import (
    actor,
    arrival,
    installation,
    kept_until,
    looking,
    reader,
    reader_by_key,
    units,
)
from web.intranet.reading import BOARD, whole_board
from web.shared.feeds import FORMATS, NEVER
from web.shared.files import PERSONAL, Finished, finish, given
from web.shared.porch import AtHand
from web.shared.shelf import Shelf

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/floden")
def overview() -> str:
    """The addresses of the feeds, and the personal key to them."""
    return _overview()


def _overview(key: str = "") -> str:
    has_key = reading.has_feed_token(looking(), actor())
    return render_template(
        "feeds.html", names=(EVERYBODY, actor().unit), formats=FORMATS, key=key, has_key=has_key
    )


@blueprint.post("/floden/nyckel")
def make_key() -> str:
    """A new personal key, shown in this answer and never again."""
    return _overview(reading.create_feed_token(installation(), actor()))


@blueprint.post("/floden/nyckel/bort")
def revoke_key() -> str:
    """The end of this person's keys."""
    reading.revoke_feed_tokens(installation(), actor())
    return _overview()


@blueprint.get("/floden/<name>.<any(rss, atom, json):format_>")
def feed(name: str, format_: str) -> Response:
    """A feed for a session or a reader token."""
    return _answer(reader(), name, format_)


@blueprint.get("/floden/<key>/<name>.<any(rss, atom, json):format_>")
def feed_with_key(key: str, name: str, format_: str) -> Response:
    """A feed for a program that has nothing but its address. The key's use leaves no trace."""
    return _answer(reader_by_key(key), name, format_)


def _answer(rights: Reader, name: str, format_: str) -> Response:
    board = whole_board()
    readable = board.readable(rights)
    made = kept_until(_key(format_, name, readable), lambda: _feed(board, readable, name, format_))
    return given(made, PERSONAL)


def _key(format_: str, name: str, readable: frozenset[Kind]) -> Hashable:
    return "feed", format_, name, readable


def at_hand(app: Flask) -> AtHand:
    """What ``app`` made of a feed with a key since a colleague could see a change, for its owner."""
    address = re.compile(rf"/floden/([^/]+)/([^/]+)\.({'|'.join(FORMATS)})").fullmatch

    def find(path: str) -> Finished | None:
        asked = address(path)
        if asked is None:
            return None
        house = cast(Installation, app.extensions["announcer"])
        shelf = cast(Shelf, app.extensions["intranet shelf"])
        come, owner = arriving.arrive_with_key(house.database.glance, asked[1])
        board = shelf.glimpse(come.version, BOARD)
        if owner is None or board is None:
            return None
        key = _key(asked[3], asked[2], board.readable(owner))
        return shelf.glimpse(come.version, key, come.now)

    return find


def _feed(
    board: Board, readable: frozenset[Kind], name: str, format_: str
) -> tuple[Finished, datetime | None]:
    unit = _unit_named(name)
    session, house = looking(), installation()
    found = reading.feed(board.lines_of(readable, unit), arrival().now)
    write, media_type = FORMATS[format_]

    def made() -> bytes:
        articles = reading.load(session, house, found.lines)
        entries = [_entry(one) for one in articles]
        if format_ == "atom":  # the others know no entry that is gone
            entries += [_tombstone(one) for one in found.withdrawn]
        return write(_head(found, name, unit, format_), entries)

    # All that a feed is made of: the lines, by whose names, under which address. It outlives the
    # changes that are none to a feed.
    names = tuple((one.code, one.name) for one in board.units.by_code.values())
    lines = tuple(
        (one.revision, one.published_at, one.withdrawn_at)
        for one in (*found.lines, *found.withdrawn)
    )
    body = kept_feeds().made((format_, name, lines, found.changed_at, names), made)
    return finish(body, media_type, changed_at=found.changed_at), found.until


def kept_feeds() -> Kept[bytes]:
    """Feeds, by what they are made of."""
    return cast("Kept[bytes]", current_app.extensions["feeds"])


def _unit_named(name: str) -> str:
    """The unit whose feed it is, empty for everybody's; 404 for any other name."""
    if name == EVERYBODY or name in installation().policy.open_to_all:
        return ""
    if name not in units().by_code:
        abort(404)
    return name


def _head(found: Feed, name: str, unit: str, format_: str) -> FeedHead:
    house = installation()
    whose = units().by_code[unit].name if unit else house.sender.name
    return FeedHead(
        # In the house's language, not the reader's: the same feed has the same bytes.
        title=translator(house.sender.language)(N_("Nyheter: {whose}")).format(whose=whose),
        # Never with the key: feed readers show and share this address.
        self_url=f"{house.base_url}/floden/{quote(name, safe='')}.{format_}",
        page_url=f"{house.base_url}/",
        language=house.sender.language,
        # An empty feed was last changed when there was nothing: always the same moment.
        updated=found.changed_at or NEVER,
    )


def _tombstone(gone: Listed) -> FeedEntry:
    """That it is gone, and no word of it."""
    at = gone.withdrawn_at or gone.published_at
    return FeedEntry(
        public_id=gone.public_id,
        title="",
        summary="",
        html="",
        url="",
        published=gone.published_at,
        updated=at,
        language="",
        author_unit="",
        content_hash="",
        withdrawn_at=at,
    )


def _entry(article: Article) -> FeedEntry:
    content, listed, base = article.content, article.listed, installation().base_url
    unit = units().by_code.get(listed.unit)

    def address(one: Attachment) -> str:
        return base + attachment_url(listed.public_id, one.name)

    return FeedEntry(
        public_id=listed.public_id,
        title=marked(content.title, content, translator(content.language)),
        summary=content.summary,
        html=article_html(content.body, content.attachments, address),
        url=f"{base}/nyheter/{listed.public_id}",
        published=listed.published_at,
        updated=listed.published_at,
        language=content.language,
        author_unit=unit.name if unit else listed.unit,
        content_hash=article.content_hash,
        enclosures=tuple(
            (address(one), one.media_type, len(one.content)) for one in content.attachments
        ),
    )
