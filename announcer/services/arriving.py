"""Who asks, and whether what was made before still holds: one question before every answer.

Nothing of it is written down (TF 3 kap. 5 §).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from announcer.db.glance import Glance
from announcer.domain.audience import Person, Reader
from announcer.people.stand_ins import STANDS_FOR, read
from announcer.services.reading import hash_of

# The number grows with every change of what a colleague can see (``announcer/db/gate/0008.sql``);
# the moment is in microseconds, which need no reading of dates.
_QUESTION = """
SELECT (SELECT CAST(sum(number) AS bigint) FROM announcer.change),
  CAST(extract(epoch FROM announcer.announcer_now()) * 1000000 AS bigint), {}
"""
_OF_PERSON = (
    "p.pseudonym, p.directory_id, p.unit, p.workplace, p.role, p.language, to_json(p.groups), "
    + STANDS_FOR.format(who="p.pseudonym")
    + " FROM (SELECT CAST($1 AS uuid) AS pseudonym) AS asks LEFT JOIN announcer.person p"
    " ON p.pseudonym = asks.pseudonym AND p.left_at IS NULL"
)
_BY_PSEUDONYM = _QUESTION.format(_OF_PERSON)
# The array is text: keyed hashes, which hold nothing that would need quoting.
_BY_ACCOUNT = _QUESTION.format(
    "CASE WHEN EXISTS (SELECT FROM announcer.signed_out s"
    " WHERE s.sha256 = ANY (CAST($2 AS text[])) AND s.at >= to_timestamp(CAST($3 AS double precision) / 1000000))"
    " THEN 'ended' END, " + _OF_PERSON
)
_BY_KEY = _QUESTION.format(
    "p.unit, p.workplace, p.role, p.language"
    " FROM (SELECT CAST($1 AS text) AS sha256) AS asks LEFT JOIN (announcer.feed_token t"
    " JOIN announcer.person p ON p.pseudonym = t.person AND p.left_at IS NULL)"
    " ON t.sha256 = asks.sha256 AND t.revoked_at IS NULL"
)
_BY_CODE = _QUESTION.format(
    "c.unit, c.workplace FROM (SELECT CAST($1 AS text) AS sha256) AS asks"
    " LEFT JOIN announcer.workplace_code c ON c.sha256 = asks.sha256 AND c.revoked_at IS NULL"
    " AND c.expires_at > announcer.announcer_now()"
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
    return _arrived(*glance.row(_BY_PSEUDONYM, pseudonym))


def arrive_by_account(
    glance: Glance, pseudonym: str, marks: Sequence[str], since: int
) -> tuple[Arrival, bool]:
    """Somebody with a session of an account that began at ``since`` (microseconds since 1970). True where
    the provider has ended what one of ``marks`` stands for (`signed_out.end`): then nobody is known."""
    listed = f"{{{','.join(marks)}}}"
    version, moment, ended, *facts = glance.row(_BY_ACCOUNT, pseudonym, listed, str(since))
    found = _arrived(version, moment, *facts)
    return (replace(found, person=None), True) if ended else (found, False)


def _arrived(version: str | None, moment: str | None, *known: str | None) -> Arrival:
    found, *facts, groups, lent = known
    directory_id, unit, workplace, role, language = (fact or "" for fact in facts)
    person = None
    if found:
        rights = read(lent)
        who = (directory_id, unit, workplace, role, language)
        person = Person(UUID(found), *who, rights, tuple(json.loads(groups or "[]")))
    return Arrival(_number(version), _moment(moment), person)


def arrive_with_key(glance: Glance, key: str) -> tuple[Arrival, Reader | None]:
    """Whoever has a feed key, known by its owner's rights only; None where it is false or revoked,
    or its owner has left. Its use leaves no trace."""
    version, moment, unit, *facts = glance.row(_BY_KEY, hash_of(key))
    reader = None if unit is None else Reader(unit, *(fact or "" for fact in facts))
    return Arrival(_number(version), _moment(moment), None), reader


def arrive_at_workplace(glance: Glance, fingerprint: str) -> tuple[Arrival, Reader | None]:
    """A phone on which a workplace's code was typed in, known by that code's hash: it reads as
    everybody of the unit there does. None where the code is revoked or too old."""
    version, moment, unit, workplace = glance.row(_BY_CODE, fingerprint)
    reader = None if unit is None else Reader(unit=unit, workplace=workplace or "")
    return Arrival(_number(version), _moment(moment), None), reader


def _number(written: str | None) -> int:
    return int(written or 0)


def _moment(microseconds: str | None) -> datetime:
    return _EPOCH + timedelta(microseconds=_number(microseconds))
