"""Feeds as a feed reader reads them."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from announcer.render.feeds import FeedEntry, FeedHead, atom, json_feed, rss

ATOM = "{http://www.w3.org/2005/Atom}"
FIRST = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HEAD = FeedHead(
    title="Nyheter & annat\x0b",
    self_url="https://intranat.hallefors.example/floden/alla.atom",
    page_url="https://intranat.hallefors.example/",
    language="sv",
    updated=FIRST,
)
Format = Callable[[FeedHead, Sequence[FeedEntry]], bytes]


def entry(public_id: str, **changed: object) -> FeedEntry:
    words: dict[str, object] = {
        "title": "Rubrik <1> & \x07två",
        "summary": "Kort\x1b text",
        "html": "<p>Text & ”citat”\x00 ]]> 🥕</p>",
        "url": f"https://intranat.hallefors.example/nyheter/{public_id}",
        "published": FIRST,
        "updated": FIRST,
        "language": "fi",
        "author_unit": "Kost & städ",
        "content_hash": "ab" * 32,
        "enclosures": (
            ("https://intranat.hallefors.example/a?x=1&y=2", "application/pdf", 1234),
            ("https://intranat.hallefors.example/b.png", "image/png", 5),
        ),
    }
    return FeedEntry(public_id=public_id, **(words | changed))  # type: ignore[arg-type]


ENTRIES = [entry("b2"), entry("a1", enclosures=(), summary="")]


def atom_entries(entries: Sequence[FeedEntry]) -> list[Element]:
    return list(fromstring(atom(HEAD, entries)).iter(f"{ATOM}entry"))


def test_atom_enclosures_keep_address_type_and_length() -> None:
    links = [
        (link.get("href"), link.get("type"), link.get("length"))
        for link in atom_entries(ENTRIES)[0].iter(f"{ATOM}link")
        if link.get("rel") == "enclosure"
    ]
    assert links == [(url, kind, str(size)) for url, kind, size in ENTRIES[0].enclosures]


def test_atom_entries_name_content_hash_language_and_unit() -> None:
    found = atom_entries(ENTRIES)[0]
    category = found.find(f"{ATOM}category")
    assert category is not None
    assert category.attrib == {"scheme": "urn:announcer:content-hash", "term": "ab" * 32}
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "fi"
    assert found.findtext(f"{ATOM}author/{ATOM}name") == "Kost & städ"


def test_atom_content_is_html_and_nothing_typed_is_lost_but_controls() -> None:
    content = atom_entries(ENTRIES)[0].find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    assert content.text == "<p>Text & ”citat” ]]> 🥕</p>"


def test_a_feed_has_its_own_address_and_its_page() -> None:
    links = {
        link.get("rel"): link.get("href") for link in fromstring(atom(HEAD, [])).iter(f"{ATOM}link")
    }
    assert links == {"self": HEAD.self_url, "alternate": HEAD.page_url}
    assert fromstring(rss(HEAD, [])).findtext("channel/link") == HEAD.page_url


def test_rss_items_have_summary_text_guid_and_one_enclosure() -> None:
    item = fromstring(rss(HEAD, ENTRIES)).find("channel/item")
    assert item is not None
    assert item.findtext("title") == "Rubrik <1> & två"
    assert item.findtext("description") == "Kort text"
    encoded = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded")
    assert encoded == "<p>Text & ”citat” ]]> 🥕</p>"
    guid = item.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (ENTRIES[0].id, "false")
    assert [enclosure.attrib for enclosure in item.iter("enclosure")] == [
        {
            "url": "https://intranat.hallefors.example/a?x=1&y=2",
            "length": "1234",
            "type": "application/pdf",
        }
    ]
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "Kost & städ"


def test_json_feed_says_the_same() -> None:
    feed = json.loads(json_feed(HEAD, ENTRIES))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == HEAD.self_url
    item = feed["items"][0]
    assert item["content_html"] == "<p>Text & ”citat” ]]> 🥕</p>"
    assert item["date_published"] == "2026-11-22T08:00:00+00:00"
    assert item["attachments"][1] == {
        "url": "https://intranat.hallefors.example/b.png",
        "mime_type": "image/png",
        "size_in_bytes": 5,
    }


def test_every_format_keeps_the_order_and_the_same_ids() -> None:
    in_atom = [one.findtext(f"{ATOM}id") for one in atom_entries(ENTRIES)]
    in_rss = [one.text for one in fromstring(rss(HEAD, ENTRIES)).iter("guid")]
    in_json = [item["id"] for item in json.loads(json_feed(HEAD, ENTRIES))["items"]]
    assert in_atom == in_rss == in_json
    assert [one.rpartition(":")[2] for one in in_json] == ["b2", "a1"]


@pytest.mark.parametrize("write", [rss, atom, json_feed])
def test_an_unchanged_feed_has_unchanged_bytes_also_when_it_is_empty(write: Format) -> None:
    assert write(HEAD, ENTRIES) == write(HEAD, ENTRIES)
    assert write(HEAD, []) == write(HEAD, [])


def test_the_feed_was_last_changed_when_it_says() -> None:
    assert fromstring(atom(HEAD, [])).findtext(f"{ATOM}updated") == "2026-11-22T08:00:00+00:00"
    built = fromstring(rss(HEAD, [])).findtext("channel/lastBuildDate")
    assert built is not None
    assert parsedate_to_datetime(built) == FIRST
