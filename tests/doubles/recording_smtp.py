"""A real SMTP server on loopback that keeps what it took and misbehaves on command.

with RecordingSmtp() as server:
    server.rules = Rules(replies={"b@x.example": "550 5.1.1 No such user"})
    ...
    assert server.messages[0].recipients == ("a@x.example",)
"""

import base64
import re
import socket
import socketserver
import ssl
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Self


class Stage(Enum):
    """A moment in an SMTP conversation where the server can hang up or fall silent."""

    #: Instead of the greeting; on a connection that is open already, instead of MAIL's answer.
    GREETING = auto()
    #: Instead of the answer to MAIL.
    MAIL = auto()
    #: Instead of the answer to the first RCPT.
    RCPT = auto()
    #: Instead of the answer to DATA.
    BEFORE_DATA = auto()
    #: After 354, having read a little; the connection is reset.
    IN_DATA = auto()
    #: After the final dot: the message *is* recorded, the client is told nothing.
    AFTER_DOT = auto()
    #: After the 250 that follows the final dot, before QUIT is answered.
    AFTER_ACCEPT = auto()


@dataclass(frozen=True)
class Rules:
    """How the server behaves; replies are whole lines, ``\\n`` between the lines of one."""

    greeting: str = "220 mail.example ESMTP"
    features: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "SIZE 33554432")
    ehlo: str = "250"
    mail: str = "250 2.1.0 OK"
    #: By recipient's address; everybody else is taken.
    replies: dict[str, str] = field(default_factory=dict)
    #: So many recipients are taken, then ``beyond``; None for no bound.
    most_recipients: int | None = None
    beyond: str = "452 4.5.3 Too many recipients"
    #: So many messages are taken on one connection, then MAIL is answered with ``enough``
    #: ("421 …"), or by hanging up where that is empty; None for no bound.
    most_messages: int | None = None
    enough: str = "421 4.7.0 Enough for one connection"
    #: MAIL and RCPT are answered only when so many RCPT have come: who does not write them
    #: together waits for ever.
    together: int = 0
    data: str = "354 Go on"
    accept: str = "250 2.0.0 Queued as 7F3A"
    #: Seconds that it thinks between the dot and the answer.
    slow: float = 0.0
    #: A second answer to the dot, in the same breath: from here on answers slip by one.
    stray: str = ""
    hang_up: Stage | None = None
    stall: Stage | None = None
    #: Presented for STARTTLS, or from the first byte with ``tls``.
    certificate: str = ""
    tls: bool = False
    #: ``user:password`` that must sign in (AUTH PLAIN) before MAIL.
    credentials: str = ""


@dataclass(frozen=True)
class Message:
    """One message that the server took: envelope and the bytes, dots unstuffed."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    #: The parameters of MAIL, such as ``SMTPUTF8``.
    options: tuple[str, ...]
    encrypted: bool
    #: The address of the client, and when it came, in monotonic seconds.
    peer: str
    at: float


class _HangUpError(Exception):
    """The rules say: go."""


class RecordingSmtp:
    """Listens on ``host`` from ``with`` on; ``rules`` may be replaced at any time."""

    def __init__(self, rules: Rules | None = None, host: str = "127.0.0.1") -> None:
        self.rules = rules or Rules()
        self.host = host
        #: The commands as they came, of all connections; shows what a client asked for.
        self.commands: list[str] = []
        self.connections = 0
        self.closing = threading.Event()
        self.open_connections: set[socket.socket] = set()
        self._messages: list[Message] = []
        self._lock = threading.Lock()
        self._server = _Server((host, 0), _Conversation)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def messages(self) -> list[Message]:
        """What was taken so far, oldest first."""
        with self._lock:
            return list(self._messages)

    def hang_up_on_all(self, peer: str = "") -> None:
        """Close every connection there is (of one client), as a server does after a silence."""
        for connection in list(self.open_connections):
            with suppress(OSError):  # gone by itself in the meantime
                if peer in ("", connection.getpeername()[0]):
                    connection.shutdown(socket.SHUT_RDWR)

    def record(self, message: Message) -> None:
        with self._lock:
            self._messages.append(message)

    def forget(self) -> None:
        """Empty all records; for tests that look at a second round by itself."""
        with self._lock:
            self._messages.clear()
        self.commands.clear()
        self.connections = 0

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
        self.hang_up_on_all()
        self._server.server_close()  # waits for the conversations' threads
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    owner: RecordingSmtp


class _Conversation(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.recorder = self.server.owner
        self.taken = 0
        self.owed: list[str] = []
        self.recorder.connections += 1
        self.connection: socket.socket = self.request
        # Answers to pipelined commands are written one by one; none may wait 40 ms for the last.
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.settimeout(60)  # no client that fell silent may hold up a test run
        self._lines = self.connection.makefile("rb")
        self.encrypted = self.signed_in = False
        self.sender = ""
        self.options: tuple[str, ...] = ()
        self.recipients: list[str] = []
        self.recorder.open_connections.add(self.connection)
        try:
            if self.rules.tls:
                self._encrypt()
            self._at(Stage.GREETING)
            self._say(self.rules.greeting)
            while line := self._lines.readline():
                self._obey(line.decode("utf-8", "replace").rstrip("\r\n"))
        except (_HangUpError, OSError):  # the client's hanging up is as good as ours
            return
        finally:
            self.recorder.open_connections.discard(self.connection)
            self._lines.close()  # a socket stays open as long as a file on it is
            self.connection.close()

    @property
    def rules(self) -> Rules:
        return self.recorder.rules

    def _obey(self, command: str) -> None:
        self.recorder.commands.append(command)
        verb = re.split(r"[ :]", command, maxsplit=1)[0].lower()
        known = getattr(self, f"_on_{verb}", None)
        if known is None:
            self._say("502 5.5.1 Not implemented")
        else:
            known(command)

    def _on_ehlo(self, command: str) -> None:
        if self.rules.ehlo != "250":
            self._say(self.rules.ehlo)
            return
        features = [*self.rules.features]
        if self.rules.certificate and not self.encrypted:
            features.append("STARTTLS")
        if self.rules.credentials:
            features.append("AUTH PLAIN")
        self._say("\n".join(f"250 {line}" for line in ("mail.example", *features)))

    def _on_helo(self, command: str) -> None:
        self._say("250 mail.example")

    def _on_starttls(self, command: str) -> None:
        self._say("220 Go on")
        self._encrypt()

    def _on_auth(self, command: str) -> None:
        user, password = self.rules.credentials.split(":")
        wanted = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.signed_in = command.split()[-1] == wanted
        self._say("235 2.7.0 OK" if self.signed_in else "535 5.7.8 Wrong user or password")

    def _on_mail(self, command: str) -> None:
        self._at(Stage.GREETING)
        if not self.rules.greeting.startswith("220"):
            self._say(self.rules.greeting)
            raise _HangUpError
        self._at(Stage.MAIL)
        most = self.rules.most_messages
        if most is not None and self.taken >= most:
            if self.rules.enough:
                self._say(self.rules.enough)
            raise _HangUpError
        if self.rules.credentials and not self.signed_in:
            self._say("530 5.7.0 Sign in first")
            return
        sender, _, options = command.partition("<")[2].partition(">")
        self.sender, self.options, self.recipients = sender, tuple(options.split()), []
        self._say_together(self.rules.mail)

    def _on_rcpt(self, command: str) -> None:
        self._at(Stage.RCPT)
        recipient = command.partition("<")[2].rpartition(">")[0]
        most = self.rules.most_recipients
        if most is not None and len(self.recipients) >= most:
            self._say_together(self.rules.beyond)
            return
        reply = self.rules.replies.get(recipient, "250 2.1.5 OK")
        if reply.startswith("2"):
            self.recipients.append(recipient)
        self._say_together(reply)
        if reply.startswith("421"):
            raise _HangUpError

    def _on_data(self, command: str) -> None:
        self._at(Stage.BEFORE_DATA)
        self._say(self.rules.data)
        if not self.rules.data.startswith("354"):
            return
        if Stage.IN_DATA in (self.rules.hang_up, self.rules.stall):
            self._lines.readline()
            self._at(Stage.IN_DATA)
        content = self._content()
        if self.rules.accept.startswith("2"):
            self.recorder.record(
                Message(
                    self.sender,
                    tuple(self.recipients),
                    content,
                    self.options,
                    self.encrypted,
                    self.client_address[0],
                    time.monotonic(),
                )
            )
        self.recorder.closing.wait(self.rules.slow)
        self._at(Stage.AFTER_DOT)
        self.taken += 1
        self._say(*filter(None, (self.rules.accept, self.rules.stray)))
        self._at(Stage.AFTER_ACCEPT)

    def _on_rset(self, command: str) -> None:
        self._say("250 OK")

    def _on_quit(self, command: str) -> None:
        self._say("221 Bye")
        raise _HangUpError

    def _content(self) -> bytes:
        content = []
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                raise _HangUpError
            content.append(line[1:] if line.startswith(b".") else line)
        return b"".join(content)

    def _encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.rules.certificate)
        self.recorder.open_connections.discard(self.connection)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.recorder.open_connections.add(self.connection)
        self._lines = self.connection.makefile("rb")
        self.encrypted = True

    def _say_together(self, reply: str) -> None:
        self.owed.append(reply)
        if len(self.owed) > self.rules.together:
            self._say(*self.owed)
            self.owed = []

    def _say(self, *replies: str) -> None:
        marked: list[str] = []
        for reply in replies:
            *lines, last = reply.split("\n")
            marked += [*(f"{line[:3]}-{line[4:]}" for line in lines), last]
        self.connection.sendall("".join(f"{line}\r\n" for line in marked).encode())

    def _at(self, stage: Stage) -> None:
        if self.rules.stall is stage:
            self.recorder.closing.wait(60)
        if stage not in (self.rules.hang_up, self.rules.stall):
            return
        if stage is Stage.IN_DATA:  # a reset, as from a killed process with unread bytes
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _HangUpError
