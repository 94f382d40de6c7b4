"""What a colleague may read on the intranet. One visibility rule, for everything.

Nothing here records who read what, and nothing may (TF 3 kap. 5 §).
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BlobRow,
    DeliveryRow,
    FeedTokenRow,
    RevisionBlobRow,
    RevisionRow,
    StepRow,
)
from announcer.domain.announcement import Attachment, Content
from announcer.domain.audience import Person, Units, may_read
from announcer.domain.errors import N_, NotFound
from announcer.people.lookup import by_pseudonym, load_units
from announcer.services.installation import Installation

#: The database as whoever reads sees it.
Looking: TypeAlias = Session


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
    session: Session,
    installation: Installation,
    reader: Reader,
    unit: str = "",
    public_id: str = "",
) -> list[Listed]:
    """All that ``reader`` may see, newest first.

    ``unit`` narrows to what concerns one unit, ``public_id`` to one announcement.
    """
    units = load_units(session)
    open_to_all = installation.policy.open_to_all  # asked once: the policy is hashed to be found
    found = []
    for listed in _published(session, public_id):
        readable = may_read(reader.unit, listed.audience, listed.unit, units, open_to_all)
        if readable and (not unit or _concerns(listed, unit, units)):
            found.append(listed)
    return found


def _concerns(listed: Listed, unit: str, units: Units) -> bool:
    return listed.unit == unit or unit in units.reached_by(listed.audience)


def _published(session: Session, public_id: str = "") -> list[Listed]:
    query = (
        select(AnnouncementRow, StepRow)
        .join(StepRow, StepRow.announcement == AnnouncementRow.id)
        .where(StepRow.channel == "intranet", StepRow.started_at.is_not(None))
        .order_by(StepRow.started_at.desc(), AnnouncementRow.public_id)
    )
    if public_id:
        query = query.where(AnnouncementRow.public_id == public_id)
    return [_listed(row, step) for row, step in session.execute(query)]


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


#: Bytes of attachments beyond which a text is read anew each time.
HEAVY = 1_000_000


def load(session: Session, installation: Installation, lines: Sequence[Listed]) -> list[Article]:
    """The contents of lines, in their order, in at most two queries however many they are."""
    kept = installation.contents
    found = {line.revision: kept.find(line.revision) for line in lines}
    missing = [revision for revision, content in found.items() if content is None]
    for revision, read in _read(session, missing).items():
        found[revision] = read
        if sum(len(one.content) for one in read[0].attachments) <= HEAVY:
            kept.keep(revision, read)
    return [Article(line, *content) for line in lines if (content := found[line.revision])]


def _read(session: Session, wanted: Sequence[UUID]) -> dict[UUID, tuple[Content, str]]:
    if not wanted:
        return {}
    revisions = {
        row.id: row
        for row in session.scalars(select(RevisionRow).where(RevisionRow.id.in_(wanted)))
    }
    blobs = dict(
        session.execute(
            select(BlobRow.sha256, BlobRow.content)
            .join(RevisionBlobRow, RevisionBlobRow.sha256 == BlobRow.sha256)
            .where(RevisionBlobRow.revision.in_(wanted))
        ).all()
    )
    return {
        revision: (Content.from_json(row.content, blobs), row.content_hash)
        for revision, row in revisions.items()
    }


def newest(
    session: Session, installation: Installation, reader: Reader, unit: str = "", limit: int = 50
) -> list[Article]:
    """The newest pages that are up and not withdrawn."""
    up = [line for line in visible(session, installation, reader, unit) if not line.withdrawn_at]
    return load(session, installation, up[:limit])


@dataclass(frozen=True)
class Feed:
    """The lines of a feed, newest first; ``changed_at`` (aware UTC) is when that list last
    changed, None before there was anything."""

    lines: tuple[Listed, ...]
    changed_at: datetime | None


def feed(
    session: Session,
    installation: Installation,
    reader: Reader,
    unit: str = "",
    least: int = 50,
    within: timedelta = timedelta(days=1),
) -> Feed:
    """Everything that was put up within ``within``, and at least ``least`` entries if there are.

    What is not confirmed is always there, or it never could be: the read-back looks here.
    """
    lines = visible(session, installation, reader, unit)
    since = engine.now(session) - within
    up = [line for line in lines if not line.withdrawn_at]
    shown = tuple(
        line
        for number, line in enumerate(up)
        if number < least or line.published_at > since or line.confirmed_at is None
    )
    changes = [m for line in lines for m in (line.published_at, line.withdrawn_at) if m]
    return Feed(shown, max(changes, default=None))


def staff_first(session: Session, lines: Iterable[Listed]) -> Mapping[UUID, datetime | None]:
    """The announcements whose news has not begun to leave the house, with the earliest moment it
    can (aware UTC); None where the moment is not known yet."""
    rows = session.execute(
        select(StepRow.announcement, StepRow.not_before)
        .where(StepRow.announcement.in_([line.id for line in lines]))
        .where(StepRow.external, StepRow.state == "waiting")
    )
    return dict(rows.all())


def now(session: Session) -> datetime:
    """The database's time (aware UTC), for saying "i dag"."""
    return engine.now(session)


def page(session: Session, installation: Installation, reader: Reader, public_id: str) -> Article:
    """One page. Raises `NotFound`, alike for what does not exist and what may not be seen."""
    lines = visible(session, installation, reader, public_id=public_id)
    for article in load(session, installation, lines):
        return article
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


def poster_languages(session: Session, article: Article) -> list[str]:
    """The languages that a poster was made in."""
    if article.listed.withdrawn_at:
        return []
    rows = session.scalars(
        select(DeliveryRow.language)
        .join(StepRow, StepRow.id == DeliveryRow.step)
        .where(
            StepRow.announcement == article.listed.id,
            StepRow.channel == "poster",
            DeliveryRow.artefact.is_not(None),
        )
        .distinct()
    ).all()
    return [language for language in article.content.languages if language in rows]


def has_feed_token(session: Session, person: Person) -> bool:
    """Whether this person has a key to the feeds."""
    valid = select(FeedTokenRow.sha256).where(
        FeedTokenRow.person == person.pseudonym, FeedTokenRow.revoked_at.is_(None)
    )
    return session.scalars(valid.limit(1)).first() is not None


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
