"""Embedded servers that leave nothing behind: folders, and whole installations in a process."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.integration.embedded.house import wait_until

HOUSE = Path(__file__).with_name("house.py")
PROJECT = Path(__file__).parents[3]


@dataclass
class House:
    """A running installation: its process, and where its servers answer."""

    process: subprocess.Popen[str]
    urls: Mapping[str, Any]

    def family(self) -> list[psutil.Process]:
        """Every process below it."""
        return psutil.Process(self.process.pid).children(recursive=True)


def remove(home: Path) -> None:
    """Remove a folder of embedded servers with what they keep elsewhere."""
    for link in (*home.rglob("cluster"), *home.rglob("cluster.new")):
        if link.is_symlink():
            shutil.rmtree(link.readlink(), ignore_errors=True)
    for note in home.rglob("sockets"):
        shutil.rmtree(note.read_text(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def dead(process: psutil.Process) -> bool:
    """Whether it has ended, be it reaped or not (in a container nobody may reap orphans)."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def living_house(
    home: Path, python: str = sys.executable, user: str | None = None, **env: str
) -> Iterator[House]:
    """Start embedded_house.py; whatever becomes of it, no process is left."""
    everybody: list[psutil.Process] = []
    process = subprocess.Popen(
        [python, str(HOUSE), str(home)],
        env={"PATH": os.defpath, "PYTHONPATH": str(PROJECT), **env},
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=(home / "house.err").open("w"),
        text=True,
        user=user,
        group=user and "nogroup",
        extra_groups=[] if user else None,
    )
    with process, ExitStack() as stack:
        stack.callback(lambda: [p.kill() for p in everybody if not dead(p)])
        stack.callback(process.kill)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (home / "house.err").read_text()
        house = House(process, json.loads(line))
        everybody += house.family()
        yield house


def wait_for_the_end(processes: list[psutil.Process]) -> None:
    """Wait until every one of the processes has ended."""
    wait_until(
        lambda: all(map(dead, processes)), f"the end of {[p for p in processes if not dead(p)]}"
    )
