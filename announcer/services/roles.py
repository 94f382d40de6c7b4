"""Who has which of the policy's roles now, and by what rule; and which nobody has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from announcer.db.models import PersonRow, StandInRow
from announcer.domain.audience import Person
from announcer.domain.policy import Role
from announcer.people.lookup import person
from announcer.people.stand_ins import is_running
from announcer.services import approvers, lists
from announcer.services.installation import Installation


@dataclass(frozen=True)
class StandingIn:
    """Who has the role for another, until when (aware); ``one_text``: for one announcement only."""

    who: str
    for_whom: str
    until: datetime
    one_text: bool


@dataclass(frozen=True)
class Held:
    """A role and everyone who has it in their own right. Of a role of each unit's own people
    ``missing`` are the units in which people work and nobody has it."""

    name: str
    role: Role
    holders: tuple[Person, ...]
    stand_ins: tuple[StandingIn, ...]
    missing: tuple[str, ...]


def held(installation: Installation, actor: Person) -> list[Held]:
    """Every role, in the policy's order. Raises `NotAllowed`."""
    lists.require_keeper(installation, actor)
    with installation.database.reading() as session:
        lent = list(_lent(session))
        inhabited = set(
            session.scalars(select(PersonRow.unit).where(PersonRow.left_at.is_(None)).distinct())
        )
        return [
            _held(session, name, role, lent, inhabited)
            for name, role in installation.policy.roles.items()
        ]


def _held(
    session: Session,
    name: str,
    role: Role,
    lent: list[tuple[Person, StandingIn]],
    inhabited: set[str],
) -> Held:
    anywhere = approvers.anywhere(role)
    holders = tuple(map(person, session.scalars(approvers.holding(anywhere, ""))))
    there = {one.unit for one in holders}
    missing = sorted(inhabited - there) if role.unit == "own" else ()
    return Held(
        name=name,
        role=role,
        holders=holders,
        stand_ins=tuple(one for absent, one in lent if anywhere.fits(absent, absent.unit)),
        missing=tuple(missing),
    )


def _lent(session: Session) -> Iterator[tuple[Person, StandingIn]]:
    """Whom somebody stands in for now, and how; whoever has left neither lends nor borrows."""
    stand_in, absent = aliased(PersonRow), aliased(PersonRow)
    query = (
        select(StandInRow, stand_in.directory_id, absent)
        .join(stand_in, stand_in.pseudonym == StandInRow.who)
        .join(absent, absent.pseudonym == StandInRow.for_whom)
        .where(is_running(), stand_in.left_at.is_(None), absent.left_at.is_(None))
        .order_by(StandInRow.until_at, StandInRow.id)
    )
    for row, who, lender in session.execute(query):
        one_text = row.announcement is not None
        yield person(lender), StandingIn(who, lender.directory_id, row.until_at, one_text)


def by_unit(holders: tuple[Person, ...]) -> Mapping[str, list[Person]]:
    """Holders by the unit they work in, in the order of its code."""
    found: dict[str, list[Person]] = {}
    for one in sorted(holders, key=lambda one: (one.unit, one.directory_id)):
        found.setdefault(one.unit, []).append(one)
    return found
