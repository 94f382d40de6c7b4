"""What comes out of a printer: who says it, what, when and whom to ask, and nothing to press."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.functional.conftest import Publish
from tests.functional.newsroom_way import out_with_files
from tests.public_house import PublicHouse
from tests.world import BESLUT, World

pytestmark = pytest.mark.browser
#: What can be seen and is of no use on paper.
TO_PRESS = """[...document.querySelectorAll("nav, button, select, summary, .btn, a[rel=next], a[rel=prev]")]
  .filter((one) => one.checkVisibility()).map((one) => one.textContent.trim())"""
COLOURS = """[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
  getComputedStyle(document.querySelector("h1")).color]"""
WHITE, BLACK = "rgb(255, 255, 255)", "rgb(0, 0, 0)"
LINKED = "Läs mer på [webbplatsen](https://www.hallefors.example/skolan)."

Printed = Callable[[str], str]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that prints what is dark on the screen."""
    with browser.new_context(
        viewport={"width": 794, "height": 1123}, color_scheme="dark"
    ) as context:
        yield context.new_page()


@pytest.fixture
def printed(page: Page) -> Printed:
    """What is legible on the paper of an address, after what is so of every paper."""

    def of(address: str) -> str:
        page.emulate_media(media="screen")
        page.goto(address)
        assert page.evaluate(TO_PRESS), "on the screen there is something to press"
        page.emulate_media(media="print")
        assert page.evaluate(TO_PRESS) == [], address
        assert page.evaluate(COLOURS) == [WHITE, BLACK, BLACK], address
        assert page.locator("header img").is_visible(), "the logo"
        words = page.locator("body").inner_text()
        assert "Hällefors kommun" in words, address
        assert "0591-555 00" in words, address
        return words

    return of


def test_what_colleagues_read_is_printed_with_sender_day_and_whom_to_ask(
    world: World, page: Page, printed: Printed, publish: Publish
) -> None:
    shown, told = publish(world.example("02")), publish(world.example("03"))
    person = world.communicator.directory_id
    page.goto(f"{world.url}/logga-in?sok={person}")
    page.get_by_role("button", name=person).click()
    page.wait_for_url(f"{world.url}/")
    for address in ("/", "/nyheter", "/sok?q=skolan", f"/nyheter/{shown}"):
        words = printed(world.url + address)
        assert "Klockarskolan börjar 20 minuter senare" in words, address
        assert "i dag 10.00" in words, address
        assert "Sidan hämtades 8 december 2026." in words, "or nobody knows what today was"
        assert person not in words, "who printed it is nobody's business"
    assert "0591-555 10" in words
    assert "Visa i storstil" not in words
    assert page.locator("input[name=q]").count() == 0
    printed(f"{world.url}/sok?q=skolan")
    assert page.locator("input[name=q]").is_visible(), "what was searched for"
    words = printed(f"{world.url}/genomgang/{told}")
    assert "Frågor och rätten att berätta" in words
    assert "Pappret är till dig" not in words


def test_the_address_of_a_link_can_be_read_on_paper(
    world: World, page: Page, publish: Publish
) -> None:
    public_id = publish(world.submit(BESLUT.format(title="Med länk", audience='["alla"]') + LINKED))
    page.goto(f"{world.url}/logga-in?sok={world.chief.directory_id}")
    page.get_by_role("button", name=world.chief.directory_id).click()
    page.goto(f"{world.url}/nyheter/{public_id}")
    page.emulate_media(media="print")
    after = "getComputedStyle(document.querySelector('article a'), '::after').content"
    assert "https://www.hallefors.example/skolan" in page.evaluate(after)


def test_the_newsroom_is_printed_with_whom_to_ask_and_its_days(
    world: World, newsroom: PublicHouse, printed: Printed
) -> None:
    public_id = out_with_files(world)
    front = printed(f"{newsroom.url}/?sprak=sv")
    assert "8 december 2026" in front
    assert "Klockarskolan börjar senare" in front
    article = printed(f"{newsroom.url}/nyheter/{public_id}?sprak=sv")
    for words in ("Frågor besvaras av", "0591-555 10", "Publicerat", "BN 2026-00456"):
        assert words in article
    for words in ("Alla kontakter", "Läs även på", "Visa i storstil", "Alla nyheter"):
        assert words not in article
