"""Whether the record agrees with itself."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from announcer.db.models import BlobRow, EventRow, RevisionRow


@dataclass(frozen=True)
class Fault:
    """Something on record that does not agree with itself."""

    where: str
    what: str


def verify(session: Session) -> Iterator[Fault]:
    """Check every chain, every stored byte and every text against its hash."""
    yield from broken_chains(session)
    for revision in session.scalars(select(RevisionRow).where(RevisionRow.weeded_under == "")):
        if hashlib.sha256(revision.content.encode()).hexdigest() != revision.content_hash:
            yield Fault(f"revision {revision.id}", "the text is not what its hash says")
    blobs = select(BlobRow.sha256).where(
        BlobRow.sha256 != func.encode(func.sha256(BlobRow.content), "hex")
    )
    for sha256 in session.scalars(blobs):
        yield Fault(f"blob {sha256}", "the bytes are not what their hash says")
    yield from _silent_acts(session)


def broken_chains(session: Session, about: UUID | None = None) -> Iterator[Fault]:
    """Check every chain, or that of the announcement ``about`` alone."""
    previous: tuple[UUID | None, int, str] = (None, 0, "")
    query = select(EventRow).order_by(EventRow.announcement, EventRow.seq)
    if about is not None:
        query = query.where(EventRow.announcement == about)
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
    ("board_up", "SELECT t.announcement FROM announcer.board_up t", "board up"),
    ("tick", "SELECT s.announcement FROM announcer.tick t JOIN announcer.step s ON s.id = t.step", "meeting held"),
    ("passed_over", "SELECT s.announcement FROM announcer.passed_over t JOIN announcer.step s ON s.id = t.step", "passed over"),
    ("given_up", "SELECT s.announcement FROM announcer.given_up t JOIN announcer.step s ON s.id = t.step", "given up"),
    ("lift", "SELECT s.announcement FROM announcer.lift t JOIN announcer.step s ON s.id = t.step", "brought forward"),
    ("readback", "SELECT s.announcement FROM announcer.readback t JOIN announcer.step s ON s.id = t.step", "confirmed"),
    ("call", "SELECT t.announcement FROM announcer.call t", "called"),
    ("correction", "SELECT t.announcement FROM announcer.correction t", "correction proposed"),
    ("correction", "SELECT t.announcement FROM announcer.correction t WHERE t.applied_at IS NOT NULL", "corrected"),
    ("correction", "SELECT announcement FROM announcer.correction WHERE taken_back_by IS NOT NULL", "correction taken back"),
    ("step", "SELECT t.announcement FROM announcer.step t WHERE t.kind = 'correction'", "corrected"),
    ("withdrawal", "SELECT t.announcement FROM announcer.withdrawal t", "withdrawn"),
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
