"""What Chromium's own trace says of a page: when it was begun, when its words were there, what moved.

Times in a trace are microseconds of one clock, for all of the browser's processes.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

Event = Mapping[str, Any]
CATEGORIES = ["loading", "devtools.timeline", "blink.user_timing"]
#: Words are on the screen.
READ = "performance.getEntriesByName('first-contentful-paint').length > 0"
#: A telephone of which four make one of this machine.
CPU = 4


@dataclass(frozen=True)
class Net:
    """What Chromium's developer tools call by that name: milliseconds, and bytes a second."""

    name: str
    latency: float
    down: float
    up: float


SLOW_4G = Net("slow 4G", 562.5, 180_000, 84_375)
SLOW_3G = Net("slow 3G", 2_000, 50_000, 50_000)


@dataclass(frozen=True)
class Painted:
    """Of one page: milliseconds until the first words and until the largest stood there, after what
    began it; how much moved (cumulative layout shift)."""

    first: float
    largest: float
    moved: float


def painted(events: Sequence[Event], begun: str) -> Painted:
    """Of the last page in a trace. ``begun``: "click", or "navigationStart" where nobody pressed."""
    named = _named(events)
    # Chromium notes an empty document as well, before the one that comes.
    start = _last(named("navigationStart"), lambda one: one["args"]["data"]["documentLoaderURL"])
    page = start["args"]["data"]["navigationId"]

    def of_page(name: str) -> list[Event]:
        return [one for one in named(name) if one["args"]["data"]["navigationId"] == page]

    began = start["ts"]
    if begun == "click":
        pressed = named("EventDispatch")
        began = _last(pressed, lambda one: one["args"]["data"]["type"] == "click")["ts"]
    (first,) = of_page("firstContentfulPaint")
    largest = of_page("largestContentfulPaint::Candidate")[-1]
    moved = [
        one["args"]["data"]["score"] for one in named("LayoutShift") if one["ts"] > start["ts"]
    ]
    return Painted((first["ts"] - began) / 1000, (largest["ts"] - began) / 1000, sum(moved))


def _named(events: Sequence[Event]) -> Callable[[str], list[Event]]:
    ordered = sorted(events, key=lambda one: one["ts"])
    return lambda name: [one for one in ordered if one["name"] == name]


def _last(events: Sequence[Event], fits: Callable[[Event], bool]) -> Event:
    return [one for one in events if fits(one)][-1]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that is installed here."""
    program = next(
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@contextmanager
def phone(browser: Browser, net: Net) -> Iterator[Page]:
    """A telephone with nothing in its cache, far from everything."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        locale="sv-SE",
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    chrome = context.new_cdp_session(page)
    chrome.send("Network.enable")
    chrome.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": net.latency,
            "downloadThroughput": net.down,
            "uploadThroughput": net.up,
        },
    )
    chrome.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    yield page
    context.close()


def traced(page: Page, act: Callable[[], object]) -> list[Event]:
    """What the browser notes while ``act`` is done and until the page is whole and still."""
    browser = page.context.browser
    assert browser
    browser.start_tracing(page=page, categories=CATEGORIES)
    act()
    page.wait_for_function(READ)
    page.wait_for_load_state("networkidle")
    found: list[Event] = json.loads(browser.stop_tracing())["traceEvents"]
    return found
