"""Moving the schema up and down, and knowing which one is there."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from announcer.db.models import SCHEMA, Base
from announcer.domain.errors import SetupError


def _config(url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Migrate to ``revision`` with the owner's credentials."""
    command.upgrade(_config(owner_url), revision)


def downgrade(owner_url: str, revision: str = "base") -> None:
    """Migrate back to ``revision``; ``base`` leaves an empty schema."""
    command.downgrade(_config(owner_url), revision)


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


def refuse_unknown(url: str) -> None:
    """Raise `SetupError` unless the database has exactly the schema this program knows."""
    found, known = found_revision(url), known_revision()
    if found != known:
        raise SetupError(
            f"DATABASE_URL: the database has schema {found or 'none'}, this program knows {known}. "
            "Run 'announcer init' with the owner's credentials, or the matching version."
        )


def differences(owner_url: str) -> list[object]:
    """What the models and the migrated schema disagree on; empty when they agree."""
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
                "version_table_schema": SCHEMA,
            },
        )
        found = list(compare_metadata(context, Base.metadata))
    engine.dispose()
    return found
