"""PostgreSQL on a private unix socket, with three roles and one database ready to use."""

import os
import pwd
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from announcer.db import rights
from announcer.embedded.binaries import postgres_programs
from announcer.embedded.child import Child
from announcer.embedded.cluster import ENV, Cluster, data_elsewhere
from announcer.embedded.folders import ServerFolder
from announcer.embedded.supervisor import Supervisor

#: Owns the database and runs the migrations.
OWNER = "announcer_owner"
#: What the programs sign in as; owns nothing.
APP = "announcer_app"
#: What the newsroom signs in as; sees what is released and nothing else.
NEWSROOM = "announcer_newsroom"
#: A newsroom that was broken into must not use up every connection of the others.
NEWSROOM_CONNECTIONS = 60
#: Nor the disk: neither with sorted rubbish nor with long errors in the server's log.
NEWSROOM_SETTINGS = {"temp_file_limit": "256MB", "log_min_messages": "fatal"}
#: The superuser; only the supervisor needs it.
SUPERUSER = "postgres"
DATABASE = "announcer"

#: For a small machine. Nothing that a person wrote may reach the log, which is a public record:
#: no statements, and errors without the values they met.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
#: For tests: faster, and lost in a power failure. What was committed still survives a kill of any
#: process, which tests rely on (``synchronous_commit=off`` would lose it).
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A PostgreSQL whose passwords, lock and log are in the folder ``path``.

    The data is there as well (``cluster``), or, when root starts it, in a folder of its own under
    /var/lib/announcer-embedded to which ``cluster`` is a link. ``programs`` is the folder of
    another PostgreSQL (15 or newer) than the one found, ``data`` where its data lies instead.
    """

    def __init__(
        self,
        path: Path,
        *,
        durable: bool = True,
        programs: Path | None = None,
        data: Path | None = None,
    ) -> None:
        self._folder = ServerFolder(path)
        self._settings = SETTINGS if durable else SETTINGS | NOT_DURABLE
        self._durable = durable
        self._programs = programs
        self._data = data
        self._account = _account_to_run_as()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Lock the folder and make what is missing in it; the server is not started yet.

        Raises SetupError if the folder is in use, another's, or of another PostgreSQL.
        """
        if self._folder.lock >= 0:
            return
        self._folder.open()
        try:
            self._folder.make_sockets(self._account.pw_uid)
            for name in (SUPERUSER, OWNER, APP, NEWSROOM):
                self._folder.make_secret(name)
            self._programs = self._programs or postgres_programs()
            self._cluster = Cluster(self._folder, self._programs, self._account, self._data)
            self._cluster.prepare(self._folder.read(SUPERUSER), durable=self._durable)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the folder. Call when the server has stopped."""
        self._folder.close()

    @property
    def owner_url(self) -> str:
        """For migrations. Like the others, it can be asked while another process runs it."""
        return self.url(OWNER)

    @property
    def app_url(self) -> str:
        """For the web servers and workers."""
        return self.url(APP)

    @property
    def newsroom_url(self) -> str:
        """For the newsroom."""
        return self.url(NEWSROOM)

    @property
    def superuser_url(self) -> str:
        """For tests and emergencies."""
        return self.url(SUPERUSER)

    def url(self, role: str, database: str = DATABASE) -> str:
        """SQLAlchemy's address of a database for one of the roles. Contains the password."""
        sockets = quote(str(self._folder.sockets))
        return f"postgresql+psycopg://{role}:{self._folder.read(role)}@/{database}?host={sockets}"

    def child(self) -> Child:
        """What the supervisor runs; ready means that roles and database are there."""
        self.open()
        assert self._programs is not None  # noqa: S101 - open() found them
        settings = (f"--{key}={value}" for key, value in self._settings.items())
        return Child(
            name="PostgreSQL",
            argv=[
                str(self._programs / "postgres"),
                *("-D", str(self._cluster.path), "-k", str(self._folder.sockets), "-h", ""),
                *settings,
            ],
            env=ENV,
            cwd=self._cluster.path,
            user=self._account.pw_name if self._account.pw_uid != os.geteuid() else None,
            log=self._folder.path / "log",
            ready=self._ready,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            death_signal=signal.SIGQUIT,  # "immediate": ends its own children at once
            pass_fds=(self._folder.lock,),
        )

    def create_database(self, name: str) -> None:
        """Make an empty database with the rights that the first one has, if it is not there."""
        with self._connect() as connection:
            _make_database(connection, name)
        self._close_catalogue(name)

    def drop_database(self, name: str) -> None:
        """Drop a database with all that is in it, even while somebody is connected."""
        with self._connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _close_catalogue(self, database: str) -> None:
        with self._connect(database) as connection:
            connection.execute(rights.public_loses())

    def _connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._folder.sockets),
            user=SUPERUSER,
            password=self._folder.read(SUPERUSER),
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def _ready(self) -> bool:
        try:
            with self._connect() as connection:
                for role in (OWNER, APP, NEWSROOM):
                    _make_role(connection, role, self._folder.read(role))
                for database in ("postgres", "template1"):
                    _close_to_the_public(connection, database)
                _make_database(connection, DATABASE)
            self._close_catalogue(DATABASE)
        except psycopg.OperationalError:  # not up yet; if it never comes up, its log says why
            return False
        return True


def discard(path: Path) -> None:
    """Remove a database for good, with what root keeps of it elsewhere. For throw-away ones."""
    if os.geteuid() == 0:
        shutil.rmtree(data_elsewhere(path), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def running(
    path: Path, *, durable: bool = False, programs: Path | None = None, data: Path | None = None
) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that runs as long as the block. For tests: by default not durable."""
    server = EmbeddedPostgres(path, durable=durable, programs=programs, data=data)
    with server, Supervisor() as supervisor:
        supervisor.start(server.child())
        yield server


def _account_to_run_as() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _make_role(connection: psycopg.Connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    powers = (
        "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT {} PASSWORD {}"
    )
    limit = NEWSROOM_CONNECTIONS if role == NEWSROOM else -1
    connection.execute(sql.SQL(powers).format(name, sql.Literal(limit), sql.Literal(password)))
    if role != NEWSROOM:
        return
    # A role may give itself settings, which go; but not these.
    connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(name))
    for setting, value in NEWSROOM_SETTINGS.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.Identifier(setting), value)
        )


def _make_database(connection: psycopg.Connection, database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).rowcount:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    _close_to_the_public(connection, database)
    for role in map(sql.Identifier, (APP, NEWSROOM)):
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, role))


def _close_to_the_public(connection: psycopg.Connection, database: str) -> None:
    # PUBLIC may otherwise connect and make temporary tables, which can shadow real ones.
    connection.execute(
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
    )
