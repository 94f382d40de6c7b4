"""Remarks on a draft: what a colleague says who is asked to read it, for whoever wrote it.

They go with the draft (TF 2 kap. 12 §); the record of the text that came of it keeps their hashes.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from announcer.db.models import RemarkRow
from announcer.domain.announcement import Content
from announcer.domain.audience import Person
from announcer.domain.errors import N_, Refusal
from announcer.plain_language.passage import Passage, fields_of, find
from announcer.services import proofreading
from announcer.services.commenting import (
    CHANGED,
    LONGEST_COMMENT,
    LONGEST_QUOTE,
    Comment,
    in_order,
)
from announcer.services.installation import Installation
from announcer.services.proofreading import Request

#: As many as one colleague says of a text.
MOST_REMARKS = 100


def remark(
    installation: Installation,
    actor: Person,
    reference: str,
    version: int,
    words: str,
    about: Passage | None = None,
) -> bool:
    """Say something of a passage of the text that one is asked to read, in that ``version``, or of all
    of it. Returns False where the same is said already. Raises `NotFound` or `Refusal`."""
    words = words.strip()
    if not 0 < len(words) <= LONGEST_COMMENT:
        raise Refusal(N_("Skriv en kommentar med högst {limit} tecken."), limit=LONGEST_COMMENT)
    quote = about.words[:LONGEST_QUOTE] if about else ""
    field, start = (about.field, about.start) if about else ("", 0)
    with installation.database.transaction("remark") as session:
        row = proofreading.asked_of(session, actor, reference, lock=True)
        if row.version != version:
            raise Refusal(CHANGED)
        said = _said(session, [row.id])
        if (field, quote, words) in {(one.field, one.quote, one.words) for one in said}:
            return False
        if len(said) >= MOST_REMARKS:
            raise Refusal(
                N_("Texten har redan {count} kommentarer. Prata med varandra."), count=MOST_REMARKS
            )
        new = {"field": field, "quote": quote, "start": start, "words": words}
        session.execute(insert(RemarkRow).values(id=uuid4(), proofreading=row.id, **new))
    return True


def _said(session: Session, asked: Sequence[UUID]) -> Sequence[RemarkRow]:
    query = select(RemarkRow).where(RemarkRow.proofreading.in_(asked))
    return session.scalars(query.order_by(RemarkRow.at, RemarkRow.id)).all()


def mine(session: Session, asked: Request, content: Content) -> list[Comment]:
    """What one has said of what one is asked to read, in the order of the text."""
    return _placed(_said(session, [asked.id]), {}, content)


def beside(session: Session, actor: Person, public_id: str, content: Content) -> list[Comment]:
    """What is said of a draft of one's own, placed in ``content``, its newest; of the whole text first."""
    names = {one.id: one.reader for one in proofreading.readers(session, actor, public_id)}
    return _placed(_said(session, list(names)), names, content)


def _placed(
    rows: Sequence[RemarkRow], names: Mapping[UUID, str], content: Content
) -> list[Comment]:
    """``names``: who said it, where that is somebody else than whoever reads it."""
    fields = dict(fields_of(content))
    found = [
        Comment(
            row.id,
            row.field,
            row.quote,
            find(row.quote, fields.get(row.field, ""), row.start) if row.quote else None,
            row.words,
            (),
            row.at,
            is_done=False,
            mine=row.proofreading not in names,
            can_tick=False,
            by=names.get(row.proofreading, ""),
        )
        for row in rows
    ]
    return in_order(found, content)
