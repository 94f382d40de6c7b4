"""Feeds: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1 of the same entries."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedgen.entry import FeedEntry as AtomOrRssEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from announcer.render.text import without_controls

CONTENT_HASH_SCHEME = "urn:announcer:content-hash"
#: RFC 6721: entries that are gone.
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


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
    """One announcement; ``enclosures`` are (address, media type, bytes).

    ``content_hash`` is for the read-back; it is empty in what leaves the house, since whoever has
    the text could find out by it to whom inside it was addressed.

    Of one with ``withdrawn_at`` (aware) Atom has a tombstone only (RFC 6721); the other formats know
    no such thing, and show the words that they are given: that it is withdrawn.
    """

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
    withdrawn_at: datetime | None = None

    @property
    def id(self) -> str:
        """The same in every format and for ever; the read-back looks for the public id in it."""
        return f"urn:announcer:{self.public_id}"


class _Repairs(BaseEntryExtension):  # type: ignore[misc]  # feedgen publishes no types
    """What feedgen leaves out: enclosures with type and length in Atom, language, RSS creator."""

    def __init__(self) -> None:
        self.entry: FeedEntry | None = None

    def extend_atom(self, element: etree._Element) -> etree._Element:
        assert self.entry is not None  # noqa: S101 - set right after it was registered
        element.set(XML_LANG, self.entry.language)
        for url, media_type, length in self.entry.enclosures:
            # Without a namespace of its own, as feedgen makes its elements.
            link = etree.SubElement(element, "link", rel="enclosure", href=url)
            link.set("type", media_type)
            link.set("length", str(length))
        return element

    def extend_rss(self, element: etree._Element) -> etree._Element:
        assert self.entry is not None  # noqa: S101 - set right after it was registered
        # RSS asks for a mail address in <author>; a unit has a name (RSS Best Practices 4.1.1.1).
        creator = etree.SubElement(element, f"{{{DUBLIN_CORE}}}creator", nsmap={"dc": DUBLIN_CORE})
        creator.text = without_controls(self.entry.author_unit)
        # One enclosure an item, as readers expect (RSS Best Practices 4.1.1.5).
        for url, media_type, length in self.entry.enclosures[:1]:
            etree.SubElement(element, "enclosure", url=url, length=str(length), type=media_type)
        return element


class _Tombstones(BaseExtension):  # type: ignore[misc]  # feedgen publishes no types
    """RFC 6721 section 3: ``at:deleted-entry`` for what was withdrawn."""

    def __init__(self) -> None:
        self.gone: tuple[FeedEntry, ...] = ()

    def extend_ns(self) -> dict[str, str]:
        return {"at": TOMBSTONES} if self.gone else {}

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        for entry in self.gone:
            stone = etree.SubElement(feed, f"{{{TOMBSTONES}}}deleted-entry", ref=entry.id)
            stone.set("when", entry.updated.isoformat())
        return feed


def _generator(head: FeedHead, entries: Sequence[FeedEntry]) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id(head.self_url)
    feed.title(without_controls(head.title))
    feed.description(without_controls(head.title))
    feed.link(href=head.self_url, rel="self")
    # Last: feedgen takes the last one as the RSS channel's own link.
    feed.link(href=head.page_url, rel="alternate")
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
    found.link(href=entry.url, rel="alternate")
    found.published(entry.published)
    found.updated(entry.updated)
    found.author(name=without_controls(entry.author_unit) or "–")
    if entry.content_hash:
        found.category(term=entry.content_hash, scheme=CONTENT_HASH_SCHEME)
    found.summary(without_controls(entry.summary) or without_controls(entry.title))
    found.content(without_controls(entry.html), type="html")
    found.register_extension("repairs", _Repairs, atom=True, rss=True)
    found.repairs.entry = entry


def rss(head: FeedHead, entries: Sequence[FeedEntry]) -> bytes:
    """RSS 2.0, in the order given."""
    return bytes(_generator(head, entries).rss_str(pretty=False))


def atom(head: FeedHead, entries: Sequence[FeedEntry]) -> bytes:
    """Atom, in the order given; each entry names its content's hash as a category.

    What was withdrawn stands as a tombstone.
    """
    feed = _generator(head, [entry for entry in entries if not entry.withdrawn_at])
    feed.register_extension("tombstones", _Tombstones, atom=True, rss=False)
    feed.tombstones.gone = tuple(entry for entry in entries if entry.withdrawn_at)
    return bytes(feed.atom_str(pretty=False))


def json_feed(head: FeedHead, entries: Sequence[FeedEntry]) -> bytes:
    """JSON Feed 1.1, in the order given."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": without_controls(head.title),
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
        "title": without_controls(entry.title),
        "summary": without_controls(entry.summary),
        "content_html": without_controls(entry.html),
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
