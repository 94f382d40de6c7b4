"""Signing in: by a link that is made on the server, works once and dies after a quarter of an hour,
or by an account of the organisation's own.

Nothing says who signed in or when (TF 3 kap. 5 §): the link's row is deleted when it is used.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import PersonRow, SignInLinkRow
from announcer.domain.audience import Person
from announcer.people.lookup import by_pseudonym, find_person
from announcer.services.installation import Installation

#: Long enough to hand it over, too short to be found in a mailbox later.
LIFE = timedelta(minutes=15)


@dataclass(frozen=True)
class Link:
    """A way in for one person; ``key`` is told once and never stored."""

    key: str = field(repr=False)
    person: Person
    expires_at: datetime


def make_link(installation: Installation, directory_id: str) -> Link:
    """A new link for the colleague with this id in the directory. Raises `NotFound`.

    Nobody is asked who makes it: whoever runs this holds the programs' own credentials.
    """
    key = secrets.token_urlsafe(32)
    with installation.database.transaction("sign in link") as session:
        person = find_person(session, directory_id)
        expires_at = engine.now(session) + LIFE
        session.add(
            SignInLinkRow(sha256=_hash(key), person=person.pseudonym, expires_at=expires_at)
        )
    return Link(key, person, expires_at)


def whose(session: Session, key: str) -> Person | None:
    """Whom a link lets in, without using it up: programs that show previews open links too.

    None where it is false, used or too old, or its person has left; which of them, nobody is told.
    """
    row = session.get(SignInLinkRow, _hash(key))
    if row is None or row.expires_at <= engine.now(session):
        return None
    return by_pseudonym(session, row.person)


def sign_in(installation: Installation, key: str) -> Person | None:
    """Use a link up. Returns whom it lets in, or None as `whose` does; of two at once one gets in."""
    with installation.database.transaction("sign in") as session:
        row = session.execute(
            delete(SignInLinkRow)
            .where(SignInLinkRow.sha256 == _hash(key))
            .returning(SignInLinkRow.person, SignInLinkRow.expires_at)
        ).one_or_none()
        if row is None or row.expires_at <= engine.now(session):
            return None
        return by_pseudonym(session, row.person)


def sign_in_by_account(
    installation: Installation, directory_id: str, groups: Collection[str]
) -> Person:
    """The colleague whom the identity provider vouches for, with those of its ``groups`` that the
    policy knows; those of the last time are forgotten. Raises `NotFound`.
    """
    known = {role.group for role in installation.policy.roles.values() if role.group}
    theirs = tuple(sorted(known.intersection(groups)))
    with installation.database.reading() as session:
        person = find_person(session, directory_id)
    if person.groups == theirs:  # nearly always, and then nothing is written
        return person
    with installation.database.transaction("sign in by account") as session:
        session.execute(
            update(PersonRow).where(PersonRow.pseudonym == person.pseudonym).values(groups=theirs)
        )
        return find_person(session, directory_id)


def forget_old_links(session: Session, now: datetime) -> None:
    """Delete the links that nobody used in time; ``now`` is the database's."""
    session.execute(delete(SignInLinkRow).where(SignInLinkRow.expires_at <= now))


def _hash(key: str) -> str:
    """Hex SHA-256. (256 random bits need no slow hash.)"""
    return hashlib.sha256(key.encode()).hexdigest()
