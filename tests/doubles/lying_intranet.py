"""An HTTP server on loopback that serves what a test tells it to, honestly or not."""

import http.server
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Answer:
    """One response. ``length`` is the promised Content-Length where it is not the true one."""

    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    #: Says nothing at all until the test is over.
    hangs: bool = False
    #: Sends the body a byte at a time, twenty a second: never silent, never done.
    drips: bool = False


@dataclass(frozen=True)
class Request:
    """What the reader asked for."""

    path: str
    headers: Message


class LyingIntranet:
    """Serves ``answers`` by raw path, 404 for the rest; keeps every request."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
    owner: LyingIntranet


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        owner = self.server.owner
        owner.requests.append(Request(self.path, self.headers))
        answer = owner.answers.get(self.path, Answer(b"Not found", status=404))
        if answer.hangs:
            owner.closing.wait(60)
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        length = len(answer.body) if answer.length is None else answer.length
        self.send_header("Content-Length", str(length))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.drips:
            self._drip(answer.body)
        else:
            self.wfile.write(answer.body)

    def _drip(self, body: bytes) -> None:
        with suppress(ConnectionError):  # the reader has had enough
            for byte in body:
                self.wfile.write(bytes([byte]))
                if self.server.owner.closing.wait(0.05):
                    return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Keep the test's output quiet."""
