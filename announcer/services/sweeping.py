"""Taking back what dead workers held, and stopping what is too late or kills.

A lease is the only thing that recovers work; the broker's own redelivery is a bonus.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, BatchRow, DeliveryRow, StepRow, lease_token
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_
from announcer.logs import get_logger
from announcer.services import changes, drafting, records, signed_out
from announcer.services.delivering import next_try_in_doubt
from announcer.services.dispatching import TOO_LATE, stop
from announcer.services.installation import Installation
from announcer.services.signing_in import forget_old_links

log = get_logger("announcer.sweeping")

#: Work that has killed so many workers is held for a person.
MOST_DEATHS = 3
KILLED = N_("tre försök har avbrutits mitt i arbetet")


def sweep(installation: Installation) -> int:
    """Take back every lease that ran out (``<= now``, with no limit on how long ago), and forget
    the sign-in links that nobody used in time, the sessions that were ended elsewhere and the drafts
    that nobody went on with.

    Returns how many batches of dead workers were found.
    """
    with installation.database.transaction("sweep") as session:
        now = engine.now(session)
        _queue_again(session, now)
        dead = _dead(session, now)
        for batch in dead:
            _bury(session, installation, batch, now)
        _stop_late(session, now)
        forget_old_links(session, now)
        signed_out.forget_old(session, now)
        drafting.forget_old(session, now)
        return len(dead)


def _queue_again(session: Session, now: datetime) -> None:
    """Messages that reached no worker: Redis lost them, or no worker is there."""
    session.execute(
        update(BatchRow)
        .where(BatchRow.state == "queued", BatchRow.lease_until <= now)
        .values(state="ready", lease_until=None)
    )


def _dead(session: Session, now: datetime) -> Sequence[BatchRow]:
    return session.scalars(
        select(BatchRow)
        .join(StepRow, StepRow.id == BatchRow.step)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(BatchRow.state == "running", BatchRow.lease_until <= now)
        .order_by(BatchRow.id)
        # The announcement first, as everybody locks; what is busy now is swept next time.
        .with_for_update(of=(AnnouncementRow, BatchRow), skip_locked=True)
    ).all()


def _bury(session: Session, installation: Installation, batch: BatchRow, now: datetime) -> None:
    """A worker died over this batch: what it was sending is repeated or in doubt."""
    step = session.get_one(StepRow, batch.step)
    repeatable = installation.channels[step.channel].idempotent
    sending = session.scalars(
        select(DeliveryRow).where(
            DeliveryRow.batch == batch.id, DeliveryRow.state == DeliveryState.SENDING.value
        )
    ).all()
    for delivery in sending:
        if repeatable:
            delivery.state, delivery.next_try_at = DeliveryState.DEFERRED.value, now
        else:
            delivery.state = DeliveryState.IN_DOUBT.value
            delivery.next_try_at = next_try_in_doubt(installation, step, delivery.attempts, now)
        delivery.reply = "the worker stopped while sending"
    session.flush()
    changes.try_no_more(session, step)
    batch.deaths += 1
    batch.token = session.scalar(lease_token) or 0  # whatever the dead one still writes is void
    # Doubtful staff mail waits its turn; the rest of the batch goes on at once.
    batch.state, batch.lease_until, batch.due_at = "ready", None, now
    records.append(
        session, step.announcement, "worker lost", None, step=step.key, sending=len(sending)
    )
    log.warning("worker lost", batch=str(batch.id), channel=step.channel, in_doubt=len(sending))
    if batch.deaths >= MOST_DEATHS and step.held_at is None:
        stop(session, step, KILLED)


def _stop_late(session: Session, now: datetime) -> None:
    """Batches nobody took in time: after an outage or a restored backup a person decides."""
    lateness = func.make_interval(0, 0, 0, 0, 0, 0, StepRow.greatest_lateness_seconds)
    late = session.scalars(
        select(StepRow)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(
            StepRow.held_at.is_(None),
            StepRow.channel != "intranet",
            changes.may_go(),
            StepRow.id.in_(
                select(BatchRow.step).where(
                    BatchRow.state == "ready", BatchRow.due_at + lateness < now
                )
            ),
        )
        .with_for_update(of=AnnouncementRow, skip_locked=True)
    ).all()
    for step in late:
        stop(session, step, TOO_LATE)


#: How often the dispatcher sweeps.
SWEEP_EVERY = timedelta(seconds=2)
