"""The newsroom in a real Chromium, asked by axe-core and looked at in two widths."""

import pytest
from playwright.sync_api import Browser

from tests.functional.accessible import violations_in_light_and_dark
from tests.functional.every_page import of_the_newsroom
from tests.functional.newsroom_way import out
from tests.public_house import PublicHouse
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(world: World, newsroom: PublicHouse) -> tuple[str, ...]:
    return of_the_newsroom(world)


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_can_be_used_by_all_and_fits(
    newsroom: PublicHouse, browser: Browser, pages: tuple[str, ...], width: int
) -> None:
    context = browser.new_context(base_url=newsroom.url, viewport={"width": width, "height": 844})
    page = context.new_page()
    faults: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if "status of 4" not in m.text else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for address in pages:
        page.goto(address)
        assert not violations_in_light_and_dark(page), address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    context.close()
    assert faults == []
    assert not [url for url in asked if not url.startswith((newsroom.url, "data:"))]


def test_the_keyboard_gets_past_the_menu_and_through_the_search(
    world: World, newsroom: PublicHouse, browser: Browser
) -> None:
    public_id = out(world)
    page = browser.new_page(base_url=newsroom.url)
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#innehall"
    page.get_by_role("searchbox").fill("Biblioteket")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Biblioteket öppnar klockan 9").click()
    assert page.url.endswith(f"/nyheter/{public_id}")
    assert page.context.cookies() == []
    page.close()
