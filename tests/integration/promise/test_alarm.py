"""An alarm opens what a page holds: in a declared crisis, after its time, and never otherwise."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from announcer.domain.declaring import Declaration
from announcer.services import declaring
from tests.integration.promise.test_gates import always_allow, database_refuses_nothing
from tests.integration.promise.way import approve, newsrooms, wsgi
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World

AREA = "Grythyttan"
CRISIS = """+++
class = "kris"
unit = "ks"
title = "Koka vattnet"
summary = "Koka vattnet."
audience = ["alla"]
contact = "Krisledningen, 0591-555 99"
+++
Koka vattnet.
"""


def down(world: World) -> None:
    world.liar = lambda _: wsgi("503 Service Unavailable", b"")


def declared(world: World, **more: object) -> str:
    said = Declaration("koka vattnet", AREA, **more)  # type: ignore[arg-type]
    return declaring.declare(world.installation, world.somebody("ks", "chef"), said).public_id


@pytest.fixture
def app(world: World) -> Iterator[psycopg.Connection]:
    url = world.config.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def page_of(world: World, public_id: str, channel: str = "intranet") -> str:
    row = world.owner.execute(
        "SELECT s.id FROM announcer.step s JOIN announcer.announcement a ON a.id = s.announcement"
        " WHERE a.public_id = %s AND s.channel = %s",
        (public_id, channel),
    ).fetchone()
    assert row
    return str(row[0])


RAISE = "INSERT INTO announcer.alarm (step) VALUES (%s)"


def test_no_alarm_is_raised_before_the_page_has_had_its_time(world, app) -> None:
    down(world)
    public_id = declared(world)
    world.round()
    page = page_of(world, public_id)
    world.advance(minutes=4, seconds=58)
    with pytest.raises(CheckViolation, match="still has time"):
        app.execute(RAISE, (page,))
    with pytest.raises(CheckViolation, match="only a page"):
        app.execute(RAISE, (page_of(world, public_id, "email"),))
    world.advance(seconds=10)
    app.execute(RAISE, (page,))
    with pytest.raises(InsufficientPrivilege):
        app.execute("DELETE FROM announcer.alarm")
    with pytest.raises(InsufficientPrivilege):
        app.execute("UPDATE announcer.alarm SET at = at - interval '1 day'")


def test_the_moment_of_an_alarm_is_the_databases(world, app) -> None:
    down(world)
    public_id = declared(world)
    world.round()
    world.advance(hours=1)
    then = world.now()
    app.execute(
        "INSERT INTO announcer.alarm (step, at) VALUES (%s, '2020-01-01')",
        (page_of(world, public_id),),
    )
    (at,) = world.owner.execute("SELECT at FROM announcer.alarm").fetchone()
    assert timedelta(0) <= at - then < timedelta(minutes=1)


def test_what_was_not_declared_is_held_by_its_page_for_ever(world, app) -> None:
    down(world)
    public_id = approve(world, world.submit(CRISIS, world.somebody("ks", "chef")))
    world.settle()
    world.advance(hours=1)
    world.settle()
    with pytest.raises(CheckViolation, match="without a declared crisis"):
        app.execute(RAISE, (page_of(world, public_id),))
    assert world.smtp.messages == []


def test_nothing_but_a_crisis_can_be_declared(world, app) -> None:
    public_id = world.decision()
    with pytest.raises(InsufficientPrivilege):
        app.execute("UPDATE announcer.announcement SET declared = true")
    with pytest.raises(CheckViolation, match="does not change"):
        world.owner.execute("UPDATE announcer.announcement SET declared = true")
    with pytest.raises(CheckViolation, match="is no crisis"):
        app.execute(
            "INSERT INTO announcer.announcement (id, public_id, class_name, unit, author,"
            " submitted_hash, policy, state, declared) SELECT gen_random_uuid(), %s, class_name,"
            " unit, author, 'x', policy, 'in_review', true FROM announcer.announcement"
            " WHERE public_id = %s",
            (uuid4().hex, public_id),
        )


def test_the_database_alone_holds_a_crisis_until_the_alarm(
    make_world: Callable[..., World],
) -> None:
    world = make_world(gate=always_allow)
    down(world)
    declared(world)
    world.round()
    world.round()
    assert world.smtp.messages == []


def test_the_plan_alone_holds_a_crisis_until_the_alarm(world: World) -> None:
    down(world)
    with database_refuses_nothing(world):
        declared(world)
        world.round()
        world.round()
        assert world.smtp.messages == []


def test_the_newsroom_shows_nothing_without_page_or_alarm(
    make_world: Callable[..., World], newsroom_url: str
) -> None:
    world = make_world(gate=always_allow)
    down(world)
    with PublicHouse(newsroom_url) as house:
        with database_refuses_nothing(world):
            public_id = declared(world)
            world.round()
            world.round()
            assert set(world.press_mail()) == newsrooms(world), (
                "with two places gone the press is told"
            )
        assert Reader(house.url).get(f"/nyheter/{public_id}").status_code == 404
