"""The same news by the same rule, for programs that read: feeds and the list for search engines."""

from datetime import UTC, datetime
from typing import cast

from flask import Blueprint, Flask, Response, render_template

from announcer.domain.errors import N_
from announcer.render.catalogue import date_in_words, translator
from announcer.render.feeds import FeedEntry, FeedHead
from announcer.render.release import file_url, with_whole_addresses
from announcer.render.text import cleaned_again
from announcer.services import released
from announcer.services.released import Released
from web.newsroom.answers import kept
from web.newsroom.house import address, newsroom
from web.shared.feeds import FORMATS, NEVER
from web.shared.files import REVALIDATED, Finished, answer
from web.shared.porch import AtHand
from web.shared.shelf import Shelf

blueprint = Blueprint("feeds", __name__)
#: Entries in a feed.
NEWEST = 50
#: Addresses in one sitemap (sitemaps.org, "Sitemap file size limits").
SITEMAP = 50_000
PLAIN = "text/plain; charset=utf-8"


@blueprint.get("/floden/nyheter.<any(rss, atom, json):format_>")
def feed(format_: str) -> Response:
    """The newest items; what was withdrawn is marked, or gone as Atom has it."""
    return kept(("feed", format_), lambda: _feed(format_), FORMATS[format_][1])


def at_hand(app: Flask) -> AtHand:
    """What ``app`` made of these feeds since something public changed. Raises `Unreachable`."""
    keys = {f"/floden/nyheter.{format_}": ("feed", format_) for format_ in FORMATS}

    def find(path: str) -> Finished | None:
        key = keys.get(path)
        if key is None:
            return None
        shelf = cast(Shelf, app.extensions["newsroom shelf"])
        return shelf.glimpse(released.version(app.extensions["newsroom"]), key)

    return find


def _feed(format_: str) -> bytes:
    with released.looking(newsroom()) as session:
        items = released.newest(session, NEWEST)
    sender = newsroom().sender
    head = FeedHead(
        # In the house's language, not the reader's: the same feed has the same bytes.
        title=translator(sender.language)(N_("Nyheter från {name}")).format(name=sender.name),
        self_url=address("feeds.feed", format_=format_),
        page_url=address("reading.front"),
        language=sender.language,
        updated=max((item.changed_at for item in items), default=NEVER),
    )
    return FORMATS[format_][0](head, [_entry(item) for item in items])


def _entry(item: Released) -> FeedEntry:
    base, text = newsroom().base_url, item.texts[0]
    title, summary = _withdrawn(item) if item.withdrawn_at else (text.title, text.summary)
    return FeedEntry(
        public_id=item.public_id,
        title=title,
        summary=summary,
        html=with_whole_addresses(cleaned_again(text.html, "/nyheter/"), base),
        url=address("reading.article", public_id=item.public_id),
        published=item.published_at,
        updated=item.changed_at,
        language=text.language,
        author_unit=item.unit_name,
        content_hash="",
        enclosures=tuple(
            (base + file_url(item.public_id, one.name), one.media_type, one.length)
            for one in item.files
        ),
        withdrawn_at=item.withdrawn_at,
    )


def _withdrawn(item: Released) -> tuple[str, str]:
    """Title and summary of what is no longer to be read."""
    sender = newsroom().sender
    say = translator(item.texts[0].language)
    when = date_in_words(item.changed_at, sender.time_zone, item.texts[0].language)
    return (
        say(N_("Tillbakadraget: {title}")).format(title=item.texts[0].title),
        say(N_("Drogs tillbaka {when}.")).format(when=when),
    )


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """What search engines may list: everything that is out and not withdrawn."""
    return kept("sitemap", _sitemap, "application/xml; charset=utf-8")


def _sitemap() -> str:
    with released.looking(newsroom()) as session:
        found = released.addresses(session, SITEMAP)
    return render_template("sitemap.xml", found=found)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """RFC 9309. Searches are no pages."""
    sitemap_url = address("feeds.sitemap")
    text = f"User-agent: *\nDisallow: /sok\nAllow: /\nSitemap: {sitemap_url}\n"
    return answer(text.encode(), PLAIN, cache=REVALIDATED)


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """RFC 9116: where to tell of a hole."""
    lines = (
        f"Contact: mailto:{newsroom().sender.email}",
        f"Expires: {expires(datetime.now(UTC)).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"Preferred-Languages: {', '.join(newsroom().languages)}",
        f"Canonical: {address('feeds.security')}",
    )
    return answer("".join(f"{line}\n" for line in lines).encode(), PLAIN, cache=REVALIDATED)


def expires(now: datetime) -> datetime:
    """The first of the month half a year ahead: the same bytes for a whole month, and less than a
    year, as RFC 9116 section 2.5.5 asks."""
    months = now.year * 12 + now.month - 1 + 6
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
