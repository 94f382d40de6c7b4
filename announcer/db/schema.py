"""Moving the schema up and down, and knowing which one is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from announcer.db.models import SCHEMA, Base
from announcer.db.newsroom import NEWSROOM
from announcer.domain.errors import SetupError


def _config(url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Migrate to ``revision`` with the owner's credentials.

    Raises `SetupError` naming the roles that are missing in the cluster.
    """
    refuse_missing_roles(owner_url)
    command.upgrade(_config(owner_url), revision)


def refuse_missing_roles(owner_url: str) -> None:
    """Raise `SetupError` unless the roles that are given rights exist."""
    engine = create_engine(owner_url)
    try:
        with engine.connect() as connection:
            found = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise SetupError(
            f"DATABASE_OWNER_URL ({where}): no answer from PostgreSQL: {str(error.orig).strip()}"
        ) from None
    finally:
        engine.dispose()
    if missing := sorted({"announcer_app", "announcer_newsroom"} - found):
        raise SetupError(
            f"DATABASE_OWNER_URL: the database has no role {' and no role '.join(missing)}. "
            "Make it as docs/operate.md says, with CONNECT on the database, and migrate again."
        )


def downgrade(owner_url: str, revision: str = "base") -> None:
    """Migrate back to ``revision``; ``base`` leaves an empty schema."""
    command.downgrade(_config(owner_url), revision)


@cache
def known_revision() -> str:
    """The schema this version of the program was written for."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def found_revision(url: str) -> str | None:
    """The schema the database has, or None where there is none."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found = connection.execute(text(f"SELECT version_num FROM {SCHEMA}.alembic_version"))
            return found.scalar_one_or_none()
    except ProgrammingError:
        return None
    finally:
        engine.dispose()


def refuse_wrong_newsroom(url: str) -> None:
    """Raise `SetupError` unless ``url`` is the newsroom's own role on the schema we know.

    A role that can look into the other house is refused: the public side must not have it.
    """
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            role, inside = connection.execute(
                text("SELECT current_user, has_schema_privilege(:schema, 'USAGE')"),
                {"schema": SCHEMA},
            ).one()
            found = (
                None
                if inside
                else connection.execute(
                    text(f"SELECT {NEWSROOM}.schema_version()")
                ).scalar_one_or_none()
            )
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise SetupError(
            f"NEWSROOM_DATABASE_URL ({where}): no answer from PostgreSQL: {str(error.orig).strip()}"
        ) from None
    except ProgrammingError:
        role, inside, found = "", False, None
    finally:
        engine.dispose()
    if inside:
        raise SetupError(
            f"NEWSROOM_DATABASE_URL: the role {role!r} can look into the schema '{SCHEMA}'. "
            "Sign in as announcer_newsroom, and give that role no other rights."
        )
    _refuse_other(found, "NEWSROOM_DATABASE_URL")


def refuse_unknown(url: str) -> None:
    """Raise `SetupError` unless the database has exactly the schema this program knows."""
    _refuse_other(found_revision(url), "DATABASE_URL")


def _refuse_other(found: str | None, setting: str) -> None:
    known = known_revision()
    if found != known:
        raise SetupError(
            f"{setting}: the database has schema {found or 'none'}, this program knows {known}. "
            "Run 'announcer migrate' with the owner's credentials, or the matching version."
        )


def differences(owner_url: str) -> list[object]:
    """What the models and the migrated schema disagree on; empty when they agree."""
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: (
                    kind != "schema" or name in (SCHEMA, NEWSROOM)
                ),
                "version_table_schema": SCHEMA,
            },
        )
        found = list(compare_metadata(context, Base.metadata))
    engine.dispose()
    return found
