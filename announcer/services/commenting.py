"""Comments on passages of a text that waits for approval: said by who may read it, for who changes it.

They are nobody's record (TF 2 kap. 12 §). The database deletes them when the waiting ends; the chain
keeps their hashes.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, CommentRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.errors import N_, Refusal
from announcer.domain.policy import Policy
from announcer.plain_language.passage import Passage, fields_of, find, quoted
from announcer.services import approvals, records, reviewing
from announcer.services.installation import Installation

LONGEST_COMMENT = 1_000
LONGEST_QUOTE = 2_000
#: As many as a text can have while it waits.
MOST_COMMENTS = 200

CHANGED = N_("Texten har ändrats sedan du läste den. Läs den nya texten och kommentera den.")


@dataclass(frozen=True)
class Comment:
    """One comment. ``field`` and ``quote`` are empty where it is about the whole text; ``place`` is
    where the quoted words are in the field now, None where they are gone. ``roles`` are those of who
    said it, none for whoever wrote the text; ``mine`` and ``can_tick`` are about who asked."""

    id: UUID
    field: str
    quote: str
    place: tuple[int, int] | None
    words: str
    roles: tuple[str, ...]
    at: datetime
    is_done: bool
    mine: bool
    can_tick: bool
    #: Who said it, by their id in the directory, where whoever reads it asked them to.
    by: str = ""

    @property
    def is_moved_away(self) -> bool:
        """Whether the words it is about have been changed."""
        return bool(self.quote) and self.place is None


def comment(
    installation: Installation,
    actor: Person,
    reference: str,
    content_hash: str,
    words: str,
    about: Passage | None = None,
) -> bool:
    """Say something of a passage of the text with ``content_hash``, or of all of it. Returns False
    where the same person has said the same already.

    Raises `NotFound` for who may not read the text, and `Refusal` where it is another by now, does
    not wait any more, or nothing is said.
    """
    words = words.strip()
    if not 0 < len(words) <= LONGEST_COMMENT:
        raise Refusal(N_("Skriv en kommentar med högst {limit} tecken."), limit=LONGEST_COMMENT)
    reviewing.proposal(installation, actor, reference)
    with installation.database.transaction("comment") as session:
        row = records.find(session, reference, lock=True)
        _refuse_closed(session, row)
        revision = records.newest_revision(session, row.id)
        if revision.content_hash != content_hash:
            raise Refusal(CHANGED)
        quote = about.words[:LONGEST_QUOTE] if about else ""
        said = CommentRow(
            id=uuid4(),
            announcement=row.id,
            revision=revision.id,
            author=actor.pseudonym,
            roles=_roles(session, records.policy_of(session, installation, row), actor, row),
            field=about.field if about else "",
            quote=quote,
            start=about.start if about else 0,
            words=words,
        )
        if _same(session, said):
            return False
        _refuse_too_many(session, row)
        session.add(said)
        sha256 = hashlib.sha256(f"{quote}\n{words}".encode()).hexdigest()
        records.append(
            session, row.id, "commented", actor.pseudonym, content=content_hash, sha256=sha256
        )
    return True


def passage_of(content: Content, quote: str) -> Passage | None:
    """Where ``quote`` is read, as a program or a command names it; None, where it is empty, is the whole
    text. Raises `Refusal`."""
    if not quote.strip():
        return None
    found = quoted(content, quote)
    if found is None:
        raise Refusal(
            N_("”{words}” står inte i texten. Skriv orden som de läses."), words=quote[:80]
        )
    return found


def _refuse_closed(session: Session, row: AnnouncementRow) -> None:
    waits = row.state == AnnouncementState.IN_REVIEW.value
    if not waits and records.open_correction(session, row.id) is None:
        raise Refusal(N_("Texten väntar inte på godkännande längre."))


def _refuse_too_many(session: Session, row: AnnouncementRow) -> None:
    count = session.scalar(
        select(func.count()).select_from(CommentRow).where(CommentRow.announcement == row.id)
    )
    if (count or 0) >= MOST_COMMENTS:
        raise Refusal(
            N_("Texten har redan {count} kommentarer. Prata med varandra."), count=MOST_COMMENTS
        )


def _same(session: Session, said: CommentRow) -> bool:
    query = select(CommentRow.id).where(
        CommentRow.announcement == said.announcement,
        CommentRow.author == said.author,
        CommentRow.field == said.field,
        CommentRow.quote == said.quote,
        CommentRow.words == said.words,
        CommentRow.done_at.is_(None),
    )
    return session.scalars(query.limit(1)).first() is not None


def _roles(
    session: Session, policy: Policy, actor: Person, row: AnnouncementRow
) -> tuple[str, ...]:
    """What they are to this text, by the policy's names; nothing for its author."""
    found = approvals.look(session, policy, row, records.newest_revision(session, row.id))
    if found is None or actor.pseudonym in found.authors:
        return ()
    asked = (*found.chain.approvers, *policy.information_unit, *found.chain.informs)
    return next(((one,) for one in asked if policy.has_role(actor, (one,), row.unit, row.id)), ())


def of(
    installation: Installation, actor: Person, reference: str, content: Content
) -> list[Comment]:
    """What is said of a text, in the order of ``content``, its newest; of the whole text first.

    For whoever may read it: raises `NotFound` for everybody else.
    """
    found = reviewing.proposal(installation, actor, reference)
    fields = dict(fields_of(content))
    with installation.database.reading() as session:
        row = records.find(session, reference)
        changes_it = _changes(session, row, actor) or found.can_rewrite
        query = select(CommentRow).where(CommentRow.announcement == row.id)
        rows = list(session.scalars(query.order_by(CommentRow.at, CommentRow.id)))
        comments = [_comment(one, fields, actor, changes_it) for one in rows]
    return in_order(comments, content)


def to_see_to(installation: Installation, actor: Person, reference: str) -> list[Comment]:
    """What is said of the newest text of ``reference`` and not seen to, in the text's order. Raises
    `NotFound` for who may not read it."""
    content = reviewing.proposal(installation, actor, reference).content
    return [one for one in of(installation, actor, reference, content) if not one.is_done]


def in_order(comments: Iterable[Comment], content: Content) -> list[Comment]:
    """As their passages follow in ``content``: what is not seen to first, of the whole text before
    the rest."""
    fields = [name for name, _ in fields_of(content)]
    return sorted(comments, key=lambda one: _order(one, fields))


def _order(one: Comment, fields: list[str]) -> tuple[bool, int, int]:
    if one.field not in fields:
        return (one.is_done, -1, 0)
    return (one.is_done, fields.index(one.field), one.place[0] if one.place else -1)


def _comment(row: CommentRow, fields: dict[str, str], actor: Person, changes_it: bool) -> Comment:
    mine = row.author == actor.pseudonym
    return Comment(
        row.id,
        row.field,
        row.quote,
        find(row.quote, fields.get(row.field, ""), row.start) if row.quote else None,
        row.words,
        tuple(row.roles),
        row.at,
        row.done_at is not None,
        mine,
        (mine or changes_it) and row.done_at is None,
    )


def _changes(session: Session, row: AnnouncementRow, actor: Person) -> bool:
    """Whether ``actor`` wrote the text."""
    newest = records.newest_revision(session, row.id)
    return actor.pseudonym in (row.author, newest.author)


def ids_of(typed: Iterable[str]) -> set[UUID]:
    """The comments that are meant; what is nobody's comment is left out."""
    found = set()
    for one in typed:
        try:
            found.add(UUID(one))
        except ValueError:
            continue
    return found


def tick_off(
    installation: Installation, actor: Person, reference: str, ids: Collection[UUID]
) -> int:
    """Comments that have been seen to; how many were not before. Those of another text, or that this
    person may not tick off, stay as they are. Raises `NotFound` for who may not read the text."""
    found = reviewing.proposal(installation, actor, reference)
    with installation.database.transaction("tick off comments") as session:
        row = records.find(session, reference, lock=True)
        query = (
            update(CommentRow)
            .where(
                CommentRow.announcement == row.id,
                CommentRow.id.in_(ids),
                CommentRow.done_at.is_(None),
            )
            .values(done_at=engine.now(session))
            .returning(CommentRow.id)
        )
        if not (_changes(session, row, actor) or found.can_rewrite):
            query = query.where(CommentRow.author == actor.pseudonym)
        return len(session.scalars(query).all())
