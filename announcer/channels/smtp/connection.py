"""One open connection to a mail server: greeted, encrypted, signed in."""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress

from announcer.channels.reply import words
from announcer.channels.smtp.limits import Announced
from announcer.channels.smtp.server import SmtpServer
from announcer.domain.errors import N_

#: Whoever waits ten minutes for the answer to the dot must notice sooner that nobody is there any
#: more: a line that was cut for a while, a machine without power. Seconds, seconds, probes.
_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
#: The message is accepted already; nothing hangs on the answer to QUIT.
_QUIT_SECONDS = 5.0


class TurnedAwayError(smtplib.SMTPResponseException):
    """The server wants nothing from us now; no recipient had been named yet."""


class UntrustedError(ConnectionError):
    """The server could not prove its name; the text names the host and the fault."""


class Connection:
    """One connection, used by one thread at a time.

    ``reusable`` is False from MAIL until the server has answered the dot, and so for ever after
    any doubt about what it would answer next. (RSET would do after a MAIL that nobody was
    accepted for; but Postfix hangs up after so many errors without a mail between them.)
    """

    def __init__(self, smtp: smtplib.SMTP, server: SmtpServer) -> None:
        self._smtp = smtp
        self._server = server
        self.announced = Announced.by(smtp)
        #: Transactions begun.
        self.messages = 0
        #: When it was given back, by the pool's clock, and the seconds it then rested.
        self.idle_since = self.rested = 0.0
        self.reusable = True

    @classmethod
    def open(cls, server: SmtpServer) -> "Connection":
        """Raises OSError: TurnedAwayError where the server had words, UntrustedError where its
        certificate is not right, something else where there was no conversation."""
        try:
            return cls(_opened(server), server)
        except ssl.SSLCertVerificationError as error:
            said = N_("E-postservern kunde inte visa att den är den rätta")
            fault = error.verify_message or str(error)
            raise UntrustedError(f"{said} ({server.host}): {fault}") from error
        except smtplib.SMTPResponseException as error:
            raise TurnedAwayError(error.smtp_code, error.smtp_error) from error

    def has(self, extension: str) -> bool:
        """Whether the server announced an extension (RFC 5321 section 4.1.1.1)."""
        return self._smtp.has_extn(extension)

    def begin(self, *, utf8: bool) -> None:
        """A transaction starts; commands are written in UTF-8 where it says SMTPUTF8."""
        self.reusable = False
        self._smtp.command_encoding = "utf-8" if utf8 else "ascii"
        self._set_timeout(self._server.command_timeout)

    def exchange(self, commands: Sequence[str]) -> Iterator[tuple[int, bytes]]:
        """Write all commands at once and give their answers in order. Raises OSError.

        More than one only where the server announced PIPELINING, and DATA by itself: whoever
        asks must know first that somebody was accepted (RFC 2920 section 3.1).
        """
        self._smtp.send("".join(f"{command}\r\n" for command in commands))
        for _ in commands:
            yield self._smtp.getreply()

    def write(self, block: memoryview | bytes) -> None:
        """A block of the message. Raises OSError."""
        self._set_timeout(self._server.block_timeout)
        self._smtp.send(block)

    def verdict(self) -> tuple[int, bytes]:
        """The answer to the final dot. Raises OSError."""
        self._set_timeout(self._server.after_data_timeout)
        return self._smtp.getreply()

    def is_quiet(self) -> bool:
        """Whether the server has said nothing unasked: answers must not slip by one."""
        if self._smtp.file is None:
            return False
        self._set_timeout(0)
        try:
            return not self._smtp.file.peek(1)
        except ssl.SSLWantReadError:
            return True
        except OSError:
            return False
        finally:
            self._set_timeout(self._server.command_timeout)

    def drop(self) -> None:
        """Hang up without a word, as after a fork or when the conversation is lost."""
        self.reusable = False
        self._smtp.close()

    def end(self) -> None:
        """Say QUIT (RFC 5321 section 4.1.1.10) and hang up; never fails."""
        with suppress(OSError):  # every answer is in: a lost QUIT changes none of them
            self._set_timeout(min(_QUIT_SECONDS, self._server.command_timeout))
            self._smtp.docmd("QUIT")
        self.drop()

    def _set_timeout(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)


def _opened(server: SmtpServer) -> smtplib.SMTP:
    smtp = _connected(server)
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(server.command_timeout)
            # The dot is written by itself; Nagle's algorithm would hold it for 40 ms.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _notice_silence(smtp.sock)
        if server.security == "starttls":
            smtp.starttls(context=_trust(server))
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _notice_silence(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):  # not every system has all of them
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _connected(server: SmtpServer) -> smtplib.SMTP:
    name = server.helo_name or None
    if server.security == "tls":
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=name,
            timeout=server.connect_timeout,
            context=_trust(server),
        )
    return smtplib.SMTP(
        server.host, server.port, local_hostname=name, timeout=server.connect_timeout
    )


def _trust(server: SmtpServer) -> ssl.SSLContext:
    """Made anew for each connection, so that a renewed CA file counts without a restart."""
    try:
        return ssl.create_default_context(cafile=server.ca or None)
    except OSError as error:
        unread = N_("Certifikatutfärdaren för e-postservern kan inte läsas")
        raise UntrustedError(f"{unread} ({server.host}, {server.ca}): {error}") from error


def said(error: Exception) -> str:
    """What happened to a connection, in the server's words where it had any."""
    if isinstance(error, smtplib.SMTPResponseException):
        return words(error.smtp_code, error.smtp_error)
    return words(None, str(error) or type(error).__name__)
