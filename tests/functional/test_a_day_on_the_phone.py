"""A day of somebody in home care: the news on the phone at the shift's beginning, a text read to its end,
and what hangs on the board. By keyboard alone, without scripts, narrow, and at 200 per cent."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from announcer.services import boards
from announcer.services.importing import import_boards
from tests.functional.conftest import Publish
from tests.world import World

pytestmark = pytest.mark.browser
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: A telephone, a telephone without scripts, and a screen at 200 per cent (WCAG 2.1, 1.4.4 and 1.4.10).
WAYS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "no scripts": {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False},
    "200 per cent": {"viewport": {"width": 640, "height": 512}, "device_scale_factor": 2},
}


@pytest.fixture(params=WAYS)
def page(request: Any, world: World, browser: Browser) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(base_url=world.url, **WAYS[request.param])
    yield context.new_page()
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Go on with the keyboard until what has this name is reached, and see that one can see where."""
    sought = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first
    expect(sought).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if sought.evaluate("one => one === document.activeElement"):
            box = sought.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= page.viewport_size["width"]
            return
    raise AssertionError(f"the keyboard does not reach {name!r} on {page.url}")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate(WIDE) <= 0, page.url


def test_it_is_read_on_the_phone_and_the_board_is_ticked(
    world: World, publish: Publish, page: Page
) -> None:
    carer = world.somebody("hemtjanst", "medarbetare")
    line = f"workplace,board,kind,paper,languages,open_days\n{carer.workplace},Fikarum,staff,a4,sv,mon-sun"
    assert not import_boards(world.installation, line.encode()).findings
    title = "Klockarskolan börjar 20 minuter senare"
    publish(world.example("02"))
    page.goto(f"/logga-in?sok={carer.directory_id}")
    press(page, carer.directory_id)
    press(page, title)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(page.get_by_text("Lektionerna börjar")).to_be_visible()
    page.goto("/")
    press(page, "Personaltavlor")
    press(page, "Den sitter uppe")
    expect(page.get_by_text("Antecknat: den sitter uppe.")).to_be_visible()
    (board,) = boards.at_my_workplace(world.installation, carer)
    assert board.tasks == ()
