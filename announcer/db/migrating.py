"""Moving the schema up and down, with the owner's credentials."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

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
