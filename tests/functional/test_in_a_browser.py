"""The pages in a real Chromium: what only a browser can tell."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from announcer.services import reviewing
from tests.world import World

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/skriv",
    "/skriv?klass=beslut",
    "/mina",
    "/floden",
    "/godkann",
    "/bevakning",
    "/tillganglighet",
)
WIDTHS = (390, 1280)


@pytest.fixture
def page(world: World, browser: Browser) -> Iterator[Page]:
    """Signed in as a communicator, with one article of every awkward kind on the intranet."""
    for number in ("02", "06"):
        public_id = world.example(number)
        reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    context = browser.new_context(base_url=world.url)
    found = context.new_page()
    found.faults = []
    found.on("console", lambda m: found.faults.append(m.text) if m.type == "error" else None)
    found.on("pageerror", lambda error: found.faults.append(str(error)))
    found.goto("/")
    found.get_by_role("searchbox").fill(world.communicator.directory_id)
    found.keyboard.press("Enter")
    found.get_by_role("button", name=world.communicator.directory_id).click()
    yield found
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways_or_breaks_its_own_rules(
    page: Page, world: World, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/")
    articles = page.eval_on_selector_all(
        "main a[href^='/nyheter/']", "all => all.map(a => a.getAttribute('href'))"
    )
    assert len(articles) == 2
    for address in (*PAGES, *articles):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{address} is {wide} pixels too wide at {width}"
        assert page.locator("h1").count() == 1, address
    assert page.faults == []


def test_the_first_stop_of_the_keyboard_skips_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash.slice(1)") == page.evaluate(
        "document.querySelector('main').id"
    )


def test_hostile_text_is_shown_and_never_run(page: Page, world: World) -> None:
    page.goto("/")
    page.get_by_role("link", name="citattecken").first.click()
    assert page.get_by_text('<script>alert("nej")</script>').is_visible()
    assert page.locator("article script, article img").count() == 0
    assert page.faults == []
