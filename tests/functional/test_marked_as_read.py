"""A mark that a reader makes for themselves: it is in their browser, and the server never hears of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from announcer.domain.audience import Person
from tests.functional.conftest import Publish, SignIn
from tests.functional.test_nobody_can_tell_who_read import everything_kept
from tests.functional.visitor import Visitor
from tests.world import World


@pytest.fixture
def context(world: World, browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=world.url) as context:
        yield context


def signed_in(context: BrowserContext, person: Person) -> Page:
    page = context.new_page()
    page.goto(f"/logga-in?sok={person.directory_id}")
    page.get_by_role("button", name=person.directory_id).click()
    page.wait_for_url("**/")
    return page


def test_a_mark_is_seen_in_the_list_and_hides_what_is_read_and_no_request_tells_of_it(
    world: World, context: BrowserContext, publish: Publish
) -> None:
    first, second = publish(world.decision("Den första")), publish(world.decision("Den andra"))
    page = signed_in(context, world.somebody("bibliotek", "medarbetare"))
    page.goto(f"/nyheter/{first}")
    before, asked = everything_kept(world), []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Markera som läst").click()
    page.get_by_role("button", name="Ta bort markeringen").wait_for()
    assert (asked, everything_kept(world)) == ([], before)
    page.goto("/")
    assert page.locator(".seen").count() == 1
    assert "Läst" in page.locator(".seen").inner_text()
    page.get_by_label("Visa bara olästa").check()
    assert page.get_by_role("link", name="Den första").is_hidden()
    assert page.get_by_role("link", name="Den andra").is_visible()
    page.goto(f"/nyheter/{second}")
    page.get_by_role("button", name="Markera som läst").click()
    page.goto("/")
    page.get_by_text("Allt här är markerat som läst.").wait_for()
    assert everything_kept(world) == before


def test_the_mark_is_gone_when_somebody_signs_out_or_somebody_else_comes(
    world: World, context: BrowserContext, publish: Publish
) -> None:
    public_id = publish(world.decision())
    marked = "Object.keys(localStorage).filter(one => one.startsWith('seen:')).length"
    page = signed_in(context, world.somebody("bibliotek", "medarbetare"))
    for leave in ("clear", "sign out"):
        page.goto(f"/nyheter/{public_id}")
        page.get_by_role("button", name="Markera som läst").click()
        assert page.evaluate(marked) == 1
        if leave == "clear":  # as when a session has run out
            context.clear_cookies()
        else:
            page.get_by_role("button", name="Logga ut").click()
        page = signed_in(context, world.somebody("kost", "chef"))
        assert page.evaluate(marked) == 0, leave
        page.goto(f"/nyheter/{public_id}")
        page.get_by_role("button", name="Markera som läst").wait_for()


def test_an_article_leads_to_its_other_languages_and_can_be_called_about(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.example("02"))
    colleague.get(f"/nyheter/{public_id}")
    to_english, to_finnish = colleague.tree.xpath("//p[@class='read-in']/a[@hreflang]")
    assert (to_finnish.text, to_english.get("lang")) == ("Suomi", "en")
    there = colleague.tree.get_element_by_id(to_finnish.get("href").removeprefix("#"))
    assert there.get("lang") == "fi"
    (call,) = colleague.tree.xpath("//p[@class='call']/a")
    assert (call.get("href"), call.text) == ("tel:059155510", "Ring 0591-555 10")


def test_the_number_to_call_comes_before_the_mark(
    world: World, context: BrowserContext, publish: Publish
) -> None:
    public_id = publish(world.example("02"))
    page = signed_in(context, world.somebody("bibliotek", "medarbetare"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/nyheter/{public_id}")
    mark = page.get_by_role("button", name="Markera som läst").bounding_box()
    call = page.get_by_role("link", name="Ring 0591-555 10").bounding_box()
    assert mark
    assert call
    assert call["y"] + call["height"] <= mark["y"]


def test_a_shared_phone_has_no_marks(world: World, sign_in: SignIn, publish: Publish) -> None:
    public_id = publish(world.decision())
    page = Visitor(world.url).get(f"/nyheter/{public_id}").text
    assert "seen-words" not in page
    assert "seen-words" in sign_in(world.communicator).get(f"/nyheter/{public_id}").text
