"""One message to many recipients over SMTP, with an honest answer for each of them.

``smtplib``'s own ``sendmail`` hides the one thing that must be known when a connection is lost:
whether the final dot had been written. Before it the server cannot have taken responsibility
(RFC 5321 sections 4.1.1.4 and 4.2.5) and the message may go again; after it nobody can know.
"""

import binascii
import smtplib
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from announcer.channels.envelope import (
    dot_stuffed,
    fault_of_address,
    fault_of_message,
    header_block,
)
from announcer.channels.reply import words
from announcer.domain.delivery import DeliveryState, Outcome
from announcer.domain.errors import N_, SetupError

#: A block of DATA; RFC 5321 section 4.5.3.2.5 gives each its own time.
_BLOCK_BYTES = 64 * 1024
#: What a server says when *we* are not let in. The operator mends that; no recipient is to blame
#: (RFC 4954 section 6).
_SIGN_IN_CODES = frozenset({530, 534, 535, 538})
#: RFC 5321 section 4.5.3.1.10: a 552 to RCPT is an old way of saying "too many recipients".
_OLD_TOO_MANY = 552
#: So many 452 in a row, with somebody accepted before: the server will take no more this time.
#: Asking on would make Postfix hang up (smtpd_hard_error_limit = 20) and nobody would get it.
_TOO_MANY_IN_A_ROW = 10
_SHORTEST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
#: The message is accepted already; nothing hangs on the answer to QUIT.
_QUIT_SECONDS = 5.0


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in. Times are seconds; ``helo_name`` empty means this host's own name.

    Certificates are verified against the system's authorities for ``starttls`` and ``tls``, and
    there is no falling back to plain text. Raises SetupError for settings that cannot work.
    """

    host: str
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    helo_name: str = ""
    connect_timeout: float = 30.0
    command_timeout: float = 60.0
    #: RFC 5321 section 4.5.3.2.5: three minutes for a block of the message.
    block_timeout: float = 180.0
    #: RFC 5321 section 4.5.3.2.6: ten minutes for the answer to the final dot.
    after_data_timeout: float = 600.0

    def __post_init__(self) -> None:
        if self.security not in ("none", "starttls", "tls"):
            raise SetupError(f"SMTP security is {self.security!r}: use none, starttls or tls.")
        try:
            name = self.host.encode("idna")  # what the resolver will be asked
        except UnicodeError:
            name = b""
        if not name or not 0 < self.port < 65536:
            raise SetupError(f"SMTP server {self.host!r}, port {self.port}: no such address.")
        if not f"{self.user}{self.password}{self.helo_name}".isascii():
            raise SetupError("SMTP user, password and HELO name can only have ASCII characters.")


@dataclass(frozen=True)
class _Letter:
    sender: str
    message: bytes
    attempt: int

    @property
    def is_8bit(self) -> bool:
        return not self.message.isascii()

    @property
    def needs_utf8(self) -> bool:
        """RFC 6531 section 3.2; recipients are looked at one by one."""
        return not (self.sender.isascii() and header_block(self.message).isascii())


def send(
    server: SmtpServer,
    sender: str,
    recipients: Iterable[str],
    message: bytes,
    attempt: int = 0,
) -> Mapping[str, Outcome]:
    """Hand ``message`` (CRLF line ends) in once for all ``recipients``; one outcome for each.

    Never raises for what the server or the network does. ``attempt`` counts earlier tries and
    sets how long a deferred recipient waits: one minute, doubled each time, at most an hour.
    """
    wanted = tuple(dict.fromkeys(recipients))
    fault = fault_of_message(message) or fault_of_address(sender)
    faults = {address: fault or fault_of_address(address) for address in wanted}
    answers = {
        address: Outcome(DeliveryState.REFUSED, why) for address, why in faults.items() if why
    }
    asked = [address for address in wanted if address not in answers]
    if asked:
        _transaction(server, _Letter(sender, message, attempt), asked, answers)
    return answers


def _transaction(
    server: SmtpServer, letter: _Letter, asked: list[str], answers: dict[str, Outcome]
) -> None:
    """Fill ``answers`` for everyone in ``asked``; answers given before a break stand."""
    try:
        with _session(server) as smtp:
            willing = _fitting(smtp, letter, asked, answers)
            if willing:
                _hand_in(smtp, server, letter, willing, answers)
    # smtplib's exceptions are OSErrors; a broken AUTH challenge is a binascii.Error.
    except (OSError, binascii.Error) as error:
        deferred = _deferred(_broken(error), letter.attempt)
        for address in asked:
            answers.setdefault(address, deferred)


@contextmanager
def _session(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """A greeted, encrypted and signed-in connection. Raises OSError for anything else."""
    smtp = _connected(server)
    try:
        _set_timeout(smtp, server.command_timeout)
        if smtp.sock is not None:
            # The dot is written by itself; Nagle's algorithm would hold it for 40 ms.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp
        with suppress(OSError):  # every answer is in: a lost QUIT changes none of them
            _set_timeout(smtp, min(_QUIT_SECONDS, server.command_timeout))
            smtp.docmd("QUIT")
    finally:
        smtp.close()


def _connected(server: SmtpServer) -> smtplib.SMTP:
    name = server.helo_name or None
    if server.security == "tls":
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=name,
            timeout=server.connect_timeout,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(
        server.host, server.port, local_hostname=name, timeout=server.connect_timeout
    )


def _fitting(
    smtp: smtplib.SMTP, letter: _Letter, asked: list[str], answers: dict[str, Outcome]
) -> list[str]:
    """Those whom this server's extensions can reach; the others are refused with the reason."""
    fault = ""
    if letter.needs_utf8 and not smtp.has_extn("smtputf8"):
        fault = N_("E-postservern tar inte emot tecken utanför ASCII i brevhuvudet.")
    elif letter.is_8bit and not smtp.has_extn("8bitmime"):
        fault = N_("E-postservern tar inte emot brev med åtta bitar per tecken.")
    if fault:
        answers.update(dict.fromkeys(asked, Outcome(DeliveryState.REFUSED, fault)))
        return []
    if smtp.has_extn("smtputf8"):
        return asked
    fault = N_("E-postservern tar inte emot adresser med tecken utanför ASCII.")
    answers |= {a: Outcome(DeliveryState.REFUSED, fault) for a in asked if not a.isascii()}
    return [address for address in asked if address.isascii()]


def _hand_in(
    smtp: smtplib.SMTP,
    server: SmtpServer,
    letter: _Letter,
    willing: list[str],
    answers: dict[str, Outcome],
) -> None:
    """MAIL, RCPT and DATA. Raises OSError where the connection broke before the final dot."""
    utf8 = letter.needs_utf8 or not all(address.isascii() for address in willing)
    smtp.command_encoding = "utf-8" if utf8 else "ascii"
    code, text = smtp.docmd("MAIL", f"FROM:<{letter.sender}>{_options(smtp, letter, utf8)}")
    if code != 250:
        answers |= dict.fromkeys(willing, _not_taken(code, text, letter.attempt))
        return
    accepted = _ask(smtp, willing, letter.attempt, answers)
    if accepted:
        outcome = _write(smtp, server, letter)
        answers |= dict.fromkeys(accepted, outcome)


def _options(smtp: smtplib.SMTP, letter: _Letter, utf8: bool) -> str:
    """The MAIL parameters: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531)."""
    size = f" SIZE={len(letter.message)}" if smtp.has_extn("size") else ""
    body = " BODY=8BITMIME" if letter.is_8bit else ""
    return size + body + (" SMTPUTF8" if utf8 else "")


def _ask(
    smtp: smtplib.SMTP, willing: list[str], attempt: int, answers: dict[str, Outcome]
) -> list[str]:
    """Name every recipient; answer for those not taken, return those taken."""
    accepted: list[str] = []
    too_many = 0
    for address in willing:
        if accepted and too_many >= _TOO_MANY_IN_A_ROW:
            unasked = N_("E-postservern tar inte fler mottagare den här gången.")
            answers[address] = _deferred(unasked, attempt)
            continue
        code, text = smtp.docmd("RCPT", f"TO:<{address}>")
        if code == 421:  # the server is closing: what it took so far goes nowhere
            raise smtplib.SMTPResponseException(code, text)
        too_many = too_many + 1 if code in (452, _OLD_TOO_MANY) else 0
        if 200 <= code < 300:
            accepted.append(address)
        elif code == _OLD_TOO_MANY:
            answers[address] = _deferred(words(code, text), attempt)
        else:
            answers[address] = _not_taken(code, text, attempt)
    return accepted


def _write(smtp: smtplib.SMTP, server: SmtpServer, letter: _Letter) -> Outcome:
    """DATA to the answer after the dot. Raises OSError only while the dot is unwritten."""
    code, text = smtp.docmd("DATA")
    if code != 354:
        return _not_taken(code, text, letter.attempt)
    _set_timeout(smtp, server.block_timeout)
    body = memoryview(dot_stuffed(letter.message))
    for start in range(0, len(body), _BLOCK_BYTES):
        smtp.send(body[start : start + _BLOCK_BYTES])
    smtp.send(b".\r\n")
    try:
        _set_timeout(smtp, server.after_data_timeout)
        code, text = smtp.getreply()
    except OSError as error:
        lost = N_("Brevet var helt överlämnat när förbindelsen bröts, före svaret")
        return Outcome(DeliveryState.IN_DOUBT, f"{lost}: {_broken(error)}")
    if 200 <= code < 300:
        return Outcome(DeliveryState.ACCEPTED, words(code, text))
    if 400 <= code < 600:
        return _not_taken(code, text, letter.attempt)
    lost = N_("Brevet var helt överlämnat men svaret gick inte att förstå")
    return Outcome(DeliveryState.IN_DOUBT, f"{lost}: {words(code, text)}")


def _not_taken(code: int, text: bytes, attempt: int) -> Outcome:
    """Never for a 5xx, later for everything else, even what no server should say."""
    if 500 <= code < 600 and code not in _SIGN_IN_CODES:
        return Outcome(DeliveryState.REFUSED, words(code, text))
    return _deferred(words(code, text), attempt)


def _deferred(reply: str, attempt: int) -> Outcome:
    wait = min(_SHORTEST_WAIT * 2 ** min(attempt, 10), _LONGEST_WAIT)
    return Outcome(DeliveryState.DEFERRED, reply, wait)


def _broken(error: Exception) -> str:
    """What happened to the connection, in the server's words where it had any."""
    if isinstance(error, smtplib.SMTPResponseException):
        return words(error.smtp_code, error.smtp_error)
    return words(None, str(error) or type(error).__name__)


def _set_timeout(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)
