"""An alarm opens what a page holds: in a declared crisis, after its time, and never otherwise."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from announcer.domain.change import CorrectionKind
from announcer.domain.declaring import Declaration
from announcer.domain.translating import CHECKED
from announcer.services import (
    correcting,
    declaring,
    dispatching,
    holding,
    restoring,
    reviewing,
    watching,
)
from tests.integration.promise.test_corrections import in_force
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


def alarms(world: World) -> int:
    row = world.owner.execute("SELECT count(*) FROM announcer.alarm").fetchone()
    assert row
    return int(row[0])


def paused(world: World, public_id: str) -> Callable[[], None]:
    holding.hold(world.installation, world.communicator, public_id, "Vänta")
    return lambda: holding.resume(world.installation, world.communicator, public_id)


def page_paused(world: World, public_id: str) -> Callable[[], None]:
    holding.hold(world.installation, world.communicator, public_id, "Vänta", "intranet")
    return lambda: holding.resume(world.installation, world.communicator, public_id, "intranet")


def all_still(world: World, public_id: str) -> Callable[[], None]:
    world.owner.execute("INSERT INTO announcer.standstill (reason) VALUES ('clock')")
    return lambda: restoring.go_on(world.installation, world.communicator) and None


def being_corrected(world: World, public_id: str) -> Callable[[], None]:
    author, was = world.somebody("ks", "chef"), in_force(world, public_id)
    checked = {one: replace(words, of=CHECKED) for one, words in was.translations.items()}
    said = replace(was, body="Koka vattnet i tre minuter.", translations=checked)
    what = dict.fromkeys(was.languages, "Tre minuter, inte en.")
    correcting.propose(world.installation, author, public_id, said, CorrectionKind.REAL, what)
    return lambda: reviewing.approve(world.installation, author, public_id) and None


@pytest.mark.parametrize("stand", [paused, page_paused, all_still, being_corrected])
def test_the_page_has_its_time_only_while_somebody_tries_to_read_it(
    world, app, stand: Callable[[World, str], Callable[[], None]]
) -> None:
    down(world)
    public_id = declared(world)
    world.settle()
    go_on = stand(world, public_id)
    world.advance(minutes=30)
    world.settle()
    with pytest.raises(CheckViolation, match="stands still"):
        app.execute(RAISE, (page_of(world, public_id),))
    go_on()
    world.settle()
    for minutes, seconds, raised in ((4, 50, 0), (0, 20, 1)):
        world.advance(minutes=minutes, seconds=seconds)
        world.settle()
        assert alarms(world) == raised
        assert set(world.press_mail()) == (newsrooms(world) if raised else set())


def test_no_alarm_is_raised_of_a_page_that_nobody_has_tried_to_read(world, app) -> None:
    down(world)
    public_id = declared(world)
    dispatching.look(world.installation)  # it has begun; no worker is there
    world.advance(minutes=30)
    watching.watch(world.installation)
    with pytest.raises(CheckViolation, match="nobody has tried"):
        app.execute(RAISE, (page_of(world, public_id),))
    assert alarms(world) == 0


def test_the_page_of_a_corrected_crisis_is_alarmed_about_as_the_first_one_is(world: World) -> None:
    public_id = declared(world)
    world.settle()
    world.advance(minutes=10)
    world.settle()
    had = len(world.press_mail())
    assert had == len(newsrooms(world))
    down(world)
    being_corrected(world, public_id)()
    world.settle()
    assert len(world.press_mail()) == had, "its page has not had its time"
    world.advance(minutes=5, seconds=10)
    world.settle()
    assert alarms(world) == 1
    assert len(world.press_mail()) == 2 * had


def test_a_policy_in_the_database_gives_a_page_no_less_than_half_a_minute(world, app) -> None:
    public_id = declared(world)
    sha = "0" * 64
    app.execute(
        "INSERT INTO announcer.policy (sha256, source, loaded_at) SELECT %s,"
        " jsonb_set(p.source::jsonb, '{crisis,wait}', '\"0 s\"')::text, now()"
        " FROM announcer.policy p JOIN announcer.announcement a ON a.policy = p.sha256"
        " WHERE a.public_id = %s",
        (sha, public_id),
    )
    about = uuid4()
    app.execute(
        "INSERT INTO announcer.announcement (id, public_id, class_name, unit, author,"
        " submitted_hash, policy, state, declared) SELECT %s, %s, class_name, unit, author, 'x', %s,"
        " 'in_review', true FROM announcer.announcement WHERE public_id = %s",
        (about, uuid4().hex, sha, public_id),
    )
    found = world.owner.execute("SELECT announcer.crisis_wait(%s)", (about,)).fetchone()
    assert found == (timedelta(seconds=30),)


def test_the_database_lets_no_step_of_an_exercise_leave_the_house(world, app) -> None:
    public_id = declared(world, exercise=True)
    world.settle()
    # Whatever else keeps a plan from being changed.
    world.owner.execute("ALTER TABLE announcer.step DISABLE TRIGGER gate")
    with pytest.raises(CheckViolation, match="does not leave the house"):
        app.execute(
            "INSERT INTO announcer.step (id, announcement, revision, position, key, channel,"
            " audience, external, before_intranet, after, floor_seconds, approval,"
            " approvals_needed, author_last, release_by, ticked_by, greatest_lateness_seconds,"
            " urgent, source, state) SELECT gen_random_uuid(), s.announcement, s.revision, 99,"
            " 'press', 'press', '{press}', true, false, '{intranet}', 0, 'any', 1, false, '{}',"
            " '{}', 60, true, '', 'waiting' FROM announcer.step s WHERE s.id = %s",
            (page_of(world, public_id),),
        )
    assert world.press_mail() == []
