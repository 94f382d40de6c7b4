"""The record: events in the chain, and an announcement as it stands, read for a decision."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from announcer.db.models import (
    AnnouncementRow,
    ApprovalRow,
    BlobRow,
    EventRow,
    HappenedRow,
    LiftRow,
    PassedOverRow,
    PolicyRow,
    ReleaseRow,
    RevisionBlobRow,
    RevisionRow,
    StandstillRow,
    StepRow,
)
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.approving import Said, approved_at
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.domain.plan import AnnouncementFacts
from announcer.domain.policy import Policy
from announcer.domain.step import ApprovalRule, PlannedStep, Silence, StepFacts, StepState, Strength
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
    """The text as it stands now."""
    query = select(RevisionRow).where(RevisionRow.announcement == announcement)
    return session.scalars(query.order_by(RevisionRow.number.desc()).limit(1)).one()


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
    """The policy that the announcement was planned under."""
    return installation.policy_named(
        row.policy, lambda: json.loads(session.get_one(PolicyRow, row.policy).source)
    )


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


def planned(row: StepRow) -> PlannedStep:
    """A stored step as it was planned."""
    return PlannedStep(
        key=row.key,
        channel=row.channel,
        audience=tuple(row.audience),
        external=row.external,
        before_intranet=row.before_intranet,
        after=tuple(row.after),
        floor=timedelta(seconds=row.floor_seconds),
        approval=ApprovalRule(row.approval),
        release_by=tuple(row.release_by),
        ticked_by=tuple(row.ticked_by),
        greatest_lateness=timedelta(seconds=row.greatest_lateness_seconds),
        urgent=row.urgent,
        source=row.source,
        approvals=row.approvals_needed,
        author_last=row.author_last,
        strength=Strength(row.strength),
        gates=tuple(row.gates),
        meant_for=row.meant_for,
        silences=tuple(
            Silence(datetime.fromisoformat(begins), datetime.fromisoformat(ends), why)
            for begins, ends, why in row.silences
        ),
    )


def facts_of(session: Session, row: AnnouncementRow) -> AnnouncementFacts:
    """All that the gate needs to know about an announcement, read in this transaction."""
    return facts_of_all(session, [row])[row.id]


def facts_of_all(
    session: Session, rows: Sequence[AnnouncementRow]
) -> dict[UUID, AnnouncementFacts]:
    """The facts of several announcements, by id; as many statements as for one."""
    plans: dict[UUID, list[StepRow]] = {row.id: [] for row in rows}
    query = select(StepRow).where(StepRow.announcement.in_(plans)).order_by(StepRow.position)
    for step in session.scalars(query):
        plans[step.announcement].append(step)
    acts = _acts(session, plans)
    happened: dict[UUID, dict[str, datetime]] = {row.id: {} for row in rows}
    if any(step.gates for steps in plans.values() for step in steps):
        said = select(HappenedRow).where(HappenedRow.announcement.in_(plans))
        for event in session.scalars(said):
            happened[event.announcement][event.event] = event.at
    approvals = _approvals(session, plans)
    still = standstill_since(session)
    return {
        row.id: _facts(row, plans[row.id], acts, happened[row.id], approvals.get(row.id), still)
        for row in rows
    }


class _Acts(NamedTuple):
    """When people released, brought forward or passed over steps, by the step's id."""

    released: Mapping[UUID, datetime]
    lifted: Mapping[UUID, datetime]
    passed_over: Mapping[UUID, datetime]


def _acts(session: Session, plans: Mapping[UUID, list[StepRow]]) -> _Acts:
    """One statement for all three: most steps have none of them."""
    kinds = (
        (ReleaseRow.step, ReleaseRow.at),
        (LiftRow.step, LiftRow.not_before),
        (PassedOverRow.step, PassedOverRow.at),
    )
    done = union_all(
        *(
            select(literal(number), step, moment)
            .join(StepRow, StepRow.id == step)
            .where(StepRow.announcement.in_(plans))
            for number, (step, moment) in enumerate(kinds)
        )
    )
    found: tuple[dict[UUID, datetime], ...] = ({}, {}, {})
    for number, step, moment in session.execute(done):
        found[number][step] = min(moment, found[number].get(step, moment))
    return _Acts(*found)


def _facts(
    row: AnnouncementRow,
    steps: list[StepRow],
    acts: _Acts,
    happened: Mapping[str, datetime],
    approved_at: datetime | None,
    standstill_since: datetime | None,
) -> AnnouncementFacts:
    return AnnouncementFacts(
        state=AnnouncementState(row.state),
        steps={
            step.key: StepFacts(
                planned=planned(step),
                state=StepState(step.state),
                not_before=step.not_before,
                settled_at=step.settled_at,
                released_at=acts.released.get(step.id),
                lifted_to=acts.lifted.get(step.id),
                passed_over_at=acts.passed_over.get(step.id),
                held_at=step.held_at,
                held_reason=step.held_reason,
                resumed_at=step.resumed_at,
            )
            for step in steps
        },
        planned_at=row.planned_at,
        approved_at=approved_at,
        confirmed_at=next((s.confirmed_at for s in steps if s.channel == "intranet"), None),
        held_at=row.held_at,
        resumed_at=row.resumed_at,
        events=happened,
        standstill_since=standstill_since,
    )


def standstill_since(session: Session) -> datetime | None:
    """Since when nothing is sent (aware UTC); None in ordinary times."""
    return session.scalar(select(StandstillRow.began_at).where(StandstillRow.ended_at.is_(None)))


def _approvals(
    session: Session, plans: Mapping[UUID, list[StepRow]]
) -> dict[UUID, datetime | None]:
    """When each planned text had the approvals that its plan asks for; a plan has one text."""
    first = {about: planned(steps[0]) for about, steps in plans.items() if steps}
    query = (
        select(AnnouncementRow.id, AnnouncementRow.author, RevisionRow.author, ApprovalRow)
        .join(RevisionRow, RevisionRow.announcement == AnnouncementRow.id)
        .join(ApprovalRow, ApprovalRow.revision == RevisionRow.id)
        .where(
            RevisionRow.id.in_([steps[0].revision for steps in plans.values() if steps]),
            ApprovalRow.content_hash == RevisionRow.content_hash,
        )
    )
    said: dict[UUID, list[Said]] = {about: [] for about in first}
    for about, author, wrote, given in session.execute(query):
        who = given.approver
        said[about].append(Said(given.at, wrote=who in (author, wrote), author=who == author))
    return {
        about: approved_at(step.approval, step.approvals, step.author_last, said[about])
        for about, step in first.items()
    }


def events(session: Session, announcement: UUID) -> list[dict[str, Any]]:
    """What happened, oldest first, as stored in the chain."""
    query = select(EventRow.payload).where(EventRow.announcement == announcement)
    return [json.loads(payload) for payload in session.scalars(query.order_by(EventRow.seq))]


@dataclass(frozen=True)
class Fault:
    """Something on record that does not agree with itself."""

    where: str
    what: str


def verify(session: Session) -> Iterator[Fault]:
    """Check every chain, every stored byte and every text against its hash."""
    yield from _broken_chains(session)
    for revision in session.scalars(select(RevisionRow).where(RevisionRow.weeded_under == "")):
        if hashlib.sha256(revision.content.encode()).hexdigest() != revision.content_hash:
            yield Fault(f"revision {revision.id}", "the text is not what its hash says")
    blobs = select(BlobRow.sha256).where(
        BlobRow.sha256 != func.encode(func.sha256(BlobRow.content), "hex")
    )
    for sha256 in session.scalars(blobs):
        yield Fault(f"blob {sha256}", "the bytes are not what their hash says")
    yield from _silent_acts(session)


def _broken_chains(session: Session) -> Iterator[Fault]:
    previous: tuple[UUID | None, int, str] = (None, 0, "")
    query = select(EventRow).order_by(EventRow.announcement, EventRow.seq)
    for event in session.scalars(query.execution_options(yield_per=1000)):
        _about, seq, seal = previous if previous[0] == event.announcement else (None, 0, "")
        expected = hashlib.sha256((seal + event.payload).encode()).hexdigest()
        if (event.seq, event.previous, event.sha256) != (seq + 1, seal, expected):
            yield Fault(
                f"announcement {event.announcement}", f"the chain breaks at event {event.seq}"
            )
        previous = (event.announcement, event.seq, event.sha256)


#: What stands in a table must stand in the chain as well: table, key of the announcement, event.
_ACTS = (
    ("approval", "SELECT r.announcement FROM announcer.approval t JOIN announcer.revision r ON r.id = t.revision", "approved"),
    ("returned", "SELECT r.announcement FROM announcer.returned t JOIN announcer.revision r ON r.id = t.revision", "given back"),
    ("release", "SELECT s.announcement FROM announcer.release t JOIN announcer.step s ON s.id = t.step", "released"),
    ("happened", "SELECT t.announcement FROM announcer.happened t", "happened"),
    ("passed_over", "SELECT s.announcement FROM announcer.passed_over t JOIN announcer.step s ON s.id = t.step", "passed over"),
    ("lift", "SELECT s.announcement FROM announcer.lift t JOIN announcer.step s ON s.id = t.step", "brought forward"),
    ("readback", "SELECT s.announcement FROM announcer.readback t JOIN announcer.step s ON s.id = t.step", "confirmed"),
    ("call", "SELECT t.announcement FROM announcer.call t", "called"),
    ("revision", "SELECT t.announcement FROM announcer.revision t WHERE t.number = 1", "submitted"),
)  # fmt: skip


def _silent_acts(session: Session) -> Iterator[Fault]:
    for table, query, what in _ACTS:
        missing = text(
            f"SELECT DISTINCT announcement FROM ({query}) acts WHERE NOT EXISTS (SELECT 1 "  # noqa: S608 - our own constants
            "FROM announcer.event e WHERE e.announcement = acts.announcement "
            "AND CAST(e.payload AS jsonb) ->> 'what' = :what)"
        )
        for announcement in session.scalars(missing, {"what": what}):
            yield Fault(f"announcement {announcement}", f"a row in {table} without its event")
