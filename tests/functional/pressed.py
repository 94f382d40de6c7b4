"""A button pressed twice at once, and what that leaves: shared by the tests that press them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import httpx
import lxml.html

from announcer.domain.declaring import Declaration
from announcer.services import declaring, reviewing
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.public_visitor import TLS
from tests.world import World
from web.intranet.app import create_app

#: Somebody with a page open: what is pressed on it, and what was filled in.
Open = tuple[Visitor, str, dict[str, str]]


class Stage:
    """Makes the same thing under another name each time (``n``), and opens the page with its button."""

    def __init__(self, world: World, sign_in: SignIn) -> None:
        self.world, self.sign_in = world, sign_in
        self.desk = sign_in(world.communicator)

    def at(self, path: str, button: str, who: Visitor | None = None, **fields: str) -> Open:
        visitor = who or self.desk
        visitor.get(path)
        return visitor, button, fields

    def out(self, n: int) -> str:
        public_id = self.world.decision(f"Beslut {n}", '["bibliotek"]')
        reviewing.approve(self.world.installation, self.world.communicator, public_id)
        self.world.settle()
        return public_id

    def crisis(self, n: int) -> str:
        said = Declaration("koka vattnet", ("Grythyttan", "Hällefors")[n])
        found = declaring.declare(self.world.installation, self.world.communicator, said)
        self.world.settle()
        return found.public_id


def rows(world: World) -> dict[str, int]:
    """How many rows every table has."""
    tables = world.owner.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'announcer'::regnamespace"
    ).fetchall()
    return {
        name: world.owner.execute(f"SELECT count(*) FROM announcer.{name}").fetchone()[0]
        for (name,) in tables
        if name != "policy"  # stored with the first text under it
    }


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def at_once(visitor: Visitor, action: str, sent: dict[str, object]) -> list[httpx.Response]:
    """The same request twice, from one browser, neither waiting for the other."""
    together = Barrier(2)

    def press(_: int) -> httpx.Response:
        with httpx.Client(
            base_url=visitor.client.base_url,
            cookies=visitor.client.cookies,
            trust_env=False,
            timeout=30,
            verify=TLS,
        ) as one:
            together.wait()
            return one.post(action, data=sent, follow_redirects=True)

    with ThreadPoolExecutor(2) as two:
        return list(two.map(press, range(2)))


def said(answer: httpx.Response) -> str:
    """What stands on a page, below its menu."""
    main = lxml.html.fromstring(answer.text).get_element_by_id("innehall")
    return " ".join(main.text_content().split())


def rule_of(world: World, action: str) -> str:
    """The address as the map has it to which a form is sent."""
    there = create_app(world.installation, world.config).url_map.bind("").match
    rule, _ = there(urlsplit(action).path, method="POST", return_rule=True)
    return str(rule)


def pressed_once_and_twice(
    world: World, sign_in: SignIn, button: Callable[[Stage, int], Open], rule: str
) -> tuple[dict[str, int], dict[str, int], list[httpx.Response]]:
    """What one press adds to the tables, what two at once add, and the answers to those two. The
    button sends to ``rule``, an address as the map has it."""
    stage = Stage(world, sign_in)
    visitor, words, fields = button(stage, 0)
    before = rows(world)
    assert visitor.press(words, **fields).status_code == 200, visitor.text
    once = grown(before, rows(world))

    visitor, words, fields = button(stage, 1)
    before = rows(world)
    action, sent = visitor.filled(words, **fields)
    assert rule_of(world, action) == rule
    answers = at_once(visitor, action, sent)
    return once, grown(before, rows(world)), answers
