"""The gate sees every row that becomes `sending`, whatever statement makes it so."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import CheckViolation, LockNotAvailable

from announcer.services import dispatching
from tests.integration.promise.way import decided
from tests.world import World

PENDING = "state = 'pending' AND channel = 'email'"


@pytest.fixture
def app(world: World) -> Iterator[psycopg.Connection]:
    """The app role's own connection, as an intruder in the program would have it."""
    url = world.config.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '300ms'")
        yield connection


@pytest.fixture
def two(world: World) -> list[str]:
    """Two decisions whose mails to staff are about to go, and have not."""
    made = [decided(world, "Den första"), decided(world, "Den andra")]
    world.round()
    dispatching.look(world.installation)
    assert _states(world) == {("pending", 14)}
    return made


def _states(world: World) -> set[tuple[str, int]]:
    return set(
        world.owner.execute(
            "SELECT state, count(*) FROM announcer.delivery WHERE channel = 'email' GROUP BY state"
        ).fetchall()
    )


def _hold(connection: psycopg.Connection, public_id: str) -> None:
    connection.execute(
        "UPDATE announcer.announcement SET held_at = now() WHERE public_id = %s", (public_id,)
    )


ALL_AT_ONCE = f"UPDATE announcer.delivery SET state = 'sending' WHERE {PENDING}"
STATEMENTS = {
    "an update": ALL_AT_ONCE,
    "an update in a query": f"WITH it AS ({ALL_AT_ONCE} RETURNING id) SELECT count(*) FROM it",
    "a conflict": "INSERT INTO announcer.delivery (id, batch, step, revision, channel, recipient,"
    " address, language, message_id) SELECT gen_random_uuid(), batch, step, revision, channel,"
    f" recipient, address, language, message_id FROM announcer.delivery WHERE {PENDING}"
    " ON CONFLICT (revision, channel, recipient, withdraws) DO UPDATE SET state = 'sending'",
    "a block that goes on after errors": f"DO $$ BEGIN {ALL_AT_ONCE};"
    " EXCEPTION WHEN lock_not_available THEN NULL; END $$",
}


@pytest.mark.parametrize("how", STATEMENTS)
def test_one_step_that_is_held_stops_the_whole_statement(world, app, two, how: str):
    _hold(app, two[1])
    with pytest.raises(CheckViolation, match="held"):
        app.execute(STATEMENTS[how])
    assert _states(world) == {("pending", 14)}


@pytest.mark.parametrize("how", STATEMENTS)
def test_without_a_hold_the_same_statement_goes_through(world, app, two, how: str):
    app.execute(STATEMENTS[how])
    assert _states(world) == {("sending", 14)}


def test_a_hold_that_is_being_written_is_waited_for(world, app, two):
    with psycopg.connect(world.owner_url.replace("+psycopg", "")) as holding:
        _hold(holding, two[0])
        with pytest.raises(LockNotAvailable):
            app.execute(ALL_AT_ONCE)
    with pytest.raises(CheckViolation, match="held"):
        app.execute(ALL_AT_ONCE)


def test_a_hold_waits_for_those_who_are_marked(world, app, two):
    with psycopg.connect(world.config.database_url.replace("+psycopg", "")) as marking:
        marking.execute(ALL_AT_ONCE)
        with pytest.raises(LockNotAvailable):
            _hold(app, two[0])


def test_no_recipient_is_added_to_a_step_that_is_not_under_way(world, app, two):
    world.settle()
    with pytest.raises(CheckViolation, match="under way"):
        app.execute(
            "INSERT INTO announcer.delivery (id, batch, step, revision, channel, recipient, address,"
            " language, message_id) SELECT gen_random_uuid(), batch, step, revision, channel,"
            " 'x' || recipient, address, language, message_id FROM announcer.delivery"
            " WHERE channel = 'email'"
        )
