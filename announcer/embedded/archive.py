"""A whole database in one file and back, by PostgreSQL's own pg_dump and pg_restore."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from announcer.db.models import SCHEMA
from announcer.db.newsroom import NEWSROOM
from announcer.domain.errors import SetupError
from announcer.embedded.binaries import postgres_programs

#: Where Debian's and Red Hat's packages put the programs of a version.
INSTALLED = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin")


def dump(url: str, file: Path) -> int:
    """Write the database at ``url`` into ``file`` (mode 600), whole or not at all; its bytes.

    Everything is as it was at one moment, however much is written meanwhile. Raises `SetupError`
    in pg_dump's own words.

    Our schemas and nothing beside them: large objects and default privileges of another role
    would stop the dump or its restore, and so would the catalogue's own rights, which belong to the
    database that is restored into.
    """
    unfinished = file.with_name(f"{file.name}.new")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        ours = (f"--schema={name}" for name in (SCHEMA, NEWSROOM))
        _run("pg_dump", ["--format=custom", "--no-password", *ours, f"--file={unfinished}"], url)
        _run("pg_restore", ["--list", str(unfinished)], url)  # it can be read again
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def load(url: str, file: Path) -> None:
    """Bring ``file`` back into the empty database at ``url``: all of it, or nothing.

    Raises `SetupError` in pg_restore's own words.
    """
    if not file.is_file():
        raise SetupError(f"{file}: there is no such backup.")
    _run(
        "pg_restore",
        [
            *("--single-transaction", "--exit-on-error", "--no-owner", "--no-password"),
            f"--dbname={make_url(url).database}",
            str(file),
        ],
        url,
    )


def _run(program: str, arguments: list[str], url: str) -> None:
    done = subprocess.run(
        [str(_programs(url) / program), *arguments],
        env=_environment(url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"{program}: {done.stderr.strip() or f'exit code {done.returncode}'}")


def _programs(url: str) -> Path:
    """The programs of the server's own version where they are installed, else those we have.

    A newer pg_restore says things that an older server does not know.
    """
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address, connect_timeout=5) as server:
            major = server.info.server_version // 10000
    except psycopg.OperationalError:  # the program itself says why, in its own words
        return postgres_programs()
    for folder in INSTALLED:
        if (path := Path(folder.format(major))).joinpath("pg_restore").exists():
            return path
    return postgres_programs()


def _environment(url: str) -> Mapping[str, str]:
    """How libpq is told where to go; a password in the arguments could be read by everyone here."""
    parts = make_url(url)
    given = {
        "PGHOST": parts.query.get("host") or parts.host,
        "PGPORT": parts.port,
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
        "PGSSLMODE": parts.query.get("sslmode"),
        "PGSSLROOTCERT": parts.query.get("sslrootcert"),
    }
    values = {name: str(value) for name, value in given.items() if value}
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGTZ": "UTC", **values}
