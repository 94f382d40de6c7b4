"""An intranet that says it has the page when it has not: nobody is told, until it is true."""

import re
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from announcer.channels.intranet import Intranet, IntranetAddress
from announcer.services import delivering, dispatching, reader_token
from tests.integration.promise.way import (
    altered,
    approve,
    channel,
    newsrooms,
    staff_of,
    to_the_press,
    wsgi,
)
from tests.world import SECRET, World

WITH_FILE = """+++
class = "beslut"
unit = "bibliotek"
title = "Biblioteket byggs om"
summary = "Beslutat i dag."
audience = ["bibliotek"]
contact = "Chefen, 0591-555 11"
record_number = "BN 2026-2"
attachments = ["plan.svg"]
+++

Ritningen är bifogad.
"""
OWN = """+++
class = "bara min enhet"
unit = "bibliotek"
title = "Meddelande {number}"
summary = "Ett av många."
audience = ["bibliotek"]
contact = "Chefen, 0591-555 11"
+++

Det här är nummer {number}.
"""

PAGE, FILE, FEED = "/nyheter/[^/]+$", "/bilagor/", "^/floden/"
Lie = Callable[[World], Callable[..., Any]]

#: What is lied about, and how.
LIES: dict[str, tuple[str, Lie]] = {
    "an error": (PAGE, lambda w: wsgi("503 Service Unavailable", b"later")),
    "a page that is not there": (PAGE, lambda w: wsgi("404 Not Found", b"no")),
    "a sign-in page that answers 200": (
        PAGE,
        lambda w: wsgi("200 OK", b"<!doctype html><form>Logga in</form>"),
    ),
    "a way to the sign-in page": (
        PAGE,
        lambda w: wsgi("302 Found", b"", Location="/logga-in"),
    ),
    "another text": (PAGE, lambda w: altered(w, lambda b: b.replace(b"byggs om", b"byggs ut"))),
    "a page cut by the network": (
        PAGE,
        lambda w: altered(w, lambda b: b[:-30], Content_Length="99999"),
    ),
    "a page cut by a proxy": (PAGE, lambda w: altered(w, lambda b: b[: b.index(b"bifogad")])),
    "an attachment cut short": (FILE, lambda w: altered(w, lambda b: b[:-5])),
    "another attachment": (
        FILE,
        lambda w: altered(w, lambda b: b.replace(b"<svg", b"<svg id='x'")),
    ),
    "no attachment": (FILE, lambda w: wsgi("404 Not Found", b"no")),
    "a feed without the news": (
        FEED,
        lambda w: altered(w, lambda b: re.sub(rb"(?s)<entry\b.*</entry>", b"", b)),
    ),
    "a feed with the text of before": (
        FEED,
        lambda w: altered(w, lambda b: re.sub(rb"[0-9a-f]{64}", b"0" * 64, b)),
    ),
    "a feed that is no feed": (FEED, lambda w: wsgi("200 OK", b"<html>")),
}


def hopeful(world: World) -> None:
    """Half an hour of looking again."""
    for _ in range(2):
        world.settle()
        world.advance(minutes=15)


@pytest.mark.parametrize("lie", LIES)
def test_nobody_is_told_until_the_intranet_tells_the_truth(world: World, lie: str):
    where, how = LIES[lie]
    liar, told = how(world), []

    def answer(environ: dict[str, Any]) -> Callable[..., Any] | None:
        if not re.search(where, environ["PATH_INFO"]):
            return None
        told.append(lie)
        return liar

    # The web application is made at the first request; the liar alters what it says.
    world._answer(
        {
            "PATH_INFO": "/",
            "REQUEST_METHOD": "HEAD",
            "wsgi.url_scheme": "http",
            "SERVER_NAME": "x",
            "SERVER_PORT": "1",
        },
        lambda *_: None,
    )
    world.liar = answer
    public_id = approve(world, world.submit(WITH_FILE, world.somebody("bibliotek", "chef")))
    hopeful(world)
    assert told, "the reader never came to what is lied about"
    assert world.smtp.connections == 0
    assert world.step(public_id, "poster").state == "waiting"
    world.liar = lambda _: None
    world.settle()
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))
    assert world.step(public_id, "poster").state == "settled"
    to_the_press(world, public_id)
    assert Counter(world.press_mail()) == Counter(newsrooms(world))


def _closed_port() -> socket.socket:
    """A port that nobody listens on, kept from others."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    return held


def _silent_port() -> socket.socket:
    """A port that takes connections and never says a word."""
    held = _closed_port()
    held.listen()
    return held


@pytest.mark.parametrize("open_port", [_closed_port, _silent_port])
def test_an_intranet_that_says_nothing_at_all_has_no_page(world: World, open_port):
    honest = world.installation.channels["intranet"]
    with open_port() as held:
        address = IntranetAddress(
            f"http://127.0.0.1:{held.getsockname()[1]}",
            lambda audience: reader_token.sign(SECRET, audience),
            timeout=0.2,
            whole_timeout=0.4,
        )
        channel(world.installation, "intranet", Intranet(address))
        approve(world, world.decision(audience='["bibliotek"]'))
        world.settle()
        world.advance(minutes=1)
        world.settle()
    assert world.smtp.connections == 0
    channel(world.installation, "intranet", honest)
    world.advance(minutes=1)
    world.settle()
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def test_a_page_that_is_not_the_planned_one_confirms_nothing_and_is_read_again(world: World):
    """The program that renders was exchanged between plan and page: only the database notices."""
    public_id = approve(world, world.decision(audience='["bibliotek"]'))
    planned = _exchange_digest(world, "0" * 64)
    hopeful(world)
    assert world.smtp.connections == 0
    assert world.step(public_id, "intranet").recipients == {"deferred": 1}
    _exchange_digest(world, planned)
    world.settle()
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def _exchange_digest(world: World, digest: str) -> str:
    row = world.owner.execute(
        "SELECT page_digest FROM announcer.step WHERE channel = 'intranet'"
    ).fetchone()
    assert row
    with world.trigger_off("step"):
        world.owner.execute(
            "UPDATE announcer.step SET page_digest = %s WHERE channel = 'intranet'", (digest,)
        )
    return str(row[0])


def test_far_more_news_than_a_feed_is_long_are_each_found_in_the_feed(world: World):
    chief = world.somebody("bibliotek", "chef")
    ids = [world.submit(OWN.format(number=number), chief) for number in range(MANY)]
    assert dispatching.look(world.installation) == MANY, "all of them are up before any is checked"
    for claimed in dispatching.claim(world.installation):
        delivering.deliver(world.installation, claimed.batch)
    assert [i for i in ids if world.step(i, "intranet").confirmed_at is None] == []


#: More than a feed holds at least, fewer than may be out in a queue; a thousand show no more.
MANY = 60


def test_a_page_that_was_long_in_doubt_is_still_in_the_feed_that_is_checked(world: World):
    """Many newer ones came, and days passed; the feed's length must not make it unfindable."""
    chief = world.somebody("bibliotek", "chef")
    world.liar = lambda _: wsgi("503 Service Unavailable", b"")
    old = world.submit(OWN.format(number="noll"), chief)
    world.settle()
    world.advance(days=2)
    for number in range(51):
        world.submit(OWN.format(number=number), chief)
    dispatching.look(world.installation)
    world.liar = lambda _: None
    first = min(
        dispatching.claim(world.installation), key=lambda c: c.batch != _batch_of(world, old)
    )
    delivering.deliver(world.installation, first.batch)
    assert world.step(old, "intranet").confirmed_at


def _batch_of(world: World, public_id: str) -> object:
    row = world.owner.execute(
        "SELECT b.id FROM announcer.batch b JOIN announcer.step s ON s.id = b.step"
        " JOIN announcer.announcement a ON a.id = s.announcement WHERE a.public_id = %s",
        (public_id,),
    ).fetchone()
    assert row
    return row[0]
