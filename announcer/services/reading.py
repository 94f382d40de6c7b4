"""What a colleague may read on the intranet. One visibility rule, for everything.

Nothing here records who read what, and nothing may (TF 3 kap. 5 §).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BlobRow,
    DeliveryRow,
    FeedTokenRow,
    RevisionRow,
    StepRow,
)
from announcer.domain.announcement import Attachment, Content
from announcer.domain.audience import Person, Units, may_read
from announcer.domain.errors import N_, NotFound
from announcer.people.lookup import by_pseudonym, load_units
from announcer.services import records
from announcer.services.installation import Installation


@dataclass(frozen=True)
class Reader:
    """Whoever reads, known by their unit only; empty for what is meant for everyone."""

    unit: str


@dataclass(frozen=True)
class Listed:
    """A line of a list: when it was put up (aware UTC), and since when it is withdrawn."""

    id: UUID
    public_id: str
    unit: str
    class_name: str
    audience: tuple[str, ...]
    revision: UUID
    published_at: datetime
    confirmed_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Article:
    """A page: the list's line and the approved content."""

    listed: Listed
    content: Content
    content_hash: str


def reader_of(person: Person) -> Reader:
    """The rights a colleague reads with."""
    return Reader(person.unit)


def reader_for(audience: tuple[str, ...], units: Units) -> Reader:
    """The rights of the narrowest part of an audience; what the read-back reads with."""
    return Reader(next((name for name in audience if name in units.by_code), ""))


def visible(
    session: Session, installation: Installation, reader: Reader, unit: str = ""
) -> list[Listed]:
    """All that ``reader`` may see, newest first; ``unit`` narrows to what concerns one unit."""
    units = load_units(session)
    found = []
    for listed in _published(session):
        readable = may_read(
            reader.unit, listed.audience, listed.unit, units, installation.policy.open_to_all
        )
        if readable and (not unit or _concerns(listed, unit, units)):
            found.append(listed)
    return found


def _concerns(listed: Listed, unit: str, units: Units) -> bool:
    return listed.unit == unit or unit in units.reached_by(listed.audience)


def _published(session: Session) -> list[Listed]:
    rows = session.execute(
        select(AnnouncementRow, StepRow)
        .join(StepRow, StepRow.announcement == AnnouncementRow.id)
        .where(StepRow.channel == "intranet", StepRow.started_at.is_not(None))
        .order_by(StepRow.started_at.desc(), AnnouncementRow.public_id)
    )
    return [_listed(row, step) for row, step in rows.tuples()]


def _listed(row: AnnouncementRow, step: StepRow) -> Listed:
    return Listed(
        id=row.id,
        public_id=row.public_id,
        unit=row.unit,
        class_name=row.class_name,
        audience=tuple(step.audience),
        revision=step.revision,
        published_at=step.started_at or row.created_at,
        confirmed_at=step.confirmed_at,
        withdrawn_at=row.withdrawn_at,
    )


def load(session: Session, listed: Listed) -> Article:
    """The content of a line."""
    revision = session.get_one(RevisionRow, listed.revision)
    return Article(listed, records.content_of(session, revision), revision.content_hash)


def newest(
    session: Session, installation: Installation, reader: Reader, unit: str = "", limit: int = 50
) -> list[Article]:
    """The newest pages that are up and not withdrawn."""
    up = [line for line in visible(session, installation, reader, unit) if not line.withdrawn_at]
    return [load(session, line) for line in up[:limit]]


def page(session: Session, installation: Installation, reader: Reader, public_id: str) -> Article:
    """One page. Raises `NotFound`, alike for what does not exist and what may not be seen."""
    for listed in visible(session, installation, reader):
        if listed.public_id == public_id:
            return load(session, listed)
    raise NotFound(N_("Sidan finns inte."))


def attachment(article: Article, name: str) -> Attachment:
    """One attachment of a page that may be read and is up. Raises `NotFound`."""
    for found in article.content.attachments:
        if found.name == name and not article.listed.withdrawn_at:
            return found
    raise NotFound(N_("Bilagan finns inte."))


def poster(session: Session, article: Article, language: str) -> bytes:
    """The PDF that was made for the staff boards. Raises `NotFound` before it is made."""
    content = session.scalar(
        select(BlobRow.content)
        .join(DeliveryRow, DeliveryRow.artefact == BlobRow.sha256)
        .join(StepRow, StepRow.id == DeliveryRow.step)
        .where(
            StepRow.announcement == article.listed.id,
            StepRow.channel == "poster",
            DeliveryRow.language == language,
        )
    )
    if content is None or article.listed.withdrawn_at:
        raise NotFound(N_("Affischen är inte gjord än."))
    return content


def create_feed_token(installation: Installation, person: Person) -> str:
    """A new personal key to the feeds; earlier ones stop working. Shown once, stored hashed."""
    token = secrets.token_urlsafe(24)
    with installation.database.transaction("feed token") as session:
        _revoke(session, person)
        session.add(
            FeedTokenRow(
                sha256=_hash(token), person=person.pseudonym, created_at=engine.now(session)
            )
        )
    return token


def revoke_feed_tokens(installation: Installation, person: Person) -> None:
    """Every key of this person stops working at once."""
    with installation.database.transaction("revoke feed token") as session:
        _revoke(session, person)


def _revoke(session: Session, person: Person) -> None:
    valid = select(FeedTokenRow).where(
        FeedTokenRow.person == person.pseudonym, FeedTokenRow.revoked_at.is_(None)
    )
    for row in session.scalars(valid):
        row.revoked_at = engine.now(session)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def reader_by_token(session: Session, token: str) -> Reader:
    """The rights of a feed key's owner; its use leaves no trace. Raises `NotFound`."""
    row = session.get(FeedTokenRow, _hash(token))
    person = by_pseudonym(session, row.person) if row and row.revoked_at is None else None
    if person is None:
        raise NotFound(N_("Sidan finns inte."))
    return reader_of(person)
