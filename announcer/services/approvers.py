"""Whether there is anybody who could approve: no chain may end in nobody."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from announcer.db.models import PersonRow
from announcer.domain.approving import Seat, empty_seats
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed
from announcer.domain.policy import Chain, Policy, Role
from announcer.people.lookup import by_pseudonym, load_units, person
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
    empty = empty_chairs(session, policy, chain, unit, authors)
    if not empty:
        return
    vacant = empty_chairs(session, policy, chain, unit, NOBODY)
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


def empty_chairs(
    session: Session,
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
    for one in _candidates(session, policy, chain, unit, away | sitting):
        rights = approvals.rights_in(policy, chain, unit, one.without(away), about)
        people.append({role for right in rights for role in right.roles})
    return empty_seats(chain.seats, people)


def _candidates(
    session: Session, policy: Policy, chain: Chain, unit: str, not_these: frozenset[UUID]
) -> Iterator[Person]:
    """Enough people of each role: as many as there are seats; and everyone who stands in."""
    seen = set(not_these)
    lent = running(session)
    for name in chain.approvers:
        query = holding(policy.roles[name], unit).where(PersonRow.pseudonym.not_in(not_these))
        for row in session.scalars(query.limit(len(chain.seats))):
            if row.pseudonym not in seen:
                seen.add(row.pseudonym)
                yield replace(person(row), stands_for=lent.get(row.pseudonym, ()))
    for who in lent.keys() - seen:
        if one := by_pseudonym(session, who):
            yield one


def holding(role: Role, unit: str) -> Select[PersonRow]:
    """Everyone who has a role in their own right, towards an announcement of ``unit``."""
    query = select(PersonRow).where(PersonRow.left_at.is_(None)).order_by(PersonRow.directory_id)
    where = unit if role.unit == "own" else role.unit
    if where is not None:
        query = query.where(PersonRow.unit == where)
    if role.position is not None:
        query = query.where(PersonRow.role == role.position)
    return query


def standing(session: Session, policy: Policy, found: Approving) -> Standing:
    """How far the approval has come, and what of the rest nobody can do any more."""
    given = [(one.approver, one.roles) for one in found.rows if one.roles]
    empty = empty_chairs(
        session, policy, found.chain, found.row.unit, found.authors, given, found.row.id
    )
    return replace(
        approvals.standing(policy, found),
        nobody=tuple(tuple(seat) for seat in empty),
        author_gone=found.waits_for_author and by_pseudonym(session, found.row.author) is None,
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
            f"roles.{name}: nobody in the directory has it. Correct its unit or position, or "
            "import the staff that has."
        )
    units = load_units(session).by_code
    for name, message_class in policy.classes.items():
        for code in message_class.approval.units if message_class.approval else ():
            if code not in units:
                yield (
                    f"classes.{name}.approval.units.{code}: there is no such unit. The units are "
                    f"{', '.join(sorted(units))}."
                )
