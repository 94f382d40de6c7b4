"""Whether there is anybody who could approve: no chain may end in nobody."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from announcer.db.models import PersonRow
from announcer.domain.approving import Seat, empty_seats
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed
from announcer.domain.notation import quoted
from announcer.domain.policy import Chain, Policy, Role
from announcer.people.lookup import load_units, person
from announcer.people.stand_ins import running
from announcer.services import approvals
from announcer.services.approvals import Approving, Standing

NOBODY: frozenset[UUID] = frozenset()


def refuse_nobody(
    session: Session, policy: Policy, class_name: str, unit: str, authors: frozenset[UUID]
) -> None:
    """Raise `NotAllowed`, which says what to do, where the directory has nobody for a seat of the
    chain when ``authors`` have written the text."""
    chain = approvals.chain_of(session, policy, class_name, unit)
    if chain is None:
        return
    able = who_can(session, [(policy, chain, unit)])
    empty = empty_chairs(able, policy, chain, unit, authors)
    if not empty:
        return
    vacant = empty_chairs(able, policy, chain, unit, NOBODY)
    message = (
        N_(
            "Ingen kan godkänna den här texten som {roles}. Be {unit} utse en ersättare eller "
            "rätta personalkatalogen."
        )
        if vacant
        else N_(
            "Bara den som skrev texten kan godkänna den som {roles}, och ingen godkänner sin egen "
            "text. Be en kollega lämna in den, eller be {unit} utse en ersättare för någon annan "
            "med den rollen."
        )
    )
    raise NotAllowed(
        message,
        roles=", ".join(" / ".join(policy.roles[role].title for role in seat) for seat in empty),
        unit=", ".join(policy.roles[role].title for role in policy.information_unit),
    )


class Able(NamedTuple):
    """Colleagues who have roles of chains, by id, each with what they were lent; and of them those
    who stand in for somebody."""

    people: tuple[Person, ...]
    stand_ins: tuple[Person, ...]


def who_can(session: Session, chains: Iterable[tuple[Policy, Chain, str]]) -> Able:
    """Enough people of each role that a chain towards a unit names: as many as there are seats
    when all others are away; and everyone who stands in. One question for all chains."""
    lent = running(session)
    holders = {
        (name, role.unit and (unit if role.unit == "own" else role.unit), len(chain.seats)): role
        for policy, chain, unit in chains
        for name in chain.approvers
        if (role := policy.roles[name])
    }
    # Besides those who sit already, the author and whoever wrote the text may be away.
    enough = (
        PersonRow.pseudonym.in_(
            holding(role, where or "")
            .with_only_columns(PersonRow.pseudonym)
            .limit(2 * seats + len(("author", "writer")))
        )
        for (_, where, seats), role in holders.items()
    )
    query = (
        select(PersonRow)
        .where(PersonRow.left_at.is_(None), or_(PersonRow.pseudonym.in_(lent), *enough))
        .order_by(PersonRow.directory_id)
    )
    people = tuple(
        replace(person(row), stands_for=lent.get(row.pseudonym, ()))
        for row in session.scalars(query)
    )
    return Able(people, tuple(one for one in people if one.pseudonym in lent))


def empty_chairs(
    able: Able,
    policy: Policy,
    chain: Chain,
    unit: str,
    authors: frozenset[UUID],
    given: Sequence[tuple[UUID, Collection[str]]] = (),
    about: UUID | None = None,
) -> list[Seat]:
    """The seats of a chain that nobody could fill who works here today.

    ``given`` has those who sit already, with their roles; ``authors`` do not sit, nor does what
    they have lent, unless the author alone is enough.
    """
    away = NOBODY if chain.author_alone else authors
    sitting = {who for who, _ in given}
    people = [roles for _, roles in given]
    for one in _candidates(able, policy, chain, unit, away | sitting):
        rights = approvals.rights_in(policy, chain, unit, one.without(away), about)
        people.append({role for right in rights for role in right.roles})
    return empty_seats(chain.seats, people)


def _candidates(
    able: Able, policy: Policy, chain: Chain, unit: str, not_these: Collection[UUID]
) -> Iterator[Person]:
    """Enough people of each role: as many as there are seats; and everyone who stands in."""
    here = [one for one in able.people if one.pseudonym not in not_these]
    found = {
        one.pseudonym: one
        for name in chain.approvers
        for one in islice(
            (one for one in here if policy.roles[name].fits(one, unit)), len(chain.seats)
        )
    }
    yield from found.values()
    for one in able.stand_ins:
        if one.pseudonym not in found and one.pseudonym not in not_these:
            yield one


def holding(role: Role, unit: str) -> Select[PersonRow]:
    """Everyone who has a role in their own right, towards an announcement of ``unit``."""
    query = select(PersonRow).where(PersonRow.left_at.is_(None)).order_by(PersonRow.directory_id)
    where = unit if role.unit == "own" else role.unit
    if where is not None:
        query = query.where(PersonRow.unit == where)
    if role.position is not None:
        query = query.where(PersonRow.role == role.position)
    if role.group is not None:
        query = query.where(PersonRow.groups.contains([role.group]))
    return query


def standing(session: Session, policy: Policy, found: Approving) -> Standing:
    """How far the approval has come, and what of the rest nobody can do any more."""
    return standings(session, [(policy, found)])[found.row.id]


def standings(session: Session, asked: Sequence[tuple[Policy, Approving]]) -> dict[UUID, Standing]:
    """The same of several, by announcement; as many statements as for one."""
    if not asked:
        return {}
    able = who_can(session, [(policy, one.chain, one.row.unit) for policy, one in asked])
    awaited = [one.row.author for _, one in asked if one.waits_for_author]
    here = frozenset(
        session.scalars(
            select(PersonRow.pseudonym).where(
                PersonRow.pseudonym.in_(awaited), PersonRow.left_at.is_(None)
            )
        )
        if awaited
        else ()
    )
    return {found.row.id: _standing(able, policy, found, here) for policy, found in asked}


def _standing(able: Able, policy: Policy, found: Approving, here: frozenset[UUID]) -> Standing:
    given = [(one.approver, one.roles) for one in found.rows if one.roles]
    empty = empty_chairs(
        able, policy, found.chain, found.row.unit, found.authors, given, found.row.id
    )
    return replace(
        approvals.standing(policy, found),
        nobody=tuple(tuple(seat) for seat in empty),
        author_gone=found.waits_for_author and found.row.author not in here,
    )


def vacant_roles(session: Session, policy: Policy) -> list[str]:
    """The names of the policy's roles that nobody has. A role of each unit's ``own`` people is
    vacant where no unit at all has somebody for it."""
    return [name for name, role in policy.roles.items() if not _is_held(session, role)]


def unled_units(session: Session, policy: Policy) -> list[str]:
    """Codes of units where people work and nobody has a role of the units' ``own`` people: their
    meetings fall to whoever leads above, and where nobody does, to the information unit."""
    own = [anywhere(role) for role in policy.roles.values() if role.unit == "own"]
    if not own:
        return []
    inhabited = select(PersonRow.unit).where(PersonRow.left_at.is_(None))
    led = {
        unit
        for role in own
        for unit in session.scalars(holding(role, "").with_only_columns(PersonRow.unit))
    }
    return sorted(set(session.scalars(inhabited)) - led)


def _is_held(session: Session, role: Role) -> bool:
    return session.scalars(holding(anywhere(role), "").limit(1)).first() is not None


def anywhere(role: Role) -> Role:
    """The same of any unit's people, where it is of each unit's own."""
    return role.model_copy(update={"unit": None}) if role.unit == "own" else role


def directory_faults(session: Session, policy: Policy) -> Iterator[str]:
    """What a policy says that the directory does not have: key, fault and fix, for an operator."""
    for name in vacant_roles(session, policy):
        yield (
            f"roles.{name}: nobody in the directory has it. Correct its unit, position or group, or "
            "import the staff that has. A group is known once its people have signed in."
        )
    units = load_units(session).by_code
    for name, message_class in policy.classes.items():
        for code in message_class.approval.units if message_class.approval else ():
            if code not in units:
                yield (
                    f"classes.{name}.approval.units.{code}: there is no such unit. The units are "
                    f"{', '.join(sorted(units))}."
                )
    for name, template in policy.templates.items():
        for code in template.audience:
            if code not in policy.audiences and code not in units:
                yield (
                    f"templates.{quoted(name)}.audience: {code!r} is neither an audience nor a unit. "
                    f"The units are {', '.join(sorted(units))}."
                )
