"""Keys to the API: whose rights they carry, and which of these. Stored hashed, shown once.

Nothing says when a key was used (TF 3 kap. 5 §).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import ApiTokenRow
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotFound, Refusal
from announcer.people.lookup import by_pseudonym, find_person
from announcer.services.installation import Installation

#: So that a key that lies somewhere it should not is recognised for what it is.
PREFIX = "announcer_"
LONGEST_LIFE = timedelta(days=400)
LONGEST_NAME = 80


class Scope(StrEnum):
    """What a key may be used for; its person's own rights are needed as well."""

    #: See announcements and where they are.
    READ = "read"
    #: Hand in and rewrite texts.
    WRITE = "write"
    #: Approve a text.
    APPROVE = "approve"
    #: Hold, resume and withdraw.
    CONTROL = "control"
    #: Release to the media.
    RELEASE = "release"
    #: Say that a meeting was held.
    GATES = "gates"


@dataclass(frozen=True)
class Holder:
    """Whoever holds a key. ``system`` is the name of the system, empty for a person's own key."""

    sha256: str
    person: Person
    system: str
    scopes: frozenset[Scope]


@dataclass(frozen=True)
class Listed:
    """A key without itself; ``fingerprint`` is enough of its hash to tell it from others."""

    fingerprint: str
    person: str
    system: str
    scopes: tuple[str, ...]
    expires_at: datetime


def create(
    installation: Installation,
    actor: Person,
    owner: str,
    scopes: Sequence[Scope],
    system: str,
    life: timedelta,
) -> str:
    """A new key with the rights of ``owner`` (an id in the directory); shown once.

    People make their own; the information unit makes those of systems, each under a responsible
    person. Raises `NotAllowed`, `NotFound`, or `Refusal`.
    """
    if not scopes or not timedelta(0) < life <= LONGEST_LIFE:
        raise Refusal(
            N_("En nyckel behöver minst en rättighet och gäller 1 till {days} dagar."),
            days=LONGEST_LIFE.days,
        )
    if len(system) > LONGEST_NAME or not system.isprintable():
        raise Refusal(
            N_("Skriv systemets namn på en rad, med högst {limit} tecken."), limit=LONGEST_NAME
        )
    token = PREFIX + secrets.token_urlsafe(32)
    with installation.database.transaction("create token") as session:
        person = find_person(session, owner)
        if system or person.pseudonym != actor.pseudonym:
            installation.require_information_unit(actor)
        session.add(
            ApiTokenRow(
                sha256=fingerprint(token),
                person=person.pseudonym,
                system=system,
                scopes=[scope.value for scope in scopes],
                expires_at=engine.now(session) + life,
            )
        )
    return token


def fingerprint(token: str) -> str:
    """Hex SHA-256; the key itself is never kept. (256 random bits need no slow hash.)"""
    return hashlib.sha256(token.encode()).hexdigest()


def holder(session: Session, token: str) -> Holder | None:
    """Who holds a key, or None where it is false, revoked, too old, or its person has left."""
    row = session.get(ApiTokenRow, fingerprint(token))
    if row is None or row.revoked_at is not None or row.expires_at <= engine.now(session):
        return None
    person = by_pseudonym(session, row.person)
    if person is None:
        return None
    known = frozenset(scope for scope in Scope if scope.value in row.scopes)
    return Holder(row.sha256, person, row.system, known)


def listed(installation: Installation, actor: Person) -> list[Listed]:
    """The keys that are valid: one's own, and for the information unit everybody's."""
    policy = installation.policy
    everybody = policy.has_role(actor, policy.information_unit, "")
    with installation.database.reading() as session:
        query = select(ApiTokenRow).where(
            ApiTokenRow.revoked_at.is_(None), ApiTokenRow.expires_at > engine.now(session)
        )
        if not everybody:
            query = query.where(ApiTokenRow.person == actor.pseudonym)
        rows = session.scalars(query.order_by(ApiTokenRow.created_at)).all()
        owners = {row.person: by_pseudonym(session, row.person) for row in rows}
        return [
            Listed(
                row.sha256[:12], owner.directory_id, row.system, tuple(row.scopes), row.expires_at
            )
            for row in rows
            if (owner := owners[row.person])
        ]


def revoke(installation: Installation, actor: Person, beginning: str) -> None:
    """The key stops working at once. ``beginning`` is of its hash, as `listed` shows it.

    Raises `NotAllowed`, or `NotFound` where it is no key's or that of several.
    """
    with installation.database.transaction("revoke token") as session:
        rows = session.scalars(
            select(ApiTokenRow).where(
                ApiTokenRow.sha256.startswith(beginning, autoescape=True),
                ApiTokenRow.revoked_at.is_(None),
            )
        ).all()
        if len(beginning) < 8 or len(rows) != 1:
            raise NotFound(
                N_("Det finns ingen nyckel ”{key}”. Se ”announcer token list”."), key=beginning[:80]
            )
        if rows[0].person != actor.pseudonym:
            installation.require_information_unit(actor)
        rows[0].revoked_at = engine.now(session)
