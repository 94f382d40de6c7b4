"""Machines as network namespaces on one switch, whose lines can be cut. For tests, as root.

Nothing is added to the machine's own network: the switch has a namespace of its own, "outside".
Addresses are from the block for such tests (RFC 2544, RFC 6890: 198.18.0.0/15).
"""

import ctypes
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

#: linux/sched.h
CLONE_NEWNET = 0x40000000
NAMESPACES = Path("/run/netns")
OUTSIDE = "outside"
_PREFIX = "announcer-test"
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*words: str) -> str:
    """Run iproute2's ``ip``. Raises OSError with what it said where it fails."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def cannot() -> str:
    """Why no namespace with a switch can be made here; empty where one can."""
    try:
        with Network():
            return ""
    except OSError as error:
        return str(error)


class Network:
    """The machines ``names``, each with one line (``eth0``) to a switch that reaches them all.

    Who sends to a machine whose line is cut hears nothing at all, as behind a router: everybody
    knows everybody's hardware address, so that not even its absence is noticed.
    """

    def __init__(self, *names: str) -> None:
        self._hosts = {OUTSIDE: 1} | {name: n for n, name in enumerate(names, start=11)}

    def __enter__(self) -> Self:
        remove_left_over()
        try:
            ip("netns", "add", self.namespace(OUTSIDE))
            self._outside("link", "add", "switch", "type", "bridge")
            self._outside("link", "set", "switch", "address", self._hardware(OUTSIDE), "up")
            self._outside("address", "add", f"{self.address(OUTSIDE)}/24", "dev", "switch")
            self._outside("link", "set", "lo", "up")
            with self.inside(OUTSIDE):
                pass
            for name in self._machines:
                self.plug_in(name)
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    @property
    def _machines(self) -> list[str]:
        return [name for name in self._hosts if name != OUTSIDE]

    def address(self, name: str) -> str:
        """A machine's address, the same whenever it is plugged in."""
        return f"198.18.0.{self._hosts[name]}"

    def namespace(self, name: str) -> str:
        """Its name for ``ip netns``, with the process that made it."""
        return f"{_PREFIX}-{os.getpid()}-{name}"

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """This thread on that machine: sockets, threads and processes made here belong there."""
        with Path("/proc/thread-self/ns/net").open("rb") as home:
            with (NAMESPACES / self.namespace(name)).open("rb") as there:
                _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def cut(self, name: str) -> None:
        """Packets to and from the machine vanish; what runs on it runs on."""
        self._outside("link", "set", name, "down")

    def mend(self, name: str) -> None:
        """The line is whole again."""
        self._outside("link", "set", name, "up")

    def plug_in(self, name: str) -> None:
        """A machine with nothing running on it."""
        ip("netns", "add", self.namespace(name))
        far = ("peer", "name", "eth0", "netns", self.namespace(name))
        self._outside("link", "add", name, "type", "veth", *far)
        self._outside("link", "set", name, "master", "switch", "up")
        there = ("-n", self.namespace(name))
        ip(*there, "link", "set", "eth0", "address", self._hardware(name), "up")
        ip(*there, "link", "set", "lo", "up")
        ip(*there, "address", "add", f"{self.address(name)}/24", "dev", "eth0")
        self._outside(*self._neighbour(name, "switch"))
        for other in self._hosts:
            if other != name:
                ip(*there, *self._neighbour(other, "eth0"))

    def pull_the_plug(self, name: str) -> None:
        """The machine stops between two packets: nobody is told, and nothing is sent later.

        The line goes first; the namespace goes too, in which the kernel would otherwise go on
        sending what dead processes left in their sockets.
        """
        self._outside("link", "delete", name)
        self._kill_all(name)
        ip("netns", "delete", self.namespace(name))

    def remove(self) -> None:
        """Everything that was made, and every process in it."""
        for name in self._hosts:
            if (NAMESPACES / self.namespace(name)).exists():
                self._kill_all(name)
                ip("netns", "delete", self.namespace(name))

    def _kill_all(self, name: str) -> None:
        deadline = time.monotonic() + 10
        while running := _processes_in(self.namespace(name)):
            assert time.monotonic() < deadline, f"{running} do not end"
            for pid in running:
                with suppress(ProcessLookupError):  # it ended by itself
                    os.kill(pid, signal.SIGKILL)

    def _outside(self, *words: str) -> None:
        ip("-n", self.namespace(OUTSIDE), *words)

    def _hardware(self, name: str) -> str:
        return f"02:00:c6:12:00:{self._hosts[name]:02x}"

    def _neighbour(self, name: str, device: str) -> tuple[str, ...]:
        known = ("lladdr", self._hardware(name), "nud", "permanent")
        return ("neighbour", "replace", self.address(name), "dev", device, *known)


def remove_left_over() -> None:
    """Remove the namespaces of test runs that were killed; their processes died with them."""
    for path in NAMESPACES.glob(f"{_PREFIX}-*"):
        found = re.match(rf"{_PREFIX}-(\d+)-", path.name)
        if found and not Path("/proc", found[1]).exists():
            ip("netns", "delete", path.name)


def _enter(namespace: int) -> None:
    # os.setns() came with Python 3.12.
    if _libc.setns(namespace, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)}")


def _processes_in(namespace: str) -> list[int]:
    return [int(pid) for pid in ip("netns", "pids", namespace).split()]
