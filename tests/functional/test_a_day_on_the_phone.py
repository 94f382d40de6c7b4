"""A day of somebody in home care: the news on the phone at the shift's beginning, a text read to its end,
and what hangs on the board. By keyboard alone, without scripts, narrow, and at 200 per cent."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from announcer.services import boards
from announcer.services.importing import import_boards
from tests.functional.by_keyboard import WAYS, Keyboard
from tests.functional.conftest import Publish
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture(params=WAYS)
def hands(request: Any, world: World, browser: Browser) -> Iterator[Keyboard]:
    context: BrowserContext = browser.new_context(base_url=world.url, **WAYS[request.param])
    yield Keyboard(context.new_page())
    context.close()


def test_it_is_read_on_the_phone_and_the_board_is_ticked(
    world: World, publish: Publish, hands: Keyboard
) -> None:
    carer = world.somebody("hemtjanst", "medarbetare")
    line = f"workplace,board,kind,paper,languages,open_days\n{carer.workplace},Fikarum,staff,a4,sv,mon-sun"
    assert not import_boards(world.installation, line.encode()).findings
    title = "Klockarskolan börjar 20 minuter senare"
    publish(world.example("02"))
    page = hands.page
    hands.sign_in(carer)
    hands.press(title)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(page.get_by_text("Lektionerna börjar")).to_be_visible()
    page.goto("/")
    hands.press("Personaltavlor")
    hands.press("Den sitter uppe")
    expect(page.get_by_text("Antecknat: den sitter uppe.")).to_be_visible()
    (board,) = boards.at_my_workplace(world.installation, carer)
    assert board.tasks == ()
