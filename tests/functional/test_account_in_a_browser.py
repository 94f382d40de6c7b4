"""Signing in and out by account in a real Chromium, which holds pages to their own rules."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.doubles.identity_provider import IdentityProvider
from tests.functional.accessible import violations
from tests.functional.by_account import provider
from tests.world import World

__all__ = ["provider"]  # a fixture, by its import
pytestmark = pytest.mark.browser


@pytest.fixture
def page(world: World, browser: Browser, provider: IdentityProvider) -> Iterator[Page]:
    context = browser.new_context(base_url=world.url, locale="sv-SE")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_a_colleague_comes_in_and_is_signed_out_there_as_well(
    page: Page, world: World, provider: IdentityProvider
) -> None:
    page.goto("/mina")
    page.get_by_role("link", name="Logga in", exact=True).click()
    expect(page).to_have_url(f"{world.url}/mina")
    page.get_by_role("button", name="Logga ut").click()
    expect(page).to_have_url(f"{world.url}/logga-in")
    assert provider.requests.count("/logout") == 1, "no rule of the page keeps it from going there"
    page.goto("/mina")
    expect(page.get_by_role("heading", level=1)).to_have_text("Logga in")


def test_every_page_on_the_way_can_be_used_by_all(
    page: Page, world: World, provider: IdentityProvider
) -> None:
    broken = {}

    def look(name: str, path: str) -> None:
        page.goto(path)
        broken[name] = violations(page)

    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        provider.rules.metadata, provider.rules.error = {}, ""
        look("the door", "/logga-in")
        look("not begun here", "/logga-in/svar?state=x&code=y")
        provider.person = "nobody@hallefors.example"
        look("a stranger", "/logga-in/konto")
        provider.rules.error = "access_denied"
        look("refused", "/logga-in/konto")
        world.advance(hours=2)
        provider.rules.metadata = {"end_session_endpoint": None}
        look("signed out", "/logga-in/ut")
        world.advance(hours=2)
        provider.rules.metadata = {"issuer": "https://elsewhere.example"}
        look("away", "/logga-in/konto")
    assert {name: found for name, found in broken.items() if found} == {}
