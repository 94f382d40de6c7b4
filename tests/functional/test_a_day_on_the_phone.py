"""A day of somebody in home care: the news on the phone at the shift's beginning, a text read to its end
and in another language, found again and marked as read; what hangs on the board, with and without a name;
the phone that the shift shares, and the sheet that it hands over. By keyboard alone, without scripts,
narrow, and at 200 per cent."""

import pytest
from playwright.sync_api import expect

from announcer.domain.audience import Person
from announcer.services import boards, workplace_codes
from announcer.services.boards import BoardStatus
from announcer.services.importing import import_boards
from tests.functional.by_keyboard import Keyboard
from tests.functional.conftest import Publish
from tests.world import World

pytestmark = pytest.mark.browser

TITLE = "Klockarskolan börjar 20 minuter senare från vårterminen"


@pytest.fixture
def carer(world: World) -> Person:
    return world.somebody("hemtjanst", "medarbetare")


def the_board(world: World, carer: Person) -> BoardStatus:
    (board,) = boards.at_my_workplace(world.installation, carer)
    return board


@pytest.fixture
def board(world: World, publish: Publish, carer: Person) -> BoardStatus:
    """Something is to be put up on it."""
    line = f"workplace,board,kind,paper,languages,open_days\n{carer.workplace},Fikarum,staff,a4,sv,mon-sun"
    assert not import_boards(world.installation, line.encode()).findings
    publish(world.example("02"))
    return the_board(world, carer)


def test_it_is_read_on_the_phone_and_the_board_is_ticked(
    world: World, hands: Keyboard, carer: Person, board: BoardStatus
) -> None:
    page = hands.page
    hands.sign_in(carer)
    hands.press(TITLE)
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    hands.sees("Lektionerna börjar")
    page.goto("/")
    hands.press("Personaltavlor")
    hands.press("Den sitter uppe")
    hands.sees("Antecknat: den sitter uppe.")
    assert board.tasks
    assert the_board(world, carer).tasks == ()


def test_who_stands_at_the_board_says_so_without_signing_in(
    world: World, hands: Keyboard, carer: Person, board: BoardStatus
) -> None:
    hands.page.goto(f"/tavla/{board.code}")
    hands.press("Det är gjort")
    hands.sees("Tack. Det är antecknat.")
    assert the_board(world, carer).tasks == ()


def test_it_is_found_read_in_another_language_and_marked_as_read(
    world: World, publish: Publish, hands: Keyboard, carer: Person
) -> None:
    publish(world.example("02"))
    hands.sign_in(carer)
    hands.write("Sök bland nyheterna", "Klockarsko")
    hands.press("Sök")
    hands.sees("1 träff")
    hands.follow(TITLE)
    hands.follow("Suomi")
    finnish = hands.page.locator("[lang=fi]:target")
    expect(finnish).to_be_in_viewport()
    expect(finnish).to_contain_text("Klockarskolan")
    if not hands.scripts:
        assert not hands.page.get_by_role("button", name="Markera som läst").count()
        return
    hands.push("Markera som läst")
    hands.reaches("Ta bort markeringen")
    hands.press("Alla nyheter")
    hands.tick("Visa bara olästa")
    hands.sees("Allt här är markerat som läst.")


def test_the_phone_that_a_shift_shares_has_its_news_and_what_it_hands_over(
    world: World, publish: Publish, hands: Keyboard
) -> None:
    chief = world.somebody("fyllsta", "chef")
    code = workplace_codes.make(world.installation, chief, "Fyllsta")
    publish(world.example("02"))
    hands.page.goto("/arbetsplats")
    hands.write("Koden", code.lower())
    hands.press("Visa nyheterna")
    hands.follow(TITLE)
    hands.sees("Lektionerna börjar")
    hands.press("Alla nyheter")
    hands.press("Till överlämningen")
    hands.sees("Nytt sedan", TITLE)
