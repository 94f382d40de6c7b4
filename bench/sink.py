"""A mail server in a process of its own that takes everything and notes when it came.

``python -m bench.sink PORT FILE`` writes one JSON line a message: when MAIL came (seconds since
1970, the same clock as PostgreSQL's on this machine), when it was taken, and for whom.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from announcer.embedded.death import die_with_parent
from announcer.embedded.mail import free_port

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Mail:
    """One message: when its first byte came and when it was taken, in seconds since 1970."""

    came: float
    taken: float
    recipients: tuple[str, ...]
    length: int


@dataclass(frozen=True)
class Sink:
    """A running sink; ``port`` is on loopback."""

    port: int
    record: Path
    pid: int

    def mails(self, begin: int = 0) -> list[Mail]:
        """Everything taken so far, oldest first, from byte ``begin`` of the record."""
        with self.record.open("rb") as record:
            record.seek(begin)
            whole = record.read().rpartition(b"\n")[0]
        return [
            Mail(one[0], one[1], tuple(one[2]), one[3])
            for one in map(json.loads, whole.splitlines())
        ]

    def mark(self) -> int:
        """Where the record ends now; what comes later is read from here."""
        return self.record.stat().st_size


@contextmanager
def running(folder: Path) -> Iterator[Sink]:
    """A sink that runs as long as the block."""
    port, record = free_port(), folder / "mails.jsonl"
    record.touch()
    command = [sys.executable, "-m", "bench.sink", str(port), str(record)]
    child = subprocess.Popen(command, preexec_fn=die_with_parent, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n", "the sink did not start"
        yield Sink(port, record, child.pid)
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(10)


class _Conversation(asyncio.Protocol):
    """Enough of RFC 5321 and RFC 2920 for clients that do nothing wrong."""

    def __init__(self, record: IO[bytes]) -> None:
        self._record = record
        self._rest = b""
        self._in_data = False
        self._came = 0.0
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        replies: list[bytes] = []
        while (reply := self._next()) is not None:
            replies.append(reply)
        if replies:
            self._transport.write(b"".join(replies))
        if replies and replies[-1].startswith(b"221"):
            self._transport.close()

    def _next(self) -> bytes | None:
        """The reply to the next whole command or message; None when there is none yet."""
        if self._in_data:
            return self._message()
        line, end, rest = self._rest.partition(b"\r\n")
        if not end:
            return None
        self._rest = rest
        return self._command(line)

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"EHLO":
            return b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 33554432\r\n"
        if verb == b"MAIL":
            self._came, self._recipients = time.time(), []
        elif verb == b"RCPT":
            self._recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
        elif verb == b"DATA":
            self._in_data = True
            return b"354 Go on\r\n"
        elif verb == b"QUIT":
            return b"221 2.0.0 Bye\r\n"
        return b"250 2.0.0 OK\r\n"

    def _message(self) -> bytes | None:
        content, dot, rest = self._rest.partition(b"\r\n.\r\n")
        if not dot:
            return None
        self._rest, self._in_data = rest, False
        taken = [self._came, time.time(), self._recipients, len(content)]
        self._record.write(json.dumps(taken).encode() + b"\n")
        return b"250 2.0.0 Taken\r\n"


async def _serve(port: int, record: IO[bytes]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: _Conversation(record), HOST, port, backlog=1024)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server:
        await stop.wait()
    # Clients keep their connections; nothing more is wanted of them.
    os._exit(0)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt), open(sys.argv[2], "ab", buffering=0) as file:
        asyncio.run(_serve(int(sys.argv[1]), file))
