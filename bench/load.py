"""A client in a process of its own that asks one address again and again on kept connections.

``python -m bench.load`` reads one order a line from standard input and answers each with a line:
how many whole answers came in how many seconds, and the SHA-256 of the first body. An answer with
another status or length than the first one ends it with an error.
"""

import hashlib
import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from announcer.embedded.death import die_with_parent

#: Connections at a time: fewer than the servers' threads, so that nobody waits in line.
CONNECTIONS = 4


@dataclass(frozen=True)
class Order:
    """What to ask of 127.0.0.1, for how long, and the status that must come."""

    port: int
    path: str
    headers: Mapping[str, str]
    status: int
    seconds: float


@dataclass(frozen=True)
class Answers:
    """How many came in how many seconds; the first one's body and ETag."""

    count: int
    seconds: float
    sha256: str
    length: int
    etag: str

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.count / self.seconds


class Client:
    """The process as seen from the bench."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self._child = child

    def ask(self, order: Order) -> Answers:
        """Carry out one order."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(asdict(order)) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        assert line, f"no answers with status {order.status} from {order.path}"
        return Answers(**json.loads(line))


@contextmanager
def client() -> Iterator[Client]:
    """A client that runs as long as the block."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    )
    try:
        yield Client(child)
    finally:
        child.kill()
        child.communicate()


class _Connection:
    """Sends the same request, reads one whole answer, and again."""

    def __init__(self, order: Order) -> None:
        lines = [f"GET {order.path} HTTP/1.1", f"Host: 127.0.0.1:{order.port}"]
        lines += [f"{name}: {value}" for name, value in order.headers.items()]
        self._request = "\r\n".join([*lines, "", ""]).encode()
        self._status = f"HTTP/1.1 {order.status} ".encode()
        self.socket = socket.create_connection(("127.0.0.1", order.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def send(self) -> None:
        self.socket.sendall(self._request)

    def receive(self) -> tuple[bytes, bytes] | None:
        """Head and body, or None where they are not whole yet."""
        part = self.socket.recv(1 << 20)
        assert part, "the server hung up"
        self._read += part
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end:
            return None
        assert head.startswith(self._status), head.decode()
        if len(body) < _length(head):
            return None
        self._read = b""
        return head, body


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""


def _length(head: bytes) -> int:
    return int(_header(head, b"content-length") or 0)


def carry_out(order: Order) -> Answers:
    """Ask on all connections until the time is over, and at least until one answer came."""
    with selectors.DefaultSelector() as ready:
        connections = [_Connection(order) for _ in range(CONNECTIONS)]
        for one in connections:
            ready.register(one.socket, selectors.EVENT_READ, one)
        found: list[tuple[bytes, bytes]] = []
        count, begin = 0, time.monotonic()
        for one in connections:
            one.send()
        while (now := time.monotonic()) < begin + order.seconds or not found:
            for key, _ in ready.select():
                if answer := key.data.receive():
                    found = found or [answer]
                    assert len(answer[1]) == len(found[0][1]), "answers of different lengths"
                    count += 1
                    key.data.send()
        for one in connections:
            one.socket.close()
    head, body = found[0]
    etag = _header(head, b"etag").decode()
    return Answers(count, now - begin, hashlib.sha256(body).hexdigest(), len(body), etag)


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asdict(carry_out(Order(**json.loads(line))))) + "\n")
        sys.stdout.flush()
