"""Debian's PostgreSQL instead of the wheel's: what the operator is told to type works there.

`make test-peers` runs the whole of tests/integration/promise on the same server.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from announcer.cli.main import cli
from announcer.db import migrating, schema
from announcer.embedded import postgres
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.services import reviewing
from tests.architecture.repository import ROOT, blocks
from tests.world import World

pytestmark = pytest.mark.peers

OPERATOR = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
(OLDEST_DUE,) = blocks(OPERATOR, "sql")
ROLES = (
    (ROOT / "deploy" / "roles.sql")
    .read_text(encoding="utf-8")
    .replace(":'owner_password'", "'choose-one'")
    .replace(":'app_password'", "'choose-another'")
    .replace(":'newsroom_password'", "'choose-a-third'")
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, programs: Path | None) -> Iterator[str]:
    """The superuser's address of a server on which nothing of ours has been made."""
    assert programs, "run 'make test-peers': it says where Debian's PostgreSQL is"
    path = tmp_path_factory.mktemp("operator") / "postgres"
    with postgres.running(path, programs=programs) as server:
        url = server.superuser_url.replace("+psycopg", "").replace("/announcer?", "/postgres?")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE announcer WITH (FORCE)")
            connection.execute("DROP ROLE announcer_owner")
            connection.execute("DROP ROLE announcer_app")
            connection.execute("DROP ROLE announcer_newsroom")
        yield url
    postgres.discard(path)


def as_role(url: str, role: str, password: str) -> str:
    """The same server's database, for one of the roles."""
    sockets = url.partition("?")[2]
    return f"postgresql+psycopg://{role}:{password}@/announcer?{sockets}"


def statements(sql: str) -> list[str]:
    return [one for one in sql.split(";\n") if one.strip()]


@pytest.fixture(scope="module")
def prepared(empty: str) -> str:
    """The server after the operator has made roles and database as the page says."""
    with psycopg.connect(empty, autocommit=True) as connection:
        for statement in statements(ROLES):
            connection.execute(statement.encode())
    return empty


def test_the_promise_is_tested_on_another_postgres_than_the_wheels(server: EmbeddedPostgres):
    with psycopg.connect(server.superuser_url.replace("+psycopg", "")) as connection:
        version = connection.info.server_version // 10000
    assert version >= 15
    assert "embedded" not in str(server._programs)


def test_migrate_makes_the_schema_with_the_roles_of_the_operators_page(prepared: str):
    owner = as_role(prepared, "announcer_owner", "choose-one")
    result = CliRunner().invoke(cli, ["migrate"], env={"DATABASE_OWNER_URL": owner})
    assert result.exit_code == 0, result.output
    schema.refuse_unknown(as_role(prepared, "announcer_app", "choose-another"))
    schema.refuse_wrong_newsroom(as_role(prepared, "announcer_newsroom", "choose-a-third"))
    assert not migrating.differences(owner)


def test_the_app_role_can_ask_what_is_late_and_change_nothing_of_the_schema(prepared: str):
    migrating.upgrade(as_role(prepared, "announcer_owner", "choose-one"))
    app = as_role(prepared, "announcer_app", "choose-another").replace("+psycopg", "")
    with psycopg.connect(app, autocommit=True) as connection:
        assert connection.execute(OLDEST_DUE.encode()).fetchone() == (0,)
        for statement in (
            "CREATE TEMPORARY TABLE step (id int)",
            "CREATE TABLE announcer.other (id int)",
            "ALTER TABLE announcer.step DISABLE TRIGGER gate",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def seconds_overdue(app_url: str) -> float:
    with psycopg.connect(app_url.replace("+psycopg", "")) as connection:
        row = connection.execute(OLDEST_DUE.encode()).fetchone()
    assert row is not None
    return float(row[0])


def test_work_that_nobody_takes_grows_old_in_the_operators_eyes(world: World, app_url: str):
    world.liar = lambda _: unavailable  # the page need not come up for this
    public_id = world.decision()
    reviewing.approve(world.installation, world.communicator, public_id)
    world.advance(minutes=10)
    assert 600 <= seconds_overdue(app_url) < 700
    world.settle()
    assert seconds_overdue(app_url) == 0


def unavailable(_environ: object, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b""]
