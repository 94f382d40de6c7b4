"""Large print: chosen by a link, without a script; 18 points and more, on the screen and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from announcer.services import workplace_codes
from tests.functional.accessible import violations
from tests.functional.conftest import Publish, SignIn
from tests.functional.every_page import of_the_newsroom
from tests.functional.test_nobody_can_tell_who_read import everything_kept
from tests.functional.visitor import Visitor
from tests.public_house import PublicHouse
from tests.world import World

#: CSS pixels; 96 of them are an inch, as 72 points are.
EIGHTEEN_POINTS = 24
#: The smallest letters in what is read, and what they say.
SMALLEST = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  let found = [Infinity, ""];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (!node.data.trim() || !holder.checkVisibility() || holder.closest("option, svg")) continue;
    const size = parseFloat(getComputedStyle(holder).fontSize);
    if (size < found[0]) found = [size, node.data.trim()];
  }
  return found;
}"""
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def is_large(visitor: Visitor) -> bool:
    return bool(visitor.tree.xpath("//link[contains(@href, 'large.css')]"))


def follow(visitor: Visitor, words: str) -> None:
    """The link with these words."""
    visitor.get(str(visitor.tree.xpath(f"string(//a[normalize-space()='{words}']/@href)")))


def test_it_is_chosen_on_an_article_holds_in_that_browser_and_is_taken_back(
    world: World, sign_in: SignIn, publish: Publish
) -> None:
    public_id = publish(world.example("02"))
    writer = sign_in(world.chief)
    writer.get(f"/nyheter/{public_id}")
    assert not is_large(writer)
    before = everything_kept(world)
    follow(writer, "Visa i storstil")
    assert writer.page.url.path == f"/nyheter/{public_id}"
    for address in (f"/nyheter/{public_id}", "/", "/nyheter", "/sok?q=skolan"):
        writer.get(address)
        assert is_large(writer), address
    assert everything_kept(world) == before, "the choice is kept in the browser and nowhere else"
    other = sign_in(world.chief)
    other.get("/")
    assert not is_large(other), "the same person in another browser"
    writer.get(f"/nyheter/{public_id}")
    follow(writer, "Visa i vanlig stil")
    assert not is_large(writer)
    writer.get("/")
    assert not is_large(writer)
    follow(writer, "Storstil")
    assert (writer.page.url.path, is_large(writer)) == ("/", True)


def test_a_shared_phone_reads_large_print_and_nobody_is_led_elsewhere(
    world: World, anonymous: Visitor, publish: Publish
) -> None:
    public_id = publish(world.example("02"))
    chief = world.somebody("fyllsta", "chef")
    code = workplace_codes.make(world.installation, chief, "Fyllsta")
    anonymous.get("/arbetsplats")
    anonymous.press("", near="arbetsplats", kod=code)
    anonymous.get(f"/nyheter/{public_id}")
    follow(anonymous, "Visa i storstil")
    assert is_large(anonymous)
    for onward in ("//elsewhere.example", "https://elsewhere.example"):
        sent = anonymous.client.get("/storstil", params={"hur": "ja", "vidare": onward})
        assert sent.headers["location"] == "/"


@pytest.fixture(params=[390, 1280])
def context(
    world: World, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    width = request.param
    with browser.new_context(viewport={"width": width, "height": 844}) as context:
        yield context


def assert_large(page: Page, address: str) -> None:
    page.goto(address)
    for media in ("screen", "print"):
        page.emulate_media(media=media)  # type: ignore[arg-type]
        size, words = page.evaluate(SMALLEST)
        assert size >= EIGHTEEN_POINTS, (address, media, words)
    page.emulate_media(media="screen")
    assert page.evaluate(FITS), address
    assert not violations(page), address


@pytest.mark.browser
def test_nothing_that_is_read_on_the_intranet_is_smaller_than_18_points(
    world: World, context: BrowserContext, publish: Publish
) -> None:
    first, second = publish(world.example("02")), publish(world.decision())
    page = context.new_page()
    page.goto(f"{world.url}/logga-in?sok={world.communicator.directory_id}")
    page.get_by_role("button", name=world.communicator.directory_id).click()
    page.goto(f"{world.url}/nyheter/{first}")
    small, _ = page.evaluate(SMALLEST)
    assert small < EIGHTEEN_POINTS, "or this proves nothing"
    page.get_by_role("link", name="Visa i storstil").click()
    page.wait_for_url(f"{world.url}/nyheter/{first}")
    for address in (f"/nyheter/{first}", f"/nyheter/{second}", "/", "/nyheter", "/sok?q=skolan"):
        assert_large(page, world.url + address)


@pytest.mark.browser
def test_nor_in_the_newsroom_where_the_choice_stands_in_the_address(
    world: World, newsroom: PublicHouse, context: BrowserContext
) -> None:
    addresses = of_the_newsroom(world)
    page = context.new_page()
    page.goto(f"{newsroom.url}{addresses[1]}?sprak=sv")
    page.get_by_role("link", name="Visa i storstil").click()
    page.get_by_role("link", name="Alla nyheter").click()
    assert "storstil=ja" in page.url
    page.get_by_role("searchbox").fill("skolan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sok?*")
    page.get_by_role("link", name="Suomi").click()
    assert {"sprak=fi", "storstil=ja", "q=skolan"} <= {*page.url.partition("?")[2].split("&")}
    page.get_by_role("link", name="Tavallinen teksti").click()
    assert "storstil" not in page.url
    assert context.cookies() == []
    for address in addresses:
        mark = "&" if "?" in address else "?"
        assert_large(page, f"{newsroom.url}{address}{mark}storstil=ja")
