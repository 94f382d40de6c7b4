"""Valkey (or Redis) on a private unix socket, keeping on disk what it was told."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

from announcer.embedded.binaries import valkey_program
from announcer.embedded.child import Child
from announcer.embedded.folders import ServerFolder
from announcer.embedded.supervisor import Supervisor

#: No network; what was accepted a second ago is on the disk; full means an error, not forgetting.
SETTINGS = {
    "port": "0",
    "unixsocketperm": "600",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "logfile": "",
}


class EmbeddedValkey:
    """A Valkey whose data, lock and log are in the folder ``path``. Runs as whoever starts it."""

    def __init__(self, path: Path, *, program: Path | None = None) -> None:
        self._folder = ServerFolder(path)
        self._program = program

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Lock the folder; the server is not started yet. Raises SetupError if it is in use."""
        if self._folder.lock >= 0:
            return
        self._folder.open()
        try:
            self._folder.make_sockets(os.geteuid())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the folder. Call when the server has stopped."""
        self._folder.close()

    @property
    def socket(self) -> Path:
        """The unix socket."""
        return self._folder.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """The address as redis-py reads it."""
        return f"unix://{quote(str(self.socket))}?db=0"

    @property
    def celery_url(self) -> str:
        """The same address as Celery (kombu) reads it."""
        return f"redis+socket://{quote(str(self.socket))}?virtual_host=0"

    def child(self) -> Child:
        """What the supervisor runs; ready means that it has loaded its file and answers."""
        self.open()
        settings = SETTINGS | {"unixsocket": str(self.socket), "dir": str(self._folder.path)}
        return Child(
            name="Valkey",
            argv=[
                str(self._program or valkey_program()),
                *(word for key, value in settings.items() for word in (f"--{key}", value)),
            ],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self._folder.path,
            log=self._folder.path / "log",
            ready=self._ready,
            pass_fds=(self._folder.lock,),
        )

    def _ready(self) -> bool:
        # Four lines instead of redis-py, whose import costs more time than Valkey's start.
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")  # else: -LOADING
        except OSError:  # not up yet
            return False


@contextmanager
def running(path: Path, *, program: Path | None = None) -> Iterator[EmbeddedValkey]:
    """A Valkey that runs as long as the block."""
    with EmbeddedValkey(path, program=program) as server, Supervisor() as supervisor:
        supervisor.start(server.child())
        yield server
