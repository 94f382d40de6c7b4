"""MAIL, RCPT, DATA and the dot: one message on one connection.

``smtplib``'s own ``sendmail`` hides the one thing that must be known when a connection is lost:
whether the final dot had been written. Before it the server cannot have taken responsibility
(RFC 5321 sections 4.1.1.4 and 4.2.5) and the message may go again; after it nobody can know.
"""

import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from announcer.channels.envelope import dot_stuffed, header_block
from announcer.channels.reply import words
from announcer.channels.smtp.backoff import (
    TROUBLE,
    deferred,
    enhanced,
    is_final,
    not_taken,
)
from announcer.channels.smtp.connection import Connection, TurnedAwayError, said
from announcer.channels.smtp.limits import Learned
from announcer.domain.delivery import Outcome, Result
from announcer.domain.errors import N_

#: A block of DATA; RFC 5321 section 4.5.3.2.5 gives each its own time.
_BLOCK_BYTES = 64 * 1024
#: RFC 5321 section 4.5.3.1.10: 452, and in the old days 552, to RCPT is "too many recipients";
#: both are also said about one mailbox.
_TOO_MANY = frozenset({452, 552})
#: RFC 3463 X.5.3 says it beyond doubt.
_TOO_MANY_STATUS = frozenset({"4.5.3", "5.5.3"})
#: So many without a reason in a row, with somebody accepted before: the server will take no more
#: this time. Asking on would make Postfix hang up (smtpd_hard_error_limit = 20).
_TOO_MANY_IN_A_ROW = 10
#: Commands written at once under PIPELINING: few enough for every socket's buffer (RFC 2920
#: section 3.1) and for Postfix's patience with errors.
_GROUP = 20


class StaleError(ConnectionError):
    """A connection that rested was found closed before MAIL was accepted: nothing has happened."""


class SenderRefusedError(smtplib.SMTPResponseException):
    """The server will never take this message from this sender."""


@dataclass(frozen=True)
class Letter:
    """What is handed in; ``seed`` spreads the waits, ``attempt`` counts earlier tries."""

    sender: str
    message: bytes
    attempt: int
    seed: str

    @property
    def is_8bit(self) -> bool:
        return not self.message.isascii()

    @property
    def needs_utf8(self) -> bool:
        """RFC 6531 section 3.2; recipients are looked at one by one."""
        return not (self.sender.isascii() and header_block(self.message).isascii())

    @property
    def size(self) -> int:
        """Bytes as RFC 1870 section 5 counts them: with line ends, without the doubled dots."""
        return len(self.message) + (0 if self.message.endswith(b"\r\n") else 2)

    def not_taken(self, code: int, text: bytes) -> Outcome:
        return not_taken(code, text, self.attempt, self.seed)


def fitting(
    connection: Connection, letter: Letter, asked: Sequence[str], answers: dict[str, Outcome]
) -> list[str]:
    """Those whom this server's extensions can reach; the others are refused with the reason."""
    if fault := _misfit(connection, letter):
        answers.update(dict.fromkeys(asked, Outcome(Result.REFUSED, fault)))
        return []
    if connection.has("smtputf8"):
        return list(asked)
    fault = N_("E-postservern tar inte emot adresser med tecken utanför ASCII.")
    answers |= {a: Outcome(Result.REFUSED, fault) for a in asked if not a.isascii()}
    return [address for address in asked if address.isascii()]


def _misfit(connection: Connection, letter: Letter) -> str:
    if letter.needs_utf8 and not connection.has("smtputf8"):
        return N_("E-postservern tar inte emot tecken utanför ASCII i brevhuvudet.")
    if letter.is_8bit and not connection.has("8bitmime"):
        return N_("E-postservern tar inte emot brev med åtta bitar per tecken.")
    most = connection.announced.size
    if most is not None and letter.size > most:
        sentence = N_("Brevet är för stort: {size} byte, och e-postservern tar emot högst {most}.")
        return sentence.format(size=letter.size, most=most)
    return ""


class Transaction:
    """One message to some recipients; fills ``answers`` as the server gives them.

    What was answered before a break stands.
    """

    def __init__(
        self, connection: Connection, letter: Letter, learned: Learned, answers: dict[str, Outcome]
    ) -> None:
        self._connection = connection
        self._letter = letter
        self._learned = learned
        self._answers = answers
        self._accepted: list[str] = []
        #: Not taken because there were too many, beyond doubt; and perhaps because of that.
        self._left: list[str] = []
        self._perhaps: dict[str, Outcome] = {}
        self._full = False

    def run(self, willing: Sequence[str]) -> list[str]:
        """Hand the message in; returns those for whom it must be handed in once more, now.

        Raises StaleError, TurnedAwayError, or another OSError where the connection broke before
        the dot was written.
        """
        try:
            unasked = self._envelope(willing)
        except SenderRefusedError as error:
            refused = Outcome(Result.REFUSED, said(error))
            self._answers |= dict.fromkeys(willing, refused)
            return []
        if not self._accepted:
            self._answers |= self._perhaps
            return []
        if self._full:
            self._learned.no_more_recipients(len(self._accepted))
        self._answers |= dict.fromkeys(self._accepted, self._content())
        return [*self._left, *self._perhaps, *unasked]

    def _envelope(self, willing: Sequence[str]) -> Sequence[str]:
        """MAIL and RCPT for as many as the server has room for; returns those not asked for."""
        utf8 = self._letter.needs_utf8 or not all(address.isascii() for address in willing)
        self._connection.begin(utf8=utf8)
        pipelining = self._connection.has("pipelining")
        size = _GROUP if pipelining else 1
        first, rest = (willing[:size], willing[size:]) if pipelining else ((), willing)
        replies = self._connection.exchange([self._mail(utf8), *map(_rcpt, first)])
        self._sender(replies)
        self._recipients(first, replies)
        while rest and not self._full:
            group, rest = rest[:size], rest[size:]
            self._recipients(group, self._connection.exchange([*map(_rcpt, group)]))
        return rest

    def _mail(self, utf8: bool) -> str:
        """SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531)."""
        letter = self._letter
        size = f" SIZE={letter.size}" if self._connection.has("size") else ""
        body = " BODY=8BITMIME" if letter.is_8bit else ""
        return f"MAIL FROM:<{letter.sender}>{size}{body}{' SMTPUTF8' if utf8 else ''}"

    def _sender(self, replies: Iterator[tuple[int, bytes]]) -> None:
        used_before = self._connection.messages
        try:
            code, text = next(replies)
        except OSError as error:
            if used_before:
                self._learned.closed(used_before, self._connection.rested)
                raise StaleError(str(error)) from error
            raise
        if code == 421 and used_before:
            self._learned.closed(used_before, self._connection.rested, text)
            raise StaleError(words(code, text))
        if code != 250:
            raise (SenderRefusedError if is_final(code, text) else TurnedAwayError)(code, text)
        self._connection.messages += 1

    def _recipients(self, group: Sequence[str], replies: Iterator[tuple[int, bytes]]) -> None:
        for address, (code, text) in zip(group, replies, strict=True):
            self._recipient(address, code, text)

    def _recipient(self, address: str, code: int, text: bytes) -> None:
        if code == 421:  # the server is closing: what it took so far goes nowhere
            raise smtplib.SMTPResponseException(code, text)
        status = enhanced(text)
        if 200 <= code < 300:
            self._accepted.append(address)
            self._answers |= self._perhaps  # there was room: those were about their mailboxes
            self._perhaps = {}
        elif code in _TOO_MANY and status in _TOO_MANY_STATUS and self._accepted:
            self._left.append(address)
            self._full = True
        elif code in _TOO_MANY and (not status or status in _TOO_MANY_STATUS):
            wait = TROUBLE.wait(self._letter.attempt, self._letter.seed)
            self._perhaps[address] = deferred(words(code, text), wait)
            self._full |= bool(self._accepted) and len(self._perhaps) >= _TOO_MANY_IN_A_ROW
        else:
            self._answers[address] = self._letter.not_taken(code, text)

    def _content(self) -> Outcome:
        """DATA to the answer after the dot. Raises OSError only while the dot is unwritten."""
        ((code, text),) = self._connection.exchange(["DATA"])
        if code != 354:
            return self._letter.not_taken(code, text)
        body = memoryview(dot_stuffed(self._letter.message))
        for start in range(0, len(body), _BLOCK_BYTES):
            self._connection.write(body[start : start + _BLOCK_BYTES])
        self._connection.write(b".\r\n")
        return self._verdict()

    def _verdict(self) -> Outcome:
        try:
            code, text = self._connection.verdict()
        except OSError as error:
            self._connection.drop()
            lost = N_("Brevet var helt överlämnat när förbindelsen bröts, före svaret")
            return Outcome(Result.IN_DOUBT, f"{lost}: {said(error)}")
        # The transaction is over with any answer (RFC 5321 section 4.1.1.4); with 421 all is.
        self._connection.reusable = 200 <= code < 300 or (400 <= code < 600 and code != 421)
        if 200 <= code < 300:
            return Outcome(Result.ACCEPTED, words(code, text))
        if 400 <= code < 600:
            return self._letter.not_taken(code, text)
        lost = N_("Brevet var helt överlämnat men svaret gick inte att förstå")
        return Outcome(Result.IN_DOUBT, f"{lost}: {words(code, text)}")


def _rcpt(address: str) -> str:
    return f"RCPT TO:<{address}>"
