"""Already out, and asked for: a day later the director asks who opened the page, and who told. No
table, no line of a log, no page, no answer of the API and no figure can say (TF 3 kap. 5 §)."""

import io
import logging
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import structlog
from psycopg import sql

from announcer import logs
from announcer.domain.audience import Person
from announcer.services import reading, tokens
from announcer.services.tokens import Scope
from tests.functional.conftest import Publish, SignIn
from tests.functional.test_what_is_kept_inside import another_process
from tests.functional.visitor import Visitor
from tests.public_house import PublicHouse
from tests.world import World

METRICS = "a-token-of-forty-characters-for-the-tests"
#: What a reader, and who told or asked, leaves behind where somebody keeps it.
BROWSER, ADDRESS, FROM = "Kvastmotor/77.31", "198.51.100.213", "https://tipsa-oss.example/zqx"
QUERY, SOURCE = "qzlasarmarke", "Fridolfine Kjellzqx"
MARKERS = (BROWSER, ADDRESS, FROM, QUERY, SOURCE)
#: What must be found wherever the search looks. Plain letters, which no format writes otherwise.
TITLE = "Kvarnbacken wqxj"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The lines of this process; afterwards the tests' own logging is as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    out = io.StringIO()
    logs.configure(out)
    yield out
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def everything_kept(world: World) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    tables = world.owner.execute(
        "SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    found = {}
    for table in tables:
        rows = world.owner.execute(
            sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(*table))
        )
        found[".".join(table)] = [row[0] for row in rows]
    return found


def says(text: str, marker: str) -> bool:
    """Whether ``marker`` stands there, as it is or as the bytes of a column."""
    return marker in text or marker.encode().hex() in text


def read_it_all(reader: Visitor, public_ids: list[str], key: str) -> None:
    """The page, the list, the feeds with and without a key, the poster, and an address in error."""
    for public_id in public_ids:
        page = reader.get(f"/nyheter/{public_id}?{QUERY}=1")
        assert page.status_code == 200
        assert reader.get(f"/nyheter/{public_id}/affisch.pdf").status_code == 200
        assert reader.get(f"/meddelanden/{public_id}?{QUERY}").status_code == 404
    for place in ("/", "/floden/alla.atom", f"/floden/{key}/alla.rss"):
        assert TITLE in reader.get(place).text, place
    assert reader.get(f"/nyheter/{QUERY}").status_code == 404
    assert reader.client.post("/logga-in", data={"person": SOURCE}).status_code == 400


def a_request_in_error(url: str) -> None:
    """One that gunicorn itself refuses, and would like to write a line about."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        line.sendall(f"GET /{QUERY} HTTP/9.9\r\nUser-Agent: {BROWSER}\r\n\r\n".encode())
        assert b"400" in line.recv(200)


def opened_up(officer: Visitor, out: str, asked: str) -> None:
    """Both acts, with what a form of ours never asks for."""
    for public_id, way, button in (
        (out, "redan-ute", "Redan ute"),
        (asked, "begard-ut", "Begärd ut, lämna ut"),
    ):
        officer.get(f"/meddelanden/{public_id}/{way}")
        officer.press(button, near="", vem=SOURCE, varfor=SOURCE, why=SOURCE)
        assert officer.page.status_code == 200


@pytest.fixture
def reader_of_the_school(world: World) -> Person:
    return world.somebody("klockarskolan", "medarbetare")


def test_after_a_day_nothing_can_tell_who_opened_the_page_or_who_told(
    world: World,
    newsroom: PublicHouse,
    publish: Publish,
    sign_in: SignIn,
    desk: Visitor,
    reader_of_the_school: Person,
    written: io.StringIO,
    tmp_path: Path,
) -> None:
    world.metrics_token(METRICS)
    out, asked = publish(world.decision(TITLE)), publish(world.decision(f"{TITLE} igen"))
    person = reader_of_the_school
    key = reading.create_feed_token(world.installation, person)
    reader = sign_in(person)
    marked = {"User-Agent": BROWSER, "X-Forwarded-For": ADDRESS, "X-Real-IP": ADDRESS}
    reader.client.headers.update({**marked, "Forwarded": f"for={ADDRESS}", "Referer": FROM})
    log = tmp_path / "gunicorn"

    # As if an operator had asked for all that gunicorn can write.
    wanted = ("--log-level", "debug", "--access-logfile", "-", "--capture-output")
    with another_process(world, *wanted, log=log) as url:
        elsewhere = Visitor(url, **dict(reader.client.headers))
        elsewhere.client.cookies = reader.client.cookies
        before = everything_kept(world)
        for one in (reader, elsewhere):
            read_it_all(one, [out, asked], key)
        a_request_in_error(url)
        assert everything_kept(world) == before, "whoever reads changes nothing"

        desk.client.headers.update(marked)
        opened_up(desk, out, asked)
        world.settle()
        world.advance(hours=9)
        world.settle()
        before = everything_kept(world)
        for one in (reader, elsewhere):
            read_it_all(one, [out, asked], key)
        visitor = Visitor(newsroom.url, **dict(reader.client.headers))
        for public_id in (out, asked):
            assert TITLE in visitor.get(f"/nyheter/{public_id}?{QUERY}").text
        assert everything_kept(world) == before

    api = tokens.create(
        world.installation,
        world.communicator,
        world.communicator.directory_id,
        tuple(Scope),
        "",
        timedelta(days=1),
    )
    asking = Visitor(world.url, Authorization=f"Bearer {api}")
    metrics = Visitor(world.url, Authorization=f"Bearer {METRICS}").get("/metrics").text
    answers = {
        path: asking.get(f"/api/v1/announcements{path}").text
        for one in (out, asked)
        for path in ("", f"/{one}", f"/{one}/status", f"/{one}/record")
    }
    desk.client.headers.update({"User-Agent": "-", "X-Forwarded-For": "", "X-Real-IP": ""})
    pages = {
        path: desk.get(path).text
        for path in (
            "/",
            "/bevakning",
            "/driftlage",
            f"/meddelanden/{out}",
            f"/meddelanden/{asked}",
        )
    }
    tables = {name: "\n".join(rows) for name, rows in everything_kept(world).items()}
    lines = {"this process": written.getvalue(), "gunicorn": log.read_text()}

    # The search finds what there is, wherever it looks.
    assert says(tables["announcer.revision"], TITLE)
    assert says(tables["newsroom.text"], TITLE)
    assert out in lines["this process"]
    assert "Listening at" in lines["gunicorn"]
    assert "announcer_" in metrics
    assert TITLE in answers[f"/{out}"]
    assert "settled" in answers[f"/{out}/status"]
    assert "redan ute" in answers[f"/{out}/record"]
    assert all(TITLE in pages[path] for path in ("/", f"/meddelanden/{out}"))

    everywhere = {**tables, **lines, **answers, **pages, "metrics": metrics}
    found = {
        (place, marker)
        for place, text in everywhere.items()
        for marker in MARKERS
        if says(text, marker)
    }
    assert found == set()
    # The reader's own name stands where they are a colleague, and nowhere beside a page.
    names = (person.directory_id, str(person.pseudonym), key)
    told = {
        (place, name)
        for place, text in {**lines, **answers, **pages, "metrics": metrics}.items()
        for name in names
        if says(text, name)
    }
    assert told == set()
