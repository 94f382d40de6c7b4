"""On a small phone nothing on a page moves under the thumb once it is there, and nothing goes sideways."""

import pytest
from playwright.sync_api import Browser

from tests.functional.by_keyboard import WIDE, Keyboard
from tests.functional.conftest import Publish
from tests.world import World

pytestmark = pytest.mark.browser
#: Every shift of the layout since the page began (Layout Instability API), once fonts and two frames are there.
SHIFTS = """() => new Promise(done => {
  const found = [];
  new PerformanceObserver(list => list.getEntries().forEach(one => found.push(one.value)))
    .observe({type: "layout-shift", buffered: true});
  document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(
    () => setTimeout(() => done(found), 0))));
})"""


@pytest.mark.parametrize("width", [320, 390])
def test_no_page_that_is_read_or_written_on_moves(
    world: World, browser: Browser, publish: Publish, width: int
) -> None:
    shown = publish(world.example("02"))
    publish(world.decision("Kommunfullmäktigesammanträdesprotokollsjustering i Hällefors"))
    context = browser.new_context(base_url=world.url, viewport={"width": width, "height": 700})
    hands = Keyboard(context.new_page())
    hands.sign_in(world.somebody("bibliotek", "chef"))
    for path in ("/", f"/nyheter/{shown}", "/skriv", "/skriv?klass=information"):
        hands.page.goto(path, wait_until="load")
        assert hands.page.evaluate(SHIFTS) == [], path
        assert hands.page.evaluate(WIDE) <= 0, path
    context.close()
