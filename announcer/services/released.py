"""What the public may read: released items, asked with the newsroom's own role.

Everything here goes through the three views that the role may see; nothing else in the database
exists for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import Row, func, select, text, union_all
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from announcer.db import full_text, schema
from announcer.db.engine import Database
from announcer.db.newsroom import released_file, released_item, released_link, released_text
from announcer.domain.errors import N_, AnnouncerError, NotFound
from announcer.domain.organisation import Sender

LONGEST_SEARCH = full_text.LONGEST_SEARCH
#: How many hits are shown; the best ones.
MOST_HITS = 30

#: Grows with every change of what is public, and with nothing else; `NOT_KNOWN` after a restore.
VERSION = "SELECT CASE WHEN newsroom.is_known() THEN number ELSE -1 END FROM newsroom.change"
NOT_KNOWN = -1


class Unreachable(AnnouncerError):
    """The database does not answer, or was brought back from a backup and nobody has looked yet:
    what is public is not known at this moment."""


@dataclass(frozen=True)
class Newsroom:
    """The public side of one installation; ``base_url`` is its public address."""

    database: Database
    sender: Sender
    languages: tuple[str, ...]
    base_url: str
    #: How soon questions are answered, a sentence by language; empty where the policy promises none.
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReleasedText:
    """Title, summary and safe HTML in one language; of a withdrawn item the title alone."""

    language: str
    title: str
    summary: str
    html: str


@dataclass(frozen=True)
class ReleasedFile:
    """A file that goes with an item; ``length`` is bytes."""

    name: str
    media_type: str
    alt: str
    sha256: str
    length: int


@dataclass(frozen=True)
class Released:
    """One item. Moments are aware UTC; the text in ``language`` comes first."""

    public_id: str
    unit_name: str
    language: str
    contact: str
    record_number: str
    content_hash: str
    published_at: datetime
    corrected_at: datetime | None
    correction: str
    withdrawn_at: datetime | None
    texts: tuple[ReleasedText, ...]
    files: tuple[ReleasedFile, ...]

    @property
    def changed_at(self) -> datetime:
        """When it last changed for a reader."""
        return max(m for m in (self.published_at, self.corrected_at, self.withdrawn_at) if m)

    def text_in(self, language: str) -> ReleasedText:
        """The text in ``language``, or the first one."""
        return next((t for t in self.texts if t.language == language), self.texts[0])


@contextmanager
def looking(newsroom: Newsroom) -> Iterator[Session]:
    """What is public at one moment: a withdrawal between two queries is not half seen.

    Raises `Unreachable`.
    """
    try:
        with newsroom.database.reading() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            if not session.scalar(select(func.newsroom.is_known())):
                raise Unreachable
            yield session
    except (OperationalError, InterfaceError, PoolExhausted) as error:
        raise Unreachable from error


def version(newsroom: Newsroom) -> int:
    """Grows with every change of what is public, and with nothing else. Raises `Unreachable`."""
    try:
        number = newsroom.database.glance.number(VERSION)
    except psycopg.OperationalError as error:
        raise Unreachable from error
    if number == NOT_KNOWN:
        raise Unreachable
    return number


def is_ready(newsroom: Newsroom) -> bool:
    """Whether the database answers and has the schema that this program knows."""
    try:
        with newsroom.database.reading() as session:
            found = session.scalar(text("SELECT newsroom.schema_version()"))
    except (DBAPIError, PoolExhausted):
        return False
    return bool(found == schema.known_revision())


_NEWEST_FIRST = (released_item.c.published_at.desc(), released_item.c.public_id)


def newest(session: Session, limit: int, offset: int = 0) -> list[Released]:
    """Items that are not withdrawn, and withdrawn ones with their mark, newest first."""
    rows = session.execute(
        select(released_item).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
    ).all()
    return _whole(session, rows)


def addresses(session: Session, limit: int) -> list[tuple[str, datetime]]:
    """Public ids of what is not withdrawn, with when each last changed (aware), newest first."""
    i = released_item.c
    rows = session.execute(
        select(i.public_id, func.coalesce(i.corrected_at, i.published_at))
        .where(i.withdrawn_at.is_(None))
        .order_by(*_NEWEST_FIRST)
        .limit(limit)
    )
    return [(public_id, changed_at) for public_id, changed_at in rows]


@dataclass(frozen=True)
class Hit:
    """An item that was found, and the language in which it fits best."""

    item: Released
    language: str


def search(session: Session, asked: str, language: str) -> list[Hit]:
    """What fits the words, best first, at most `MOST_HITS`; quotation marks, ``or`` and ``-`` mean
    what they do in search engines. Of ``asked`` the first `LONGEST_SEARCH` characters count. Where
    an item fits alike in several languages it is found in ``language``.
    """
    t = released_text.c
    fits, rank = full_text.fitting(asked, t.language, t.title, t.search)
    rows = session.execute(
        select(t.public_id, t.language)
        .where(fits)
        .order_by(rank.desc(), t.language != language, t.public_id, t.language)
    ).all()
    return _hits(session, [(row.public_id, row.language) for row in rows])


def _hits(session: Session, found: Sequence[tuple[str, str]]) -> list[Hit]:
    best: dict[str, str] = {}
    for public_id, language in found:
        best.setdefault(public_id, language)
    ids = list(best)[:MOST_HITS]
    i = released_item.c
    # What was withdrawn has its title left, for the list alone.
    rows = session.execute(
        select(released_item).where(i.public_id.in_(ids), i.withdrawn_at.is_(None))
    ).all()
    items = {item.public_id: item for item in _whole(session, rows)}
    return [Hit(items[public_id], best[public_id]) for public_id in ids if public_id in items]


def item(session: Session, public_id: str) -> Released:
    """One item. Raises `NotFound`, alike for what never was and what is not out."""
    rows = session.execute(select(released_item).where(released_item.c.public_id == public_id))
    for found in _whole(session, rows.all()):
        return found
    raise NotFound(N_("Sidan finns inte."))


def related(session: Session, public_id: str) -> list[Released]:
    """What the item goes on from and what goes on from it, as far as it is out, oldest first."""
    link, i = released_link.c, released_item.c
    ids = union_all(
        select(link.follows).where(link.public_id == public_id),
        select(link.public_id).where(link.follows == public_id),
    )
    rows = session.execute(
        select(released_item).where(i.public_id.in_(ids)).order_by(i.published_at, i.public_id)
    ).all()
    return _whole(session, rows) if rows else []


def file(session: Session, public_id: str, name: str) -> ReleasedFile:
    """A file without its bytes. Raises `NotFound`, alike for what never was and what is not out."""
    f = released_file.c
    row = session.execute(
        select(f.name, f.media_type, f.alt, f.sha256, func.length(f.content)).where(
            f.public_id == public_id, f.name == name
        )
    ).one_or_none()
    if row is None:
        raise NotFound(N_("Bilagan finns inte."))
    return ReleasedFile(*row)


def file_content(session: Session, public_id: str, name: str) -> bytes:
    """The bytes of a file that :func:`file` has found in the same session."""
    f = released_file.c
    found: bytes = session.scalars(
        select(f.content).where(f.public_id == public_id, f.name == name)
    ).one()
    return found


def _whole(session: Session, rows: Sequence[Row[Any]]) -> list[Released]:
    """Items with their texts and files, in two queries however many they are."""
    ids = [row.public_id for row in rows]
    t, f = released_text.c, released_file.c
    texts = session.execute(
        select(t.public_id, t.language, t.title, t.summary, t.html).where(t.public_id.in_(ids))
    ).all()
    files = session.execute(
        select(f.public_id, f.name, f.media_type, f.alt, f.sha256, func.length(f.content))
        .where(f.public_id.in_(ids))
        .order_by(f.position)
    ).all()
    return [
        Released(
            **row._mapping,  # noqa: SLF001 - the documented way to a row as a mapping
            texts=_texts([one for one in texts if one.public_id == row.public_id], row.language),
            files=tuple(ReleasedFile(*one[1:]) for one in files if one[0] == row.public_id),
        )
        for row in rows
    ]


def _texts(rows: Sequence[Any], first: str) -> tuple[ReleasedText, ...]:
    found = [ReleasedText(row.language, row.title, row.summary, row.html) for row in rows]
    return tuple(sorted(found, key=lambda text: (text.language != first, text.language)))
