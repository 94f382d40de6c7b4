"""The versions of a text that was handed in: what stood in each, and by whom it was written."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from announcer.db.models import RevisionRow
from announcer.domain.announcement import Content
from announcer.domain.audience import Person
from announcer.services import records, reviewing
from announcer.services.installation import Installation


@dataclass(frozen=True)
class Version:
    """One text. ``content`` is None where it was weeded; ``written_at`` is aware UTC; ``before`` is
    the version it replaced."""

    number: int
    content: Content | None
    written_at: datetime
    by_author: bool
    before: Content | None


def versions(installation: Installation, actor: Person, reference: str) -> list[Version]:
    """All of them, the newest first, for those who may read the text. Raises `NotFound`."""
    reviewing.proposal(installation, actor, reference)
    with installation.database.reading() as session:
        row = records.find(session, reference)
        kept = session.scalars(
            select(RevisionRow)
            .where(RevisionRow.announcement == row.id)
            .order_by(RevisionRow.number)
        )
        found: list[Version] = []
        before: Content | None = None
        for one in kept:
            content = None if one.weeded_under else records.text_of(one)
            by_author = one.author == row.author
            found.append(Version(one.number, content, one.created_at, by_author, before))
            before = content
        return found[::-1]
