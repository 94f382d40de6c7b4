"""Correcting and withdrawing on the pages: what it means is said before anybody says yes."""

import pytest

from announcer.domain.announcement import Content
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.integration.promise.way import to_the_press
from tests.world import World
from web.intranet.correcting import changed

EMPTY = dict.fromkeys(("class_name", "unit", "title", "summary", "body", "contact"), "") | {
    "audience": ()
}

OTHER_NEWS = "Är det en annan nyhet, skriv ett nytt meddelande i stället."


@pytest.fixture
def mailed(world: World, publish: Publish) -> str:
    """A decision that the library's staff have, and that waits for the press."""
    public_id = publish(world.decision(audience='["bibliotek", "press"]'))
    world.settle()
    return public_id


def test_a_text_is_corrected_and_approved_by_a_colleague_who_sees_what_changes(
    world: World, sign_in: SignIn, desk: Visitor, mailed: str
) -> None:
    author = sign_in(world.chief)
    author.get(f"/meddelanden/{mailed}")
    (link,) = author.tree.xpath("//a[normalize-space()='Rätta']/@href")
    author.get(link)
    assert "E-post: 7 som har fått meddelandet får rättelsen." in author.text
    assert "Tills rättelsen är godkänd går inget mer ut." in author.text
    assert OTHER_NEWS in author.text
    answer = author.press("Visa", text="Det händer 8.20.")
    assert answer.status_code == 422
    assert "vad som ändrades" in author.text
    author.press("Visa", vad_sv="Tiden är 8.20.")
    assert "Pressmeddelande får den rättade texten" in author.text
    assert [one.text for one in author.tree.iter("del")] == ["Det här händer nu."]
    author.press("Rätta")
    assert "Rättelsen väntar på att godkännas." in author.text
    assert "En rättelse väntar på att godkännas." in author.text
    desk.get(f"/godkann/{mailed}")
    assert [one.text for one in desk.tree.iter("ins")] == ["Det händer 8.20."]
    assert "E-post: 7 som har fått meddelandet får rättelsen." in desk.text
    assert OTHER_NEWS in desk.text
    desk.press("Godkänn")
    assert "Rättelsen är godkänd. Den rättade texten gäller nu." in desk.text
    world.settle()
    assert len(world.staff_mail()) == 14
    desk.get(f"/meddelanden/{mailed}")
    assert "Rättelse: E-post" in desk.text
    author.get(f"/nyheter/{mailed}")
    assert "Det händer 8.20." in author.text


def test_a_correction_is_taken_back_where_it_waits(
    world: World, sign_in: SignIn, mailed: str
) -> None:
    author = sign_in(world.chief)
    author.get(f"/meddelanden/{mailed}/ratta")
    author.press("Visa", text="Nytt.", slag="minor")
    assert "Ingen får något meddelande om det." in author.text
    author.press("Rätta")
    author.press("Ta tillbaka rättelsen")
    assert "Allt går vidare med texten som den var." in author.text
    assert not author.tree.xpath("//button[normalize-space()='Ta tillbaka rättelsen']")


def test_nobody_else_can_correct_it_or_know_that_it_could_be(
    world: World, colleague: Visitor, mailed: str
) -> None:
    assert colleague.ask("GET", f"/meddelanden/{mailed}/ratta").status_code == 404
    for what in ("", "/angra"):
        answer = colleague.ask("POST", f"/meddelanden/{mailed}/ratta{what}", text="x", gor="ratta")
        assert answer.status_code == 404
    assert world.status(mailed).corrected_since is None


def test_who_withdraws_reads_who_is_told(world: World, desk: Visitor, mailed: str) -> None:
    desk.get(f"/meddelanden/{mailed}/dra-tillbaka")
    assert "E-post: 7 har fått det och får veta att det är tillbakadraget." in desk.text
    desk.press("Dra tillbaka", varfor="Fel beslut.", mening="Ett nytt beslut kommer.")
    world.settle()
    assert len(world.staff_mail()) == 14
    assert "Tillbakadraget: E-post" in desk.get(f"/meddelanden/{mailed}").text


def test_nothing_is_said_of_the_time_before_the_press_when_the_press_has_it(
    world: World, sign_in: SignIn, mailed: str
) -> None:
    to_the_press(world, mailed)
    author = sign_in(world.chief)
    author.get(f"/meddelanden/{mailed}/ratta")
    assert OTHER_NEWS not in author.text


def test_what_changed_is_shown_line_by_line_however_alike_the_lines_are() -> None:
    lines = [f"Rad {number} om skolan och biblioteket i kommunen." for number in range(800)]
    other = [line.replace("skolan", "skolorna") for line in lines]
    was, now = (Content(**{**EMPTY, "body": "\n".join(some)}) for some in (lines, other))
    assert list(changed(was, now)) == [("-", one) for one in lines] + [("+", one) for one in other]
