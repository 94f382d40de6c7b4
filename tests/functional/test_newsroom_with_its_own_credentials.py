"""Whoever takes over the newsroom's process has its role in the database: what that role can do is
tried here with its own credentials, on everything there is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from announcer.db import rights, schema
from announcer.db.engine import Database
from announcer.domain.errors import SetupError
from announcer.embedded import postgres
from announcer.embedded.archive import dump, load
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.services import verifying
from tests.functional.newsroom_eyes import everything, readable
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
#: That somebody writes, when, and roughly how much.
WAYS_TO_SEE_A_WRITER = (
    "SELECT n_tup_ins FROM pg_stat_all_tables",
    "SELECT idx_scan FROM pg_stat_all_indexes",
    "SELECT heap_blks_hit FROM pg_statio_all_tables",
    "SELECT xact_commit FROM pg_stat_database",
    "SELECT * FROM pg_stat_wal",
    "SELECT * FROM pg_stat_activity",
    "SELECT pg_stat_get_tuples_inserted(16384)",
    "SELECT pg_stat_get_db_xact_commit(oid) FROM (VALUES (1::oid)) AS d (oid)",
    "SELECT reltuples FROM pg_class",
    "SELECT relpages FROM pg_class",
    "SELECT datfrozenxid FROM pg_database",
    "SELECT prosrc FROM pg_proc",
    "SELECT xmin FROM pg_db_role_setting",
    "SELECT oid FROM pg_default_acl",
    "SELECT xmin FROM newsroom.change",
    "SELECT pg_relation_size(16384::regclass)",
    "SELECT pg_total_relation_size(16384::regclass)",
    "SELECT pg_database_size(current_database())",
    "SELECT pg_tablespace_size('pg_default')",
    "SELECT pg_current_wal_lsn()",
    "SELECT pg_current_wal_insert_lsn()",
    "SELECT * FROM pg_control_checkpoint()",
    "SELECT pg_current_xact_id()",
    "SELECT pg_current_snapshot()",
    "SELECT txid_current()",
    "SELECT txid_status(1000)",
    "SELECT pg_xact_status('1000')",
    "SELECT age('3'::xid)",
    "SELECT pg_xact_commit_timestamp('1000')",
    "SELECT * FROM pg_last_committed_xact()",
    "SELECT pg_nextoid('pg_class', 'oid', 'pg_class_oid_index')",
    "SELECT * FROM pg_locks",
    "SELECT pg_blocking_pids(1)",
    "SELECT pg_notification_queue_usage()",
    "SELECT pg_get_functiondef(1)",
    "SELECT pg_identify_object(826, 16384, 0)",
)
WAYS_TO_DO_HARM = (
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_logical_emit_message(false, 'x', 'y')",
    "SELECT pg_notify('announcer', '')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_advisory_xact_lock_shared(1, 2)",
    "SELECT pg_try_advisory_lock(1)",
    "DO 'BEGIN RAISE LOG $$x$$; END'",
    "SET temp_file_limit = -1",
    "SET log_min_messages = debug5",
    "ALTER ROLE announcer_newsroom SET temp_file_limit = -1",
    "ALTER ROLE announcer_newsroom CONNECTION LIMIT -1",
)
#: What moves by itself: the clock, asked for the moment of this very question.
MOVES_BY_ITSELF = {
    "SELECT pg_catalog.now()",
    "SELECT pg_catalog.statement_timestamp()",
    "SELECT pg_catalog.transaction_timestamp()",
}
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


@pytest.fixture
def superuser(server: EmbeddedPostgres, database_name: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that may give back what was taken."""
    url = server.url(postgres.SUPERUSER, database_name).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def relations(world: World, kinds: str) -> list[tuple[str, str]]:
    """Every relation of these kinds in every schema."""
    return world.owner.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = ANY (%s) ORDER BY 1, 2",
        (list(kinds),),
    ).fetchall()


def test_no_table_view_or_sequence_tells_anything_of_a_draft(
    world: World, draft: str, thief: psycopg.Connection[Any], app_url: str
) -> None:
    with psycopg.connect(app_url.replace("+psycopg", "")) as busy:
        # A colleague's session with the words in its last statement, its locks and its name.
        busy.execute(f"SELECT '{TITLE} {draft}' FROM announcer.announcement FOR UPDATE")
        busy.execute("SELECT pg_advisory_lock(4711)")
        busy.execute("SET application_name = 'announcer'")
        found = {name: rows for _, name, rows in readable(world, thief)}
    assert found.keys() == {
        *("released_item", "released_text", "released_file", "released_link", "change"),
        "pg_type",  # a database driver asks for the numbers of types
    }
    for name, rows in found.items():
        for secret in (*SECRETS, draft):
            assert secret.casefold() not in rows.casefold(), name


def test_the_same_eyes_read_what_is_out(
    world: World, draft: str, thief: psycopg.Connection[Any]
) -> None:
    """Or the test above would prove nothing."""
    rows = repr([*readable(world, thief)])
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
    allowed = world.owner.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        " JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND has_function_privilege('announcer_newsroom', p.oid, 'EXECUTE')"
        " AND has_schema_privilege('announcer_newsroom', n.oid, 'USAGE')"
    ).fetchall()
    assert {name for (name,) in allowed} == {
        "newsroom.is_known()",
        "newsroom.is_out(uuid)",
        "newsroom.schema_version()",
    }


def test_no_way_out_of_the_role_is_open(draft: str, thief: psycopg.Connection[Any]) -> None:
    for statement in (*WAYS_OUT, *WAYS_TO_SEE_A_WRITER, *WAYS_TO_DO_HARM):
        with pytest.raises((DENIED, psycopg.errors.FeatureNotSupported)) as no:
            thief.execute(statement)
        # PostgreSQL says first that a package is not there.
        assert isinstance(no.value, DENIED) or "EXTENSION" in statement, statement


def test_the_signal_that_wakes_dispatchers_is_not_heard(
    world: World, app_url: str, thief: psycopg.Connection[Any]
) -> None:
    """Anybody may listen in PostgreSQL, to a name that they know. Signals come in their order."""
    with psycopg.connect(app_url.replace("+psycopg", ""), autocommit=True) as dispatcher:
        (bell,) = dispatcher.execute("SELECT channel FROM announcer.bell").fetchall()[0]
        dispatcher.execute(sql.SQL("LISTEN {}").format(sql.Identifier(bell)))
        for guess in ("announcer", "bell", "newsroom", "the end"):
            thief.execute(sql.SQL("LISTEN {}").format(sql.Identifier(guess)))
        approve(world, with_files(world, TITLE, BODY, NAME))
        thief.execute('NOTIFY "the end"')
        called = list(dispatcher.notifies(timeout=60, stop_after=1))
    assert {(one.channel, one.payload) for one in called} == {(bell, "")}
    heard = list(thief.notifies(timeout=60, stop_after=1))
    assert [one.channel for one in heard] == ["the end"]
    with pytest.raises(DENIED):
        thief.execute("SELECT channel FROM announcer.bell")


def differences(before: dict[str, str], after: dict[str, str]) -> set[str]:
    assert before.keys() == after.keys()
    return {asked for asked in before if before[asked] != after[asked]}


def write_and_approve(world: World) -> None:
    approve(world, with_files(world, TITLE, BODY * 2000, NAME))
    world.settle()


def test_all_that_can_be_asked_is_answered_alike_while_somebody_writes(
    world: World, newsroom_url: str
) -> None:
    out_with_files(world)
    first = everything(world, newsroom_url)
    quiet = everything(world, newsroom_url)
    write_and_approve(world)
    written = everything(world, newsroom_url)
    assert differences(first, quiet) == MOVES_BY_ITSELF
    assert differences(quiet, written) == MOVES_BY_ITSELF
    assert len(first) > 200


def test_the_same_eyes_see_a_writer_where_postgres_keeps_its_own_rights(
    world: World, newsroom_url: str, superuser: psycopg.Connection[Any]
) -> None:
    """Or the test above would prove nothing."""
    superuser.execute("GRANT EXECUTE ON FUNCTION age(xid), pg_table_size(regclass) TO PUBLIC")
    superuser.execute("GRANT SELECT ON pg_locks TO PUBLIC")
    superuser.execute("GRANT EXECUTE ON FUNCTION pg_lock_status() TO PUBLIC")
    before = everything(world, newsroom_url)
    assert "SELECT pg_catalog.pg_lock_status()" in before
    assert "pg_catalog.pg_locks" in before
    write_and_approve(world)
    seen = differences(before, everything(world, newsroom_url))
    assert "SELECT pg_catalog.age('3'::xid)" in seen
    assert [one for one in seen if "pg_table_size" in one]


@pytest.mark.parametrize(
    "right",
    [
        "SELECT ON pg_class",
        "SELECT (prosrc) ON pg_proc",
        "EXECUTE ON FUNCTION lo_create(oid)",
        "EXECUTE ON FUNCTION pg_current_wal_lsn()",
        "EXECUTE ON FUNCTION pg_advisory_lock(bigint)",
    ],
)
def test_the_newsroom_does_not_start_in_a_database_where_it_could_see_a_writer(
    newsroom_url: str, superuser: psycopg.Connection[Any], right: str
) -> None:
    superuser.execute(f"GRANT {right} TO PUBLIC".encode())
    with pytest.raises(SetupError, match=r"deploy/database\.sql"):
        schema.refuse_wrong_newsroom(newsroom_url)
    superuser.execute(rights.public_loses())
    schema.refuse_wrong_newsroom(newsroom_url)


def test_a_backup_can_be_taken_and_brought_back_whatever_the_newsroom_did(
    world: World,
    draft: str,
    thief: psycopg.Connection[Any],
    superuser: psycopg.Connection[Any],
    server: EmbeddedPostgres,
    tmp_path: Path,
) -> None:
    thief.execute("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC")
    thief.execute("ALTER ROLE announcer_newsroom SET search_path = 'nowhere'")
    # From before its rights were taken away.
    superuser.execute("GRANT EXECUTE ON FUNCTION lo_from_bytea(oid, bytea) TO PUBLIC")
    thief.execute("SELECT lo_from_bytea(0, 'x')")
    name = f"{world.owner.info.dbname}_again"
    try:
        dump(world.owner_url, tmp_path / "backup")
        server.create_database(name)
        load(server.url(postgres.OWNER, name), tmp_path / "backup")
        brought_back = Database(server.url(postgres.OWNER, name))
        with brought_back.reading() as session:
            assert list(verifying.verify(session)) == []
        brought_back.dispose()
        schema.refuse_wrong_newsroom(server.url(postgres.NEWSROOM, name))
    finally:
        thief.execute("ALTER ROLE announcer_newsroom RESET search_path")
        server.drop_database(name)


def test_it_cannot_fill_the_disk_with_what_it_sorts(thief: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
        thief.execute(
            "SELECT n, repeat('x', 500) FROM generate_series(1, 1000000) AS n ORDER BY 2, 1"
        )


def test_what_others_are_doing_is_not_shown(
    world: World, draft: str, thief: psycopg.Connection[Any]
) -> None:
    with pytest.raises(DENIED):
        thief.execute("SELECT FROM pg_stat_activity")


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
