"""Feeds: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1 of the same entries."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedgen.entry import FeedEntry as AtomOrRssEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from announcer.render.text import without_controls

CONTENT_HASH_SCHEME = "urn:announcer:content-hash"
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class FeedHead:
    """The feed itself; ``updated`` is aware and changes only when an entry does."""

    title: str
    self_url: str
    page_url: str
    language: str
    updated: datetime


@dataclass(frozen=True)
class FeedEntry:
    """One announcement; ``enclosures`` are (address, media type, bytes)."""

    public_id: str
    title: str
    summary: str
    html: str
    url: str
    published: datetime
    updated: datetime
    language: str
    author_unit: str
    content_hash: str
    enclosures: tuple[tuple[str, str, int], ...] = ()

    @property
    def id(self) -> str:
        """The same in every format and for ever."""
        return f"urn:announcer:{self.public_id}"


class _Enclosures(BaseEntryExtension):  # type: ignore[misc]
    """feedgen drops rel, type and length from Atom links and keeps one RSS enclosure at most."""

    def __init__(self) -> None:
        self.links: tuple[tuple[str, str, int], ...] = ()

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        for url, media_type, length in self.links:
            etree.SubElement(
                entry, f"{ATOM}link", rel="enclosure", href=url, type=media_type, length=str(length)
            )
        return entry

    def extend_rss(self, entry: etree._Element) -> etree._Element:
        for url, media_type, length in self.links[:1]:
            etree.SubElement(entry, "enclosure", url=url, type=media_type, length=str(length))
        return entry


def _generator(head: FeedHead, entries: Sequence[FeedEntry]) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id(head.self_url)
    feed.title(without_controls(head.title))
    feed.description(without_controls(head.title))
    feed.link(href=head.page_url, rel="alternate")
    feed.link(href=head.self_url, rel="self")
    feed.language(head.language)
    feed.updated(head.updated)
    feed.lastBuildDate(head.updated)
    feed.generator("Announcer")
    for entry in entries:
        _fill(feed.add_entry(order="append"), entry)
    return feed


def _fill(found: AtomOrRssEntry, entry: FeedEntry) -> None:
    found.id(entry.id)
    found.guid(entry.id, permalink=False)
    found.title(without_controls(entry.title))
    found.link(href=entry.url)
    found.published(entry.published)
    found.updated(entry.updated)
    found.author(name=without_controls(entry.author_unit) or "–")
    found.category(term=entry.content_hash, scheme=CONTENT_HASH_SCHEME)
    found.summary(without_controls(entry.summary) or without_controls(entry.title))
    found.content(without_controls(entry.html), type="html")
    found.register_extension("enclosures", _Enclosures, atom=True, rss=True)
    found.enclosures.links = entry.enclosures


def rss(head: FeedHead, entries: Sequence[FeedEntry]) -> bytes:
    """RSS 2.0, in the order given."""
    return bytes(_generator(head, entries).rss_str(pretty=False))


def atom(head: FeedHead, entries: Sequence[FeedEntry]) -> bytes:
    """Atom, in the order given; each entry names its content's hash as a category."""
    return bytes(_generator(head, entries).atom_str(pretty=False))


def json_feed(head: FeedHead, entries: Sequence[FeedEntry]) -> bytes:
    """JSON Feed 1.1, in the order given."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "home_page_url": head.page_url,
        "feed_url": head.self_url,
        "language": head.language,
        "items": [_item(entry) for entry in entries],
    }
    return json.dumps(feed, ensure_ascii=False).encode()


def _item(entry: FeedEntry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "language": entry.language,
        "authors": [{"name": entry.author_unit}],
    }
    if entry.enclosures:
        item["attachments"] = [
            {"url": url, "mime_type": media_type, "size_in_bytes": length}
            for url, media_type, length in entry.enclosures
        ]
    return item
