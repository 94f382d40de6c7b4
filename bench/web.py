"""(c) Feeds and pages of both houses beside bare Flask on the same server with the same settings."""

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from announcer.embedded.death import die_with_parent
from announcer.embedded.mail import free_port
from announcer.services import reading
from bench import load
from bench.estate import ROOT, Estate, running, wait_until
from bench.load import Answers, Client, Order
from bench.table import Line, median, ratio

TEXT = (
    """+++
class = "kris"
unit = "ks"
title = "Nyhet nummer {number} från kommunen"
summary = "Vattnet i Hällefors ska kokas. Det gäller tills vi säger något annat."
audience = ["bibliotek"]
contact = "Kommunchef, 0591-555 10"
+++

## Det här gäller

"""
    + "Koka allt vatten som du dricker eller lagar mat med. Det räcker att det kokar upp. " * 12
)


@dataclass(frozen=True)
class Pair:
    """One address of ours and its floor; the aim is the same for all."""

    what: str
    ours: Order
    floor: Order
    peer: str


def measure(*, quick: bool) -> list[Line]:
    """The lines of this part; ours and floor take turns, so that noise meets both."""
    rounds, seconds = (3, 0.3) if quick else (9, 0.7)
    with running() as estate, load.client() as client:
        shown = published(estate, 5 if quick else 50)
        return [
            _measured(client, pair, rounds)
            for house in (_intranet, _newsroom)
            for pair in house(estate, client, shown, seconds)
        ]


def _measured(client: Client, pair: Pair, rounds: int) -> Line:
    for order in (pair.ours, pair.floor):
        client.ask(order)  # a first time, which does not count
    turns = [(client.ask(pair.ours), client.ask(pair.floor)) for _ in range(rounds)]
    mine, bare = zip(*turns, strict=True)
    assert all(one.count > 0 and one.length == mine[0].length for one in mine), pair.what
    if "Jinja" in pair.peer:
        assert abs(mine[0].length - bare[0].length) < 400, "not a page of the same size"
    else:
        assert mine[0].sha256 == bare[0].sha256, "not the same bytes"
    rate = median([one.rate for one in mine]), median([one.rate for one in bare])
    return Line("c", pair.what, "requests/s", rate[0], pair.peer, rate[1], ratio(least=0.8))


def published(estate: Estate, count: int) -> str:
    """Announcements that are out in both houses; the public id of the last one."""
    for number in range(count):
        public_id = estate.submit(TEXT.format(number=number), approve=True)
    query = (
        "SELECT (SELECT count(*) FROM newsroom.item) = %s AND"
        " (SELECT count(*) FROM announcer.announcement WHERE state = 'completed') = %s"
    )
    with estate.owner() as owner:
        wait_until(
            "all are out in both houses",
            lambda: owner.execute(query, [count, count]).fetchone() == (True,),
            240,
        )
    return public_id


def _intranet(estate: Estate, client: Client, public_id: str, seconds: float) -> Iterator[Pair]:
    key = reading.create_feed_token(estate.installation, estate.communicator)
    feed, page = f"/floden/{key}/alla.atom", f"/nyheter/{public_id}"
    yield from _pairs(
        estate.port, "intranet", feed, page, estate.bearer("bibliotek"), client, seconds
    )


def _newsroom(estate: Estate, client: Client, public_id: str, seconds: float) -> Iterator[Pair]:
    feed, page = "/floden/nyheter.atom", f"/nyheter/{public_id}"
    yield from _pairs(estate.newsroom_port, "newsroom", feed, page, {}, client, seconds)


def _pairs(
    port: int,
    house: str,
    feed: str,
    page: str,
    rights: dict[str, str],
    client: Client,
    seconds: float,
) -> Iterator[Pair]:
    first = client.ask(Order(port, feed, {}, 200, 0.05))
    article = client.ask(Order(port, page, rights, 200, 0.05))
    with ExitStack() as stack:
        same_feed = stack.enter_context(bare(house, _body(port, feed, {}), first))
        same_page = stack.enter_context(bare(house, _body(port, page, rights), article))
        floor = Order(same_feed, "/bytes", {}, 200, seconds)
        yield Pair(
            f"{house}: feed, 200",
            Order(port, feed, {}, 200, seconds),
            floor,
            "bare Flask, same bytes",
        )
        yield Pair(
            f"{house}: feed, 304",
            Order(port, feed, {"If-None-Match": first.etag}, 304, seconds),
            Order(same_feed, "/bytes", {"If-None-Match": '"bare"'}, 304, seconds),
            "bare Flask, 304",
        )
        yield Pair(
            f"{house}: article",
            Order(port, page, rights, 200, seconds),
            Order(same_page, "/page", {}, 200, seconds),
            "bare Jinja page, same size",
        )


def _body(port: int, path: str, headers: dict[str, str]) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        content = answer.read()
    assert isinstance(content, bytes)
    return content


@contextmanager
def bare(house: str, content: bytes, asked: Answers) -> Iterator[int]:
    """Bare Flask under gunicorn with the settings of that house; its port."""
    assert asked.length == len(content)
    port = free_port()
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--config", f"python:web.{house}.gunicorn"),
                *("--bind", f"127.0.0.1:{port}", "bench.bare_web:app"),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT), "BENCH_BYTES": file.name},
            preexec_fn=die_with_parent,
        )
        try:
            wait_until("bare Flask is up", lambda: _is_up(port))
            yield port
        finally:
            child.terminate()
            child.wait(30)


def _is_up(port: int) -> bool:
    try:
        return bool(_body(port, "/page", {}))
    except OSError:  # not yet
        return False
