"""What stands beside a text that is written, in a real Chromium: it moves as the choices move."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from announcer.plain_language import hunspell
from tests.doubles.hunspell import PATIENT, write
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def page(world: World, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        base_url=world.url, locale="sv-SE", viewport={"width": 1280, "height": 844}
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"/logga-in?sok={world.chief.directory_id}")
    page.get_by_role("button", name=world.chief.directory_id).click()
    page.goto("/skriv?klass=information")
    yield page
    context.close()


def test_the_timeline_moves_with_the_choices_and_says_so(page: Page) -> None:
    said = page.locator("[data-sketch] [data-said]")
    picture = page.get_by_role("img", name="När det går, räknat från nu")
    expect(picture).to_be_visible()
    expect(page.get_by_text("Det går inte till medierna.")).to_be_visible()
    page.get_by_label("Medierna", exact=True).check()
    expect(said).to_contain_text("Medierna får det tidigast")
    expect(picture).to_contain_text("Pressmeddelande")
    page.get_by_label("Medierna", exact=True).uncheck()
    expect(said).to_contain_text("Det går inte till medierna.")


def test_what_is_typed_is_seen_and_the_focus_stays_where_it_was(page: Page) -> None:
    view = page.get_by_role("button", name="Intranätet")
    view.focus()
    page.keyboard.press("Enter")
    expect(view).to_have_attribute("aria-pressed", "true")
    expect(view).to_be_focused()
    field = page.get_by_label("Rubrik").first
    field.press_sequentially("Växeln öppnar")
    expect(page.locator("[data-sketch] article .outermost")).to_have_text("Växeln öppnar")
    expect(field).to_be_focused()
    assert page.url.endswith("klass=information") or "utkast=" in page.url


def test_a_server_that_is_gone_is_told_of_and_what_was_seen_stays(page: Page) -> None:
    page.get_by_role("button", name="Telefonen").click()
    expect(page.locator(".phone article")).to_be_visible()
    page.route("**/skriv/visa*", lambda route: route.abort())
    page.get_by_label("Rubrik").first.fill("Utan server")
    old = page.get_by_text("Bilden av hur det blir är inte uppdaterad")
    expect(old).to_be_visible()
    expect(page.locator(".phone article")).to_be_visible()
    page.unroute("**/skriv/visa*")
    page.get_by_label("Rubrik").first.fill("Med server")
    expect(page.locator(".phone article .outermost")).to_have_text("Med server")
    expect(old).to_be_hidden()


def test_spelling_is_looked_at_again_while_words_are_mended_and_not_in_another_view(
    page: Page, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settings(dictionaries=write(tmp_path, {"sv_SE": ["en", "kommun", "flyttar"]}))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setattr(hunspell, "SECONDS", PATIENT)
    page.get_by_label("Text", exact=True).first.fill("En komun flyttar")
    page.get_by_role("button", name="Språket").click()
    ask = page.get_by_role("button", name="Kontrollera stavningen")
    ask.focus()
    page.keyboard.press("Enter")
    said = page.locator("[data-sketch] [data-said]")
    expect(said).to_contain_text("1 ord finns inte i ordlistan.")
    expect(ask).to_be_focused()
    page.locator(".spelling a").click()
    assert page.evaluate("getSelection().toString()") == "komun"

    page.keyboard.insert_text("kommun")

    expect(said).to_contain_text("Alla ord finns i ordlistan.")
    page.get_by_role("button", name="Intranätet").click()
    page.get_by_role("button", name="Språket").click()
    expect(ask).to_be_visible()
    expect(page.locator(".spelling")).to_have_count(0)
