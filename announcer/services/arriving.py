"""Who asks, and whether what was made before still holds: one question before every answer.

Nothing of it is written down (TF 3 kap. 5 §).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from announcer.db.glance import Glance, Row
from announcer.domain.audience import Person
from announcer.services.reading import hash_of

# The number grows with every change of what a colleague can see (``announcer/db/gate/0008.sql``);
# the moment is in microseconds, which need no reading of dates.
_ARRIVING = """
SELECT (SELECT CAST(sum(number) AS bigint) FROM announcer.change),
  CAST(extract(epoch FROM announcer.announcer_now()) * 1000000 AS bigint),
  p.pseudonym, p.directory_id, p.unit, p.workplace, p.role, p.language
FROM (SELECT {asks} AS pseudonym) AS asks
LEFT JOIN announcer.person p ON p.pseudonym = asks.pseudonym AND p.left_at IS NULL
"""
_BY_PSEUDONYM = _ARRIVING.format(asks="CAST($1 AS uuid)")
_BY_KEY = _ARRIVING.format(
    asks="(SELECT person FROM announcer.feed_token"
    " WHERE sha256 = CAST($1 AS text) AND revoked_at IS NULL)"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Arrival:
    """One request, as the database saw it come.

    What was made under the same ``version`` still holds, but for the time of day. ``now`` (aware
    UTC) is the database's. ``person`` is None for a stranger, and for one who has left.
    """

    version: int
    now: datetime
    person: Person | None


def arrive(glance: Glance, pseudonym: str | None = None) -> Arrival:
    """Somebody with a session, or nobody known."""
    return _arrival(glance.row(_BY_PSEUDONYM, pseudonym))


def arrive_with_key(glance: Glance, key: str) -> Arrival:
    """Somebody with a feed key; its use leaves no trace."""
    return _arrival(glance.row(_BY_KEY, hash_of(key)))


def _arrival(row: Row) -> Arrival:
    version, moment, pseudonym, *facts = row
    person = Person(UUID(pseudonym), *(fact or "" for fact in facts)) if pseudonym else None
    return Arrival(int(version or 0), _EPOCH + timedelta(microseconds=int(moment or 0)), person)
