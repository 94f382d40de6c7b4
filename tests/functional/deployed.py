"""What docker-compose.yml and the systemd units say, and how to run it here as it is written."""

import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from click.testing import CliRunner

from announcer.cli.main import cli
from tests.world import ROOT

COMPOSE = ROOT / "docker-compose.yml"
UNITS = ROOT / "deploy" / "systemd"
#: Programs of the virtual environment, wherever the file says that it lies.
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Process:
    """One process: its command, its whole environment, and how its health is asked."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    secrets: frozenset[str] = frozenset()
    health: Sequence[str] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)

    def in_(self, place: "Place") -> tuple[list[str], dict[str, str]]:
        """The command and the environment with the addresses of this machine put in."""
        inherited = {"PATH": str(PROGRAMS), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        environ = {name: place.put_in(value) for name, value in self.environ.items()}
        return [place.put_in(word) for word in self.argv], {**environ, **inherited}


@dataclass
class Place:
    """Where it runs here: what stands in a file, and what that is on this machine."""

    replaced: dict[str, str]

    def put_in(self, word: str) -> str:
        for theirs, ours in self.replaced.items():
            word = word.replace(theirs, ours)
        return word


def compose() -> dict[str, Any]:
    """docker-compose.yml with its anchors resolved."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return found


def of_compose(folder: Path) -> dict[str, Process]:
    """Our own services; ``folder`` holds the files that `announcer init` wrote."""
    return {
        name: Process(
            name,
            service["command"],
            {**_env_files(service, folder), **service.get("environment", {})},
            frozenset(service.get("secrets", ())),
            service.get("healthcheck", {}).get("test", [""])[1:],
            service,
        )
        for name, service in compose()["services"].items()
        if "build" in service
    }


def _env_files(service: Mapping[str, Any], folder: Path) -> dict[str, str]:
    return {
        name: value
        for file in service.get("env_file", ())
        for name, value in read_env(folder / file).items()
    }


def read_env(file: Path) -> dict[str, str]:
    """Lines of ``NAME=value``."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def read_unit(file: Path) -> list[tuple[str, str]]:
    """A unit's keys and values, in order; a key may come more than once."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [(k, v) for k, _, v in (line.partition("=") for line in lines) if v or k.endswith("Set")]


def of_systemd(folder: Path) -> dict[str, Process]:
    """Every service; ``%d`` is the folder of credentials, ``%%`` a per cent sign."""
    found = {}
    for file in sorted(UNITS.glob("*.service")):
        rows = read_unit(file)
        environ: dict[str, str] = {}
        for key, value in rows:
            if key == "EnvironmentFile":
                environ |= read_env(folder / Path(value).name)
            elif key == "Environment":
                environ |= dict(pair.split("=", 1) for pair in shlex.split(value))
        command = next(value for key, value in rows if key == "ExecStart")
        credentials = (v.partition(":")[0] for k, v in rows if k == "LoadCredential")
        name = file.stem.removeprefix("announcer-")
        argv = [word.replace("%%", "%") for word in shlex.split(command)]
        found[name] = Process(name, argv, environ, frozenset(credentials), (), dict(rows))
    return found


@contextmanager
def running(process: Process, place: Place, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process, from its start to its end; killed if it does not stop when it is asked to."""
    argv, environ = process.in_(place)
    with log.open("wb") as said:
        started = subprocess.Popen(argv, env=environ, cwd=log.parent, stdout=said, stderr=said)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


ANSWERS = {
    "name": "Exempelköpings kommun",
    "short-name": "Exempelköping",
    "address": 'Storgatan 1, "gula huset"',
    "phone": "0123-456 78",
    "email": "kommun@exempel.example",
    "web": "www.exempel.example",
    "intranet": "http://127.0.0.1:8080",
    "newsroom": "http://127.0.0.1:8081",
    "smtp": "smtp://127.0.0.1:25?helo=test.example",
    "person": "p0001",
}


def init(folder: Path, *more: str, **other: str) -> str:
    options = [f"--{name}={value}" for name, value in {**ANSWERS, **other}.items()]
    done = CliRunner().invoke(
        cli,
        ["init", f"--to={folder}", "--no-mail-test", *options, *more],
        input="\n" * 10,
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    return done.output


def until(question: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Ask again until it is so; the limit only ends a test that has failed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return
        time.sleep(0.1)
    raise AssertionError(f"not so after {seconds} s: {what}")


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
