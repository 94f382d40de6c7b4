"""Codes for shared phones: whoever has typed one in reads what everybody of a unit at a workplace may.

A code names a workplace and nobody who holds it. It is typed once and goes in the body of a request:
no address has it, so no proxy's log does. It can tick nothing and write nothing, and nothing says when
it was used (TF 3 kap. 5 §).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import PersonRow, WorkplaceCodeRow
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.services.installation import Installation

#: Without the letters that are taken for digits (Crockford's base 32): 5 bits each.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: 100 bits: nobody guesses one, and nobody needs a slow hash.
GROUPS, IN_A_GROUP = 5, 4
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, order=True)
class Place:
    """The people of a unit who work at a workplace."""

    workplace: str
    unit: str


@dataclass(frozen=True)
class Listed:
    """A code without itself; ``fingerprint`` is enough of its hash to tell it from others."""

    fingerprint: str
    place: Place
    made_at: datetime
    expires_at: datetime


def makes_some(installation: Installation, actor: Person) -> bool:
    """Whether this person makes codes for any workplace."""
    policy = installation.policy
    return _everywhere(installation, actor) or policy.has_role(
        actor, policy.workplace_codes.by, actor.unit
    )


def _everywhere(installation: Installation, actor: Person) -> bool:
    policy = installation.policy
    return policy.has_role(actor, (*policy.information_unit, *policy.administrators), "")


def places(session: Session, installation: Installation, actor: Person) -> list[Place]:
    """Where this person makes codes and revokes them."""
    by = installation.policy.workplace_codes.by
    query = select(PersonRow.workplace, PersonRow.unit).where(
        PersonRow.left_at.is_(None), PersonRow.workplace != ""
    )
    everywhere = _everywhere(installation, actor)
    return sorted(
        Place(workplace, unit)
        for workplace, unit in session.execute(query.distinct())
        if everywhere or installation.policy.has_role(actor, by, unit)
    )


def make(installation: Installation, actor: Person, workplace: str, unit: str = "") -> str:
    """A new code, shown once. Without a ``unit`` it is that of whoever makes it.

    Raises `NotAllowed`, or `Refusal` where nobody of the unit works there.
    """
    place = Place(workplace, unit or actor.unit)
    code = "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(IN_A_GROUP)) for _ in range(GROUPS)
    )
    with installation.database.transaction("workplace code") as session:
        _require(session, installation, actor, place)
        session.add(
            WorkplaceCodeRow(
                sha256=fingerprint(code),
                workplace=place.workplace,
                unit=place.unit,
                made_by=actor.pseudonym,
                expires_at=engine.now(session) + installation.policy.workplace_codes.life,
            )
        )
    return code


def _require(session: Session, installation: Installation, actor: Person, place: Place) -> None:
    if not makes_some(installation, actor):
        roles = (*installation.policy.workplace_codes.by, *installation.policy.information_unit)
        raise NotAllowed(N_("Det här kan bara {roles} göra."), roles=installation.titles(roles))
    if place not in places(session, installation, actor):
        raise Refusal(
            N_(
                "Ingen i en enhet som är din arbetar på ”{workplace}”. Välj en arbetsplats i listan."
            ),
            workplace=place.workplace[:80],
        )


def fingerprint(code: str) -> str:
    """Under what a code is stored (hex SHA-256), however it was typed."""
    typed = "".join(one for one in code.upper().translate(_MISREAD) if one in ALPHABET)
    return hashlib.sha256(typed.encode()).hexdigest()


def place_of(session: Session, code: str) -> Place | None:
    """Where a code reads, or None where it is false, revoked or too old."""
    row = session.get(WorkplaceCodeRow, fingerprint(code))
    if row is None or row.revoked_at is not None or row.expires_at <= engine.now(session):
        return None
    return Place(row.workplace, row.unit)


def listed(installation: Installation, actor: Person) -> list[Listed]:
    """The codes that are valid where this person makes them, oldest first. Raises `NotAllowed`."""
    with installation.database.reading() as session:
        mine = places(session, installation, actor)
        query = select(WorkplaceCodeRow).where(
            WorkplaceCodeRow.revoked_at.is_(None),
            WorkplaceCodeRow.expires_at > engine.now(session),
        )
        found = [
            Listed(row.sha256[:12], Place(row.workplace, row.unit), row.made_at, row.expires_at)
            for row in session.scalars(query.order_by(WorkplaceCodeRow.made_at))
        ]
        return [one for one in found if one.place in mine or _everywhere(installation, actor)]


def revoke(installation: Installation, actor: Person, beginning: str) -> Place:
    """The code stops working at once, on every phone. ``beginning`` is of its hash, as `listed`
    shows it. Raises `NotFound`, alike for no code and for one of other people's."""
    if not any(beginning == one.fingerprint for one in listed(installation, actor)):
        raise NotFound(N_("Det finns ingen sådan kod. Den kan redan vara stoppad."))
    with installation.database.transaction("revoke workplace code") as session:
        row = session.scalars(
            select(WorkplaceCodeRow)
            .where(WorkplaceCodeRow.sha256.startswith(beginning, autoescape=True))
            .with_for_update()
        ).one()
        if row.revoked_at is None:
            row.revoked_at, row.revoked_by = engine.now(session), actor.pseudonym
        return Place(row.workplace, row.unit)
