"""An HTTP server on loopback that sends short messages and shows a screen, and misbehaves on command.

It is the other side of the package in ``docs/adding-a-channel.md``: what it takes it keeps.
"""

import http.server
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

TOKEN = "a token for tests only"


@dataclass(frozen=True)
class Rules:
    """How the server behaves."""

    #: By number: what it says instead of sending.
    refused: dict[str, str] = field(default_factory=dict)
    #: Answered to everything, with these headers, before anything is looked at.
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    #: Carries out what it is asked (the first ``half`` of the messages), and hangs up.
    drops: bool = False
    half: int | None = None
    #: Seconds before each answer; what was asked for is carried out.
    slow: float = 0.0


@dataclass(frozen=True)
class ShortMessage:
    """One message that was sent to one phone."""

    key: str
    number: str
    text: str


class Gateway:
    """Listens from ``with`` on; ``rules`` may be replaced at any time."""

    def __init__(self) -> None:
        self.rules = Rules()
        #: What phones got, oldest first, and what the screen shows by its place.
        self.sent: list[ShortMessage] = []
        self.screen: dict[str, dict[str, str]] = {}
        self.shown: dict[str, bytes] = {}
        #: What anybody ever saw on the screen, oldest first.
        self.was_shown: list[dict[str, str]] = []
        self.requests: list[str] = []
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        """What an operator would set to have both channels here."""
        return {
            f"ANNOUNCER_CHANNEL_{name}_{what}": value
            for name in ("SMS", "SWITCHBOARD")
            for what, value in (("URL", self.url), ("TOKEN", TOKEN))
        }

    def texts(self, number: str = "") -> list[str]:
        """What the phone with this number got, or all of them."""
        with self.lock:
            return [one.text for one in self.sent if number in ("", one.number)]

    def forget(self) -> None:
        """Nothing was ever asked for."""
        self.rules = Rules()
        for kept in (self.sent, self.screen, self.shown, self.was_shown, self.requests):
            kept.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(http.server.ThreadingHTTPServer):
    owner: Gateway


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._carried_out(self._send)

    def do_PUT(self) -> None:
        self._carried_out(self._show)

    def do_DELETE(self) -> None:
        self._carried_out(self._clear)

    def do_GET(self) -> None:
        self._carried_out(self._tell)

    def _carried_out(self, act: Any) -> None:
        owner, rules = self.server.owner, self.server.owner.rules
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        owner.requests.append(f"{self.command} {self.path}")
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"error": "who are you?"})
        elif rules.status:
            self._answer(rules.status, {"error": "not now"}, rules.headers)
        else:
            with owner.lock:
                status, said = act(body)
            time.sleep(rules.slow)
            if rules.drops or rules.half is not None:
                self.close_connection = True
                self.connection.close()
            else:
                self._answer(status, said)

    def _send(self, body: bytes) -> tuple[int, object]:
        asked, owner = json.loads(body), self.server.owner
        known = {one.key for one in owner.sent}
        answers: dict[str, str] = {}
        for one in asked["to"][: owner.rules.half]:
            why = owner.rules.refused.get(one["number"], "")
            answers[one["key"]] = why or "taken"
            if not why and one["key"] not in known:
                owner.sent.append(ShortMessage(one["key"], one["number"], asked["text"]))
        return 200, answers

    def _show(self, body: bytes) -> tuple[int, object]:
        owner, shown = self.server.owner, json.loads(body)
        owner.shown[self.path], owner.screen[self.path] = body, shown
        owner.was_shown.append(shown)
        return 200, {"shown": True}

    def _clear(self, _body: bytes) -> tuple[int, object]:
        there = self.server.owner.shown.pop(self.path, None)
        self.server.owner.screen.pop(self.path, None)
        return (200, {"shown": False}) if there else (404, {"error": "not shown"})

    def _tell(self, _body: bytes) -> tuple[int, object]:
        owner = self.server.owner
        if self.path in owner.shown:
            return 200, owner.shown[self.path]
        key = unquote(self.path.removeprefix("/messages/"))
        if any(one.key == key for one in owner.sent):
            return 200, {"state": "sent"}
        return 404, {"error": "not known"}

    def _answer(self, status: int, said: object, headers: dict[str, str] | None = None) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        with suppress(ConnectionError):  # a client that has had enough
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Keep the test's output quiet."""
