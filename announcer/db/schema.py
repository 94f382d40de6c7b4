"""Knowing which schema is there. Moving it is a module of its own, :mod:`.migrating`."""

from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from announcer.db.models import SCHEMA
from announcer.db.newsroom import NEWSROOM
from announcer.db.rights import OPEN_TO, REMEDY
from announcer.domain.errors import SetupError

VERSIONS = Path(__file__).parent / "migrations" / "versions"


@cache
def known_revision() -> str:
    """The schema this version of the program was written for: its last migration's number."""
    numbers = (path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))
    return max(numbers)


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

    A role that can look into the other house is refused: the public side must not have it. So is
    a database that shows every role how much is written in it.
    """
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            role, inside = connection.execute(
                text("SELECT current_user, has_schema_privilege(:schema, 'USAGE')"),
                {"schema": SCHEMA},
            ).one()
            seen = connection.execute(text(OPEN_TO), {"role": role}).scalar_one()
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
        role, inside, seen, found = "", False, [], None
    finally:
        engine.dispose()
    if inside:
        raise SetupError(
            f"NEWSROOM_DATABASE_URL: the role {role!r} can look into the schema '{SCHEMA}'. "
            "Sign in as announcer_newsroom, and give that role no other rights."
        )
    _refuse_other(found, "NEWSROOM_DATABASE_URL")
    if seen:
        raise SetupError(
            f"NEWSROOM_DATABASE_URL: in this database the role {role!r} could see that drafts are "
            f"written ({', '.join(seen)}). {REMEDY}"
        )


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
