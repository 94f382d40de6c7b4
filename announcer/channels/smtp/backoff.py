"""How long to wait before the next attempt, by the reason the server gave.

RFC 5321 section 4.5.4.1 asks for half an hour between attempts "in general" and for cleverer
strategies where the reason is known; it gives up after four to five days, as delivering does.
The reason is the enhanced status code (RFC 3463; the registry is RFC 5248) at the start of the
reply's text, or else the reply code alone (RFC 5321 section 4.2.3).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from announcer.channels.reply import words
from announcer.domain.delivery import Outcome, Result

#: No deferred recipient waits longer, so that five days are at least thirty attempts.
LONGEST = timedelta(hours=4)
#: Waits are up to this share longer, so that a thousand newsrooms do not come back as one.
_SPREAD = 0.1
#: What a server says when *we* are not let in. The operator mends that; no recipient is to blame
#: (RFC 4954 section 6).
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
#: Exchange Online says 554 when the *sender's* day is used up or mailbox full (Microsoft Learn,
#: "Message storage and concurrent connection throttling for SMTP Authenticated Submission").
_OUR_QUOTA = re.compile(rb"STOREDRV\.Submission\S*QuotaExceeded")


@dataclass(frozen=True)
class Schedule:
    """Waits that double from ``first`` to ``longest``; ``whole_server``: not about a recipient."""

    first: timedelta
    longest: timedelta = LONGEST
    whole_server: bool = False

    def wait(self, attempt: int, seed: str) -> timedelta:
        """Before attempt number ``attempt`` + 1; the same for the same ``seed``, always."""
        doubled = self.first * (1 << min(attempt, 16))
        digest = hashlib.sha256(f"{attempt} {seed}".encode()).digest()
        share = int.from_bytes(digest[:4], "big") / 2**32
        return min(doubled, self.longest / (1 + _SPREAD)) * (1 + _SPREAD * share)


#: RFC 3463 X.3 (the mail system) and X.4 (network and routing), a broken connection, and
#: everything that is not in the table.
TROUBLE = Schedule(timedelta(minutes=1), timedelta(hours=2))
#: RFC 6647: who comes back after some minutes is let in, and stays so.
GREYLISTED = Schedule(timedelta(minutes=5), timedelta(hours=1))
#: RFC 3463 X.1 and X.2: an address or a mailbox that is not in order today.
MAILBOX = Schedule(timedelta(minutes=30))
#: RFC 3463 X.2.2: somebody must tidy up first.
MAILBOX_FULL = Schedule(timedelta(hours=2))
#: RFC 3463 X.7 (policy) and 421: too many messages or connections, from us.
RATE = Schedule(timedelta(minutes=10), whole_server=True)
#: Each attempt with a wrong password brings an account nearer to being locked.
SIGN_IN = Schedule(timedelta(minutes=5), timedelta(hours=1), whole_server=True)
#: A 5xx about ourselves: a day's quota (a sliding window of 24 hours), a block on our address.
US = Schedule(timedelta(hours=1))

_ANY = frozenset(range(200, 600))
#: Reply codes, the beginning of the enhanced status code, and what follows; the first that fits.
TABLE: tuple[tuple[frozenset[int], str, Schedule], ...] = (
    (SIGN_IN_CODES, "", SIGN_IN),
    # RFC 3207 section 4, RFC 4954 section 4.7.1: TLS or sign-in is out of order over there.
    (frozenset({454}), "", TROUBLE),
    # RFC 6647 names no code; Postgrey says 4.2.0, most filters 4.7.1.
    (frozenset({450, 451}), "4.2.0", GREYLISTED),
    (frozenset({450, 451}), "4.7.1", GREYLISTED),
    (_ANY, "4.2.2", MAILBOX_FULL),
    (_ANY, "4.1.", MAILBOX),
    (_ANY, "4.2.", MAILBOX),
    (_ANY, "4.7.", RATE),
    (_ANY, "4.", TROUBLE),
    # Without an enhanced code: 450 is a mailbox that is busy or a greylist, 421 is "go away".
    (frozenset({450}), "", GREYLISTED),
    (frozenset({421}), "", RATE),
    (_ANY, "5", US),
)


def enhanced(text: bytes | str) -> str:
    """The enhanced status code (RFC 3463 section 2) of a reply's text, or an empty string."""
    found = _ENHANCED.match(text.encode() if isinstance(text, str) else text)
    return found[1].decode("ascii") if found else ""


def schedule(code: int, text: bytes | str) -> Schedule:
    """The row of the table for one reply."""
    status = enhanced(text)
    for codes, prefix, found in TABLE:
        if code in codes and status.startswith(prefix):
            return found
    return TROUBLE


def is_final(code: int, text: bytes) -> bool:
    """Whether no later attempt can go better: a 5xx that is not about ourselves."""
    return 500 <= code < 600 and code not in SIGN_IN_CODES and not _OUR_QUOTA.search(text)


def not_taken(code: int, text: bytes, attempt: int, seed: str) -> Outcome:
    """Never for a 5xx, later for everything else, even what no server should say."""
    if is_final(code, text):
        return Outcome(Result.REFUSED, words(code, text))
    return deferred(words(code, text), schedule(code, text).wait(attempt, seed))


def deferred(reply: str, wait: timedelta) -> Outcome:
    """Not now; never beyond :data:`LONGEST`."""
    return Outcome(Result.DEFERRED, reply, min(wait, LONGEST))
