"""Who stands in for whom at this moment."""

import json
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from announcer.db.models import PersonRow, StandInRow
from announcer.domain.audience import Person, StandsFor

#: Whom somebody stands in for now, as JSON, for one who asks in a single question (``{who}``).
#: `running` asks the same.
STANDS_FOR = """
(SELECT json_agg(json_build_array(lent.pseudonym, lent.directory_id, lent.unit, lent.workplace,
    lent.role, lent.language, lent.groups, s.announcement) ORDER BY s.from_at, s.id)
  FROM announcer.stand_in s JOIN announcer.person lent
    ON lent.pseudonym = s.for_whom AND lent.left_at IS NULL
  WHERE s.who = {who} AND s.revoked_at IS NULL
    AND s.from_at <= (SELECT announcer.announcer_now())
    AND s.until_at > (SELECT announcer.announcer_now()))"""


def read(found: str | None) -> tuple[StandsFor, ...]:
    """What `STANDS_FOR` answered."""
    return tuple(
        StandsFor(
            Person(UUID(lent), directory_id, unit, workplace, role, language, (), tuple(groups)),
            UUID(about) if about else None,
        )
        for lent, directory_id, unit, workplace, role, language, groups, about in json.loads(
            found or "[]"
        )
    )


def is_running() -> ColumnElement[bool]:
    """A stand-in that has begun, is not over and was not revoked."""
    now = select(func.announcer.announcer_now()).scalar_subquery()
    return and_(
        StandInRow.revoked_at.is_(None), StandInRow.from_at <= now, StandInRow.until_at > now
    )


def running(session: Session, who: UUID | None = None) -> Mapping[UUID, tuple[StandsFor, ...]]:
    """Everyone who stands in for somebody now, or ``who`` alone. Whoever has left lends nothing."""
    query = (
        select(StandInRow, PersonRow)
        .join(PersonRow, PersonRow.pseudonym == StandInRow.for_whom)
        .where(PersonRow.left_at.is_(None), is_running())
        .order_by(StandInRow.from_at, StandInRow.id)
    )
    if who is not None:
        query = query.where(StandInRow.who == who)
    found: dict[UUID, tuple[StandsFor, ...]] = {}
    for row, lent in session.execute(query):
        facts = (lent.directory_id, lent.unit, lent.workplace, lent.role, lent.language)
        one = Person(lent.pseudonym, *facts, groups=tuple(lent.groups))
        found[row.who] = (*found.get(row.who, ()), StandsFor(one, row.announcement))
    return found
