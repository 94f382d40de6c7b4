"""How far the approval of a text has come: who has said yes, who is missing, who gave it back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, ApprovalRow, ReturnRow, RevisionRow
from announcer.domain.approving import Seat, empty_seats
from announcer.domain.audience import Person, Units
from announcer.domain.errors import N_
from announcer.domain.policy import Chain, Policy
from announcer.people.lookup import load_units

NOT_YOURS = N_("Bara den som skrev texten eller den som ska godkänna får ändra den.")


@dataclass(frozen=True)
class Given:
    """One approval of the newest text. ``by_author``: the last word; ``at`` is aware UTC."""

    roles: tuple[str, ...]
    at: datetime
    by_author: bool
    stood_in: bool


@dataclass(frozen=True)
class GivenBack:
    """The text was given back, by somebody with these roles of its chain; ``at`` is aware UTC."""

    id: UUID
    reason: str
    roles: tuple[str, ...]
    actor: UUID
    acting_for: UUID | None
    at: datetime


@dataclass(frozen=True)
class Approving:
    """Everything that bears on approving one announcement's newest text."""

    chain: Chain
    row: AnnouncementRow
    revision: RevisionRow
    rows: tuple[ApprovalRow, ...]
    given_back: GivenBack | None

    @property
    def authors(self) -> frozenset[UUID]:
        """Who handed it in, and who wrote the newest text."""
        return frozenset((self.row.author, self.revision.author))

    @property
    def missing(self) -> list[Seat]:
        """The seats of the chain that nobody has filled yet."""
        return empty_seats(self.chain.seats, self.seated)

    @property
    def seated(self) -> list[frozenset[str]]:
        """The roles of each who has approved; none for the author's last word, which fills no seat."""
        return [frozenset(one.roles) for one in self.rows]

    @property
    def waits_for_author(self) -> bool:
        """Whether the author has the last word and has not said it."""
        return self.chain.author_last and not any(
            one.approver == self.row.author for one in self.rows
        )

    @property
    def complete(self) -> bool:
        """Whether the text may be planned."""
        return not self.missing and not self.waits_for_author and self.given_back is None

    def has_said(self, person: Person) -> bool:
        """Whether this person has approved this text."""
        return any(one.approver == person.pseudonym for one in self.rows)


def may_change(session: Session, policy: Policy, actor: Person, row: AnnouncementRow) -> bool:
    """Whether a text is ``actor``'s to change while it waits: its author's, and whose yes it needs."""
    chain = chain_of(session, policy, row.class_name, row.unit)
    approves = chain is not None and policy.has_role(actor, chain.approvers, row.unit, row.id)
    return actor.pseudonym == row.author or approves


def chain_of(session: Session, policy: Policy, class_name: str, unit: str) -> Chain | None:
    """Who must approve a text of this class and unit; None where nobody must."""
    return chain_among(load_units(session), policy, class_name, unit)


def chain_among(units: Units, policy: Policy, class_name: str, unit: str) -> Chain | None:
    """The same, where the tree of units is at hand."""
    approval = policy.classes[class_name].approval
    return approval.chain_of(unit, units) if approval else None


def look(
    session: Session, policy: Policy, row: AnnouncementRow, revision: RevisionRow
) -> Approving | None:
    """The approval of an announcement's newest text; None where it needs none."""
    return next(iter(look_at_all(session, [(policy, row, revision)])), None)


def look_at_all(
    session: Session, asked: Sequence[tuple[Policy, AnnouncementRow, RevisionRow]]
) -> list[Approving]:
    """The approval of each of those texts that needs one, in as many statements as for one."""
    chains = [
        (chain, row, revision)
        for policy, row, revision in asked
        if (chain := chain_of(session, policy, row.class_name, row.unit)) is not None
    ]
    if not chains:
        return []
    texts = [revision.id for _, _, revision in chains]
    given: dict[UUID, list[ApprovalRow]] = {text: [] for text in texts}
    said = (
        select(ApprovalRow)
        .where(engine.is_among(ApprovalRow.revision, texts))
        .order_by(ApprovalRow.at)
    )
    for one in session.scalars(said):
        given[one.revision].append(one)
    back = select(ReturnRow).where(
        engine.is_among(ReturnRow.revision, texts), ReturnRow.taken_back_at.is_(None)
    )
    returned = {one.revision: one for one in session.scalars(back)}
    return [
        Approving(
            chain,
            row,
            revision,
            tuple(given[revision.id]),
            _given_back(returned.get(revision.id)),
        )
        for chain, row, revision in chains
    ]


def _given_back(row: ReturnRow | None) -> GivenBack | None:
    if row is None:
        return None
    return GivenBack(row.id, row.reason, tuple(row.roles), row.actor, row.acting_for, row.at)


@dataclass(frozen=True)
class Right:
    """In whose right somebody would approve, and with which roles of the chain."""

    person: Person
    roles: tuple[str, ...]


def rights_of(policy: Policy, actor: Person, found: Approving) -> list[Right]:
    """Every right in which ``actor`` could approve, their own first.

    Nobody has more of an author than the author had: what they lent does not approve their text.
    """
    lenders = actor if found.chain.author_alone else actor.without(found.authors)
    return list(rights_in(policy, found.chain, found.row.unit, lenders, found.row.id))


def rights_in(
    policy: Policy, chain: Chain, unit: str, person: Person, about: UUID | None
) -> Iterator[Right]:
    """Every right in which ``person`` has a role of ``chain`` towards ``unit``, their own first."""
    for one in person.rights(about):
        fits = tuple(role for role in chain.approvers if policy.roles[role].fits(one, unit))
        if fits:
            yield Right(one, fits)


def helping(found: Approving, rights: Sequence[Right]) -> Right | None:
    """The first right that fills a seat that is empty, None where none does."""
    for right in rights:
        people = [*found.seated, frozenset(right.roles)]
        if len(empty_seats(found.chain.seats, people)) < len(found.missing):
            return right
    return None


def standing(policy: Policy, found: Approving) -> "Standing":
    """The same as what people are shown."""
    return Standing(
        titles={name: role.title for name, role in policy.roles.items()},
        given=tuple(_given(one, found.row.author) for one in found.rows),
        missing=tuple(tuple(seat) for seat in found.missing),
        waits_for_author=found.waits_for_author,
        given_back=found.given_back,
    )


def _given(one: ApprovalRow, author: UUID) -> Given:
    by_author = one.approver == author and not one.roles
    return Given(tuple(one.roles), one.at, by_author, one.acting_for is not None)


@dataclass(frozen=True)
class Standing:
    """Who has approved and who is missing, by names of roles; ``missing`` has a tuple for each
    person who is missing: the roles of which one is enough. ``titles`` says what roles are called.
    """

    titles: Mapping[str, str]
    given: tuple[Given, ...]
    missing: tuple[tuple[str, ...], ...]
    waits_for_author: bool
    given_back: GivenBack | None
    #: Of what is missing, what nobody can give; and whether the author, who is waited for, has left.
    nobody: tuple[tuple[str, ...], ...] = ()
    author_gone: bool = False
