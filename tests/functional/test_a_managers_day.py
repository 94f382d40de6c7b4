"""A manager's day: written once, approved by another, followed, sent back and mended, corrected, begun and
found again, and a word to the own unit. By keyboard alone, with and without scripts, narrow, and at 200
per cent."""

import pytest

from tests.functional.by_keyboard import Keyboard
from tests.functional.conftest import Publish
from tests.world import World

pytestmark = pytest.mark.browser
TITLE = "Växeln öppnar klockan 7.30"
TEXT = {
    "Rubrik": TITLE,
    "Sammanfattning": "Från måndag öppnar växeln en halvtimme tidigare.",
    "Text": "Växeln öppnar klockan 7.30 från och med måndag.",
    "Kontakt": "Växelns chef, 0591-555 00",
}


@pytest.fixture
def manager(world: World, hands: Keyboard) -> Keyboard:
    """The manager of a small unit, signed in."""
    hands.sign_in(world.somebody("bibliotek", "chef"))
    return hands


def write(manager: Keyboard, decided: str, more: str) -> None:
    """From the front page to the form, by the two questions."""
    manager.press("Skriv")
    manager.choose(decided)
    manager.choose(more)
    manager.press("Skriv")


def hand_in(manager: Keyboard) -> None:
    write(manager, "Det är inget som beslutas", "Ja")
    manager.fill(**TEXT)
    manager.tick("Alla anställda")
    manager.press("Visa vad som händer")
    manager.sees("Så här blir det. Inget är inlämnat än.", TEXT["Text"])
    manager.press("Lämna in")


def approve(world: World, manager: Keyboard, title: str = TITLE) -> None:
    """Somebody else does, and the manager is back."""
    manager.sign_in(world.communicator)
    manager.page.goto("/godkann")
    manager.follow(title)
    manager.press("Godkänn")
    world.settle()
    manager.sign_in(world.somebody("bibliotek", "chef"))


def test_it_is_written_approved_by_another_and_followed(world: World, manager: Keyboard) -> None:
    hand_in(manager)
    manager.press("Mina")
    manager.follow(TITLE)
    manager.sees("Väntar på att texten godkänns.")
    approve(world, manager)
    manager.press("Mina")
    manager.follow(TITLE)
    manager.sees("Uppe på intranätet, kontrollerat")
    assert len(world.staff_mail()) > 100
    assert world.press_mail() == []


def test_what_was_given_back_is_changed_and_goes(world: World, manager: Keyboard) -> None:
    hand_in(manager)
    manager.sign_in(world.communicator)
    manager.page.goto("/godkann")
    manager.follow(TITLE)
    manager.unfold("Lämna tillbaka")
    manager.write("Vad behöver ändras?", "Skriv vilken måndag.")
    manager.press("Lämna tillbaka nu")
    manager.sign_in(world.somebody("bibliotek", "chef"))
    manager.press("Mina")
    manager.sees("Återlämnad", "Skriv vilken måndag.")
    manager.follow(TITLE)
    manager.press("Ändra texten")
    manager.write("Text", "Växeln öppnar klockan 7.30 från och med den 14 december.")
    manager.press("Visa vad som händer")
    manager.press("Lämna in")
    approve(world, manager)
    manager.follow(TITLE)
    manager.sees("från och med den 14 december")


def test_the_own_unit_is_told_without_anybody_else(world: World, manager: Keyboard) -> None:
    write(manager, "Det är inget som beslutas", "Nej, bara min enhet")
    manager.write("Rubrik", "Kaffemaskinen är lagad")
    manager.write("Text", "Den går att använda igen.")
    manager.write("Kontakt", TEXT["Kontakt"])
    manager.press("Skicka till")
    world.settle()
    manager.press("Mina")
    manager.follow("Kaffemaskinen är lagad")
    manager.sees("Uppe på intranätet, kontrollerat")
    manager.sign_in(world.somebody("kost", "medarbetare"))
    assert "Kaffemaskinen" not in manager.page.content()


def test_what_was_wrong_is_corrected(world: World, manager: Keyboard, publish: Publish) -> None:
    public_id = publish(world.decision(TITLE, '["bibliotek"]'))
    manager.sign_in(world.chief)
    manager.page.goto(f"/meddelanden/{public_id}")
    manager.follow("Rätta")
    manager.write("Text", "Det händer klockan 8.30.")
    manager.write("Vad har ändrats? En mening (Svenska).", "Klockslaget är 8.30.")
    manager.press("Visa vad som händer")
    manager.sees("Det händer klockan 8.30.")
    manager.press("Rätta")
    approve(world, manager)
    manager.follow(TITLE)
    manager.sees("Det händer klockan 8.30.", "Rättad")


def test_what_was_begun_is_found_again(manager: Keyboard) -> None:
    write(manager, "Det är inget som beslutas", "Ja")
    manager.write("Rubrik", TITLE)
    manager.press("Spara utkast")
    manager.press("Mina")
    manager.follow(TITLE)
    field = manager.page.get_by_label("Rubrik", exact=True).first
    assert field.input_value() == TITLE
