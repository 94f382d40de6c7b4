"""Carrying out one batch: mark what is about to be sent, send it, write down what became of it.

No database session is open while a channel talks to the world. What a worker may write depends
on the fencing token it was given; a worker whose lease ran out writes nothing more.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.engine import GateClosed
from announcer.db.models import (
    AnnouncementRow,
    BatchRow,
    BlobRow,
    DeliveryRow,
    RevisionRow,
    StepRow,
    lease_token,
)
from announcer.domain.delivery import DeliveryState, Edition, Job, Outcome, Recipient
from announcer.logs import get_logger
from announcer.services import records, settling
from announcer.services.installation import Installation

log = get_logger("announcer.delivering")

#: A worker that has not renewed its lease for so long counts as dead.
LEASE = timedelta(seconds=30)
#: When the gate closes between the claim and the sending (a pause), look again after this.
CLOSED_AGAIN = timedelta(seconds=5)
#: Staff mail of which nobody knows if it left goes again after this, under the same Message-ID.
DOUBT_AGAIN = timedelta(seconds=60)
#: So many doubts in a row are no accident: then a person looks at staff mail too.
MOST_DOUBTS = 5
#: A recipient that cannot be reached for so long is given up (RFC 5321 section 4.5.4.1).
GIVE_UP = timedelta(days=5)

TRY_NOW = (DeliveryState.DEFERRED.value, DeliveryState.IN_DOUBT.value)
#: Whoever may be due at the next look; a deferred one is in the batch's next round at the latest.
UNTRIED = (DeliveryState.PENDING.value, *TRY_NOW)


@dataclass(frozen=True)
class Lease:
    """A batch in a worker's hands; what it writes counts as long as ``token`` is the newest."""

    batch: UUID
    step: UUID
    channel: str
    token: int


class LeaseLostError(Exception):
    """The lease ran out and was taken back; nothing more may be written under it."""


def deliver(installation: Installation, batch: UUID) -> None:
    """Carry out a batch, to the end or until its gate closes.

    A message that comes twice, or for a batch that is in other hands, does nothing.
    """
    lease = _take(installation, batch)
    if lease is None:
        return
    try:
        with _heartbeat(installation, lease):
            _carry_out(installation, lease)
    except LeaseLostError:
        return  # the sweeper took it back; whoever has it now goes on
    installation.wake()


def _carry_out(installation: Installation, lease: Lease) -> None:
    """Send until nothing is due or the gate closes. Raises `LeaseLostError`."""
    try:
        while job := _prepare(installation, lease):
            installation.database.point(f"{lease.channel}: before send")
            outcomes = installation.channels[lease.channel].deliver(job)
            installation.database.point(f"{lease.channel}: after send")
            if not _record(installation, lease, outcomes):
                break  # saves the look that would find nobody
        _finish(installation, lease)
    except GateClosed:
        _give_back(installation, lease)


def _take(installation: Installation, batch_id: UUID) -> Lease | None:
    with installation.database.transaction("take batch") as session:
        batch = session.scalar(
            select(BatchRow).where(BatchRow.id == batch_id).with_for_update(skip_locked=True)
        )
        if batch is None or batch.state != "queued":
            return None
        batch.state = "running"
        batch.token = session.scalar(lease_token) or 0
        batch.lease_until = engine.now(session) + LEASE
        step = session.get_one(StepRow, batch.step)
        return Lease(batch.id, step.id, step.channel, batch.token)


@contextmanager
def _heartbeat(installation: Installation, lease: Lease) -> Iterator[None]:
    """Renew the lease three times as often as needed while the channel is at work."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(LEASE.total_seconds() / 3):
            try:
                _renew(installation, lease)
            except OperationalError:
                continue  # the database is away for a moment; the lease may last till it is back

    thread = threading.Thread(target=beat, name=f"lease {lease.batch}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew(installation: Installation, lease: Lease) -> None:
    with installation.database.transaction("renew lease") as session:
        session.execute(
            update(BatchRow)
            .where(BatchRow.id == lease.batch, BatchRow.token == lease.token)
            .where(BatchRow.state == "running")
            .values(lease_until=engine.now(session) + LEASE)
        )


def _held(session: Session, lease: Lease) -> tuple[AnnouncementRow, StepRow, BatchRow]:
    """The rows, locked in the order everything locks them. Raises `LeaseLostError`."""
    about = select(StepRow.announcement).where(StepRow.id == lease.step).scalar_subquery()
    row = session.scalars(
        select(AnnouncementRow).where(AnnouncementRow.id == about).with_for_update(key_share=True)
    ).one()
    batch = session.scalars(
        select(BatchRow).where(BatchRow.id == lease.batch).with_for_update()
    ).one()
    if batch.token != lease.token or batch.state != "running":
        raise LeaseLostError
    return row, session.get_one(StepRow, lease.step), batch


def _prepare(installation: Installation, lease: Lease) -> Job | None:
    """Mark the next recipients as `sending` (the trigger looks) and give what goes to them."""
    channel = installation.channels[lease.channel]
    with installation.database.transaction("mark sending") as session:
        row, step, batch = _held(session, lease)
        now = engine.now(session)
        due = select(DeliveryRow).where(
            DeliveryRow.batch == batch.id,
            or_(
                DeliveryRow.state == DeliveryState.PENDING.value,
                DeliveryRow.state.in_(TRY_NOW) & (DeliveryRow.next_try_at <= now),
            ),
        )
        rows = list(session.scalars(due.order_by(DeliveryRow.recipient).limit(channel.batch_size)))
        if not rows:
            return None
        edition = _edition(session, installation, row, step, rows[0])
        artefact = _artefact(session, installation, lease.channel, edition, rows)
        attempt = max(delivery.attempts for delivery in rows)
        for delivery in rows:
            delivery.state = DeliveryState.SENDING.value
            delivery.attempts += 1
            delivery.next_try_at = None
        return Job(
            edition=edition,
            artefact=artefact,
            recipients=tuple(
                Recipient(d.recipient, d.address, d.language, d.message_id) for d in rows
            ),
            audience=tuple(step.audience),
            attempt=attempt,
        )


def _edition(
    session: Session,
    installation: Installation,
    row: AnnouncementRow,
    step: StepRow,
    delivery: DeliveryRow,
) -> Edition:
    revision = session.get_one(RevisionRow, step.revision)
    return Edition(
        content=records.content_of(session, revision),
        language=delivery.language,
        sender=installation.sender,
        public_id=row.public_id,
        # What leaves the house never names an address inside it.
        page_url="" if step.external else f"{installation.base_url}/nyheter/{row.public_id}",
        # Whole seconds: the Date of a mail and the timestamp of a PDF have no fractions.
        at=(step.started_at or engine.now(session)).replace(microsecond=0),
        message_id=delivery.message_id,
        to=delivery.address if step.external else "",
    )


def _artefact(
    session: Session,
    installation: Installation,
    channel: str,
    edition: Edition,
    rows: list[DeliveryRow],
) -> bytes:
    """The bytes that go out: made once, before the first attempt, and kept."""
    made = {delivery.artefact for delivery in rows if delivery.artefact}
    if made:
        stored = session.get_one(BlobRow, made.pop()).content
        sha256 = records.keep_blob(session, stored)
    else:
        stored = installation.channels[channel].compose(edition)
        sha256 = records.keep_blob(session, stored)
    for delivery in rows:
        delivery.artefact = delivery.artefact or sha256
    return stored


def _record(installation: Installation, lease: Lease, outcomes: Mapping[str, Outcome]) -> bool:
    """Write down what became of them; whether somebody else in the batch was not tried yet."""
    with installation.database.transaction("record outcome") as session:
        row, step, batch = _held(session, lease)
        rows = list(
            session.scalars(
                select(DeliveryRow).where(
                    DeliveryRow.batch == batch.id, DeliveryRow.state == DeliveryState.SENDING.value
                )
            )
        )
        now = engine.now(session)  # asked once: each question would flush one row by itself
        for delivery in rows:
            _apply(installation, step, delivery, outcomes[delivery.recipient], now)
        session.flush()
        records.append(
            session,
            row.id,
            "sent",
            None,
            step=step.key,
            artefact=rows[0].artefact if rows else None,
            outcome=_tally(rows),
        )
        for outcome in outcomes.values():
            if outcome.evidence and step.confirmed_at is None and step.state == "sending":
                settling.confirm(session, installation, row, step, outcome.evidence)
        untried = select(DeliveryRow.id).where(
            DeliveryRow.batch == batch.id, DeliveryRow.state.in_(UNTRIED)
        )
        more = session.scalar(untried.limit(1)) is not None
    log.info(
        "tried",
        announcement=row.public_id,
        channel=step.channel,
        batch=str(batch.id),
        **_tally(rows),
    )
    return more


def _tally(rows: list[DeliveryRow]) -> dict[str, int]:
    states = [delivery.state for delivery in rows]
    return {state: states.count(state) for state in sorted(set(states))}


def _apply(
    installation: Installation,
    step: StepRow,
    delivery: DeliveryRow,
    outcome: Outcome,
    now: datetime,
) -> None:
    state = outcome.state
    late = step.started_at is not None and now > step.started_at + GIVE_UP
    if state is DeliveryState.DEFERRED and late and step.channel != "intranet":
        state = DeliveryState.REFUSED
    delivery.state, delivery.reply = state.value, outcome.reply[:500]
    if state is DeliveryState.DEFERRED:
        delivery.next_try_at = now + (outcome.retry_after or CLOSED_AGAIN)
    elif state is DeliveryState.IN_DOUBT:
        delivery.next_try_at = next_try_in_doubt(installation, step, delivery, now)


def next_try_in_doubt(
    installation: Installation, step: StepRow, delivery: DeliveryRow, now: datetime
) -> datetime | None:
    """When a doubtful recipient is tried again by itself; None leaves it to a person.

    Staff may get a mail twice under one Message-ID; nothing external that could reach somebody
    twice ever goes on a guess.
    """
    if delivery.attempts >= MOST_DOUBTS:
        return None
    if installation.channels[step.channel].idempotent:
        return now
    return None if step.external else now + DOUBT_AGAIN


def _finish(installation: Installation, lease: Lease) -> None:
    with installation.database.transaction("finish batch") as session:
        row, step, batch = _held(session, lease)
        batch.attempts += 1
        _next_round(session, batch)
        settling.settle(session, row, step)


def _next_round(session: Session, batch: BatchRow) -> None:
    """Done, or ready again when the first deferred recipient is due."""
    session.flush()
    due = session.scalars(
        select(DeliveryRow.next_try_at).where(
            DeliveryRow.batch == batch.id,
            DeliveryRow.state.in_(TRY_NOW),
            DeliveryRow.next_try_at.is_not(None),
        )
    ).all()
    moments = [moment for moment in due if moment is not None]
    batch.state, batch.lease_until = ("ready" if moments else "done"), None
    batch.due_at = min(moments, default=None)


def _give_back(installation: Installation, lease: Lease) -> None:
    """The gate closed (a pause, a withdrawal): look again soon.

    What is marked all the same is a page whose confirmation the database refused: it stays
    unconfirmed and is read again.
    """
    with installation.database.transaction("give back batch") as session:
        _, _, batch = _held(session, lease)
        again = engine.now(session) + CLOSED_AGAIN
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.batch == batch.id, DeliveryRow.state == DeliveryState.SENDING.value)
            .values(state=DeliveryState.DEFERRED.value, next_try_at=again)
        )
        batch.state, batch.lease_until, batch.due_at = "ready", None, again
