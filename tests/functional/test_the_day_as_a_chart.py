"""The day as a chart: a strip for each announcement, and the same in words."""

import pytest
from playwright.sync_api import Browser

from announcer.services import holding, today
from tests.functional.conftest import Publish
from tests.functional.test_calendar import KNOWN, several
from tests.functional.test_much_under_way import asked
from tests.functional.visitor import Visitor
from tests.world import World

PAGE = "/bevakning/dagen"


def said(desk: Visitor) -> list[str]:
    """What each announcement says in words, from the top."""
    desk.get(PAGE)
    return [
        " ".join(one.text_content().split()) for one in desk.tree.xpath("//li[@class='course']")
    ]


def test_a_day_without_anything_says_so(desk: Visitor) -> None:
    assert said(desk) == []
    assert "Inget är på väg i dag." in desk.text


def test_a_decision_is_told_from_the_inside_to_the_outside(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    title = "Skolan börjar senare"
    assert said(desk) == [
        f"{title} Inne sedan i dag 10.00. Går ut tidigast i dag 12.30, när någon har gjort sitt."
    ]
    holding.hold(world.installation, world.communicator, public_id, "frågor")
    assert "Pausat." in said(desk)[0]
    holding.resume(world.installation, world.communicator, public_id)
    holding.release(world.installation, world.communicator, public_id)
    assert said(desk) == [f"{title} Inne sedan i dag 10.00. Går ut i dag 12.30."]
    world.advance(hours=4)
    world.settle()
    assert world.press_mail()
    assert said(desk) == [f"{title} Inne sedan i dag 10.00. Ute sedan i dag 14.00."]
    world.advance(days=1)
    assert said(desk) == [], "it went out yesterday"


def test_what_nobody_has_released_in_time_waits_for_somebody(
    world: World, desk: Visitor, publish: Publish
) -> None:
    publish(world.decision())
    world.advance(hours=5)
    assert "Går ut när någon har gjort sitt." in said(desk)[0]


def test_what_is_not_approved_is_there_for_when_it_is_known_anyway(
    world: World, desk: Visitor
) -> None:
    world.submit(KNOWN.replace("2026-12-10T08", "2026-12-08T17"))
    assert said(desk) == [
        "Kvällsöppet i receptionen Väntar på att texten godkänns. Blir känt senast i dag 18.00."
    ]
    (strip,) = desk.tree.xpath("//li[@class='course']/svg")
    assert strip.xpath(".//g[contains(@class, 'dc-known')]")
    assert not strip.xpath(".//rect[contains(@class, 'dc-bar')]")


def test_the_picture_is_hidden_from_who_listens_and_has_no_style_of_its_own(
    world: World, desk: Visitor, publish: Publish
) -> None:
    publish(world.decision())
    desk.get(PAGE)
    pictures = desk.tree.xpath("//main//figure//svg[not(ancestor::svg)]")
    assert pictures
    assert {one.get("aria-hidden") for one in pictures} <= {"true", None}
    assert all(
        one.get("aria-hidden") == "true" or one.xpath("ancestor::*[@aria-hidden]")
        for one in pictures
    )
    assert not desk.tree.xpath("//@style")


def test_sixty_are_folded_after_the_first_and_cost_no_more_statements(
    world: World, desk: Visitor
) -> None:
    several(world, 4)
    today.of(world.installation, world.communicator)
    with asked(world) as few:
        assert len(today.of(world.installation, world.communicator).courses) == 4
    several(world, 56)
    with asked(world) as many:
        assert len(today.of(world.installation, world.communicator).courses) == 60
    assert len(many) == len(few) < 25, (many, few)
    assert len(said(desk)) == 60
    assert len(desk.tree.xpath("//figure/ol/li")) == 12
    assert desk.tree.xpath("string(//figure/details/summary)") == "48 till"


@pytest.mark.parametrize("number", [1, 12])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_strips_lie_under_each_other_and_inside_the_screen(
    world: World, browser: Browser, number: int, width: int
) -> None:
    for at in range(number):
        world.decision(f"En ganska lång rubrik om något som händer i kommunen {at}")
    context = browser.new_context(base_url=world.url, viewport={"width": width, "height": 900})
    page = context.new_page()
    who = world.communicator.directory_id
    page.goto(f"/logga-in?sok={who}")
    page.get_by_role("button", name=who).click()
    page.goto(PAGE)
    boxes = [one.bounding_box() for one in page.locator(".dc-strip").all()]
    hours = page.locator(".dc-hours").first.bounding_box()
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert len(boxes) == number
    assert wide <= width
    assert hours
    assert {(box["x"], box["width"]) for box in boxes if box} == {(hours["x"], hours["width"])}
