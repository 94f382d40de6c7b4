"""What a server takes: announced (RFC 1870, RFC 9422), or learned from its refusals."""

import re
import smtplib
import threading
from dataclasses import dataclass

from announcer.channels.smtp.backoff import enhanced

_LIMIT = re.compile(r"(?:^|\s)(RCPTMAX|MAILMAX)=([1-9]\d{0,5})(?=\s|$)", re.IGNORECASE)
_SIZE = re.compile(r"\s*(\d+)\s*$")
#: A server that shuts down or was kept waiting too long says nothing about a number of messages
#: (RFC 3463 X.3.2 and X.4.2).
_OTHER_REASONS = frozenset({"4.3.2", "4.4.2"})


@dataclass(frozen=True)
class Announced:
    """Bounds in the answer to EHLO: bytes, recipients a message, messages a connection."""

    size: int | None = None
    recipients: int | None = None
    messages: int | None = None

    @staticmethod
    def by(smtp: smtplib.SMTP) -> "Announced":
        """SIZE 0 means no bound (RFC 1870 section 4)."""
        size = _SIZE.match(smtp.esmtp_features.get("size", ""))
        found = _LIMIT.findall(smtp.esmtp_features.get("limits", ""))
        limits = {name.upper(): int(value) for name, value in found}
        return Announced(
            size=(int(size[1]) or None) if size else None,
            recipients=limits.get("RCPTMAX"),
            messages=limits.get("MAILMAX"),
        )


#: Seconds: no server closes a connection because of so short a silence.
_NO_REST = 5.0


class Learned:
    """What one process has found out about one server; forgotten when it ends."""

    def __init__(self) -> None:
        self.recipients: int | None = None
        self.messages: int | None = None
        self._last_closed_after = 0
        self._lock = threading.Lock()

    def no_more_recipients(self, taken: int) -> None:
        """The server took so many recipients in one transaction and then no more."""
        with self._lock:
            self.recipients = min(taken, self.recipients or taken)

    def closed(self, messages: int, rested: float, text: bytes = b"") -> None:
        """The server ended a connection after so many messages, perhaps with the words of a 421.

        Once may be chance; the same number twice running is a bound. After some seconds of rest
        it was the rest.
        """
        if rested > _NO_REST or enhanced(text) in _OTHER_REASONS:
            return
        with self._lock:
            if messages == self._last_closed_after:
                self.messages = min(messages, self.messages or messages)
            self._last_closed_after = messages


def least(*bounds: int | None) -> int:
    """The smallest of those that are known. Raises ValueError where none is."""
    return min(bound for bound in bounds if bound is not None)
