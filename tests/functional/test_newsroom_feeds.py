"""The newsroom's feeds, read as subscribers' programs read them."""

import json
from xml.etree import ElementTree  # only our own bytes are read here

import feedparser
import pytest

from announcer.services import holding
from tests.functional.newsroom_way import out, out_with_files
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World

BASE = "https://nyheter.hallefors.example"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


@pytest.fixture
def reader(newsroom: PublicHouse) -> Reader:
    return Reader(newsroom.url)


@pytest.mark.parametrize("format_", ["rss", "atom"])
def test_feeds_are_read_without_complaint(world: World, reader: Reader, format_: str) -> None:
    empty = feedparser.parse(reader.get(f"/floden/nyheter.{format_}").content)
    assert (empty.bozo, empty.entries) == (False, [])
    first, second = out_with_files(world), out(world, "Biblioteket & <badet>")
    answer = reader.get(f"/floden/nyheter.{format_}")
    assert answer.headers["content-type"] == f"application/{format_}+xml; charset=utf-8"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.feed.title == "Nyheter från Hällefors kommun"
    assert [entry.link for entry in feed.entries] == [
        f"{BASE}/nyheter/{public_id}" for public_id in (second, first)
    ]
    text = feed.entries[1].content[0].value
    assert "Fler elever kommer i tid" in text
    files = [e for e in feed.entries[1].enclosures if e.href.endswith("karta.svg")]
    assert files[0].href == f"{BASE}/nyheter/{first}/filer/karta.svg"
    assert files[0].type == "image/svg+xml"
    assert int(files[0].length) > 0


def test_a_json_feed_has_the_same(world: World, reader: Reader) -> None:
    public_id = out_with_files(world)
    feed = json.loads(reader.get("/floden/nyheter.json").content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{BASE}/floden/nyheter.json"
    (item,) = feed["items"]
    assert item["url"] == f"{BASE}/nyheter/{public_id}"
    assert "Fler elever kommer i tid" in item["content_html"]
    assert [one["mime_type"] for one in item["attachments"]] == ["image/svg+xml", "application/pdf"]


def test_what_was_withdrawn_is_told_to_subscribers_without_its_text(
    world: World, reader: Reader
) -> None:
    public_id, kept = out_with_files(world), out(world, "Kvar")
    holding.withdraw(world.installation, world.communicator, public_id, "Fel")
    atom = reader.get("/floden/nyheter.atom").content
    (stone,) = ElementTree.fromstring(atom).iter(TOMBSTONE)
    assert stone.get("ref") == f"urn:announcer:{public_id}"
    assert [e.link for e in feedparser.parse(atom).entries] == [f"{BASE}/nyheter/{kept}"]
    rss = feedparser.parse(reader.get("/floden/nyheter.rss").content)
    items = json.loads(reader.get("/floden/nyheter.json").content)["items"]
    titles = {rss.entries[1].title, items[1]["title"]}
    assert titles == {"Tillbakadraget: Klockarskolan börjar senare"}
    assert "Drogs tillbaka" in rss.entries[1].summary
    for format_ in ("rss", "atom", "json"):
        body = reader.get(f"/floden/nyheter.{format_}").text
        for word in ("Fler elever", "Skolskjutsarna", "karta.svg"):
            assert word not in body


def test_nothing_in_a_feed_tells_to_whom_inside_it_was_addressed(
    world: World, reader: Reader
) -> None:
    """The hash of the whole content would: everything else in it can be read here."""
    public_id = out(world)
    row = world.owner.execute(
        "SELECT content_hash FROM newsroom.item WHERE public_id = %s", (public_id,)
    ).fetchone()
    assert row
    for format_ in ("rss", "atom", "json"):
        assert row[0] not in reader.get(f"/floden/nyheter.{format_}").text
    assert row[0] not in reader.get(f"/nyheter/{public_id}").text


def test_the_list_for_search_engines_has_what_is_out(world: World, reader: Reader) -> None:
    gone, public_id = out(world, "Fel"), out(world)
    holding.withdraw(world.installation, world.communicator, gone, "Fel")
    found = ElementTree.fromstring(reader.get("/sitemap.xml").content)
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    places = [one.text for one in found.iter(f"{space}loc")]
    assert places == [f"{BASE}/", f"{BASE}/nyheter/{public_id}"]
    (changed,) = [one.text for one in found.iter(f"{space}lastmod")]
    assert changed
    assert changed.startswith("2026-12-")
    assert f"Sitemap: {BASE}/sitemap.xml" in reader.get("/robots.txt").text
