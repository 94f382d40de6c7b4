"""A press officer's day: the page on the phone before eight, what waits approved, released, held and let go,
a journalist who calls, news that is out already, a correction, a withdrawal, and the record of it all.
By keyboard alone, with and without scripts, narrow, and at 200 per cent."""

from datetime import UTC, datetime

import pytest

from announcer.services import holding
from tests.functional.by_keyboard import Keyboard
from tests.functional.conftest import Publish
from tests.integration.promise.way import newsrooms, to_the_press
from tests.world import World

pytestmark = pytest.mark.browser
TITLE = "Skolan börjar senare"
#: A Wednesday at 7.25 in Hällefors.
EARLY = datetime(2026, 12, 9, 6, 25, tzinfo=UTC)
CALLED = "Läget, när en journalist ringer"


@pytest.fixture
def officer(world: World, hands: Keyboard) -> Keyboard:
    """Somebody at the information unit, signed in."""
    hands.sign_in(world.communicator)
    return hands


def told_the_press(world: World) -> bool:
    return {*world.press_mail()} == newsrooms(world)


def test_before_eight_the_phone_says_what_is_out_and_what_is_not(
    world: World, officer: Keyboard, publish: Publish
) -> None:
    to_the_press(world, publish(world.decision("Biblioteket får längre öppettider")))
    world.set_time(EARLY)
    publish(world.decision(TITLE))
    officer.press("Bevakning")
    officer.press(CALLED)
    officer.sees("Så här är det i dag 07.25.", "Bildningsnämnden beslutade det i dag.", "Ute sedan")
    officer.reaches("0591-555 00")
    officer.follow(TITLE)
    officer.sees("Personalen först")


def test_what_waits_is_approved_released_held_and_let_go(world: World, officer: Keyboard) -> None:
    world.decision(TITLE)
    officer.press("Bevakning")
    officer.sees("Behöver dig")
    officer.press("Läs texten")
    officer.press("Godkänn")
    officer.sees("Texten är godkänd.")
    world.settle()
    officer.press("Bevakning")
    officer.press("Visa mer")
    officer.sees("Går tidigast i dag 12.30")
    officer.press("Släpp till medierna")
    officer.sees("Släppt till medierna.")
    officer.unfold("Pausa")
    officer.write("Varför pausas det?", "Nämnden har frågor.")
    officer.press("Pausa nu")
    officer.sees("Meddelandet är pausat.")
    world.advance(hours=6)
    world.settle()
    assert world.press_mail() == []
    officer.press("Fortsätt")
    world.settle()
    assert told_the_press(world)


def test_who_calls_and_asks_for_the_text_gets_it_at_once(
    world: World, officer: Keyboard, publish: Publish
) -> None:
    publish(world.decision(TITLE))
    officer.press("Bevakning")
    officer.press(CALLED)
    officer.press("Begärd ut, lämna ut")
    officer.sees("Fråga inte vem det är som vill ha texten eller varför.")
    officer.press("Begärd ut, lämna ut")
    officer.sees("Kopia att lämna ut.", "Det här händer nu.")
    world.settle()
    assert told_the_press(world)


def test_what_is_out_already_goes_to_the_press_without_waiting(
    world: World, officer: Keyboard, publish: Publish
) -> None:
    publish(world.decision(TITLE))
    officer.press("Bevakning")
    officer.follow(TITLE)
    officer.press("Redan ute")
    officer.sees("Fråga ingen, och leta inte.")
    officer.press("Redan ute")
    officer.sees("Öppnat")
    world.settle()
    assert told_the_press(world)


def test_what_was_wrong_is_corrected_and_then_withdrawn(
    world: World, officer: Keyboard, publish: Publish
) -> None:
    public_id = publish(world.decision(TITLE, '["bibliotek"]'))
    officer.press("Bevakning")
    officer.follow(TITLE)
    officer.press("Rätta")
    officer.write("Text", "Det händer klockan 8.20.")
    officer.write("Vad har ändrats? En mening (Svenska).", "Klockslaget är 8.20.")
    officer.press("Visa vad som händer")
    officer.sees("Så här blir det. Inget är rättat än.", "E-post: 7 som har fått meddelandet")
    officer.press("Rätta")
    officer.sees("En rättelse väntar på att godkännas.")
    officer.sign_in(world.somebody("info", "chef"))
    officer.press("Godkänn")
    officer.follow(TITLE)
    officer.press("Godkänn")
    world.settle()
    assert len(world.staff_mail()) == 14
    officer.sign_in(world.communicator)
    officer.page.goto(f"/meddelanden/{public_id}")
    officer.press("Dra tillbaka")
    officer.sees("Det går inte att ångra.")
    officer.write("Varför dras det tillbaka?", "Beslutet är upphävt.")
    officer.press("Dra tillbaka")
    officer.sees("Tillbakadraget")
    world.settle()
    assert len(world.staff_mail()) == 21


def test_the_record_says_who_did_what_and_that_nobody_altered_it(
    world: World, officer: Keyboard, publish: Publish
) -> None:
    public_id = publish(world.decision(TITLE))
    holding.hold(world.installation, world.communicator, public_id, "Nämnden har frågor.")
    officer.press("Förvalta")
    officer.press("Händelserna")
    officer.sees("Nämnden har frågor.", world.communicator.directory_id)
    officer.write("Vem", "p0001")
    officer.press("Visa")
    officer.sees("Inga händelser passar in på det.")
    officer.press("Visa alla")
    officer.press("Kontrollera att kedjan stämmer")
    officer.sees("Kedjan stämmer")


def test_an_office_is_told_that_no_shift_takes_over_there(officer: Keyboard) -> None:
    officer.press("Till överlämningen")
    officer.sees("lämnar inget skift över till nästa.")
