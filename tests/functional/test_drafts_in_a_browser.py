"""Drafts in a real Chromium: saved unasked, kept here while the server is gone, never overwritten."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from announcer.domain.audience import Person
from tests.world import World

pytestmark = pytest.mark.browser
FORM = "/skriv?klass=bara+min+enhet"


@pytest.fixture
def writer(world: World) -> Person:
    return world.somebody("bibliotek", "chef")


@pytest.fixture
def context(world: World, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=world.url, locale="sv-SE")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, writer: Person) -> Page:
    page = context.new_page()
    sign_in(page, writer)
    page.goto(FORM)
    return page


def sign_in(page: Page, person: Person) -> None:
    page.goto(f"/logga-in?sok={person.directory_id}")
    page.get_by_role("button", name=person.directory_id).click()


def saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="Sparat")).to_be_visible(timeout=20_000)


def test_what_is_typed_is_saved_unasked_and_found_again_in_another_tab(
    page: Page, context: BrowserContext
) -> None:
    page.locator("#rubrik").fill("Tidig stängning")
    saved(page)
    assert "utkast=" in page.url
    again = context.new_page()
    again.goto("/mina")
    again.get_by_role("link", name="Tidig stängning", exact=True).click()
    expect(again.locator("#rubrik")).to_have_value("Tidig stängning")


def test_while_the_server_is_gone_the_text_stays_here_and_goes_on_when_it_is_back(
    page: Page, context: BrowserContext
) -> None:
    context.route("**/utkast", lambda route: route.abort())
    page.locator("#rubrik").fill("Utan server")
    expect(
        page.locator("[aria-live=polite]").get_by_text("Sparat bara i den här webbläsaren")
    ).to_be_visible(timeout=20_000)
    page.goto("/mina")
    expect(page.get_by_text("Utan server")).to_have_count(0)
    page.goto(FORM)
    page.get_by_role("button", name="Ta fram den").click()
    expect(page.locator("#rubrik")).to_have_value("Utan server")
    context.unroute("**/utkast")
    page.locator("#rubrik").fill("Med server igen")
    saved(page)
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_closed_tab_has_lost_nothing(page: Page, context: BrowserContext) -> None:
    page.locator("#rubrik").fill("Stängd flik")
    page.close(run_before_unload=True)
    again = context.new_page()
    again.goto(FORM)
    take = again.get_by_role("button", name="Ta fram den")
    if take.is_visible():
        take.click()
        expect(again.locator("#rubrik")).to_have_value("Stängd flik")
    else:
        again.goto("/mina")
        expect(again.get_by_role("link", name="Stängd flik", exact=True)).to_be_visible()


def test_after_the_session_ended_a_sign_in_in_another_tab_lets_it_go_on(
    page: Page, context: BrowserContext, writer: Person
) -> None:
    page.locator("#rubrik").fill("Innan")
    saved(page)
    context.clear_cookies()
    page.locator("#rubrik").fill("Efteråt")
    expect(page.get_by_text("Du är inte inloggad längre")).to_be_visible(timeout=20_000)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Logga in i en ny flik").click()
    sign_in(opened.value, writer)
    page.locator("#text").fill("Vidare")
    expect(page.get_by_text("Du är inte inloggad längre")).to_be_hidden(timeout=20_000)
    saved(page)
    page.goto("/mina")
    expect(page.get_by_role("link", name="Efteråt", exact=True)).to_be_visible()


def test_two_tabs_never_overwrite_each_other(page: Page, context: BrowserContext) -> None:
    page.locator("#rubrik").fill("Början")
    saved(page)
    other = context.new_page()
    other.goto(page.url)
    other.locator("#text").fill("Från den andra fliken")
    saved(other)
    page.locator("#text").fill("Från den första fliken")
    expect(page.get_by_text("Ingenting är skrivet över")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="som ett eget utkast").click()
    saved(page)
    assert page.url != other.url
    other.reload()
    expect(other.locator("#text")).to_have_value("Från den andra fliken")


def test_signing_out_clears_what_this_browser_kept(page: Page, context: BrowserContext) -> None:
    context.route("**/utkast", lambda route: route.abort())
    page.locator("#rubrik").fill("Bara här")
    expect(
        page.locator("[aria-live=polite]").get_by_text("Sparat bara i den här webbläsaren")
    ).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Logga ut").click()
    expect(page.get_by_text("Du är utloggad")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []


def test_what_was_saved_unasked_is_gone_when_it_is_handed_in(page: Page, world: World) -> None:
    page.locator("#rubrik").fill("Hela vägen")
    saved(page)
    page.locator("#text").fill("En text.")
    page.locator("#kontakt").fill("Biblioteket, 0591-641 00")
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_role("button", name="Lämna in").click()
    expect(page.get_by_text("Texten är inlämnad")).to_be_visible()
    assert world.owner.execute("SELECT count(*) FROM announcer.draft").fetchone() == (0,)
