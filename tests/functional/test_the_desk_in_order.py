"""The desk answers its questions in order, folds what is many, and says what each act leads to."""

from datetime import timedelta

import pytest
from lxml.html import HtmlElement

from announcer.services import doubts, holding, overview, stopped
from announcer.services.overview import FIRST, PAGE, Question
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import World


def group(desk: Visitor, question: Question) -> str:
    """What stands under a question; nothing where nothing does."""
    found: list[HtmlElement] = desk.tree.xpath(f"//*[@id='fraga-{question}']")
    return " ".join(found[0].text_content().split()) if found else ""


def test_each_announcement_stands_under_the_question_it_answers(
    world: World, desk: Visitor, publish: Publish
) -> None:
    world.decision("Ogodkänd")
    publish(world.decision("Snart ute"))
    held = publish(world.decision("Pausad"))
    holding.hold(world.installation, world.communicator, held, "Nämnden har frågor")
    desk.get("/bevakning")
    assert "Ogodkänd" in group(desk, Question.NEEDS_YOU)
    soon = group(desk, Question.NEXT_OUT)
    assert "Nästa ut 1 om 2 tim 29 min i dag 12.30 Snart ute" in soon
    assert "Inne sedan i dag 10.00." in soon
    assert "Meddelandet är pausat." in group(desk, Question.WAITING)
    world.advance(hours=4)
    desk.get("/bevakning")
    assert not group(desk, Question.NEXT_OUT)
    due = group(desk, Question.NEEDS_YOU)
    assert "Snart ute" in due
    assert "Väntar på att någon släpper det till medierna." in due


def test_what_is_inside_alone_and_what_others_approve_do_not_wait_for_the_desk(
    world: World, desk: Visitor, sign_in: SignIn, publish: Publish
) -> None:
    publish(world.example("05"))
    own = world.submit(OWN, world.communicator)
    desk.get("/bevakning")
    assert "Nytt schema för nattpatrullen" in group(desk, Question.INSIDE)
    assert "Kvällsöppet" in group(desk, Question.WAITING), own
    other = world.person("p0031")
    assert "Kvällsöppet" in _group_of(sign_in(other), Question.NEEDS_YOU)


def _group_of(desk: Visitor, question: Question) -> str:
    desk.get("/bevakning")
    return group(desk, question)


OWN = """+++
class = "beslut"
unit = "info"
title = "Kvällsöppet i receptionen"
summary = "Receptionen har öppet till klockan 19 på torsdagar."
audience = ["alla"]
contact = "Informationsenheten, 0591-555 00"
record_number = "KS 2026-00001"
+++
Receptionen har öppet till klockan 19 på torsdagar från och med nästa vecka.
"""


def test_what_is_many_is_folded_and_has_pages(world: World, desk: Visitor) -> None:
    for number in range(PAGE + 1):
        world.decision(f"Text {number:02}")
    desk.get("/bevakning")
    assert group(desk, Question.NEEDS_YOU).count("Text ") == FIRST * 3, (
        "titles, and for who listens"
    )
    assert f"Visa alla {PAGE + 1}" in desk.text
    desk.get("/bevakning?fraga=needs_you")
    assert len(desk.tree.xpath("//li[@class='desk-row']")) == PAGE
    desk.get("/bevakning?fraga=needs_you&sida=2")
    assert len(desk.tree.xpath("//li[@class='desk-row']")) == 1
    assert "Sida 2 av 2" in desk.text
    last = world.decision("Den sista")
    desk.get(f"/bevakning?visa={last}")
    assert "Den sista" in group(desk, Question.NEEDS_YOU), "what is opened is there"


@pytest.mark.parametrize("address", ["fraga=nonsens", "sida=x", "sida=-4", "visa=%00", "visa=0"])
def test_an_address_that_means_nothing_shows_everything(
    world: World, desk: Visitor, publish: Publish, address: str
) -> None:
    publish(world.decision())
    answer = desk.get(f"/bevakning?{address}")
    assert answer.status_code == (404 if "%00" in address else 200)
    assert "Skolan börjar senare" in desk.text or answer.status_code == 404


def test_every_act_says_what_it_leads_to(world: World, desk: Visitor, publish: Publish) -> None:
    public_id = publish(world.decision())
    reached, press = len(world.staff_mail()), _newsrooms(world)
    desk.get(f"/bevakning?visa={public_id}")
    for words in (
        f"Går tidigast i dag 12.30: Pressmeddelande till {press} redaktioner. Nyhetsrummet.",
        "Stoppar Pressmeddelande, Nyhetsrummet tills någon trycker på Fortsätt.",
        f"{reached} har fått det och får veta att det är tillbakadraget.",
    ):
        assert words in desk.text
    holding.hold(world.installation, world.communicator, public_id, "frågor")
    desk.get(f"/bevakning?visa={public_id}")
    assert "Går inte förrän det fortsätter." in desk.text
    assert "Det som är kvar går vidare, i rätt ordning: Pressmeddelande, Nyhetsrummet." in desk.text


def _newsrooms(world: World) -> int:
    row = world.owner.execute(
        "SELECT count(*) FROM announcer.press_contact WHERE removed_at IS NULL"
    ).fetchone()
    assert row
    return int(row[0])


def test_the_counts_are_those_of_the_lists(world: World, publish: Publish) -> None:
    publish(world.decision())
    with world.trigger_off("delivery", "step"):
        world.owner.execute(
            "UPDATE announcer.delivery SET state = 'in_doubt', next_try_at = NULL"
            " WHERE channel = 'email'"
        )
        world.owner.execute(
            "UPDATE announcer.step SET stopped = true, held_at = announcer.announcer_now()"
            " WHERE external"
        )
    here, who = world.installation, world.communicator
    listed = sum(one.recipients for one in doubts.waiting(here, who))
    assert doubts.how_many(here, who) == listed > 100
    assert stopped.how_many(here, who) == len(stopped.waiting(here, who)) == 2
    colleague = world.somebody("bibliotek", "medarbetare")
    assert doubts.how_many(here, colleague) == stopped.how_many(here, colleague) == 0


def test_news_that_is_known_anyway_stands_with_its_hour(world: World, desk: Visitor) -> None:
    known = (world.now() + timedelta(hours=6)).isoformat()
    world.submit(OWN.replace("record_number", f"known_at = {known}\nrecord_number"))
    desk.get("/bevakning")
    assert "Blir känt ändå" in desk.text
    assert overview.of(world.installation, world.communicator).known
