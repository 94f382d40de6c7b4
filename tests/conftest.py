"""Real servers for every test that wants them: one PostgreSQL per test process, a database each."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from hypothesis import settings

from announcer.db import migrating
from announcer.db.engine import Database
from announcer.embedded import postgres
from announcer.embedded.postgres import EmbeddedPostgres
from tests import compiled
from tests.doubles.recording_smtp import RecordingSmtp
from tests.public_house import PublicHouse
from tests.third_party import built_package, gateway, installed_package
from tests.world import EXAMPLES, TEMPLATE, World, fill_template

__all__ = ["built_package", "gateway", "installed_package"]  # fixtures, by their import

# Timings never decide a test.
settings.register_profile("announcer", deadline=None)
settings.load_profile("announcer")

#: Where there is a folder in memory on Linux, how much room (bytes) one test process may take there,
#: and how its own folder begins; it ends in the number of the process.
MEMORY, ROOM, LEFT = Path("/dev/shm"), 1 << 30, "announcer-test-"


compiled.keep()


@pytest.fixture(scope="session")
def programs() -> Path | None:
    """The folder of the PostgreSQL to test on, from ANNOUNCER_TEST_POSTGRES; None: the wheel's."""
    named = os.environ.get("ANNOUNCER_TEST_POSTGRES")
    return Path(named) if named else None


@pytest.fixture(scope="session")
def memory() -> Iterator[Path | None]:
    """A folder in memory that everybody may enter, None where there is no room: a database is a
    thousand files, and making one on a disk can take ten times as long."""
    try:
        found = os.statvfs(MEMORY)
    except FileNotFoundError:
        found = None
    if found is None or found.f_bavail * found.f_frsize < ROOM:
        yield None
        return
    for left in MEMORY.glob(f"{LEFT}*"):  # of a run that was killed
        if not psutil.pid_exists(int(left.name.removeprefix(LEFT))):
            shutil.rmtree(left, ignore_errors=True)
    folder = MEMORY / f"{LEFT}{os.getpid()}"
    folder.mkdir()
    folder.chmod(0o711)  # whatever the umask
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, programs: Path | None, memory: Path | None
) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL with a migrated template that holds the example organisation."""
    home = tmp_path_factory.mktemp("servers")
    postgres.discard(home / "postgres")  # of a run that was killed
    data = memory and memory / "data"
    with postgres.running(home / "postgres", programs=programs, data=data) as found:
        found.create_database(TEMPLATE)
        migrating.upgrade(found.url(postgres.OWNER, TEMPLATE))
        fill_template(Database(found.url(postgres.APP, TEMPLATE)), EXAMPLES)
        yield found
    postgres.discard(home / "postgres")


@pytest.fixture
def database_name(server: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh copy of the template."""
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(
        server.superuser_url.replace("+psycopg", ""), autocommit=True
    ) as connection:
        # Copying files takes an eighth of the time of writing every page to the log.
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER {postgres.OWNER} STRATEGY file_copy"
        )
        connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        connection.execute(
            f"GRANT CONNECT ON DATABASE {name} TO {postgres.APP}, {postgres.NEWSROOM}"
        )
    yield name
    server.drop_database(name)


@pytest.fixture
def owner_url(server: EmbeddedPostgres, database_name: str) -> str:
    """The database as its owner: migrations, and travelling in time."""
    return server.url(postgres.OWNER, database_name)


@pytest.fixture
def app_url(server: EmbeddedPostgres, database_name: str) -> str:
    """The database as the programs see it."""
    return server.url(postgres.APP, database_name)


@pytest.fixture
def smtp() -> Iterator[RecordingSmtp]:
    """A mail server that records, and misbehaves on command."""
    with RecordingSmtp() as running:
        yield running


@pytest.fixture
def world(app_url: str, owner_url: str, smtp: RecordingSmtp, tmp_path: Path) -> Iterator[World]:
    """A whole installation in this process: intranet on loopback, recording mail, own clock."""
    with World(app_url, owner_url, smtp, tmp_path) as running:
        yield running


@pytest.fixture
def newsroom_url(server: EmbeddedPostgres, database_name: str) -> str:
    """The database as the public house sees it."""
    return server.url(postgres.NEWSROOM, database_name)


@pytest.fixture
def newsroom(world: World, newsroom_url: str) -> Iterator[PublicHouse]:
    """The newsroom of ``world``."""
    with PublicHouse(newsroom_url) as running:
        yield running
