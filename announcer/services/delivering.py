"""Carrying out one batch: mark what is about to be sent, send it, write down what became of it.

No database session is open while a channel talks to the world. What a worker may write depends
on the fencing token it was given; a worker whose lease ran out writes nothing more. What became
of one group of recipients is written down in the transaction that marks the next: a commit each.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from announcer.channels import Channel, UnsupportedError, carry_out, to_all
from announcer.db import engine
from announcer.db.engine import GateClosed
from announcer.db.models import (
    AnnouncementRow,
    BatchRow,
    BlobRow,
    DeliveryRow,
    StepRow,
    lease_token,
)
from announcer.domain.board import paper_of
from announcer.domain.channel import Addresses
from announcer.domain.delivery import DeliveryState, Edition, Job, Outcome, Recipient, Result
from announcer.logs import get_logger
from announcer.services import changes, records, settling
from announcer.services.composing import edition_of, rights_of
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


@dataclass(frozen=True)
class Lease:
    """A batch in a worker's hands; what it writes counts as long as ``token`` is the newest."""

    batch: UUID
    step: UUID
    channel: str
    token: int


@dataclass(frozen=True)
class Group:
    """Recipients marked as `sending`, and what goes to them.

    ``sha256`` names the artefact; ``tries`` counts each recipient's tries, with this one.
    """

    job: Job
    sha256: str
    tries: Mapping[str, int]


class Held(NamedTuple):
    """The rows that a batch's fate is written in, locked, and the time by the database."""

    row: AnnouncementRow
    step: StepRow
    batch: BatchRow
    now: datetime


class Written(NamedTuple):
    """An outcome as it is stored."""

    state: str
    reply: str
    next_try_at: datetime | None


class LeaseLostError(Exception):
    """The lease ran out and was taken back; nothing more may be written under it."""


def deliver(installation: Installation, *batches: UUID) -> None:
    """Carry out batches one after the other, each to the end or until its gate closes.

    A message that comes twice, or for a batch that is in other hands, does nothing. Raises
    ExceptionGroup when all were tried and some failed.
    """
    failures = []
    for batch in batches:
        try:
            _deliver(installation, batch)
        except Exception as error:  # noqa: BLE001 - raised below; the next ones are not to blame
            failures.append(error)
    if failures:
        raise ExceptionGroup("not every batch could be carried out", failures)
    installation.wake()


def _deliver(installation: Installation, batch: UUID) -> None:
    lease = _take(installation, batch)
    if lease is None:
        return
    try:
        with _heartbeat(installation, lease):
            _carry_out(installation, lease)
    except LeaseLostError:
        return  # the sweeper took it back; whoever has it now goes on


def _carry_out(installation: Installation, lease: Lease) -> None:
    """Send until nothing is due or the gate closes. Raises `LeaseLostError`."""
    try:
        group = _first(installation, lease)
        while group:
            installation.database.point(f"{lease.channel}: before send")
            outcomes = _outcomes(installation.channels[lease.channel], group.job)
            installation.database.point(f"{lease.channel}: after send")
            group = _record(installation, lease, group, outcomes)
    except GateClosed:
        _give_back(installation, lease)


def _outcomes(channel: Channel, job: Job) -> Mapping[str, Outcome]:
    """What the channel answers; what it cannot do at all is refused, in words on the record."""
    try:
        return carry_out(channel, job)
    except UnsupportedError as cannot:
        return to_all(job, Outcome(Result.REFUSED, str(cannot)))


def _take(installation: Installation, batch: UUID) -> Lease | None:
    """A transaction of its own: also what kills a worker before anything is sent is counted."""
    taken = (
        update(BatchRow)
        .where(BatchRow.id == batch, BatchRow.state == "queued", StepRow.id == BatchRow.step)
        .values(
            state="running",
            token=lease_token.next_value(),
            lease_until=func.announcer.announcer_now() + LEASE,
        )
        .returning(BatchRow.id, BatchRow.step, StepRow.channel, BatchRow.token)
    )
    with installation.database.transaction("take batch") as session:
        row = session.execute(taken.execution_options(synchronize_session=False)).one_or_none()
        return Lease(*row) if row else None


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


def _held(session: Session, lease: Lease) -> Held:
    """The rows, locked in the order everything locks them. Raises `LeaseLostError`.

    The step is locked too because what is locked is read as it stands when the wait is over.
    """
    row, step, batch, now = session.execute(
        select(AnnouncementRow, StepRow, BatchRow, func.announcer.announcer_now())
        .join_from(BatchRow, StepRow, StepRow.id == BatchRow.step)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(BatchRow.id == lease.batch)
        .with_for_update(key_share=True, of=(AnnouncementRow, StepRow, BatchRow))
    ).one()
    if batch.token != lease.token or batch.state != "running":
        raise LeaseLostError
    return Held(row, step, batch, now)


def _first(installation: Installation, lease: Lease) -> Group | None:
    with installation.database.transaction("mark sending") as session:
        return _next(session, installation, _held(session, lease))


def _next(
    session: Session, installation: Installation, held: Held, before: Group | None = None
) -> Group | None:
    """Mark whoever is due as `sending` (the trigger looks); finishes the batch where nobody is.

    A batch is in one language and of one text, which is not read again after ``before``.
    """
    channel = installation.channels[held.step.channel]
    if channel.kind.external and not held.step.external:
        raise GateClosed("a channel that leaves the house, in a step that does not")
    waiting = _waiting(session, held, channel.batch_size)
    due = [one for one in waiting if one.next_try_at is None or one.next_try_at <= held.now]
    if not due:
        _finish(session, held, again=waiting[0].next_try_at if waiting else None)
        return None
    edition = _edition(session, installation, held, due[0], before)
    sha256, artefact = _artefact(session, channel, edition, due)
    session.execute(
        update(DeliveryRow)
        .where(engine.is_among(DeliveryRow.recipient, [one.recipient for one in due]))
        .where(DeliveryRow.batch == held.batch.id)
        .values(
            state=DeliveryState.SENDING.value,
            attempts=DeliveryRow.attempts + 1,
            next_try_at=None,
            artefact=func.coalesce(DeliveryRow.artefact, sha256),
        )
        .execution_options(synchronize_session=False)
    )
    job = Job(
        edition=edition,
        artefact=artefact,
        recipients=tuple(
            Recipient(one.recipient, one.address, one.language, one.message_id) for one in due
        ),
        rights=rights_of(session, installation, held.row, held.step),
        attempt=max(one.attempts for one in due),
    )
    return Group(job, sha256, {one.recipient: one.attempts + 1 for one in due})


def _edition(
    session: Session,
    installation: Installation,
    held: Held,
    first: DeliveryRow,
    before: Group | None,
) -> Edition:
    """The text as it goes to ``first`` and whoever gets the same message."""
    edition = (
        before.job.edition
        if before
        else edition_of(
            session,
            installation,
            held.row,
            held.step,
            held.batch.language,
            held.now,
            without_page=held.batch.without_page,
        )
    )
    change = edition.change
    if change is not None:
        change = replace(change, message_id=changes.had(session, held.step, first.recipient))
    if installation.channels[held.step.channel].kind.addresses is Addresses.BOARD:
        edition = replace(edition, paper=paper_of(first.recipient))
    return replace(
        edition,
        message_id=first.message_id,
        to=first.address if held.step.external else "",
        change=change,
    )


def _waiting(session: Session, held: Held, most: int) -> Sequence[DeliveryRow]:
    """Whoever in the batch is tried again by itself, those first who are due first."""
    return session.scalars(
        select(DeliveryRow)
        .where(
            DeliveryRow.batch == held.batch.id,
            or_(
                DeliveryRow.state == DeliveryState.PENDING.value,
                DeliveryRow.state.in_(TRY_NOW) & DeliveryRow.next_try_at.is_not(None),
            ),
        )
        .order_by(DeliveryRow.next_try_at.nulls_first(), DeliveryRow.recipient)
        .limit(most)
    ).all()


def _artefact(
    session: Session, channel: Channel, edition: Edition, due: Sequence[DeliveryRow]
) -> tuple[str, bytes]:
    """The bytes that go out, by their hash: made once, before the first attempt, and kept."""
    made = {one.artefact for one in due if one.artefact}
    if made:
        sha256 = made.pop()
        return sha256, session.get_one(BlobRow, sha256).content
    artefact = channel.compose(edition)
    return records.keep_blob(session, artefact), artefact


def _record(
    installation: Installation, lease: Lease, group: Group, outcomes: Mapping[str, Outcome]
) -> Group | None:
    """Write down what became of a group, and mark the next one.

    Raises `GateClosed` where that one may not go; what became of the first is written all the
    same, unless it is that which the gate refused.
    """
    try:
        return _written_down(installation, lease, group, outcomes, go_on=True)
    except GateClosed:
        _written_down(installation, lease, group, outcomes, go_on=False)
        raise


def _written_down(
    installation: Installation,
    lease: Lease,
    group: Group,
    outcomes: Mapping[str, Outcome],
    *,
    go_on: bool,
) -> Group | None:
    with installation.database.transaction("record outcome") as session:
        held = _held(session, lease)
        row, step, batch, _ = held
        written = {
            recipient: _as_stored(installation, held, outcomes[recipient], tries)
            for recipient, tries in group.tries.items()
        }
        _store(session, batch, written)
        if any(one.next_try_at for one in written.values()):
            changes.try_no_more(session, step)
        tally = dict(sorted(Counter(one.state for one in written.values()).items()))
        records.append(
            session, row.id, "sent", None, step=step.key, artefact=group.sha256, outcome=tally
        )
        for outcome in outcomes.values():
            if _confirms_page(step, outcome):
                settling.confirm(session, installation, row, step, outcome.evidence)
        following = _next(session, installation, held, group) if go_on else None
    log.info(
        "tried", announcement=row.public_id, channel=step.channel, batch=str(batch.id), **tally
    )
    return following


def _confirms_page(step: StepRow, outcome: Outcome) -> bool:
    """Whether the page was read back now; what another channel shows opens nothing."""
    seen = outcome.result is Result.CONFIRMED and step.channel == "intranet"
    return seen and step.confirmed_at is None and step.state == "sending"


def _store(session: Session, batch: BatchRow, written: Mapping[str, Written]) -> None:
    """A statement for each answer; a server mostly gives one answer for all."""
    for answer in set(written.values()):
        session.execute(
            update(DeliveryRow)
            .where(
                engine.is_among(
                    DeliveryRow.recipient, [r for r, w in written.items() if w == answer]
                )
            )
            .where(DeliveryRow.batch == batch.id, DeliveryRow.state == DeliveryState.SENDING.value)
            .values(**answer._asdict())
            .execution_options(synchronize_session=False)
        )


def _as_stored(installation: Installation, held: Held, outcome: Outcome, tries: int) -> Written:
    state, again, (_, step, _, now) = outcome.state, None, held
    late = step.started_at is not None and now > step.started_at + GIVE_UP
    if state is DeliveryState.DEFERRED and late and step.channel != "intranet":
        state = DeliveryState.REFUSED
    if state is DeliveryState.DEFERRED:
        again = now + (outcome.retry_after or CLOSED_AGAIN)
    elif state is DeliveryState.IN_DOUBT:
        again = next_try_in_doubt(installation, step, tries, now)
    return Written(state.value, outcome.reply[:500], again)


def next_try_in_doubt(
    installation: Installation, step: StepRow, tries: int, now: datetime
) -> datetime | None:
    """When a doubtful recipient is tried again by itself; None leaves it to a person.

    Staff may get a mail twice under one Message-ID; nothing external that could reach somebody
    twice ever goes on a guess.
    """
    if tries >= MOST_DOUBTS:
        return None
    if installation.channels[step.channel].idempotent:
        return now
    return None if step.external else now + DOUBT_AGAIN


def _finish(session: Session, held: Held, again: datetime | None) -> None:
    """Done, or ready again when the first deferred recipient is due; perhaps the step is settled."""
    row, step, batch, _ = held
    batch.attempts += 1
    batch.state, batch.lease_until, batch.due_at = ("ready" if again else "done"), None, again
    settling.settle(session, row, step)


def _give_back(installation: Installation, lease: Lease) -> None:
    """The gate closed (a pause, a withdrawal): look again soon.

    What is marked all the same is a page whose confirmation the database refused: it stays
    unconfirmed and is read again.
    """
    with installation.database.transaction("give back batch") as session:
        _, _, batch, now = _held(session, lease)
        again = now + CLOSED_AGAIN
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.batch == batch.id, DeliveryRow.state == DeliveryState.SENDING.value)
            .values(state=DeliveryState.DEFERRED.value, next_try_at=again)
        )
        changes.try_no_more(session, session.get_one(StepRow, batch.step))
        batch.state, batch.lease_until, batch.due_at = "ready", None, again
