"""(i) News on a slow telephone far away, by Chromium's own trace, beside a bare page of as many bytes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from bench import tracing
from bench.estate import Estate, running
from bench.load import Answers
from bench.table import Line, median, ours, ratio
from bench.tracing import SLOW_3G, SLOW_4G, Net, Painted, painted, phone, traced
from bench.wagtail import NEWS, cookie
from bench.web import bare, published

PEER = "bare page, as many bytes"
AIM = ratio(most=2.5)
#: The front page and an article.
Pages = tuple[Painted, Painted]
#: What is waited for, in milliseconds.
SHOWN: dict[str, Callable[[Pages], float]] = {
    "front page, first words": lambda pages: pages[0].first,
    "article, from the tap to its text": lambda pages: pages[1].largest,
    "both": lambda pages: pages[0].first + pages[1].largest,
}


@dataclass(frozen=True)
class House:
    """Where the news are, the session that reads them, and bare pages of as many bytes as the front
    page and the article bring."""

    url: str
    cookie: str
    front: str
    article: str


def measure(*, quick: bool) -> list[Line]:
    """The lines of this part; ours and the bare pages take turns, so that noise meets both."""
    rounds = 1 if quick else 3
    with ExitStack() as stack:
        estate = stack.enter_context(running())
        browser = stack.enter_context(tracing.chromium())
        published(estate, 5 if quick else NEWS)
        house = _house(stack, estate, browser)
        return [
            line for net in (SLOW_4G, SLOW_3G) for line in _measured(browser, house, net, rounds)
        ]


def _house(stack: ExitStack, estate: Estate, browser: Browser) -> House:
    reader = estate.chief_of("bibliotek").directory_id
    url, session = f"http://127.0.0.1:{estate.port}/", cookie(estate, reader)
    with phone(browser, SLOW_4G) as page:
        _sign_in(page, url, session)
        front = _weight(page, lambda: page.goto(url))
        article = _weight(page, lambda: _tap(page, ".news h2 a"))
    bares = (stack.enter_context(_bare(weight)) for weight in (front, article))
    return House(url, session, *bares)


@contextmanager
def _bare(weight: int) -> Iterator[str]:
    """The address of a page that weighs as much and leads to itself."""
    with bare("intranet", b"a" * weight, Answers(1, 1.0, "", weight, "")) as port:
        yield f"http://127.0.0.1:{port}/page"


def _sign_in(page: Page, url: str, session: str) -> None:
    pairs = (one.split("=", 1) for one in session.split("; "))
    page.context.add_cookies([{"name": name, "value": value, "url": url} for name, value in pairs])


def _weight(page: Page, act: Callable[[], object]) -> int:
    """Bytes that come, heads and all."""
    found: list[float] = []
    chrome = page.context.new_cdp_session(page)
    chrome.send("Network.enable")
    chrome.on("Network.loadingFinished", lambda one: found.append(one["encodedDataLength"]))
    act()
    page.wait_for_load_state("networkidle")
    assert found, "nothing came"
    return int(sum(found))


def _tap(page: Page, link: str) -> None:
    """Follow the first link of that kind, whose words the next page has as its heading."""
    found = page.locator(link).first
    words = found.inner_text()
    with page.expect_navigation():
        found.tap()
    assert page.get_by_role("heading", level=1).inner_text() == words


def _measured(browser: Browser, house: House, net: Net, rounds: int) -> Iterator[Line]:
    turns = [(_ours(browser, house, net), _floor(browser, house, net)) for _ in range(rounds)]
    mine, floor = zip(*turns, strict=True)
    for what, value in SHOWN.items():
        ours_ms, bare_ms = (median([value(one) for one in side]) for side in (mine, floor))
        yield Line("i", f"{net.name}: {what}", "ms", ours_ms, PEER, bare_ms, AIM)
    moved = max(one.moved for pages in mine for one in pages)
    yield Line("i", f"{net.name}: what moved, at most", "", moved, aim=ours(most=0))


def _ours(browser: Browser, house: House, net: Net) -> Pages:
    with phone(browser, net) as page:
        _sign_in(page, house.url, house.cookie)
        front = traced(page, lambda: page.goto(house.url))
        article = traced(page, lambda: _tap(page, ".news h2 a"))
    return painted(front, "navigationStart"), painted(article, "click")


def _floor(browser: Browser, house: House, net: Net) -> Pages:
    with phone(browser, net) as page:
        front = traced(page, lambda: page.goto(house.front))
        page.goto(house.article)
        article = traced(page, lambda: _tap(page, "h1 a"))
    return painted(front, "navigationStart"), painted(article, "click")
