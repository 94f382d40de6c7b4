"""The schema: up, down and up again, and never another one than the program was written for."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from announcer.db import migrating, schema
from announcer.domain.errors import SetupError
from announcer.embedded import postgres
from announcer.embedded.postgres import EmbeddedPostgres


@pytest.fixture
def empty(server: EmbeddedPostgres) -> Iterator[str]:
    """The name of a database without a schema."""
    name = f"empty_{uuid4().hex[:12]}"
    server.create_database(name)
    yield name
    server.drop_database(name)


def _objects(server: EmbeddedPostgres, name: str) -> set[str]:
    """Every table, sequence and function in our schema."""
    with psycopg.connect(server.url(postgres.OWNER, name).replace("+psycopg", "")) as connection:
        rows = connection.execute(
            sql.SQL(
                "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('announcer')"
                " UNION SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('announcer')"
            )
        ).fetchall()
    return {name for (name,) in rows}


def test_the_schema_goes_up_and_down_and_up_again(server: EmbeddedPostgres, empty: str):
    owner = server.url(postgres.OWNER, empty)
    migrating.upgrade(owner)
    first = _objects(server, empty)
    assert {"announcement", "step", "gate_step", "announcer_now"} <= first
    assert schema.found_revision(server.url(postgres.APP, empty)) == schema.known_revision()
    migrating.downgrade(owner)
    assert {one for one in _objects(server, empty) if "alembic" not in one} == set()
    migrating.upgrade(owner)
    assert _objects(server, empty) == first


def test_the_models_are_the_migrated_schema(server: EmbeddedPostgres, empty: str):
    owner = server.url(postgres.OWNER, empty)
    migrating.upgrade(owner)
    assert migrating.differences(owner) == []


def test_models_that_went_another_way_are_noticed(server: EmbeddedPostgres, empty: str):
    owner = server.url(postgres.OWNER, empty)
    migrating.upgrade(owner)
    with psycopg.connect(owner.replace("+psycopg", "")) as connection:
        connection.execute("ALTER TABLE announcer.batch ADD COLUMN stray integer")
    assert "stray" in str(migrating.differences(owner))


def test_a_database_with_the_schema_we_know_is_taken(server: EmbeddedPostgres, empty: str):
    migrating.upgrade(server.url(postgres.OWNER, empty))
    schema.refuse_unknown(server.url(postgres.APP, empty))


@pytest.mark.parametrize(("found", "word"), [(None, "none"), ("9999", "9999")])
def test_a_database_with_another_schema_is_refused_with_a_way_out(server, empty, found, word):
    owner = server.url(postgres.OWNER, empty)
    if found:
        migrating.upgrade(owner)
        with psycopg.connect(owner.replace("+psycopg", "")) as connection:
            connection.execute("UPDATE announcer.alembic_version SET version_num = %s", (found,))
    with pytest.raises(SetupError) as refused:
        schema.refuse_unknown(owner)
    assert str(refused.value) == (
        f"DATABASE_URL: the database has schema {word}, this program knows {schema.known_revision()}. "
        "Run 'announcer migrate' with the owner's credentials, or the matching version."
    )
