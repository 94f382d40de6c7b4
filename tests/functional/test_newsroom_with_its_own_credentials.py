"""Whoever takes over the newsroom's process has its role in the database: what that role can do is
tried here with its own credentials, on everything there is."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from announcer.db import schema
from announcer.domain.errors import SetupError
from tests.functional.newsroom_way import out_with_files, with_files
from tests.integration.promise.way import approve
from tests.public_house import PublicHouse
from tests.world import World

TITLE = "Kvarnhjulsresan"
BODY = "Sandstensmuren rivs i vår."
NAME = "lavskrikan.svg"
SECRETS = (TITLE, "Sandstensmuren", "lavskrikan", "sandstensmur")
DENIED = psycopg.errors.InsufficientPrivilege
WAYS_OUT = (
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('postgresql.conf')",
    "SELECT * FROM pg_ls_logdir()",
    "SELECT lo_import('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/announcer'",
    "COPY newsroom.item TO STDOUT",
    "COPY newsroom.released_text FROM STDIN",
    "CREATE TABLE public.mine (a int)",
    "CREATE TABLE newsroom.mine (a int)",
    "CREATE TEMPORARY TABLE step (a int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION newsroom.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE VIEW newsroom.released_item AS SELECT 1",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION pg_stat_statements",
    "CREATE PUBLICATION all_of_it FOR ALL TABLES",
    "SELECT pg_create_physical_replication_slot('mine')",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_statistic",
    "SET ROLE announcer_app",
    "SET ROLE announcer_owner",
    "SET SESSION AUTHORIZATION announcer_app",
    "GRANT announcer_app TO announcer_newsroom",
    "ALTER ROLE announcer_newsroom SUPERUSER",
    "ALTER TABLE newsroom.item DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'announcer_app'",
    "SELECT announcer.announcer_now()",
    "SELECT nextval('announcer.lease_token')",
)
#: By right, or because a view of several tables takes nothing.
REFUSED = (
    DENIED,
    psycopg.errors.WrongObjectType,
    psycopg.errors.ObjectNotInPrerequisiteState,
)


@pytest.fixture
def draft(world: World) -> str:
    """Approved, on the intranet, and not out; beside one that is."""
    out_with_files(world)
    public_id = approve(world, with_files(world, TITLE, BODY, NAME))
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at
    return public_id


@pytest.fixture
def thief(newsroom_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection with the newsroom's credentials."""
    with psycopg.connect(newsroom_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def relations(world: World, kinds: str) -> list[tuple[str, str]]:
    """Every relation of these kinds in every schema."""
    return world.owner.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = ANY (%s) ORDER BY 1, 2",
        (list(kinds),),
    ).fetchall()


def readable(thief: psycopg.Connection[Any], found: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What can be read of these relations, row by row as text."""
    rows = {}
    for schema_name, name in found:
        try:
            query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema_name, name))
            rows[f"{schema_name}.{name}"] = [repr(row) for row in thief.execute(query).fetchall()]
        except DENIED:
            continue
    return rows


def test_no_table_view_or_sequence_tells_anything_of_a_draft(
    world: World, draft: str, thief: psycopg.Connection[Any], app_url: str
) -> None:
    with psycopg.connect(app_url.replace("+psycopg", "")) as busy:
        # A colleague's session with the words in its last statement, its locks and its name.
        busy.execute(f"SELECT '{TITLE} {draft}' FROM announcer.announcement FOR UPDATE")
        busy.execute("SELECT pg_advisory_lock(4711)")
        busy.execute("SET application_name = 'announcer'")
        found = readable(thief, relations(world, "rvmpfS"))
    ours = {name for name in found if not name.startswith(("pg_", "information_schema."))}
    assert ours == {
        *("newsroom.released_item", "newsroom.released_text", "newsroom.released_file"),
        "newsroom.change",
    }
    assert len(found) > 100  # the database's own catalogue was read as well
    for name, rows in found.items():
        for secret in (*SECRETS, draft):
            assert not [row for row in rows if secret.casefold() in row.casefold()], name


def test_the_same_eyes_read_what_is_out(
    world: World, draft: str, thief: psycopg.Connection[Any]
) -> None:
    """Or the test above would prove nothing."""
    rows = repr(readable(thief, relations(world, "v")))
    assert "Klockarskolan" in rows
    assert "circle" in rows


def test_nothing_of_ours_can_be_written(world: World, draft: str, thief: psycopg.Connection[Any]):
    for schema_name, name in relations(world, "rvmpf"):
        if schema_name.startswith("pg_") or schema_name == "information_schema":
            continue
        table = sql.Identifier(schema_name, name)
        for statement in (
            sql.SQL("INSERT INTO {} DEFAULT VALUES").format(table),
            sql.SQL("DELETE FROM {}").format(table),
            sql.SQL("TRUNCATE {}").format(table),
            sql.SQL("LOCK TABLE {} IN SHARE MODE").format(table),
            sql.SQL("SELECT * FROM {} FOR UPDATE").format(table),
        ):
            with pytest.raises(REFUSED), thief.transaction():
                thief.execute(statement)


def test_it_may_call_three_functions_of_ours_and_no_more(
    world: World, thief: psycopg.Connection[Any]
) -> None:
    allowed = thief.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        " JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE')"
    ).fetchall()
    assert {name for (name,) in allowed} == {
        "newsroom.is_known()",
        "newsroom.is_out(uuid)",
        "newsroom.schema_version()",
    }


def test_no_way_out_of_the_role_is_open(draft: str, thief: psycopg.Connection[Any]) -> None:
    for statement in WAYS_OUT:
        with pytest.raises((DENIED, psycopg.errors.FeatureNotSupported)) as no:
            thief.execute(statement)
        # PostgreSQL says first that a package is not there.
        assert isinstance(no.value, DENIED) or "EXTENSION" in statement, statement


def test_a_signal_in_the_database_says_nothing_of_a_draft(
    world: World, thief: psycopg.Connection[Any]
) -> None:
    """Anybody may listen in PostgreSQL: what is sent there has to be empty."""
    thief.execute("LISTEN announcer")
    approve(world, with_files(world, TITLE, BODY, NAME))
    world.settle()
    heard = list(thief.notifies(timeout=2, stop_after=1))
    assert {one.payload for one in heard} == {""}


def test_what_others_are_doing_is_not_shown(
    world: World, draft: str, thief: psycopg.Connection[Any]
) -> None:
    rows = thief.execute(
        "SELECT query FROM pg_stat_activity WHERE usename <> 'announcer_newsroom'"
        " AND usename IS NOT NULL"
    ).fetchall()
    assert rows
    assert {query for (query,) in rows} == {"<insufficient privilege>"}


def test_the_newsroom_does_not_start_with_anothers_role(
    world: World, newsroom_url: str, app_url: str, owner_url: str
) -> None:
    schema.refuse_wrong_newsroom(newsroom_url)
    for url in (app_url, owner_url):
        with pytest.raises(SetupError, match="announcer_newsroom"):
            schema.refuse_wrong_newsroom(url)


def test_the_newsroom_is_known_by_its_own_role_only(newsroom: PublicHouse) -> None:
    assert "announcer_newsroom" in newsroom.newsroom.database.url
    with newsroom.newsroom.database.reading() as session:
        role = session.connection().exec_driver_sql("SELECT current_user").scalar_one()
    assert role == "announcer_newsroom"
