"""`announcer run` as an operator starts it, on embedded servers, with the sink as its mail server."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg

from announcer.bootstrap import install
from announcer.cli.context import ENVIRONMENT_FILE
from announcer.config import Config
from announcer.domain.audience import Person
from announcer.domain.manuscript import read_manuscript
from announcer.embedded import postgres
from announcer.embedded.death import die_with_parent
from announcer.embedded.mail import free_port
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.people.lookup import find_person
from announcer.services import reader_token, reviewing, writing
from announcer.services.importing import IMPORTS
from announcer.services.installation import Installation
from bench import sink
from bench.sink import Sink

ROOT = Path(__file__).parents[1]
POLICY = ROOT / "policies" / "hallefors.toml"
ORGANISATION = ROOT / "examples" / "organisation"
#: Seconds for everything to be up.
PATIENCE = 90.0


@dataclass(frozen=True)
class Estate:
    """A running installation. ``pid`` is the supervisor's: `announcer run` itself."""

    home: Path
    pid: int
    port: int
    newsroom_port: int
    sink: Sink

    @cached_property
    def environment(self) -> dict[str, str]:
        """The settings that the processes have."""
        lines = (self.home / ENVIRONMENT_FILE).read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @cached_property
    def installation(self) -> Installation:
        """The same installation, for use cases called from here."""
        return install(Config.read(self.environment))

    def owner(self, *, superuser: bool = False) -> psycopg.Connection[tuple[object, ...]]:
        """The database as its owner: to fill it and to count in it."""
        server = EmbeddedPostgres(self.home / "postgres")
        url = server.superuser_url if superuser else server.owner_url
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)

    def person(self, directory_id: str) -> Person:
        """A colleague of the example organisation."""
        with self.installation.database.reading() as session:
            return find_person(session, directory_id)

    def chief_of(self, unit: str) -> Person:
        """A unit's manager."""
        with self.owner() as owner:
            row = owner.execute(
                "SELECT directory_id FROM announcer.person WHERE unit = %s AND role = 'chef'"
                " ORDER BY directory_id LIMIT 1",
                [unit],
            ).fetchone()
        assert row is not None, f"nobody is manager of {unit}"
        return self.person(str(row[0]))

    def submit(self, manuscript: str, *, approve: bool) -> str:
        """Hand in a text as its unit's manager; the public id."""
        content = read_manuscript(manuscript.encode(), lambda _: b"")
        public_id = writing.submit(
            self.installation, self.chief_of(content.unit), content
        ).public_id
        if approve:
            assert reviewing.approve(self.installation, self.communicator, public_id)
        return public_id

    @cached_property
    def communicator(self) -> Person:
        """Somebody of the information unit."""
        with self.owner() as owner:
            row = owner.execute(
                "SELECT directory_id FROM announcer.person WHERE unit = 'info' ORDER BY directory_id"
            ).fetchone()
        assert row is not None, "nobody in the information unit"
        return self.person(str(row[0]))

    def bearer(self, *audience: str) -> dict[str, str]:
        """The header that reads with an audience's rights."""
        token = reader_token.sign(self.environment["ANNOUNCER_SECRET_KEY"], audience)
        return {"Authorization": f"Bearer {token}"}


def wait_until(what: str, done: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Ask until it is so. Raises AssertionError naming ``what`` when it takes too long."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


@contextmanager
def running(
    *, own_mail: bool = False, imports: tuple[str, ...] = ("units", "staff")
) -> Iterator[Estate]:
    """An installation of the example organisation; with ``own_mail`` on its own mail catcher."""
    with (
        tempfile.TemporaryDirectory(prefix="announcer-bench-") as folder,
        sink.running(Path(folder)) as mail,
    ):
        home = Path(folder) / "var"
        ports = free_port(), free_port()
        child = subprocess.Popen(
            [
                *(sys.executable, "-c", "from announcer.cli import main; main()"),
                *("--home", str(home), "run"),
                *("--port", str(ports[0]), "--newsroom-port", str(ports[1])),
                *("--policy", str(POLICY)),
            ],
            env=_environment(None if own_mail else mail),
            stdout=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )
        try:
            estate = Estate(home, child.pid, *ports, mail)
            wait_until("announcer run is up", lambda: _up(child, ports))
            for name in imports:
                IMPORTS[name](estate.installation, (ORGANISATION / f"{name}.csv").read_bytes())
            yield estate
            estate.installation.database.dispose()
        finally:
            child.terminate()
            child.wait(60)
            postgres.discard(home / "postgres")


def _environment(mail: Sink | None) -> dict[str, str]:
    ours = ("ANNOUNCER_", "DATABASE_", "REDIS_", "NEWSROOM_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ["PYTHONPATH"] = str(ROOT)
    if mail:
        environ["ANNOUNCER_SMTP_URL"] = f"smtp://{sink.HOST}:{mail.port}?helo=bench.example"
    return environ


def _up(child: subprocess.Popen[bytes], ports: tuple[int, ...]) -> bool:
    assert child.poll() is None, "announcer run ended"
    return all(map(_answers, ports))


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # not up yet
        return False
