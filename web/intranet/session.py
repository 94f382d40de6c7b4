"""A session: a signed cookie in one browser, and nothing on the server.

It has an end by the database's clock, and it ends when the directory says otherwise about what its
rights came from. What it remembers is told to nobody but that browser (TF 3 kap. 5 §).
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from flask import session

from announcer.config import Config
from announcer.domain.audience import Person
from announcer.domain.errors import N_

#: Seconds; more often the cookie is not written anew, so "seen" is no finer than this.
_COARSE = 300
ENDED = N_(
    "Du loggades ut från ditt konto på ett annat ställe, och därför också här. Logga in igen."
)
CHANGED = N_("Din enhet eller roll i personalkatalogen har ändrats. Logga in igen.")
OLD = N_(
    "Du loggades ut för att det har gått en tid, så att ingen annan ska komma in efter dig. Logga in igen."
)


def start_session(person: Person, now: datetime, marks: Sequence[str] = ()) -> None:
    """Whatever the old session held is gone, its token too: nobody can have prepared this one.

    ``marks``: keyed hashes by which an identity provider can end it.
    """
    session.clear()
    session["person"] = str(person.pseudonym)
    session["rights"] = _rights(person)
    if marks:
        # Finer than "since": who signs in in the second of another notice is in.
        session["account"], session["begun"] = list(marks), round(now.timestamp() * 1_000_000)
    session["since"] = session["seen"] = int(now.timestamp())


def read_in(language: str) -> None:
    """The pages in this language, until whoever is here signs out: kept in the browser alone."""
    session["language"] = language


def language_chosen() -> str:
    """What `read_in` was told, empty where it was not."""
    return str(session.get("language", ""))


def why_ended(person: Person, now: datetime, config: Config, *, by_itself: bool = False) -> str:
    """Why this session is over, in a sentence; empty where it is not, and then it goes on: but not for
    what a page asks ``by_itself``, with nobody before it."""
    if "rights" not in session:  # of an older version
        return OLD
    if session["rights"] != _rights(person):
        return CHANGED
    moment = int(now.timestamp())
    idle = timedelta(seconds=moment - session["seen"])
    if (
        idle >= config.session_idle
        or moment - session["since"] >= config.session_life.total_seconds()
    ):
        return OLD
    if not by_itself and idle >= timedelta(
        seconds=min(_COARSE, config.session_idle.total_seconds() / 4)
    ):
        session["seen"] = moment
    return ""


def _rights(person: Person) -> str:
    """A fingerprint of what this person's own rights come from."""
    return _fingerprint(person.unit, person.role, person.groups)


@lru_cache(maxsize=500)
def _fingerprint(*facts: str | tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def own_path(onward: str) -> str:
    """``onward`` if it is a path of ours, else nothing: a link must not lead elsewhere."""
    clean = onward.isprintable() and "\\" not in onward
    return onward if clean and onward.startswith("/") and not onward.startswith("//") else ""
