"""Drafts: what somebody has begun to write, as typed. Nobody but its owner sees one.

A draft is no record (TF 2 kap. 12 §): it is gone when its text is handed in, and the chain keeps
the hash of what it last held. Nothing says when one was looked at.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import DraftRow, ProofreadingRow, RemarkRow
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.services import approvals, planning, records
from announcer.services.approvals import NOT_YOURS
from announcer.services.installation import Installation
from announcer.services.writing import Submitted

#: A draft that nobody has gone on with is deleted after this.
KEPT = timedelta(days=90)
#: Its owner is told so beforehand.
WARNED = timedelta(days=76)
#: So long after its last save a draft is one that somebody is writing in.
AT_WORK = timedelta(minutes=15)
#: Two presses of one button are not further apart.
AT_ONCE = timedelta(minutes=1)
#: As many as one person has at a time.
MOST_DRAFTS = 50
#: Characters of all that is typed into one, its files apart.
LONGEST = 500_000

Words = Sequence[tuple[str, str]]
File = tuple[str, str, str]


def typed_in(fields: Iterable[Sequence[str]], name: str) -> str:
    """What stands in a field of the form, without surrounding space."""
    return next((words for one, words in fields if one == name), "").strip()


class SavedElsewhere(Refusal):
    """The draft was saved from another page since this one was opened."""


@dataclass(frozen=True)
class Draft:
    """One draft; ``files`` are name, alternative text and base64. Moments are aware UTC."""

    public_id: str
    class_name: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[File, ...]
    version: int
    saved_at: datetime

    @property
    def title(self) -> str:
        """The headline as far as it is written."""
        return typed_in(self.fields, "rubrik")

    @property
    def deleted_at(self) -> datetime:
        """When it is deleted if nobody goes on with it."""
        return self.saved_at + KEPT

    def is_old(self, now: datetime) -> bool:
        """Whether its owner should be told that it will be deleted."""
        return self.saved_at + WARNED <= now


def save(
    installation: Installation,
    actor: Person,
    public_id: str,
    version: int,
    class_name: str,
    fields: Words,
    files: Sequence[File] | None,
    changes: str = "",
) -> Draft:
    """Keep what is typed. Without ``public_id`` it is a new draft; ``version`` is the one that the
    page was made from; ``files`` is None where they are the same as before; ``changes`` is the
    announcement that ``fields`` name as the one whose text is changed.

    Raises `NotFound` for a draft that is gone or another's, `SavedElsewhere` where it was saved
    from another page since, `NotAllowed` where that announcement's text is none of theirs,
    `Refusal` where it is too much.
    """
    if sum(len(name) + len(words) for name, words in fields) > LONGEST:
        raise Refusal(N_("Texten är för lång för att sparas som utkast. Dela upp den."))
    typed = [list(one) for one in fields]
    with installation.database.transaction("save draft") as session:
        now = engine.now(session)
        if changes:
            _refuse_stranger(session, installation, actor, changes)
        if public_id:
            row = own(session, actor, public_id)
            if row.version == version + 1 and _is(row, class_name, typed, files):
                return _draft(row)
            if row.version != version:
                raise SavedElsewhere(
                    N_(
                        "Utkastet är sparat i en annan flik eller på en annan dator. Ingenting är skrivet över."
                    )
                )
        else:
            same = _pressed_twice(session, actor, class_name, typed, files)
            if same:
                return _draft(same)
            row = _new(session, actor)
        row.class_name, row.fields = class_name, typed
        if files is not None:
            row.files = [list(one) for one in files]
        row.version, row.saved_at = row.version + 1, now
        session.flush()
        return _draft(row)


def _refuse_stranger(
    session: Session, installation: Installation, actor: Person, reference: str
) -> None:
    """Raise `NotAllowed`, alike for what there is not. A text that was approved meanwhile is saved
    still: what was typed must not be lost with the right to hand it in."""
    try:
        row = records.find(session, reference)
    except NotFound:
        raise NotAllowed(NOT_YOURS) from None
    policy = records.policy_of(session, installation, row)
    if not approvals.may_change(session, policy, actor, row):
        raise NotAllowed(NOT_YOURS)


def _is(
    row: DraftRow, class_name: str, typed: list[list[str]], files: Sequence[File] | None
) -> bool:
    """Whether just this is saved there."""
    kept = files is None or row.files == [list(one) for one in files]
    return row.class_name == class_name and row.fields == typed and kept


def _pressed_twice(
    session: Session,
    actor: Person,
    class_name: str,
    typed: list[list[str]],
    files: Sequence[File] | None,
) -> DraftRow | None:
    """The draft that the first of two presses has just begun."""
    # One at a time, so that two at once are counted as two.
    session.execute(select(engine.advisory_lock(f"draft {actor.pseudonym}")))
    lately = select(DraftRow).where(
        DraftRow.owner == actor.pseudonym,
        DraftRow.version == 1,
        DraftRow.saved_at > engine.now(session) - AT_ONCE,
    )
    found = session.scalars(lately)
    return next((one for one in found if _is(one, class_name, typed, files)), None)


def _new(session: Session, actor: Person) -> DraftRow:
    count = session.scalar(
        select(func.count()).select_from(DraftRow).where(DraftRow.owner == actor.pseudonym)
    )
    if (count or 0) >= MOST_DRAFTS:
        raise Refusal(
            N_("Du har redan {count} utkast. Ta bort något av dem under Mina."), count=MOST_DRAFTS
        )
    row = DraftRow(
        public_id=planning.new_public_id(), owner=actor.pseudonym, files=[], fields=[], version=0
    )
    session.add(row)
    return row


def own(session: Session, actor: Person, public_id: str) -> DraftRow:
    """A draft of one's own, locked. Raises `NotFound`."""
    row = session.scalar(
        select(DraftRow)
        .where(DraftRow.public_id == public_id, DraftRow.owner == actor.pseudonym)
        .with_for_update()
    )
    if row is None:
        raise NotFound(N_("Utkastet finns inte längre."))
    return row


def _draft(row: DraftRow) -> Draft:
    return Draft(
        row.public_id,
        row.class_name,
        tuple((name, words) for name, words in row.fields),
        tuple((name, alt, content) for name, alt, content in row.files),
        row.version,
        row.saved_at,
    )


def one(installation: Installation, actor: Person, public_id: str) -> Draft:
    """A draft of one's own. Raises `NotFound`."""
    with installation.database.reading() as session:
        row = session.get(DraftRow, public_id)
        if row is None or row.owner != actor.pseudonym:
            raise NotFound(N_("Utkastet finns inte längre."))
        return _draft(row)


def of(session: Session, actor: Person) -> list[Draft]:
    """All of one's own without their files, the one that was saved last first."""
    found = session.execute(
        select(
            DraftRow.public_id,
            DraftRow.class_name,
            DraftRow.fields,
            DraftRow.version,
            DraftRow.saved_at,
        )
        .where(DraftRow.owner == actor.pseudonym)
        .order_by(DraftRow.saved_at.desc(), DraftRow.public_id)
    )
    return [
        Draft(row.public_id, row.class_name, tuple(map(tuple, row.fields)), (), *row[3:])
        for row in found
    ]


def others_at_work(
    installation: Installation, actor: Person, field: str, public_id: str
) -> datetime | None:
    """When somebody else last saved a change of theirs to the announcement ``public_id`` (aware UTC),
    which drafts of it name in ``field``; None where nobody has for a while. It says not who."""
    with installation.database.reading() as session:
        return session.scalar(
            select(func.max(DraftRow.saved_at)).where(
                DraftRow.saved_at > engine.now(session) - AT_WORK,
                DraftRow.owner != actor.pseudonym,
                DraftRow.fields.contains([[field, public_id]]),
            )
        )


def throw_away(installation: Installation, actor: Person, public_id: str) -> None:
    """Delete a draft of one's own; one that is gone already is no fault."""
    with installation.database.transaction("throw away draft") as session:
        session.execute(
            delete(DraftRow).where(
                DraftRow.public_id == public_id, DraftRow.owner == actor.pseudonym
            )
        )


def hand_in(
    installation: Installation,
    actor: Person,
    public_id: str,
    version: int,
    act: Callable[[Installation], Submitted],
) -> Submitted:
    """Carry out ``act``, which takes in a draft's text, and delete the draft: both or neither.

    A draft that was saved from another page since ``version`` stays: more may stand in it. One that
    is gone is no fault. Raises what ``act`` does.
    """
    database = installation.database
    with database.transaction("hand in draft") as session:
        joined = database.joined(session)
        submitted = act(replace(installation, database=joined, wake=joined.notify))
        row = session.get(DraftRow, public_id, with_for_update=True)
        if row and (row.owner, row.version) == (actor.pseudonym, version):
            held = json.dumps([row.class_name, row.fields, row.files], ensure_ascii=False)
            sha256 = hashlib.sha256(held.encode()).hexdigest()
            detail = {"sha256": sha256, "version": row.version}
            if remarks := _remarks(session, row):
                detail["remarks"] = remarks
            records.append(session, submitted.id, "draft closed", actor.pseudonym, **detail)
            session.delete(row)
    return submitted


def _remarks(session: Session, row: DraftRow) -> list[str]:
    """Hashes of what colleagues said who were asked to read the draft. Of whom, nothing is kept."""
    said = (
        select(RemarkRow.quote, RemarkRow.words)
        .join(ProofreadingRow, ProofreadingRow.id == RemarkRow.proofreading)
        .where(ProofreadingRow.draft == row.public_id)
    )
    # In no order that would tell who said which.
    return sorted(
        hashlib.sha256(f"{quote}\n{words}".encode()).hexdigest()
        for quote, words in session.execute(said)
    )


def forget_old(session: Session, now: datetime) -> None:
    """Delete the drafts that nobody has gone on with; ``now`` is the database's."""
    session.execute(delete(DraftRow).where(DraftRow.saved_at <= now - KEPT))
