"""Debian's PostgreSQL instead of the wheel's: what the operator is told to type works there.

`make test-peers` runs the whole of tests/integration/promise on the same server.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from announcer.cli.main import cli
from announcer.db import migrating, schema
from announcer.domain.errors import SetupError
from announcer.embedded import archive, postgres
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.services import reviewing
from tests.architecture.repository import ROOT, blocks
from tests.world import World

pytestmark = pytest.mark.peers

OPERATOR = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
(OLDEST_DUE,) = blocks(OPERATOR, "sql")
PASSWORDS = {
    "owner_password": "choose-one",
    "app_password": "choose-another",
    "newsroom_password": "choose-a-third",
}


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


def psql(programs: Path | None, url: str, file: str, **variables: str) -> None:
    assert programs
    given = [f"--set={name}={value}" for name, value in variables.items()]
    done = subprocess.run(
        [programs / "psql", "--no-psqlrc", *given, f"--file={ROOT / 'deploy' / file}", url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def prepared(empty: str, programs: Path | None) -> str:
    """The server after the operator has made roles and database as the page says."""
    psql(programs, empty, "roles.sql", **PASSWORDS)
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


def test_the_roles_and_the_database_can_be_run_again(prepared: str, programs: Path | None):
    migrating.upgrade(as_role(prepared, "announcer_owner", "choose-one"))
    app = as_role(prepared, "announcer_app", "choose-another").replace("+psycopg", "")
    newsroom = as_role(prepared, "announcer_newsroom", "choose-a-third")
    broken_into = newsroom.replace("+psycopg", "")
    with psycopg.connect(broken_into, autocommit=True) as thief:
        thief.execute("ALTER ROLE announcer_newsroom PASSWORD 'mine'")
        thief.execute("ALTER ROLE announcer_newsroom SET search_path = 'nowhere'")
    psql(programs, prepared, "roles.sql", **PASSWORDS)
    schema.refuse_wrong_newsroom(newsroom)
    with psycopg.connect(broken_into) as connection:
        assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)
        assert connection.execute("SHOW temp_file_limit").fetchone() == ("256MB",)
    # A restore that failed has closed its database: it must stay so.
    with psycopg.connect(prepared, autocommit=True) as superuser:
        superuser.execute("REVOKE CONNECT ON DATABASE announcer FROM announcer_app")
        psql(programs, prepared, "database.sql")
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(app)
        superuser.execute("GRANT CONNECT ON DATABASE announcer TO announcer_app")


def test_a_database_made_for_a_backup_has_the_same_rights(prepared: str, programs: Path | None):
    psql(programs, prepared, "database.sql", database="second")
    second = {
        role: as_role(prepared, f"announcer_{role}", password).replace("/announcer?", "/second?")
        for role, password in (("owner", "choose-one"), ("newsroom", "choose-a-third"))
    }
    migrating.upgrade(second["owner"])
    schema.refuse_wrong_newsroom(second["newsroom"])
    with psycopg.connect(prepared, autocommit=True) as superuser:
        superuser.execute("CREATE DATABASE by_hand OWNER announcer_owner TEMPLATE template0")
    by_hand = {role: url.replace("/second?", "/by_hand?") for role, url in second.items()}
    migrating.upgrade(by_hand["owner"])
    with pytest.raises(SetupError, match=r"deploy/database\.sql"):
        schema.refuse_wrong_newsroom(by_hand["newsroom"])
    psql(programs, prepared, "database.sql", database="by_hand")
    schema.refuse_wrong_newsroom(by_hand["newsroom"])


def test_a_backup_comes_back_on_this_version(prepared: str, programs: Path | None, tmp_path: Path):
    owner = as_role(prepared, "announcer_owner", "choose-one")
    migrating.upgrade(owner)
    archive.dump(owner, tmp_path / "backup")
    psql(programs, prepared, "database.sql", database="again")
    again = owner.replace("/announcer?", "/again?")
    archive.load(again, tmp_path / "backup")
    schema.refuse_unknown(again)
    newsroom = as_role(prepared, "announcer_newsroom", "choose-a-third")
    schema.refuse_wrong_newsroom(newsroom.replace("/announcer?", "/again?"))


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
