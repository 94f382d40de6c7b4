"""The real thing, as `announcer run` starts it, with its processes killed one after another.

Judged by the mail catcher's files. The database's clock is moved forward so that leases run out at
once; nothing waits for real minutes.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis
from sqlalchemy.exc import OperationalError

from announcer.bootstrap import install
from announcer.cli.context import environment
from announcer.config import Config
from announcer.domain.audience import Person
from announcer.domain.manuscript import read_manuscript
from announcer.embedded import postgres
from announcer.embedded.mail import free_port
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.embedded.valkey import EmbeddedValkey
from announcer.people.lookup import directory
from announcer.services import holding, restoring, reviewing, writing
from announcer.services import status as statuses
from announcer.services.installation import Installation
from announcer.services.status import AnnouncementStatus
from tests.world import BESLUT, EXAMPLES, POLICY, ROOT

DEADLINE = 100.0


class House:
    """`announcer run` in a process of its own, used through its command line."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.next_jump = 0.0
        self.port = free_port()
        self.env = {
            "PATH": os.defpath,
            "HOME": str(home),
            "LANG": "xx_YY.UTF-8",
            "TZ": "Pacific/Chatham",
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(
            [
                *self._announcer,
                "run",
                "--port",
                str(self.port),
                "--newsroom-port",
                str(free_port()),
                "--policy",
                str(POLICY),
            ],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "Ctrl-C" in line:
                return
        raise AssertionError("announcer run ended before it was up")

    @property
    def _announcer(self) -> list[str]:
        return [
            sys.executable,
            "-c",
            "from announcer.cli import main; main()",
            "--home",
            str(self.home),
        ]

    def __call__(self, *arguments: str, person: str = "") -> str:
        """One command; what it prints."""
        who = ["--as", person] if person else []
        done = subprocess.run(
            [*self._announcer, *who, *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def find(self, *words: str, deepest: bool = False) -> psutil.Process:
        """The process whose command line has all the words; with ``deepest`` a child of it.

        Waits for one that the supervisor is starting again after an earlier blow.
        """
        deadline = time.monotonic() + DEADLINE
        while True:
            found = [p for p in self.family() if all(w in command_of(p) for w in words)]
            own = {p.pid for p in found}
            wanted = [p for p in found if (parent_of(p) in own) == deepest]
            if wanted:
                return wanted[0]
            assert time.monotonic() < deadline, words
            time.sleep(0.1)

    def let_leases_run_out(self) -> None:
        """Move the clock past every lease, but so seldom that living workers get their work done."""
        if time.monotonic() > self.next_jump:
            self.jump(seconds=65)
            self.next_jump = time.monotonic() + 8

    def jump(self, **amount: float) -> None:
        """Move the database's clock forward, as its owner; not while it is starting."""
        self.patiently(lambda: self._jump(**amount))

    def _jump(self, **amount: float) -> None:
        self.offset = getattr(self, "offset", timedelta()) + timedelta(**amount)
        url = EmbeddedPostgres(self.home / "postgres").owner_url.replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(
                "CREATE OR REPLACE FUNCTION announcer.announcer_now() RETURNS timestamptz LANGUAGE sql"
                " VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS"
                f" 'SELECT clock_timestamp() + interval ''{self.offset.total_seconds()} seconds'''"
            )

    @cached_property
    def installation(self) -> Installation:
        """The same use cases as the command line's, without starting a process for each."""
        return install(Config.read(environment(self.home)))

    def patiently(self, act: Callable[[], Any]) -> Any:
        """Do it, again while PostgreSQL is coming back: what is refused so was not accepted."""
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                return act()
            except (OperationalError, psycopg.OperationalError):
                assert time.monotonic() < deadline, "PostgreSQL does not come back"
                time.sleep(0.1)

    def person(self, unit: str, role: str) -> Person:
        with self.installation.database.reading() as session:
            return next(p for p in directory(session) if (p.unit, p.role) == (unit, role))

    def status(self, public_id: str) -> AnnouncementStatus:
        return self.patiently(lambda: statuses.of(self.installation, public_id))

    def hand_in(self, title: str) -> str:
        """A decision, submitted and approved."""
        content = read_manuscript(
            BESLUT.format(title=title, audience='["alla"]').encode(), lambda _: b""
        )
        chief = self.patiently(lambda: self.person("bildning", "chef"))
        done = self.patiently(lambda: writing.submit(self.installation, chief, content))
        self.patiently(
            lambda: reviewing.approve(self.installation, self.communicator, done.public_id)
        )
        return done.public_id

    @cached_property
    def communicator(self) -> Person:
        return self.patiently(lambda: self.person("info", "informatör"))

    def received(self) -> Counter:
        """How often each address was sent something, by (subject, address)."""
        found: Counter = Counter()
        for envelope in (self.home / "mail").glob("*.json"):
            subject = envelope.name.split("-", 1)[1]
            found.update(
                (subject, address) for address in json.loads(envelope.read_text())["rcpt_to"]
            )
        return found


def until(
    what: str, fulfilled: Callable[[], bool], each: Callable[[], None] = lambda: None
) -> None:
    """Wait, at most ``DEADLINE``, polling; ``each`` runs between two looks."""
    deadline = time.monotonic() + DEADLINE
    while not fulfilled():
        assert time.monotonic() < deadline, what
        each()
        time.sleep(0.25)


def command_of(process: psutil.Process) -> str:
    """The command line; empty for one that has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def parent_of(process: psutil.Process) -> int:
    """The parent's id; 0 for one that has ended."""
    try:
        return process.ppid()
    except psutil.Error:
        return 0


def lives(process: psutil.Process) -> bool:
    """Whether it runs; one that nobody has reaped yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / ("långt-" * 20) / "var"
    home.mkdir(parents=True, mode=0o700)
    postgres.discard(home / "postgres")
    running = House(home)
    for name in ("units", "staff", "press"):
        running("import", name, str(EXAMPLES / "organisation" / f"{name}.csv"))
    yield running
    running.installation.database.dispose()
    running.process.kill()
    running.process.wait()
    until("an orphan was left", lambda: not _alive(running))
    postgres.discard(home / "postgres")


def _alive(house: House) -> list[psutil.Process]:
    """Processes that still name this house's folder in their command line or environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and str(house.home) in " ".join(
                [*process.cmdline(), *process.environ().values()]
            ):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return [p for p in found if p.pid not in (os.getpid(), house.process.pid)]


def _flush(house: House) -> None:
    with redis.Redis.from_url(EmbeddedValkey(house.home / "valkey").url) as client:
        client.flushall()


VICTIMS: list[tuple[str, Callable[[House], None]]] = [
    ("a pool process", lambda h: h.find("celery", "bulk", deepest=True).kill()),
    ("the worker", lambda h: h.find("celery", "bulk").kill()),
    ("the urgent worker", lambda h: h.find("celery", "urgent").kill()),
    ("the dispatcher", lambda h: h.find("workers.dispatcher").kill()),
    ("the web", lambda h: h.find("gunicorn").kill()),
    ("PostgreSQL", lambda h: h.find("postgres", "-D").send_signal(signal.SIGKILL)),
    ("Valkey's memory", _flush),
    ("Valkey", lambda h: h.find("valkey-server").kill()),
]


@pytest.mark.timeout(280)
def test_nothing_is_early_lost_or_doubled_whoever_is_killed(house: House, tmp_path: Path) -> None:
    ids = {}
    for number, (victim, kill) in enumerate(VICTIMS):
        ids[victim] = house.hand_in(f"Nyhet {number}")
        until(f"nothing of {number} began", lambda v=victim: _begun(house, ids[v]))
        kill(house)

    def settled() -> bool:
        return all(_inside_settled(house, one) for one in ids.values())

    until("the inside steps did not settle", settled, each=house.let_leases_run_out)

    def everybody_told() -> bool:
        return len(_staff_of(house.received())) == 495 * len(VICTIMS)

    # A step is settled when everybody was tried once; whoever is in doubt is tried again behind it.
    until("somebody was never told", everybody_told, each=house.let_leases_run_out)
    received = house.received()
    staff = _staff_of(received)
    assert len(staff) == 495 * len(VICTIMS)
    assert len(staff) == len(received), "the press was told before its release"
    doubled = {key for key, times in staff.items() if times > 1}
    assert not doubled or _went_through_doubt(house)
    for one in ids.values():
        holding.release(house.installation, house.communicator, one)
    house.jump(days=2)

    def stands_still() -> bool:
        return restoring.standing(house.installation) is not None

    until("the dispatcher did not notice that the clock jumped", stands_still)
    assert len(_staff_of(house.received())) == len(house.received()), "nothing by a wrong clock"
    restoring.go_on(house.installation, house.communicator)

    def completed() -> bool:
        return all(house.status(one).state == "completed" for one in ids.values())

    until("the press was not told", completed, each=house.let_leases_run_out)
    press = Counter({k: n for k, n in house.received().items() if k not in staff})
    assert len(press) == 10 * len(VICTIMS)
    assert set(press.values()) == {1}
    assert "stämmer" in house("verify")


def _staff_of(received: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """What reached addresses of the organisation's own."""
    return Counter({k: n for k, n in received.items() if k[1].endswith("@hallefors.example")})


def _begun(house: House, public_id: str) -> bool:
    return any(step.started_at for step in house.status(public_id).steps)


def _inside_settled(house: House, public_id: str) -> bool:
    return all(step.settled_at for step in house.status(public_id).steps if not step.external)


def _went_through_doubt(house: House) -> bool:
    url = EmbeddedPostgres(house.home / "postgres").owner_url.replace("+psycopg", "")
    with psycopg.connect(url) as owner:
        row = owner.execute(
            "SELECT count(*) FROM announcer.event"
            " WHERE payload LIKE '%worker lost%' OR payload LIKE '%in_doubt%'"
        ).fetchone()
    return bool(row and row[0])


def test_nothing_is_left_when_the_supervisor_is_killed(house: House) -> None:
    family = house.family()
    assert len(family) > 8
    house.process.kill()
    house.process.wait()
    until(
        "an orphan was left",
        lambda: not [p for p in family if lives(p)],
    )
