"""The desk in a real Chromium: it follows the server and its clock, and takes nothing from who types."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from announcer.services import holding
from tests.functional.conftest import Publish
from tests.functional.test_drafts_in_a_browser import sign_in
from tests.world import World

pytestmark = pytest.mark.browser
AWAKE = "document.dispatchEvent(new Event('visibilitychange'))"
ONLINE = "window.dispatchEvent(new Event('online'))"
#: A computer whose clock was set, and is set again and again while the page is open.
WRONG_CLOCK = "let n = 0; Date.now = () => 1e12 * (n++ % 2); Date.prototype.getTime = Date.now;"


@pytest.fixture
def context(world: World, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=world.url, locale="sv-SE")
    context.set_default_timeout(20_000)
    context.add_init_script(WRONG_CLOCK)
    yield context
    context.close()


@pytest.fixture
def page(world: World, context: BrowserContext) -> Page:
    page = context.new_page()
    sign_in(page, world.communicator)
    return page


def test_it_counts_down_on_the_servers_clock_also_after_sleep(
    world: World, page: Page, publish: Publish
) -> None:
    public_id = publish(world.decision())
    page.goto("/bevakning")
    left = page.locator(f"#rad-{public_id} .desk-left")
    expect(left).to_contain_text("om 2 tim 2")
    world.advance(hours=2)
    page.evaluate(AWAKE)
    expect(left).to_contain_text("om 2")
    expect(left).not_to_contain_text("tim")
    world.advance(minutes=30)
    page.evaluate(AWAKE)
    expect(page.locator("#fraga-needs_you")).to_contain_text("Skolan börjar senare")
    expect(page.get_by_role("status")).to_contain_text("Skolan börjar senare: Behöver dig.")


def test_a_second_passes_without_asking_the_server(
    world: World, page: Page, context: BrowserContext, publish: Publish
) -> None:
    public_id = publish(world.decision())
    earliest = world.status(public_id).steps[-1].earliest
    assert earliest
    world.set_time(earliest)
    world.advance(seconds=-50)
    page.goto("/bevakning")
    context.route("**/bevakning/nu*", lambda route: route.abort())
    left = page.locator(f"#rad-{public_id} .desk-left")
    expect(left).to_contain_text(" s")
    before = left.text_content()
    expect(left).not_to_have_text(before or "")


def test_a_server_that_is_gone_is_said_and_a_server_that_is_back_is_believed(
    world: World, page: Page, context: BrowserContext, publish: Publish
) -> None:
    publish(world.decision())
    page.goto("/bevakning")
    context.route("**/bevakning/nu*", lambda route: route.abort())
    page.evaluate(AWAKE)
    lost = page.locator("#desk-lost")
    expect(lost).to_contain_text("Ingen kontakt sedan 10.0")
    context.unroute("**/bevakning/nu*")
    publish(world.decision("Det nya"))
    page.evaluate(ONLINE)
    expect(lost).to_have_text("")
    expect(page.locator("#fraga-next_out")).to_contain_text("Det nya")


def test_whoever_was_signed_out_is_not_shown_what_is_old_as_new(
    world: World, page: Page, context: BrowserContext
) -> None:
    page.goto("/bevakning")
    context.clear_cookies()
    page.evaluate(AWAKE)
    expect(page.locator("#desk-lost")).to_contain_text("Ingen kontakt sedan")


def test_what_somebody_types_stays_while_everything_around_it_changes(
    world: World, page: Page, publish: Publish
) -> None:
    public_id = publish(world.decision())
    page.goto("/bevakning")
    page.locator(f"#oppna-{public_id}").click()
    expect(page).to_have_url(f"{world.url}/bevakning?visa={public_id}#rad-{public_id}")
    page.locator(".desk-actions summary", has_text="Pausa").click()
    why = page.locator(f"#varfor-{public_id}")
    why.type("Nämnden har")
    world.advance(minutes=-10)
    publish(world.decision("En till"))
    page.evaluate(AWAKE)
    expect(page.locator("#fraga-next_out h3")).to_have_count(2)
    expect(why).to_be_focused()
    page.keyboard.type(" frågor")
    expect(why).to_have_value("Nämnden har frågor")
    holding.hold(world.installation, world.communicator, public_id, "en kollega var först")
    page.evaluate(AWAKE)
    expect(page.locator("#fraga-waiting")).to_contain_text("Skolan börjar senare")
    expect(why).to_have_value("Nämnden har frågor")
    expect(page.get_by_text("Det här ändrades medan du skrev.")).to_be_visible()


def test_without_scripts_one_reloads(world: World, browser: Browser, publish: Publish) -> None:
    public_id = publish(world.decision())
    context = browser.new_context(base_url=world.url, locale="sv-SE", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.communicator)
    page.goto("/bevakning")
    expect(page.get_by_text("Så här är det i dag 10.0")).to_be_visible()
    page.locator(f"#oppna-{public_id}").click()
    expect(page.locator(f"#varfor-{public_id}")).to_have_count(1)
    world.advance(minutes=5)
    page.get_by_role("link", name="Ladda om").click()
    expect(page.locator(f"#varfor-{public_id}")).to_have_count(1)
    context.close()


def test_who_has_the_newest_gets_it_once_and_the_time_always(
    world: World, page: Page, publish: Publish
) -> None:
    publish(world.decision())
    page.goto("/bevakning")
    first = page.request.get("/bevakning/nu")
    again = page.request.get("/bevakning/nu", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status, again.status) == (200, 304)
    assert again.headers["clock"].split()[1].startswith("10.")
    assert first.headers["cache-control"] == "no-store"
    publish(world.decision("Det nya"))
    anew = page.request.get("/bevakning/nu", headers={"If-None-Match": first.headers["etag"]})
    assert anew.status == 200
    assert "Det nya" in anew.text()
