"""Proofreading: whoever writes asks a colleague to read a draft before it is handed in.

The colleague reads what was saved when they were asked, says what they think of it, and has no power
over it. All of it is gone with the draft (TF 2 kap. 12 §); nothing says whether or when they read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Function, and_, cast, delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import InstrumentedAttribute, Session

from announcer.db import engine
from announcer.db.models import DraftRow, PersonRow, ProofreadingRow, RemarkRow
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotFound, Refusal
from announcer.people import lookup
from announcer.services import drafting
from announcer.services.drafting import Draft, typed_in
from announcer.services.installation import Installation

LONGEST_MESSAGE = 300
#: As many as are asked to read one draft.
MOST_READERS = 5

#: The field of the form in which a writer ticks off what was said.
TICKED_OFF = "klar"

NO_SUCH_TEXT = N_("Ingen ber dig läsa den texten längre.")


@dataclass(frozen=True)
class Asked:
    """What became of asking: ``first`` where it was not asked before, ``by_mail`` where the colleague
    has an address that is written to."""

    first: bool
    by_mail: bool


@dataclass(frozen=True)
class Reading:
    """One colleague who is asked, for whoever wrote the draft. ``reader`` is their id in the directory;
    moments are aware UTC; ``is_behind`` where the draft has been saved since."""

    id: UUID
    draft: str
    reader: str
    asked_at: datetime
    done_at: datetime | None
    remarks: int
    is_behind: bool


class ToRead(NamedTuple):
    """A line in the list of what one is asked to read; ``title`` is empty where none is written."""

    id: UUID
    title: str
    #: Who asks, by their id in the directory.
    writer: str


@dataclass(frozen=True)
class Request:
    """What one is asked to read. ``text`` is the draft as it was when they were asked; ``writer`` asks."""

    id: UUID
    text: Draft
    writer: Person
    message: str


def ask(
    installation: Installation, actor: Person, public_id: str, whom: str, message: str
) -> Asked:
    """Ask the colleague ``whom`` (id in the directory, or address) to read a draft of one's own as it is
    saved now. Asked again, they get the newer text and a new mail; of the same text, once.

    Raises `NotFound` for a draft that is gone and for no such colleague, and `Refusal`.
    """
    message = " ".join(message.split())
    if len(message) > LONGEST_MESSAGE:
        raise Refusal(
            N_("Skriv högst {limit} tecken till den som ska läsa."), limit=LONGEST_MESSAGE
        )
    with installation.database.transaction("ask reader") as session:
        draft = drafting.own(session, actor, public_id)
        found = lookup.find_colleague(session, whom)
        reader, has_mail = found.person, bool(found.email)
        _refuse_unfit(actor, reader, draft)
        due_at = engine.now(session) if has_mail else None
        row = session.scalar(
            select(ProofreadingRow).where(
                ProofreadingRow.draft == public_id, ProofreadingRow.reader == reader.pseudonym
            )
        )
        if row and (row.version, row.message, row.done_at) == (draft.version, message, None):
            return Asked(False, has_mail)
        if row:
            # The database takes the text anew with the moment.
            row.message, row.asked_at, row.due_at = message, engine.now(session), due_at
        else:
            _refuse_too_many(session, public_id)
            new = {"draft": public_id, "reader": reader.pseudonym, "message": message}
            session.execute(insert(ProofreadingRow).values(id=uuid4(), due_at=due_at, **new))
    installation.wake()
    return Asked(True, has_mail)


def _refuse_unfit(actor: Person, reader: Person, draft: DraftRow) -> None:
    if reader.pseudonym == actor.pseudonym:
        raise Refusal(N_("Du kan inte be dig själv. Skriv en kollegas id."))
    if not any(typed_in(draft.fields, name) for name in ("rubrik", "text")):
        raise Refusal(N_("Det finns inget att läsa än. Skriv en rubrik eller en text först."))


def _refuse_too_many(session: Session, public_id: str) -> None:
    asked = select(func.count()).where(ProofreadingRow.draft == public_id)
    if (session.scalar(asked) or 0) >= MOST_READERS:
        raise Refusal(
            N_("Du har redan bett {count} att läsa. Ta bort någon av dem först."),
            count=MOST_READERS,
        )


def readers(session: Session, actor: Person, public_id: str = "") -> list[Reading]:
    """Who is asked to read drafts of one's own, or the one that is named, the first asked first."""
    remarks = (
        select(func.count())
        .where(RemarkRow.proofreading == ProofreadingRow.id)
        .correlate(ProofreadingRow)
        .scalar_subquery()
    )
    found = (
        select(
            ProofreadingRow.id,
            ProofreadingRow.draft,
            PersonRow.directory_id,
            ProofreadingRow.asked_at,
            ProofreadingRow.done_at,
            remarks,
            _is_behind(),
        )
        .join(DraftRow, DraftRow.public_id == ProofreadingRow.draft)
        .join(PersonRow, PersonRow.pseudonym == ProofreadingRow.reader)
        .where(DraftRow.owner == actor.pseudonym)
        .order_by(ProofreadingRow.asked_at, ProofreadingRow.id)
    )
    if public_id:
        found = found.where(DraftRow.public_id == public_id)
    return [Reading(*row) for row in session.execute(found)]


def _is_behind() -> ColumnElement[bool]:
    """Whether the draft holds another text by now; what its writer ticks off is none."""
    asked, now = (_text_of(one) for one in (ProofreadingRow.fields, DraftRow.fields))
    other = or_(asked != now, ProofreadingRow.files != DraftRow.files)
    return and_(ProofreadingRow.version < DraftRow.version, other)


def _text_of(fields: InstrumentedAttribute[list[list[str]]]) -> Function[Any]:
    # Strict: else each pair would be taken apart before it is asked.
    is_text = cast(f'strict $[*] ? (@[0] != "{TICKED_OFF}")', JSONPATH)
    return func.jsonb_path_query_array(fields, is_text)


def take_back(installation: Installation, actor: Person, public_id: str, reference: str) -> None:
    """Ask no more, and forget what was said; what is gone already is no fault. Raises `NotFound` for
    a draft that is not one's own."""
    with installation.database.transaction("take back asking") as session:
        drafting.own(session, actor, public_id)
        session.execute(
            delete(ProofreadingRow).where(
                ProofreadingRow.id == _id(reference), ProofreadingRow.draft == public_id
            )
        )


def to_read(session: Session, actor: Person) -> list[ToRead]:
    """What one is asked to read and not done with, the oldest first."""
    found = (
        select(ProofreadingRow.id, ProofreadingRow.fields, PersonRow.directory_id)
        .join(DraftRow, DraftRow.public_id == ProofreadingRow.draft)
        .join(PersonRow, PersonRow.pseudonym == DraftRow.owner)
        .where(ProofreadingRow.reader == actor.pseudonym, ProofreadingRow.done_at.is_(None))
        .order_by(ProofreadingRow.asked_at)
    )
    return [
        ToRead(id_, typed_in(fields, "rubrik"), who) for id_, fields, who in session.execute(found)
    ]


def requested(installation: Installation, actor: Person, reference: str) -> Request:
    """What one is asked to read. Raises `NotFound` alike for everybody else, and when it is over."""
    with installation.database.reading() as session:
        row = asked_of(session, actor, reference)
        draft = session.get_one(DraftRow, row.draft)
        text = Draft(
            "",
            row.class_name,
            tuple((name, words) for name, words in row.fields),
            tuple((name, alt, content) for name, alt, content in row.files),
            row.version,
            row.asked_at,
        )
        writer = lookup.person(session.get_one(PersonRow, draft.owner))
        return Request(row.id, text, writer, row.message)


def asked_of(
    session: Session, actor: Person, reference: str, *, lock: bool = False
) -> ProofreadingRow:
    """What ``actor`` is asked to read, for nobody who stands in for them, and not done with."""
    row = _ever_asked_of(session, actor, reference, lock=lock)
    if row.done_at is not None:
        raise NotFound(NO_SUCH_TEXT)
    return row


def _ever_asked_of(
    session: Session, actor: Person, reference: str, *, lock: bool
) -> ProofreadingRow:
    query = select(ProofreadingRow).where(
        ProofreadingRow.id == _id(reference), ProofreadingRow.reader == actor.pseudonym
    )
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound(NO_SUCH_TEXT)
    return row


def _id(reference: str) -> UUID:
    try:
        return UUID(reference)
    except ValueError:
        raise NotFound(NO_SUCH_TEXT) from None


def done(installation: Installation, actor: Person, reference: str) -> None:
    """Say that one has read and said what there was to say. It is over for them then; said
    twice it is said once. Raises `NotFound`."""
    with installation.database.transaction("done reading") as session:
        row = _ever_asked_of(session, actor, reference, lock=True)
        row.done_at, row.due_at = row.done_at or engine.now(session), None
