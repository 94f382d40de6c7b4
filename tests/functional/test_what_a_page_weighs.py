"""A phone with bad coverage: what the front page weighs on the wire, that nothing in it moves when its
font comes, and that what makes it small tells nobody a secret."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator

import httpx
import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Page

from tests.functional.conftest import Publish
from tests.functional.visitor import Visitor
from tests.public_house import PublicHouse
from tests.world import World
from web.shared.fonts import make
from web.shared.look import FACES
from web.shared.squeeze import Piece, gzipped

#: Bytes, with headers, styles, fonts and logo.
MOST = 100_000
#: Resolves when the faces that the page uses are there.
FONTS = (
    """Promise.all(['1em', '600 1em'].map(one => document.fonts.load(`${one} "Announcer Text"`)))"""
)
MOVED = """() => new Promise(done => new PerformanceObserver(list => done(
  list.getEntries().reduce((sum, one) => sum + one.value, 0)))
  .observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 300))"""


@pytest.fixture
def phone(world: World, browser: Browser, publish: Publish) -> Iterator[Page]:
    """Signed in, with nothing in its cache, and thirty announcements on the front page."""
    text = (
        '+++\nclass = "bara min enhet"\nunit = "bibliotek"\ntitle = "Nya öppettider på bibliotek {}"'
        '\nsummary = "{}"\naudience = ["bibliotek"]\ncontact = "Chefen"\n+++\nText.\n'
    )
    chief = world.somebody("bibliotek", "chef")
    words = "Från den {0} januari gäller nya tider, och fler av oss arbetar kvällar. " * 3
    for number in range(28):
        world.submit(text.format(number, words.format(number)), chief)
    world.settle(200)
    for example in ("01", "02"):
        publish(world.example(example))
    context = browser.new_context(base_url=world.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"/logga-in?sok={chief.directory_id}")
    page.get_by_role("button", name=chief.directory_id).click()
    yield page
    context.close()


def on_the_wire(page: Page, path: str) -> dict[str, int]:
    """Bytes that come for a page, by address, with an empty cache."""
    page.goto("about:blank")  # the page before may still be fetching its fonts, and never end
    told = page.context.new_cdp_session(page)
    told.send("Network.enable")
    told.send("Network.clearBrowserCache")
    asked: dict[str, str] = {}
    came: dict[str, int] = {}
    told.on(
        "Network.requestWillBeSent", lambda e: asked.update({e["requestId"]: e["request"]["url"]})
    )
    told.on(
        "Network.loadingFinished",
        lambda e: came.update({e["requestId"]: int(e["encodedDataLength"])}),
    )
    page.goto(path)
    page.evaluate(FONTS)
    while asked.keys() - came.keys():
        page.evaluate("new Promise(requestAnimationFrame)")
    return {asked[one]: length for one, length in came.items() if one in asked}


def test_the_front_page_weighs_less_than_a_hundred_kilobytes_with_its_fonts(phone: Page) -> None:
    came = on_the_wire(phone, "/")
    assert phone.locator(".news-item").count() == 30
    fonts = [one for one in came if "/typsnitt/" in one]
    assert sorted(one.rpartition("/")[2] for one in fonts) == ["regular.woff", "semibold.woff"]
    assert sum(came.values()) < MOST, came


def test_nothing_moves_when_the_font_comes(phone: Page) -> None:
    for path in ("/", phone.locator(".news-item a").first.get_attribute("href") or ""):
        on_the_wire(phone, path)
        assert phone.evaluate("document.fonts.ready.then(() => document.fonts.size)") > 0
        assert phone.evaluate(MOVED) == 0, path


@pytest.mark.parametrize("face", FACES)
def test_the_fonts_are_what_makes_them_and_bear_no_reserved_name(face: str) -> None:
    font, new = TTFont(f"web/shared/fonts/{face}.woff"), make.subset(face)
    new.save(made := io.BytesIO())
    again = TTFont(made)
    for table in set(again.reader.keys()) | set(font.reader.keys()):
        if table != "head":  # sums of what is packed
            assert font.reader[table] == again.reader[table], table
    assert set("åäöÅÄÖéüčđšž–”€…") <= {chr(code) for code in font.getBestCmap()}
    names = {one.nameID: str(one) for one in font["name"].names}
    assert not any("source" in names[number].lower() for number in (1, 3, 4, 6))
    assert "SIL Open Font License" in names[13]


def plain_and_small(visitor: Visitor, path: str) -> tuple[httpx.Response, httpx.Response]:
    ask = visitor.client.get
    return (
        ask(path, headers={"Accept-Encoding": "identity"}),
        ask(path, headers={"Accept-Encoding": "gzip"}),
    )


def without_its_own(answer: httpx.Response) -> str:
    """The page without the session's token and without the word that lets this answer's scripts run."""
    found = re.search("'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    page = answer.text.replace(f'nonce="{found[1]}"', "") if found else answer.text
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def test_whoever_can_read_it_small_gets_the_same_page(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.example("02"))
    for path in ("/", f"/nyheter/{public_id}", "/nyheter"):
        plain, small = plain_and_small(colleague, path)
        assert without_its_own(plain) == without_its_own(small)
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert {plain.headers["Vary"], small.headers["Vary"]} == {"Accept-Encoding, Cookie"}, path
        assert int(small.headers["Content-Length"]) < len(plain.content)


def test_styles_and_the_logo_come_small_in_both_houses(
    colleague: Visitor, newsroom: PublicHouse
) -> None:
    for visitor in (colleague, Visitor(newsroom.url)):
        for path in (
            "/logotyp.svg",
            "/utseende/announcer.css",
            "/bootstrap/utseende/css/bootstrap.min.css",
        ):
            plain, small = plain_and_small(visitor, path)
            assert plain.content == small.content, path
            assert small.headers["Content-Encoding"] == "gzip", path
            known = {"If-None-Match": small.headers["ETag"], "Accept-Encoding": "gzip"}
            again = visitor.client.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b""), path


def test_what_says_back_what_was_asked_for_is_not_compressed(colleague: Visitor) -> None:
    for path in ("/sok?q=hemligt", "/logga-in?sok=hemligt", "/nyheter/none"):
        _plain, answer = plain_and_small(colleague, path)
        assert "Content-Encoding" not in answer.headers, path


def test_a_secret_is_as_long_whatever_stands_beside_it() -> None:
    words, secret = b"token=abcdefghijklmnop", b"abcdefghijklmnop"
    other = b"qrstuvwxyz012345"
    guessed, wrong = (gzipped([Piece(words), one, Piece(words)]) for one in (secret, other))
    assert len(guessed) == len(wrong)
    assert gzip.decompress(guessed) == words + secret + words


def test_an_answer_in_pieces_is_one_of_gzip() -> None:
    parts = [Piece(b"<p>" * 2000), b"p0001", Piece(b""), b"", Piece("åäö".encode())]
    found = gzipped(parts)
    assert gzip.decompress(found) == b"<p>" * 2000 + b"p0001" + "åäö".encode()
    assert zlib.decompressobj(31).decompress(found) == gzip.decompress(found)
    assert len(found) < 200
