"""docker-compose.yml's own servers, run as they are written by the programs of the same name here.

What their images do before that is done here as far as it concerns us: PostgreSQL's makes the data
folder, runs what lies in /docker-entrypoint-initdb.d and starts the command (docker-library/postgres,
docker-entrypoint.sh); Valkey's starts the command.
"""

import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

from announcer.embedded.binaries import postgres_programs, valkey_program
from announcer.embedded.mail import free_port
from tests.functional.deployed import Place, compose, until
from tests.world import ROOT

INITDB_D = "/docker-entrypoint-initdb.d"


@dataclass(frozen=True)
class Postgres:
    """The service ``postgres`` on this machine; ``folder`` belongs to the account that runs it."""

    service: Mapping[str, Any]
    folder: Path
    port: int
    programs: Path
    account: pwd.struct_passwd

    @property
    def place(self) -> Place:
        """What the service mounts, copied to where its account may read it."""
        mounted = {"/run/secrets": str(self.folder / "secrets")}
        for _, target in self._mounts():
            mounted[target] = str(self.folder / "mounted" / target.lstrip("/"))
        return Place(mounted)

    def _mounts(self) -> list[tuple[str, str]]:
        parts = (volume.split(":") for volume in self.service["volumes"])
        return [(part[0], part[1]) for part in parts if part[0].startswith("./")]

    def prepare(self, secrets: Path) -> None:
        """The files that the service sees, and its empty data folder."""
        for source, target in self._mounts():
            there = Path(self.place.put_in(target))
            there.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, there)
            else:
                shutil.copy(ROOT / source, there)
        (self.folder / "secrets").mkdir()
        for name in self.service["secrets"]:
            shutil.copy(secrets / name, self.folder / "secrets" / name)
        for path in (self.folder, *self.folder.rglob("*")):
            if os.geteuid() == 0:
                os.chown(path, self.account.pw_uid, self.account.pw_gid)
        environ = self.service["environment"]
        self._run(
            [
                *(str(self.programs / "initdb"), "-D", str(self.folder / "data")),
                f"--username={self.account.pw_name}",
                f"--pwfile={self.place.put_in(environ['POSTGRES_PASSWORD_FILE'])}",
                *shlex.split(environ["POSTGRES_INITDB_ARGS"]),
            ]
        )

    def first_start(self) -> None:
        """Run what the image runs when its volume is empty."""
        for source, target in self._mounts():
            if target.startswith(INITDB_D):
                script = (ROOT / source).read_text(encoding="utf-8")
                self._run(["sh", "-c", self.place.put_in(script)])

    def argv(self) -> list[str]:
        """The command as it is written, at this port and this folder."""
        written = [self.place.put_in(word) for word in self.service["command"]]
        assert written[0] == "postgres"
        data, sockets = str(self.folder / "data"), str(self.folder)
        here = ["-D", data, "-k", sockets, "-h", "127.0.0.1", "-p", str(self.port)]
        return [str(self.programs / "postgres"), *written[1:], *here]

    def healthy(self) -> bool:
        """The health check as it is written."""
        test = self.service["healthcheck"]["test"][1:]
        done = self._run([str(self.programs / test[0]), *test[1:]], check=False)
        return done.returncode == 0

    def environ(self) -> dict[str, str]:
        """Peer authentication takes the account's own name for the superuser's."""
        return {
            "PATH": f"{self.programs}:{os.defpath}",
            "LC_ALL": "C.UTF-8",
            "POSTGRES_USER": self.account.pw_name,
            "PGHOST": str(self.folder),
            "PGPORT": str(self.port),
        }

    def start(self) -> "subprocess.Popen[bytes]":
        """As the account that may run it."""
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                self.argv(),
                env=self.environ(),
                cwd=self.folder,
                stderr=log,
                **self._as_account(),
            )

    def _run(
        self, argv: Sequence[str], *, check: bool = True
    ) -> "subprocess.CompletedProcess[bytes]":
        done = subprocess.run(
            argv,
            env=self.environ(),
            cwd=self.folder,
            capture_output=True,
            check=False,
            **self._as_account(),
        )
        assert not check or done.returncode == 0, done.stderr.decode()
        return done

    def _as_account(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def as_superuser(self) -> dict[str, str]:
        """The environment in which psql reaches it as the superuser, whoever types it."""
        password = (self.folder / "secrets" / "superuser_password").read_text(encoding="utf-8")
        return {
            **self.environ(),
            "PGHOST": "127.0.0.1",
            "PGUSER": self.account.pw_name,
            "PGPASSWORD": password,
            "PGDATABASE": "postgres",
        }

    def show(self, setting: str) -> str:
        """A setting as the running server has it."""
        to = self.as_superuser()
        url = f"postgresql://{to['PGUSER']}@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(url, password=to["PGPASSWORD"]) as connection:
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
        assert row
        return str(row[0])


def _account() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


@contextmanager
def postgres_as_written(
    secrets: Path, port: int, *, first_start: bool = True
) -> Iterator[Postgres]:
    """The service ``postgres``, from an empty volume on, with the secrets that `init` wrote.

    Without ``first_start`` it has no roles of ours: any PostgreSQL that somebody has.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    server = Postgres(
        compose()["services"]["postgres"], folder, port, postgres_programs(), _account()
    )
    try:
        server.prepare(secrets)
        process = server.start()
        try:
            until(lambda: server.healthy() or process.poll() is not None, "PostgreSQL answers")
            if first_start:
                server.first_start()
            yield server
        finally:
            process.send_signal(2)  # SIGINT: ends sessions, writes a checkpoint
            process.wait(60)
    finally:
        shutil.rmtree(folder)


@contextmanager
def valkey_as_written(secrets: Path, data: Path, port: int) -> Iterator[None]:
    """The service ``redis``, with the configuration among ``secrets``."""
    written = compose()["services"]["redis"]["command"]
    assert written[0] == "valkey-server"
    data.mkdir()
    place = Place({"/run/secrets": str(secrets)})
    argv = [str(valkey_program()), *(place.put_in(word) for word in written[1:])]
    process = subprocess.Popen(argv, env={}, cwd=data, stdout=subprocess.DEVNULL)
    try:
        until(lambda: _lives(port), "Valkey answers")
        yield
    finally:
        process.terminate()
        process.wait(60)


def _lives(port: int) -> bool:
    """As the health check asks: without the password it says so, and that it lives."""
    try:
        redis.Redis(port=port).ping()
    except redis.AuthenticationError:
        return True
    except redis.ConnectionError:
        return False
    return True


@contextmanager
def servers(
    folder: Path, mail_port: int, *, again: bool = False
) -> Iterator[tuple[Place, Postgres]]:
    """Both servers on empty volumes, and where what `init` wrote into ``folder`` is on this machine.

    ``again``: beside the first two, for programs that are given these from now on.
    """
    ports = {name: free_port() for name in ("postgres", "redis", "intranet", "newsroom")}
    secrets = folder / "secrets"
    database = f"@127.0.0.1:{ports['postgres']}/announcer"
    for name, pattern, here in (
        *((f"{who}_url", r"@[^/]+/announcer$", database) for who in ("owner", "database", "newsroom")),
        ("redis_url", r"@[^/]+/", f"@127.0.0.1:{ports['redis']}/"),
        ("redis_conf", r"(?m)^port \d+$", f"port {ports['redis']}"),
        ("redis_conf", r"(?m)^dir .*$", f"dir {folder.parent / f'queue{again:d}'}"),
        ("smtp_url", r"127\.0\.0\.1:\d+", f"127.0.0.1:{mail_port}"),
    ):  # fmt: skip
        file = secrets / name
        file.chmod(0o600)
        written, found = re.subn(pattern, here, file.read_text(encoding="utf-8"))
        assert found == 1, name
        file.write_text(written, encoding="utf-8")
    place = Place(
        {
            "/run/secrets": str(secrets),
            "/srv/policy": str(folder / "policy"),
            "/backup/": f"{folder / 'backup'}/",
            "0.0.0.0:": "127.0.0.1:",
            ":8080": f":{ports['intranet']}",
            ":8081": f":{ports['newsroom']}",
        }
    )
    with ExitStack() as stack:
        data = folder.parent / f"queue{again:d}"
        stack.enter_context(valkey_as_written(secrets, data, ports["redis"]))
        postgres = stack.enter_context(postgres_as_written(secrets, ports["postgres"]))
        yield place, postgres
