"""Every page of the intranet in a real Chromium, asked by axe-core: phone and desk, light and dark."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

from announcer.domain.audience import Person
from announcer.services import workplace_codes
from tests.functional.accessible import violations, violations_in_light_and_dark
from tests.functional.conftest import Publish
from tests.functional.every_page import of_the_intranet
from tests.world import World
from web.intranet.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Looking:
    """Everything one browser asks for, and everything wrong that it finds."""

    def __init__(self, context: BrowserContext, world: World) -> None:
        self.page, self.home, self.wrong = context.new_page(), world.url, []
        self.page.on("console", lambda m: self._fault(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self._fault(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))

    def _fault(self, words: str) -> None:
        if "status of 4" not in words:
            self.wrong.append((self.page.url, words))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.home, "data:")):
            self.wrong.append((self.page.url, f"asks {url}"))

    def sign_in(self, person: Person) -> None:
        self.page.goto(f"/logga-in?sok={person.directory_id}")
        self.page.get_by_role("button", name=person.directory_id).click()
        self.page.wait_for_url(f"{self.home}/")

    def at(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer
        assert answer.status < 500, address
        found: list[object] = [
            f"{rule}: {one}"
            for rule, all_ in violations_in_light_and_dark(self.page)
            for one in all_
        ]
        if (wide := self.page.evaluate(WIDE)) > 0:
            found.append(f"{wide} pixels too wide")
        self.wrong += [(address, one) for one in found]


@pytest.fixture(params=[390, 1280])
def looking(request: Any, world: World, browser: Browser) -> Iterator[Looking]:
    context = browser.new_context(
        base_url=world.url, viewport={"width": request.param, "height": 844}
    )
    yield Looking(context, world)
    context.close()


#: What is no page: files by what they are called, what programs ask for, and what pages are made of.
FILES = {"file", "pdf", "attachment", "poster", "feed", "feed_with_key", "static", "asset"}
NO_PAGES = {"health.alive", "health.ready", "health.metrics"}
NO_PAGES |= {"look.theme", "look.logo", "look.typeface", "security.contact", "drafts.key"}
NO_PAGES.add("desk.now")  # part of a page
NO_PAGES.add("large_print.choose")  # sends on
#: Where somebody is sent on; what is left to see of it: test_account_in_a_browser.py.
NO_PAGES |= {"openid.leave", "openid.gone", "openid.come_back"}


def test_every_page_there_is_has_its_address_among_them(world: World, publish: Publish) -> None:
    routes = create_app(world.installation, world.config).url_map
    to = routes.bind("localhost").match
    known = {to(urlsplit(one).path)[0] for one in of_the_intranet(world, publish)}
    known.add("workplace.news")  # a shared phone's, below
    there = {one.endpoint for one in routes.iter_rules() if "GET" in (one.methods or ())}
    assert {one for one in there - NO_PAGES if one.rpartition(".")[2] not in FILES} == known


def test_it_finds_what_is_wrong(looking: Looking) -> None:
    """Or the tests below would prove nothing."""
    looking.page.goto("/tillganglighet")
    looking.page.evaluate(
        "document.querySelector('main').innerHTML += '<input><img src=/logotyp.svg>'"
    )
    assert {rule for rule, _ in violations(looking.page)} >= {"label", "image-alt"}


def test_it_finds_what_is_wrong_in_the_dark_only(looking: Looking) -> None:
    looking.page.goto("/tillganglighet")
    looking.page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync("@media (prefers-color-scheme: dark) { main p { color: #333 !important; } }");
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    wrong = {rule for rule, _ in violations_in_light_and_dark(looking.page)}
    assert wrong == {"color-contrast in dark"}


def test_every_page_can_be_used_by_all_fits_and_asks_nobody_else(
    world: World, publish: Publish, looking: Looking
) -> None:
    pages = of_the_intranet(world, publish)
    for address in ("/logga-in", "/tillganglighet", "/arbetsplats", "/tavla/none"):
        looking.at(address)
    looking.sign_in(world.communicator)
    for address in pages:
        looking.at(address)
    assert not looking.wrong, "\n".join(map(str, looking.wrong))


def test_so_can_a_shared_phones(world: World, publish: Publish, looking: Looking) -> None:
    publish(world.example("02"))
    chief = world.somebody("fyllsta", "chef")
    looking.page.goto("/arbetsplats")
    looking.page.get_by_role("textbox").fill(
        workplace_codes.make(world.installation, chief, "Fyllsta")
    )
    looking.page.keyboard.press("Enter")
    looking.page.wait_for_url("**/arbetsplats/nyheter")
    for address in ("/arbetsplats/nyheter", "/overlamning"):
        looking.at(address)
    assert not looking.wrong, "\n".join(map(str, looking.wrong))
