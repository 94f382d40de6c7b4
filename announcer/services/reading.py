"""What a colleague may read on the intranet. One visibility rule, for everything.

Nothing here records who read what, and nothing may (TF 3 kap. 5 §).
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import case, exists, func, select, text
from sqlalchemy.orm import Session, aliased

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BlobRow,
    DeliveryRow,
    FeedTokenRow,
    LiftRow,
    RevisionBlobRow,
    RevisionRow,
    StepRow,
)
from announcer.domain.announcement import Attachment, Content
from announcer.domain.audience import Person, Reader, Staff, Units, concerns, may_read
from announcer.domain.board import CHANNELS, BoardKind, Paper, poster_key
from announcer.domain.errors import N_, NotFound
from announcer.people.lookup import load_units
from announcer.services.installation import Installation

#: The database as whoever reads sees it.
Looking: TypeAlias = Session
#: What decides who may read something: its audience, and the unit that wrote it.
Kind: TypeAlias = tuple[tuple[str, ...], str]


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
    #: Since when it has another text than the first one.
    corrected_at: datetime | None = None


@dataclass(frozen=True)
class Article:
    """A page: the list's line and the approved content."""

    listed: Listed
    content: Content
    content_hash: str


def reader_of(person: Person) -> Reader:
    """The rights a colleague reads with."""
    return Reader(person.unit, person.workplace, person.role, person.language)


@dataclass(frozen=True)
class Board:
    """What hangs on the intranet at one moment, newest first, and who may read it."""

    lines: tuple[Listed, ...]
    units: Units
    #: Audiences of people who are employed.
    staff: Staff

    @cached_property
    def _kinds(self) -> frozenset[Kind]:
        return frozenset((line.audience, line.unit) for line in self.lines)

    def readable(self, reader: Reader) -> frozenset[Kind]:
        """Which kinds of lines ``reader`` may read. It says nothing else of them: all who may read
        the same have the same."""
        return frozenset(
            (audience, author)
            for audience, author in self._kinds
            if may_read(reader, audience, author, self.units, self.staff)
        )

    def lines_of(self, kinds: frozenset[Kind], unit: str = "") -> list[Listed]:
        """The lines of these kinds; ``unit`` narrows to what concerns one unit."""
        return [
            line
            for line in self.lines
            if (line.audience, line.unit) in kinds and (not unit or self._concerns(line, unit))
        ]

    def line_for(self, reader: Reader) -> Listed:
        """The only line, on a board of one announcement. Raises `NotFound`, alike for what does not
        exist and what may not be seen."""
        for line in self.lines_of(self.readable(reader)):
            return line
        raise NotFound(N_("Sidan finns inte."))

    def _concerns(self, line: Listed, unit: str) -> bool:
        return concerns(unit, line.audience, line.unit, self.units, self.staff)


def board(session: Session, installation: Installation, units: Units, public_id: str = "") -> Board:
    """All that is up; ``public_id`` narrows to one announcement."""
    lines = tuple(_published(session, public_id))
    return Board(lines, units, installation.policy.staff)


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
    found = board(session, installation, load_units(session), public_id)
    return found.lines_of(found.readable(reader), unit)


def _published(session: Session, public_id: str = "") -> Iterator[Listed]:
    """Of an announcement whose text was corrected, the newest page that has begun: it stands where
    the first one stood."""
    first, earlier = aliased(StepRow), aliased(StepRow)
    later = exists().where(
        earlier.announcement == StepRow.announcement,
        earlier.channel == "intranet",
        earlier.started_at.is_not(None),
        earlier.position > StepRow.position,
    )
    query = (
        # Columns, and no whole rows: of a large archive they take a tenth of the time.
        select(
            AnnouncementRow.id,
            AnnouncementRow.public_id,
            AnnouncementRow.unit,
            AnnouncementRow.class_name,
            AnnouncementRow.withdrawn_at,
            StepRow.audience,
            StepRow.revision,
            func.coalesce(first.started_at, StepRow.started_at).label("started_at"),
            StepRow.confirmed_at,
            case((first.id.is_not(None), StepRow.started_at)).label("corrected_at"),
        )
        .join(StepRow, StepRow.announcement == AnnouncementRow.id)
        .outerjoin(first, first.id == StepRow.about)
        .where(StepRow.channel == "intranet", StepRow.started_at.is_not(None), ~later)
        .order_by(text("started_at DESC"), AnnouncementRow.public_id)
    )
    if public_id:
        query = query.where(AnnouncementRow.public_id == public_id)
    return map(_listed, session.execute(query))


def _listed(row: Any) -> Listed:
    return Listed(
        id=row.id,
        public_id=row.public_id,
        unit=row.unit,
        class_name=row.class_name,
        audience=tuple(row.audience),
        revision=row.revision,
        published_at=row.started_at,
        confirmed_at=row.confirmed_at,
        withdrawn_at=row.withdrawn_at,
        corrected_at=row.corrected_at,
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


@dataclass(frozen=True)
class Feed:
    """The lines of a feed, newest first, and the newest that were in it and are ``withdrawn``;
    ``changed_at`` (aware UTC) is when that list last changed, None before there was anything. Of
    itself it changes at ``until``, or never."""

    lines: tuple[Listed, ...]
    withdrawn: tuple[Listed, ...]
    changed_at: datetime | None
    until: datetime | None


def feed(
    lines: Sequence[Listed],
    now: datetime,
    least: int = 50,
    within: timedelta = timedelta(days=1),
) -> Feed:
    """Of what somebody may see: everything that was put up within ``within`` before ``now``, and
    at least ``least`` entries if there are.

    What is not confirmed is always there, or it never could be: the read-back looks here.
    """
    up = [line for line in lines if not line.withdrawn_at]
    further = [line for line in up[least:] if line.confirmed_at is not None]
    leaving = [line.published_at + within for line in further]
    gone = {line.id for line, leaves in zip(further, leaving, strict=True) if leaves <= now}
    changes = [
        m for line in lines for m in (line.published_at, line.corrected_at, line.withdrawn_at) if m
    ]
    return Feed(
        tuple(line for line in up if line.id not in gone),
        tuple(line for line in lines if line.withdrawn_at)[:least],
        max(changes, default=None),
        min((leaves for leaves in leaving if leaves > now), default=None),
    )


def staff_first(session: Session, lines: Iterable[Listed]) -> Mapping[UUID, datetime | None]:
    """The announcements whose news has not begun to leave the house, with the earliest moment it
    can (aware UTC); None where the moment is not known yet."""
    lifted = exists().where(LiftRow.step == StepRow.id)
    hour = func.greatest(StepRow.not_before, StepRow.meant_for)
    rows = session.execute(
        select(StepRow.announcement, case((lifted, StepRow.not_before), else_=hour))
        .where(StepRow.announcement.in_([line.id for line in lines]))
        .where(StepRow.external, StepRow.state == "waiting")
    )
    return dict(rows.all())


def page(session: Session, installation: Installation, reader: Reader, public_id: str) -> Article:
    """One page. Raises `NotFound`, alike for what does not exist and what may not be seen."""
    line = board(session, installation, load_units(session), public_id).line_for(reader)
    return load(session, installation, [line])[0]


def attachment(article: Article, name: str) -> Attachment:
    """One attachment of a page that may be read and is up. Raises `NotFound`."""
    for found in article.content.attachments:
        if found.name == name and not article.listed.withdrawn_at:
            return found
    raise NotFound(N_("Bilagan finns inte."))


def poster(
    session: Session,
    article: Article,
    language: str,
    paper: str = Paper.A4,
    kind: BoardKind = BoardKind.STAFF,
) -> bytes:
    """The PDF that was made for the boards of a kind, on A4 where none was made for a larger ``paper``.
    Raises `NotFound` before it is made."""
    channel, papers = CHANNELS[kind], {Paper.A4, paper}
    content = session.scalar(
        select(BlobRow.content)
        .join(DeliveryRow, DeliveryRow.artefact == BlobRow.sha256)
        .join(StepRow, StepRow.id == DeliveryRow.step)
        .where(
            StepRow.announcement == article.listed.id,
            StepRow.channel == channel,
            # Of the text that is up: nobody prints one that has been corrected.
            StepRow.revision == article.listed.revision,
            DeliveryRow.recipient.in_([poster_key(channel, language, one) for one in papers]),
        )
        # What corrects it comes later in the plan; the larger paper has the longer key.
        .order_by(StepRow.position.desc(), DeliveryRow.recipient.desc())
        .limit(1)
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
            StepRow.revision == article.listed.revision,
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
        session.execute(select(engine.advisory_lock(f"feed token {person.pseudonym}")))
        _revoke(session, person)
        session.add(
            FeedTokenRow(
                sha256=hash_of(token), person=person.pseudonym, created_at=engine.now(session)
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


def hash_of(token: str) -> str:
    """Under what a feed key is stored (hex SHA-256)."""
    return hashlib.sha256(token.encode()).hexdigest()
