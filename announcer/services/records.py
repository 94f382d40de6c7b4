"""The record: events in the chain, and the rows that an announcement consists of."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BlobRow,
    CorrectionRow,
    EventRow,
    PolicyRow,
    RevisionBlobRow,
    RevisionRow,
    StepRow,
)
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.domain.policy import Policy
from announcer.services.installation import Installation


def in_right_of(actor: Person, right: Person) -> dict[str, str]:
    """What an event says beside who acted: for whom, where it was not in their own right."""
    if right.pseudonym == actor.pseudonym:
        return {}
    return {"acting_for": str(right.pseudonym)}


def append(session: Session, about: UUID, what: str, who: UUID | None, **detail: Any) -> None:
    """Add an event to the announcement's chain. ``who`` is a pseudonym; None is the system."""
    session.flush()
    session.execute(
        text("SELECT announcer.append_event(:about, :what, :who, CAST(:detail AS jsonb))"),
        {"about": about, "what": what, "who": who and str(who), "detail": json.dumps(detail)},
    )


def append_all(
    session: Session, what: str, events: Sequence[tuple[UUID, Mapping[str, Any]]]
) -> None:
    """Add an event by the system to the chain of each announcement that is named with its detail."""
    session.flush()
    session.execute(
        text(
            "SELECT announcer.append_event(e.about, :what, NULL, e.detail)"
            " FROM unnest(CAST(:about AS uuid[]), CAST(:details AS jsonb[])) AS e (about, detail)"
        ),
        {
            "what": what,
            "about": [about for about, _ in events],
            "details": [json.dumps(detail) for _, detail in events],
        },
    )


def keep_blob(session: Session, content: bytes) -> str:
    """Store bytes under their hash, once; returns the hex SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    session.execute(insert(BlobRow).values(sha256=sha256, content=content).on_conflict_do_nothing())
    return sha256


def find(session: Session, reference: str, *, lock: bool = False) -> AnnouncementRow:
    """The announcement with this id or public id. Raises `NotFound`.

    ``lock`` takes its row, as everything does that decides about it.
    """
    query = select(AnnouncementRow).where(AnnouncementRow.public_id == reference)
    with suppress(ValueError):  # not a UUID, so it can only be a public id
        query = select(AnnouncementRow).where(AnnouncementRow.id == UUID(reference))
    row = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if row is None:
        raise NotFound(N_("Det finns inget meddelande ”{reference}”."), reference=reference[:80])
    return row


def under_way(session: Session, reference: str) -> AnnouncementRow:
    """The announcement, locked. Raises `NotFound`, or `Refusal` where it was withdrawn."""
    row = find(session, reference, lock=True)
    if row.state == AnnouncementState.WITHDRAWN.value:
        raise Refusal(N_("Meddelandet är tillbakadraget."))
    return row


def newest_revision(session: Session, announcement: UUID) -> RevisionRow:
    """The text that was written last, also where it waits to be approved."""
    query = select(RevisionRow).where(RevisionRow.announcement == announcement)
    return session.scalars(query.order_by(RevisionRow.number.desc()).limit(1)).one()


def text_in_force(session: Session, announcement: UUID) -> RevisionRow:
    """The text as it stands now: no correction that waits, and none that was taken back."""
    return texts_in_force(session, [announcement])[announcement]


def texts_in_force(session: Session, announcements: Sequence[UUID]) -> dict[UUID, RevisionRow]:
    """The same of several, by announcement."""
    found = session.scalars(in_force(announcements, RevisionRow))
    return {one.announcement: one for one in found}


def in_force(announcements: Sequence[UUID], *what: Any) -> Select[Any]:
    """The question for ``what`` of each announcement's text in force."""
    return (
        select(*what)
        .select_from(RevisionRow)
        .ext(distinct_on(RevisionRow.announcement))
        .outerjoin(CorrectionRow, CorrectionRow.revision == RevisionRow.id)
        .where(
            engine.is_among(RevisionRow.announcement, announcements),
            or_(CorrectionRow.revision.is_(None), CorrectionRow.applied_at.is_not(None)),
        )
        .order_by(RevisionRow.announcement, RevisionRow.number.desc())
    )


def open_correction(session: Session, announcement: UUID) -> CorrectionRow | None:
    """The correction that waits to be approved, if one does."""
    return session.scalar(
        select(CorrectionRow).where(
            CorrectionRow.announcement == announcement,
            CorrectionRow.applied_at.is_(None),
            CorrectionRow.taken_back_at.is_(None),
        )
    )


def content_of(session: Session, revision: RevisionRow) -> Content:
    """A revision with the bytes of its attachments."""
    if not json.loads(revision.content)["attachments"]:
        return text_of(revision)
    rows = session.execute(
        select(BlobRow.sha256, BlobRow.content)
        .join(RevisionBlobRow, RevisionBlobRow.sha256 == BlobRow.sha256)
        .where(RevisionBlobRow.revision == revision.id)
    )
    return Content.from_json(revision.content, dict(rows.all()))


def text_of(revision: RevisionRow) -> Content:
    """A revision without its attachments, whose bytes may be many."""
    return Content.from_json(revision.content, None)


def policy_of(session: Session, installation: Installation, row: AnnouncementRow) -> Policy:
    """The policy that the announcement was planned under; as it holds for a crisis, where it was
    declared as one."""
    policy = installation.policy_named(
        row.policy, lambda: json.loads(session.get_one(PolicyRow, row.policy).source)
    )
    return policy.declared if row.declared else policy


def require(
    session: Session,
    installation: Installation,
    row: AnnouncementRow,
    actor: Person,
    roles: Sequence[str],
    message: str,
) -> Person:
    """In whose right ``actor`` has one of ``roles`` as the announcement's own policy means them,
    which may be another than today's. Raises `NotAllowed` with ``message``, which names them."""
    policy = policy_of(session, installation, row)
    right = policy.in_whose_right(actor, roles, row.unit, row.id)
    if right is None:
        raise NotAllowed(message, roles=policy.titles(roles))
    return right


def steps_of(session: Session, announcement: UUID) -> list[StepRow]:
    """The steps in the order of the plan."""
    query = select(StepRow).where(StepRow.announcement == announcement)
    return list(session.scalars(query.order_by(StepRow.position)))


def events(session: Session, announcement: UUID) -> list[dict[str, Any]]:
    """What happened, oldest first, as stored in the chain."""
    query = select(EventRow.payload).where(EventRow.announcement == announcement)
    return [json.loads(payload) for payload in session.scalars(query.order_by(EventRow.seq))]
