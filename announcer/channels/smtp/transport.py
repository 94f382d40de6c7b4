"""Hands messages in to one mail server, for all channels of a process."""

import binascii
import smtplib
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

from announcer.channels.envelope import fault_of_address, fault_of_message
from announcer.channels.smtp.backoff import TROUBLE, deferred, schedule
from announcer.channels.smtp.budget import MinuteBudget
from announcer.channels.smtp.connection import Connection, TurnedAwayError, said
from announcer.channels.smtp.limits import least
from announcer.channels.smtp.pool import Pool
from announcer.channels.smtp.server import SmtpServer
from announcer.channels.smtp.transaction import Letter, StaleError, Transaction, fitting
from announcer.domain.delivery import Outcome, Result
from announcer.domain.errors import N_


class _Hold:
    """While the server wants nothing from us, nobody asks it."""

    def __init__(self, host: str, clock: Callable[[], float]) -> None:
        self._host = host
        self._clock = clock
        self._lock = threading.Lock()
        self._refusals = 0
        self._until = 0.0
        self.reply = ""

    def turned_away(self, error: TurnedAwayError) -> None:
        """Hold what the back-off table says is about us and not about a recipient."""
        found = schedule(error.smtp_code, error.smtp_error)
        if not found.whole_server:
            return
        with self._lock:
            self.reply = said(error)
            wait = found.wait(self._refusals, self._host)
            self._refusals += 1
            self._until = self._clock() + wait.total_seconds()

    def let_in(self) -> None:
        with self._lock:
            self._refusals, self._until = 0, 0.0

    def left(self) -> timedelta:
        """How long it lasts; zero where there is none."""
        return timedelta(seconds=max(0.0, self._until - self._clock()))


class SmtpTransport:
    """Connections, limits and waits of one process and one server; connects when first used.

    Thread safe, and safe to make before a fork. ``clock`` is seconds that only grow.
    """

    def __init__(self, server: SmtpServer, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._pool = Pool(server, clock)
        self._budget = MinuteBudget(server.messages_per_minute, clock)
        self._hold = _Hold(server.host, clock)

    def send(
        self, sender: str, recipients: Iterable[str], message: bytes, attempt: int = 0
    ) -> Mapping[str, Outcome]:
        """Hand ``message`` (CRLF line ends) in for all ``recipients``; one outcome for each.

        One transaction, or as few as the server takes. Never raises for what the server or the
        network does. ``attempt`` counts earlier tries and sets how long a deferred one waits.
        """
        wanted = tuple(dict.fromkeys(recipients))
        fault = fault_of_message(message) or fault_of_address(sender)
        faults = {address: fault or fault_of_address(address) for address in wanted}
        answers = {address: Outcome(Result.REFUSED, why) for address, why in faults.items() if why}
        asked: Sequence[str] = [address for address in wanted if address not in answers]
        letter = Letter(sender, message, attempt, seed=asked[0] if asked else "")
        while asked := self._hand_in(letter, asked, answers):
            continue  # the server takes fewer at a time
        return answers

    def _hand_in(
        self, letter: Letter, asked: Sequence[str], answers: dict[str, Outcome]
    ) -> Sequence[str]:
        """One transaction; returns those for whom there must be another, none after a break."""
        if not asked:
            return ()
        if not_now := self._not_now():
            answers.update(dict.fromkeys(asked, not_now))
            return ()
        try:
            return self._on_some_connection(letter, asked, answers)
        # smtplib's exceptions are OSErrors; a broken AUTH challenge is a binascii.Error.
        except (OSError, binascii.Error) as error:
            outcome = self._broken(error, letter)
            answers.update({a: outcome for a in asked if a not in answers})
            return ()

    def _not_now(self) -> Outcome | None:
        if held := self._hold.left():
            why = N_("E-postservern vill inte ta emot något av oss just nu")
            return deferred(f"{why}: {self._hold.reply}", held)
        if wait := self._budget.claim():
            return deferred(N_("Så många brev i minuten som vi får lämna är lämnade."), wait)
        return None

    def _on_some_connection(
        self, letter: Letter, asked: Sequence[str], answers: dict[str, Outcome]
    ) -> Sequence[str]:
        """Rested connections may turn out to be closed; a new one may not. Raises OSError."""
        while True:
            connection = self._pool.take()
            try:
                return self._on(connection, letter, asked, answers)
            except StaleError:
                connection.drop()
            except TurnedAwayError:
                raise
            except BaseException:
                connection.drop()
                raise
            finally:
                self._pool.give_back(connection)

    def _on(
        self,
        connection: Connection,
        letter: Letter,
        asked: Sequence[str],
        answers: dict[str, Outcome],
    ) -> Sequence[str]:
        willing = fitting(connection, letter, asked, answers)
        if not willing:
            return ()
        most = least(
            self._server.recipients_per_message,
            connection.announced.recipients,
            self._pool.learned.recipients,
        )
        transaction = Transaction(connection, letter, self._pool.learned, answers)
        left = transaction.run(willing[:most])
        self._hold.let_in()
        return [*left, *willing[most:]]

    def _broken(self, error: Exception, letter: Letter) -> Outcome:
        """What becomes of those who had no answer when the connection was lost or not made."""
        found = TROUBLE
        if isinstance(error, smtplib.SMTPResponseException):
            found = schedule(error.smtp_code, error.smtp_error)
        if isinstance(error, TurnedAwayError):
            self._hold.turned_away(error)
        return deferred(
            said(error), max(found.wait(letter.attempt, letter.seed), self._hold.left())
        )

    def close(self) -> None:
        """End the connections that rest."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def send(
    server: SmtpServer,
    sender: str,
    recipients: Iterable[str],
    message: bytes,
    attempt: int = 0,
) -> Mapping[str, Outcome]:
    """One message over a connection of its own; see :meth:`SmtpTransport.send`."""
    with SmtpTransport(server) as transport:
        return transport.send(sender, recipients, message, attempt)
