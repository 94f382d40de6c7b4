"""The information unit's desk: what it shows, and that its buttons do what they say."""

import re

from announcer.services import holding
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.integration.promise.way import read
from tests.world import World


def test_every_step_says_where_it_is_and_what_it_waits_for(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    desk.get("/bevakning")
    for words in (
        "Personalen först, till i dag 12.30.",
        "Väntar på att någon släpper det till medierna.",
    ):
        assert words in desk.text
    desk.get(f"/bevakning?visa={public_id}")
    for words in (
        "Skolan börjar senare",
        "Intranätet Uppe på intranätet, kontrollerat i dag 10.00",
        "mottagare har fått det",
        "Personalen först, till i dag 12.30.",
        "Väntar på att någon släpper det till medierna.",
    ):
        assert words in desk.text


def test_a_pause_needs_a_reason_holds_everything_and_is_lifted_again(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    holding.release(world.installation, world.communicator, public_id)
    desk.get(f"/bevakning?visa={public_id}")
    desk.press("Pausa nu", varfor=" ")
    assert desk.page.status_code == 400
    assert "Skriv varför" in desk.text
    desk.get(f"/bevakning?visa={public_id}")
    desk.press("Pausa nu", varfor="Nämnden har frågor")
    assert "Meddelandet är pausat." in desk.text
    world.advance(hours=6)
    world.settle()
    assert not world.press_mail()
    desk.press("Fortsätt")
    world.settle()
    assert world.press_mail()


def test_a_release_waits_for_the_window_all_the_same(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    desk.get(f"/meddelanden/{public_id}")
    desk.press("Släpp till medierna")
    assert "Släppt till medierna." in desk.text
    world.settle()
    assert not world.press_mail()
    world.advance(hours=4)
    world.settle()
    assert world.press_mail()


def test_before_withdrawing_one_is_told_how_many_have_been_reached(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    reached = len(world.staff_mail())
    desk.get(f"/meddelanden/{public_id}/dra-tillbaka")
    assert f"E-post: {reached} har fått det och får veta att det är tillbakadraget." in desk.text
    desk.press("Dra tillbaka", varfor="")
    assert desk.page.status_code == 400
    desk.get(f"/meddelanden/{public_id}/dra-tillbaka")
    desk.press("Dra tillbaka", varfor="Fel siffror")
    assert "Tillbakadraget" in desk.text
    assert desk.get(f"/nyheter/{public_id}").status_code == 410


def test_the_author_can_withdraw_while_it_waits_for_approval_and_not_after(
    world: World, sign_in: SignIn, publish: Publish
) -> None:
    author = sign_in(world.chief)
    approved = publish(world.decision("Godkänd"))
    assert author.get(f"/meddelanden/{approved}/dra-tillbaka").status_code == 403
    waiting = world.decision("Ogodkänd")
    author.get(f"/meddelanden/{waiting}/dra-tillbaka")
    author.press("Dra tillbaka", varfor="Skrev fel")
    assert world.status(waiting).state == "withdrawn"


def test_a_manager_says_that_the_meeting_was_held_and_then_the_page_goes_up(
    world: World, sign_in: SignIn, desk: Visitor
) -> None:
    public_id = world.example("03")
    desk.get(f"/godkann/{public_id}")
    desk.press("Godkänn", near="/godkann")
    world.settle()
    assert desk.get(f"/nyheter/{public_id}").status_code == 404
    chief = sign_in(world.somebody("valfard", "chef"))
    # Two meetings of one text are told apart by whom they are for, also by who listens.
    chief.get(f"/meddelanden/{public_id}")
    assert "Till: Äldreboendet Fyllsta, Alla anställda." in chief.text
    buttons = re.findall(r"Mötet är hållet(.*?)</button>", chief.page.text, re.DOTALL)
    assert [re.sub(r"<.*?>", "", one).split(", ")[1:] for one in buttons] == [
        ["Äldreboendet Fyllsta", "Alla anställda"]
    ]
    chief.get("/mina")
    assert "Möten som väntar på dig" in chief.text
    chief.press("Mötet är hållet")
    assert "Mötet är markerat som hållet." in chief.text
    world.settle()
    assert desk.get(f"/nyheter/{public_id}").status_code == 200


def doubtful(world: World, publish: Publish) -> tuple[str, str]:
    """An announcement with one recipient in doubt, and that recipient's address."""
    public_id = publish(world.decision())
    with world.trigger_off("delivery"):
        row = world.owner.execute(
            "UPDATE announcer.delivery SET state = 'in_doubt', next_try_at = NULL WHERE id = ("
            "SELECT d.id FROM announcer.delivery d JOIN announcer.step s ON s.id = d.step"
            " JOIN announcer.announcement a ON a.id = s.announcement"
            " WHERE d.channel = 'email' AND a.public_id = %s LIMIT 1) RETURNING address",
            (public_id,),
        ).fetchone()
    assert row is not None
    return public_id, row[0]


def test_a_doubt_has_three_exits_and_each_is_taken(
    world: World, desk: Visitor, publish: Publish
) -> None:
    for words in ("Det kom fram", "Låt vara", "Skicka igen"):
        _, address = doubtful(world, publish)
        before = world.staff_mail().count(address)
        assert "Oklart om det gick iväg" in desk.get("/bevakning").text
        desk.get("/oklart")
        assert "E-post: 1 mottagare" in desk.text
        assert address not in desk.text, "staff are a number"
        desk.press(words)
        assert desk.page.status_code == 200
        world.settle()
        again = 1 if words == "Skicka igen" else 0
        assert world.staff_mail().count(address) - before == again, words
        assert "Oklart om det gick iväg" not in desk.get("/bevakning").text, words
        for found in (s.public_id for s in _under_way(world)):
            holding.withdraw(world.installation, world.communicator, found, "nästa prov")


def test_nothing_is_sent_again_once_it_is_withdrawn(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id, address = doubtful(world, publish)
    before = world.staff_mail().count(address)
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    desk.get("/oklart")
    assert "Skicka igen" not in {button.text for button in desk.tree.iter("button")}
    answer = desk.ask("POST", f"/oklart/{public_id}/epost", utgang="again")
    assert answer.status_code == 400
    world.settle()
    assert world.staff_mail().count(address) == before + 1
    notice = [one for one in world.smtp.messages if address in one.recipients][-1]
    assert str(read(notice)["Subject"]).startswith("Tillbakadraget: ")


def _under_way(world: World):  # type: ignore[no-untyped-def]
    from announcer.services import status

    return status.under_way(world.installation)


def test_a_choice_that_does_not_exist_changes_nothing(
    world: World, desk: Visitor, publish: Publish
) -> None:
    doubtful(world, publish)
    desk.get("/oklart")
    path = desk.tree.xpath("string(//form[contains(@action, 'oklart')]/@action)")
    assert desk.ask("POST", path, utgang="kanske").status_code == 400
    assert "Oklart om det gick iväg" in desk.get("/bevakning").text


def test_what_the_desk_can_do_stands_before_what_has_been_done(
    world: World, desk: Visitor, publish: Publish
) -> None:
    desk.get(f"/meddelanden/{publish(world.decision())}")
    can = ("Släpp till medierna", "Pausa", "Dra tillbaka")
    places = [desk.text.index(one) for one in (*can, "När det går", "Redan ute", "Rätta")]
    assert places == sorted(places)
