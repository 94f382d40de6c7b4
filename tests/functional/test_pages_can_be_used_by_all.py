"""What can be checked of WCAG 2.1 AA without a person, on every page there is."""

import logging
import re
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.functional.conftest import Publish
from tests.functional.every_page import of_the_intranet
from tests.functional.visitor import Visitor
from tests.world import World
from web.shared.moments import in_words
from web.shared.theme import DARK_PAPER, READABLE, contrast, mixed, readable


@pytest.fixture
def pages(world: World, publish: Publish) -> tuple[str, ...]:
    return of_the_intranet(world, publish)


def test_every_page_has_one_heading_a_language_labels_and_nothing_from_elsewhere(
    desk: Visitor, pages: tuple[str, ...]
) -> None:
    for path in pages:
        page = desk.get(path)
        tree = desk.tree
        assert len(list(tree.iter("h1"))) == 1, path
        levels = [
            int(e.tag[1]) for e in tree.xpath("//main//*[self::h1|self::h2|self::h3|self::h4]")
        ]
        assert levels[0] == 1, path
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)
        assert tree.get("lang") == "sv", path
        assert tree.findtext(".//title"), path
        assert tree.xpath("//a[@href='#innehall']"), path
        assert tree.get_element_by_id("innehall").tag == "main", path
        for field in tree.xpath("//input[not(@type='hidden')] | //textarea | //select"):
            assert field.label is not None, (path, field.get("name"))
        assert all(image.get("alt") is not None for image in tree.iter("img")), path
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        assert not tree.xpath("//style | //@style"), path
        for script in tree.xpath("//script"):  # ours, by this answer's word, and never in the page
            assert f"'nonce-{script.get('nonce')}'" in page.headers["content-security-policy"], path
            assert script.get("src", "").startswith("/delar/"), path
            assert not script.text, path
        assert not tree.xpath("//@*[starts-with(name(), 'on')]"), path
        for source in tree.xpath("//link/@href | //img/@src"):
            assert source.startswith(("/", "data:")), (path, source)


def test_what_the_pages_look_like_is_served_from_here_and_kept_long(desk: Visitor) -> None:
    desk.get("/")
    sheets = desk.tree.xpath("//link/@href")
    assert len(sheets) == 5
    css = ""
    for sheet in sheets:
        answer = desk.client.get(sheet)
        assert answer.status_code == 200, sheet
        css += answer.text
    faces = set(re.findall(r'url\("(/[^"]+)"\)', css))
    assert len(faces) == 6
    for face in faces:
        answer = desk.client.get(face)
        assert answer.headers["content-type"] == f"font/{face.rpartition('.')[2]}"
        assert "immutable" in answer.headers["cache-control"]
    assert "http://" not in re.sub(r"http://www\.w3\.org/\S+", "", css)
    assert "@import" not in css


@pytest.mark.parametrize("colour", ["#1f4d3f", "#b3541e", "#ffe600", "#000000", "#ffffff"])
def test_any_colour_an_organisation_has_can_be_read_on_light_and_on_dark(colour: str) -> None:
    for paper, towards in (("#ffffff", "#000000"), (DARK_PAPER, "#ffffff")):
        found = readable(colour, paper, towards)
        assert contrast(found, paper) >= READABLE
        assert contrast(found, mixed(paper, found, 0.12)) >= READABLE


@pytest.mark.parametrize(
    ("moment", "language", "words"),
    [
        (datetime(2026, 12, 8, 13, 30, tzinfo=UTC), "sv", "i dag 14.30"),
        (datetime(2026, 12, 7, 23, 30, tzinfo=UTC), "sv", "i dag 00.30"),
        (datetime(2026, 12, 7, 8, 5, tzinfo=UTC), "sv", "i går 09.05"),
        (datetime(2026, 12, 9, 8, 0, tzinfo=UTC), "sv", "i morgon 09.00"),
        (datetime(2026, 12, 28, 8, 0, tzinfo=UTC), "sv", "måndag 28 december kl. 09.00"),
        (datetime(2027, 1, 4, 8, 0, tzinfo=UTC), "sv", "4 januari 2027 kl. 09.00"),
        (datetime(2026, 12, 28, 8, 0, tzinfo=UTC), "en", "Monday 28 December at 09:00"),
    ],
)
def test_a_moment_is_told_as_people_say_it(moment: datetime, language: str, words: str) -> None:
    now = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
    zone = ZoneInfo("Europe/Stockholm")
    assert in_words(moment, now, zone, language, lambda text: text) == words


def test_no_log_has_a_path_a_person_or_a_key_even_when_something_breaks(
    world: World,
    desk: Visitor,
    publish: Publish,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    public_id = publish(world.decision())
    capfd.readouterr()  # what the workers wrote: which announcement, and never who
    key = "a-secret-key-of-somebody"
    world.owner.execute("ALTER TABLE announcer.feed_token RENAME TO feed_token_gone")
    assert Visitor(world.url).client.get(f"/floden/{key}/alla.rss").status_code == 500
    assert desk.get(f"/nyheter/{public_id}").status_code == 200
    pseudonym = str(world.communicator.pseudonym)
    world.owner.execute("ALTER TABLE announcer.person RENAME TO person_gone")
    assert desk.get(f"/nyheter/{public_id}").status_code == 500  # its message has the pseudonym
    written = "".join(capfd.readouterr())
    assert "UndefinedTable" in written  # what broke is there …
    for secret in (key, public_id, "/nyheter", pseudonym):
        assert secret not in written
        ours = [r.getMessage() for r in caplog.records if not r.name.startswith("httpx")]
        assert not [line for line in ours if secret in line and "/floden" in line], secret


def test_a_broken_page_says_so_plainly_and_tells_nothing_else(world: World, desk: Visitor) -> None:
    for table in ("change", "person"):
        world.owner.execute(f"ALTER TABLE announcer.{table} RENAME TO {table}_gone")
        page = desk.get("/")
        assert page.status_code == 500
        assert "Något gick fel hos oss" in desk.text
        assert table not in desk.text
        assert "Traceback" not in page.text


def test_the_health_page_tells_only_whether_it_works(world: World, anonymous: Visitor) -> None:
    answer = anonymous.client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_letter_that_no_database_can_hold_is_no_accident(desk: Visitor) -> None:
    assert desk.client.get("/nyheter/%00").status_code == 404
    assert desk.client.get("/logga-in?sok=%00").status_code == 404
    answer = desk.ask("POST", "/skriv", klass="information", rubrik="a\x00b", gor="visa")
    assert answer.status_code == 400
    assert "som inte går att spara" in answer.text
