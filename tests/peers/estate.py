"""An installation on machines of its own, started as docs/operate.md says. For tests, as root.

Two application hosts, a database host and a Redis host. Outside are the mail server, the address
that colleagues know, and the test.
"""

import os
import re
import shlex
import socket
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx
import psycopg

from announcer.bootstrap import install
from announcer.config import Config
from announcer.db import migrating
from announcer.domain.audience import Person
from announcer.domain.manuscript import read_manuscript
from announcer.embedded import postgres
from announcer.embedded.child import Child
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.embedded.supervisor import Supervisor
from announcer.embedded.valkey import EmbeddedValkey
from announcer.people.lookup import directory
from announcer.services import reader_token, resolving, reviewing, writing
from announcer.services import status as statuses
from announcer.services.importing import IMPORTS
from announcer.services.installation import Installation
from announcer.services.resolving import Exit
from tests.architecture.repository import ROOT, blocks
from tests.doubles.recording_smtp import Message, RecordingSmtp, Rules
from tests.peers.front_door import FrontDoor
from tests.peers.network import OUTSIDE, Network
from tests.world import EXAMPLES, SECRET

APPLICATION_HOSTS = ("app1", "app2")
DATABASE, REDIS = "database", "redis"
MACHINES = (*APPLICATION_HOSTS, DATABASE, REDIS)
#: What can be gone of a machine.
What = Literal["line", "machine"]
POLICY = ROOT / "policies" / "demo.toml"
#: Seconds: the window of the class "information" in that policy.
WINDOW = 6
#: Seconds without a mail after which nobody who is alive has one in hand; each takes ``SLOW``.
QUIET = 1.5
#: So seldom that a dispatcher that waits for a host that is gone sees one jump at a time: two
#: are more than it takes for an accident.
BETWEEN_JUMPS = 25.0
SLOW = 0.2
PASSWORD = "a-password-for-tests-only"
TITLE = re.compile(r"Nyhet \d{3}")
#: What goes to everybody, and to the press by itself after the window.
INFORMATION = """+++
class = "information"
unit = "bildning"
title = "{title}"
summary = "Det gäller alla."
audience = ["alla", "press"]
contact = "Rektor, 0591-555 10"
+++

Det här händer nu.
"""


def operators_commands() -> list[list[str]]:
    """What the operator's page says to start on every application host."""
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    lines = (line.removeprefix("$ ") for one in blocks(page, "console") for line in one.split("\n"))
    ours = ("workers.dispatcher", "workers.app", "web.inside:app")
    return [shlex.split(line) for line in lines if any(word in line for word in ours)]


class Machine:
    """What runs on one machine, watched as a supervisor on that machine would."""

    def __init__(
        self, network: Network, name: str, programs: Callable[[], Iterable[Child]]
    ) -> None:
        self._network = network
        self.name = name
        self._programs = programs
        self._supervisor = Supervisor()

    def start(self) -> None:
        """As when it is switched on."""
        self._supervisor = Supervisor()
        with self._network.inside(self.name):
            for program in self._programs():
                self._supervisor.start(program)

    def watch(self) -> None:
        """Start again what has ended."""
        with self._network.inside(self.name):
            self._supervisor.tick()

    def lose_power(self) -> None:
        """It stops between two packets, and every process with it."""
        self._network.pull_the_plug(self.name)
        self._supervisor.stop()

    def gain_power(self) -> None:
        """It is there again, at the same address, and starts what it is there for."""
        self._network.plug_in(self.name)
        self.start()

    def stop(self) -> None:
        """In order."""
        self._supervisor.stop()


@dataclass(frozen=True)
class Jump:
    """Once the database's clock was put forward, between two monotonic seconds."""

    begun: float
    done: float
    seconds: float


class Estate:
    """See the module. ``home`` is a folder for everything; ``programs`` another PostgreSQL."""

    def __init__(self, home: Path, programs: Path | None) -> None:
        self.home = home
        self.network = Network(*MACHINES)
        self._postgres = EmbeddedPostgres(home / "postgres", durable=False, programs=programs)
        self._valkey = EmbeddedValkey(home / "valkey")
        self.machines = {
            DATABASE: Machine(self.network, DATABASE, self._database),
            REDIS: Machine(self.network, REDIS, self._redis),
        } | {
            name: Machine(self.network, name, partial(self._application, name))
            for name in APPLICATION_HOSTS
        }
        self._jumps: list[Jump] = []
        self._dark: set[str] = set()
        self.titles: dict[str, str] = {}
        self._seen = 0
        self._mails: dict[str, dict[str, list[Message]]] = defaultdict(lambda: defaultdict(list))

    def __enter__(self) -> Self:
        self.network.__enter__()
        try:
            with self.network.inside(OUTSIDE):
                here = self.network.address(OUTSIDE)
                self.mail = RecordingSmtp(Rules(slow=SLOW), here).__enter__()
                web = [(self.network.address(name), 8080) for name in APPLICATION_HOSTS]
                self.door = FrontDoor(here, web).__enter__()
            self.machines[DATABASE].start()
            migrating.upgrade(self._postgres.owner_url)
            for name in ("units", "staff", "press"):
                table = (EXAMPLES / "organisation" / f"{name}.csv").read_bytes()
                IMPORTS[name](self.desk, table)
            for name in (REDIS, *APPLICATION_HOSTS):
                self.machines[name].start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.desk.database.dispose()
        for machine in reversed(self.machines.values()):
            machine.stop()
        self.network.remove()
        for server in (self._postgres, self._valkey):
            server.close()
        if hasattr(self, "door"):
            self.door.__exit__()
        if hasattr(self, "mail"):
            self.mail.__exit__(None, None, None)
        postgres.discard(self.home / "postgres")

    # What runs where -------------------------------------------------------------------------

    def _database(self) -> Iterator[Child]:
        """PostgreSQL at its machine's address, for the machines of its own network only."""
        child = self._postgres.child()
        rules = child.cwd / "pg_hba_of_the_estate.conf"
        rules.write_text("local all all scram-sha-256\nhost all all samenet scram-sha-256\n")
        rules.chmod(0o644)
        listening = (
            f"--listen_addresses={self.network.address(DATABASE)}",
            f"--hba_file={rules}",
        )
        yield replace(child, argv=[*child.argv, *listening])

    def _redis(self) -> Iterator[Child]:
        """Valkey at its machine's address, with a password."""
        child, address = self._valkey.child(), self.network.address(REDIS)
        listening = ("--bind", address, "--port", "6379", "--requirepass", PASSWORD)
        yield replace(child, argv=[*child.argv, *listening], ready=partial(_accepts, address, 6379))

    def _application(self, host: str) -> Iterator[Child]:
        for words in operators_commands():
            program = Path(sys.executable) if words[0] == "python" else _beside_python(words[0])
            # All namespaces are one kernel's, with one name.
            argv = [str(program), *(word.replace("%h", host) for word in words[1:])]
            name = next(w for w in words if w.startswith(("workers.d", "web.", "urgent", "bulk")))
            yield Child(
                name=f"{name} on {host}",
                argv=argv,
                env=self._settings,
                cwd=self.home,
                log=self.home / "log" / f"{host}-{name.partition('@')[0]}",
                ready=lambda: True,  # the test waits for what it does
            )

    @property
    def _settings(self) -> Mapping[str, str]:
        where = self._postgres.app_url.partition("@")[0] + f"@{self.network.address(DATABASE)}"
        return {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "DATABASE_URL": f"{where}:5432/{postgres.DATABASE}",
            "REDIS_URL": f"redis://:{PASSWORD}@{self.network.address(REDIS)}:6379/0",
            "ANNOUNCER_POLICY": str(POLICY),
            "ANNOUNCER_INTRANET_URL": self.door.url,
            "ANNOUNCER_SECRET_KEY": SECRET,
            "ANNOUNCER_SMTP_URL": f"smtp://{self.mail.host}:{self.mail.port}?helo=app.example",
        }

    # Cutting and healing ---------------------------------------------------------------------

    def take_away(self, what: What, name: str) -> None:
        """A machine's line, or the machine with all that runs on it; nobody is told either way.

        The mail server hangs up on it soon, as every server does on who says nothing.
        """
        if what == "line":
            self.network.cut(name)
        else:
            self.machines[name].lose_power()
            self._dark.add(name)
        self.mail.hang_up_on_all(self.network.address(name))

    def bring_back(self, what: What, name: str) -> None:
        """What was taken away; what is there already stays."""
        if what == "line":
            self.network.mend(name)
        elif name in self._dark:
            self.machines[name].gain_power()
            self._dark.remove(name)

    def watch(self) -> None:
        """What supervisors do on every machine that has power."""
        for name, machine in self.machines.items():
            if name not in self._dark:
                machine.watch()

    def catch_handing_out(self, host: str) -> AbstractContextManager[None]:
        """As long as the block: the dispatcher of ``host`` is the next to hand out work.

        It has its turn as soon as the block ends, and no other has before it is done.
        """
        return self._caught(lambda waiting: waiting[:1] == [host] and len({*waiting}) > 1)

    def catch_every_dispatcher(self) -> AbstractContextManager[None]:
        """As long as the block: nobody hands out work, and every dispatcher waits for its turn."""
        return self._caught(lambda waiting: {*waiting} == {*APPLICATION_HOSTS})

    @contextmanager
    def _caught(self, enough: Callable[[list[str]], bool]) -> Iterator[None]:
        url = self._postgres.superuser_url.replace("+psycopg", "")
        deadline = time.monotonic() + 30
        with suppress(psycopg.OperationalError), psycopg.connect(url) as console:
            while True:
                console.execute("SELECT FROM announcer.turn WHERE what = 'claim' FOR UPDATE")
                if _soon(lambda: enough(self._waiting(console))):
                    yield
                    return  # where the server is gone by now, that is what was wanted
                console.rollback()
                assert time.monotonic() < deadline, "they never came to the same point"

    def _waiting(self, console: psycopg.Connection) -> list[str]:
        """The application hosts whose dispatchers wait for their turn, the first first."""
        rows = console.execute(
            "SELECT host(client_addr) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND query LIKE '%announcer.turn%' ORDER BY waitstart"
        ).fetchall()
        names = {self.network.address(name): name for name in APPLICATION_HOSTS}
        return [names[address] for (address,) in rows if address in names]

    # People ----------------------------------------------------------------------------------

    @cached_property
    def desk(self) -> Installation:
        """The use cases, at the console of the database's machine: no line is between."""
        settings = self._settings | {"DATABASE_URL": self._postgres.app_url}
        return install(Config.read(settings))

    def person(self, unit: str, role: str) -> Person:
        with self.desk.database.reading() as session:
            return next(p for p in directory(session) if (p.unit, p.role) == (unit, role))

    @cached_property
    def communicator(self) -> Person:
        return self.person("info", "informatör")

    @cached_property
    def chief(self) -> Person:
        return self.person("bildning", "chef")

    def hand_in(self, count: int) -> list[str]:
        """So many announcements for everybody and the press, submitted and approved."""
        found = []
        for _ in range(count):
            title = f"Nyhet {len(self.titles):03}"
            text = INFORMATION.format(title=title).encode()
            content = read_manuscript(text, lambda _: b"")
            public_id = writing.submit(self.desk, self.chief, content).public_id
            reviewing.approve(self.desk, self.communicator, public_id)
            self.titles[public_id] = title
            found.append(public_id)
        return found

    def answer_doubts(self) -> None:
        """What a person does: asks the mail server whether it went, then says so."""
        for doubt in statuses.doubts(self.desk):
            if doubt.by_itself_at is not None:
                continue
            came = doubt.recipient in self.mails()[doubt.public_id]
            exit_ = Exit.SENT if came else Exit.AGAIN
            resolving.resolve(self.desk, self.communicator, str(doubt.id), exit_)

    def completed(self, public_ids: Iterable[str]) -> bool:
        return all(statuses.of(self.desk, one).state == "completed" for one in public_ids)

    # Time ------------------------------------------------------------------------------------

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection]:
        """At the console of the database's machine, as the owner."""
        url = self._postgres.owner_url.replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    def jump(self, seconds: float) -> None:
        """Put the database's clock forward: leases run out, windows pass."""
        offset = sum(jump.seconds for jump in self._jumps) + seconds
        begun = time.monotonic()
        with self.owner() as owner:
            owner.execute(
                "CREATE OR REPLACE FUNCTION announcer.announcer_now() RETURNS timestamptz LANGUAGE"
                " sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS"
                f" 'SELECT clock_timestamp() + interval ''{offset} seconds'''"
            )
        self._jumps.append(Jump(begun, time.monotonic(), seconds))

    def let_leases_run_out(self) -> None:
        """When those who are alive have handed in what they had: nothing comes any more."""
        last = max([m.at for m in self.mail.messages[-1:]], default=0.0)
        jumped = max([jump.done for jump in self._jumps[-1:]], default=0.0)
        if time.monotonic() > max(last + QUIET, jumped + BETWEEN_JUMPS):
            self.jump(61)

    def passed(self, since: float, until: float) -> float:
        """Seconds of the database's clock between two monotonic moments, at most."""
        jumped = (j.seconds for j in self._jumps if j.done > since and j.begun < until)
        return until - since + sum(jumped)

    # What came out ---------------------------------------------------------------------------

    def mails(self) -> Mapping[str, Mapping[str, list[Message]]]:
        """What the mail server took, by announcement and recipient, in the order it came."""
        about = {title: public_id for public_id, title in self.titles.items()}
        new = self.mail.messages[self._seen :]
        for message in new:
            subject = str(BytesHeaderParser(policy=default).parsebytes(message.content)["Subject"])
            title = TITLE.search(subject)
            assert title, message.content
            if title.start():
                continue  # whoever is on duty is called about it
            for recipient in message.recipients:
                self._mails[about[title[0]]][recipient].append(message)
        self._seen += len(new)
        return self._mails

    def senders(self, public_ids: Iterable[str], since: float = 0) -> set[str]:
        """The machines that handed in mail about these, after a monotonic moment."""
        names = {self.network.address(name): name for name in APPLICATION_HOSTS}
        mails = self.mails()
        return {
            names[message.peer]
            for one in public_ids
            for messages in mails[one].values()
            for message in messages
            if message.at > since
        }

    def get(self, path: str) -> int:
        """The status that a colleague's browser gets at the public address; 0: none."""
        token = reader_token.sign(SECRET, ("alla",))
        with self.network.inside(OUTSIDE):
            try:
                return httpx.get(
                    self.door.url + path,
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=30,
                    trust_env=False,
                ).status_code
            except httpx.TransportError:
                return 0

    def last_words(self) -> str:
        """The ends of all logs."""
        logs = sorted((self.home / "log").iterdir())
        return "\n".join(f"--- {p.name}\n{p.read_text(errors='replace')[-400:]}" for p in logs)


def _soon(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within a second."""
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def _accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:  # not up yet
        return False
    return True


def _beside_python(name: str) -> Path:
    return Path(sys.executable).with_name(name)
