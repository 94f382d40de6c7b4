"""Somebody at a real browser who has nothing but a keyboard, and looks where they are."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from announcer.domain.audience import Person

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: What stands out to the right.
WHO = """() => [...document.querySelectorAll("body *")].filter(
  one => one.getBoundingClientRect().right > document.documentElement.clientWidth
).map(one => one.outerHTML.slice(0, 120)).slice(0, 5)"""
#: A telephone, a telephone without scripts, a desk, and a screen at 200 per cent (WCAG 2.1, 1.4.4 and 1.4.10).
WAYS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "no scripts": {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False},
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "200 per cent": {"viewport": {"width": 640, "height": 512}, "device_scale_factor": 2},
}
#: More than the longest page has places to stop at.
STOPS = 250


class Keyboard:
    """Goes through a page as the Tab key does. ``scripts``: whether the browser runs them."""

    def __init__(self, page: Page, *, scripts: bool = True) -> None:
        self.page, self.scripts = page, scripts

    def sign_in(self, person: Person) -> None:
        self.page.goto(f"/logga-in?sok={person.directory_id}")
        self.press(person.directory_id)

    def tab_to(self, sought: Locator) -> None:
        """Go on until it is reached, and see that one can see where one is."""
        expect(sought).to_be_visible()
        there = (
            sought.element_handle()
        )  # to look for it by its name at each stop takes ten times as long
        for _ in range(STOPS):
            self.page.keyboard.press("Tab")
            if there.evaluate("one => one === document.activeElement"):
                box = there.bounding_box()
                assert box
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= self.page.viewport_size["width"]
                return
        raise AssertionError(f"the keyboard does not reach {sought} on {self.page.url}")

    def named(self, name: str) -> Locator:
        """The first button of that name, or link where there is no button."""
        button = self.page.get_by_role("button", name=name)
        return (button if button.count() else self.page.get_by_role("link", name=name)).first

    def reaches(self, name: str) -> None:
        """The key stops at the first button or link of that name."""
        self.tab_to(self.named(name))

    def press(self, name: str) -> None:
        """The link or button leads to a page which is no wider than the screen."""
        self._enter(self.named(name))

    def follow(self, title: str) -> None:
        """The link of just that name, below the menu."""
        links = self.page.get_by_role("main").get_by_role("link", name=title, exact=True)
        self._enter(links.first)

    def _enter(self, sought: Locator) -> None:
        self.tab_to(sought)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        assert self.page.evaluate(WIDE) <= 0, (self.page.url, self.page.evaluate(WHO))

    def push(self, name: str) -> None:
        """The button does something on the page itself."""
        self.reaches(name)
        self.page.keyboard.press("Enter")

    def unfold(self, words: str) -> None:
        """Open what a line hides."""
        self.tab_to(self.page.locator("summary", has_text=re.compile(rf"^\s*{words}\s*$")).first)
        self.page.keyboard.press("Enter")

    def write(self, label: str, words: str) -> None:
        """In place of what stands in the field."""
        self._type(self.page.get_by_label(label, exact=True).filter(visible=True).first, words)

    def _type(self, field: Locator, words: str) -> None:
        self.tab_to(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(words)
        expect(field).to_have_value(words)

    def fill(self, **fields: str) -> None:
        for label, words in fields.items():
            self.write(label, words)

    def tick(self, label: str) -> None:
        box = self.page.get_by_role("checkbox", name=label, exact=True)
        self.tab_to(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def choose(self, label: str) -> None:
        """One of several: the Tab key reaches the first, the arrows the others."""
        wanted = self.page.get_by_role("radio", name=label, exact=True)
        expect(wanted).to_be_visible()
        group = self.page.locator(f"input[type=radio][name={wanted.get_attribute('name')}]")
        self.tab_to(group.first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        expect(wanted).to_be_checked()

    def sees(self, *words: str) -> None:
        for one in words:
            shown = self.page.get_by_role("main").get_by_text(one).filter(visible=True)
            expect(shown.first).to_be_visible()
