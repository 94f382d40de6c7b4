"""The list of what nobody knows about: what is known of it, and looking again where that can be done.

Grouped by step: in a crisis a broken connection leaves hundreds in doubt at once, and they are one
question.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, BatchRow, BlobRow, DeliveryRow, StepRow
from announcer.domain.audience import Person
from announcer.domain.delivery import DeliveryState, Job, Outcome, Recipient, Result
from announcer.domain.errors import N_, AlreadyDone
from announcer.domain.schedule import who_is_on_duty
from announcer.services import planning, records, resolving
from announcer.services.composing import edition_of, rights_of
from announcer.services.installation import Installation
from announcer.services.resolving import Exit


@dataclass(frozen=True)
class Unsure:
    """One doubtful recipient outside the house: a newsroom. ``since`` is aware UTC."""

    id: UUID
    recipient: str
    reply: str
    since: datetime


@dataclass(frozen=True)
class DoubtfulStep:
    """A step with doubtful recipients. Staff are a number; whoever is outside is named.

    ``by_itself`` of them are tried again by themselves, the first at ``next_at``; ``reply`` is what
    the other side said last. Moments are aware UTC.
    """

    public_id: str
    title: str
    step: str
    channel: str
    channel_name: str
    external: bool
    recipients: int
    by_itself: int
    since: datetime
    next_at: datetime | None
    reply: str
    named: tuple[Unsure, ...]
    can_look: bool
    #: It can be sent again: it was neither withdrawn nor given up.
    can_go_again: bool

    @property
    def waiting(self) -> int:
        """How many wait for a person."""
        return self.recipients - self.by_itself


@dataclass(frozen=True)
class Looked:
    """What a channel found when it was asked: how many are there, and how many were looked for."""

    there: int
    of: int
    replies: tuple[str, ...]


class _Group(NamedTuple):
    row: AnnouncementRow
    step: StepRow
    recipients: int
    by_itself: int
    since: datetime
    next_at: datetime | None


def waiting(installation: Installation, actor: Person) -> list[DoubtfulStep]:
    """Every step with doubtful recipients that ``actor`` can answer for, the oldest doubt first."""
    with installation.database.reading() as session:
        now = engine.now(session)
        return [
            _shown(session, installation, group)
            for group in grouped(session)
            if _may(session, installation, group.row, actor, now)
        ]


def how_many(installation: Installation, actor: Person) -> int:
    """How many recipients there are in those."""
    with installation.database.reading() as session:
        now = engine.now(session)
        return sum(
            group.recipients
            for group in grouped(session)
            if _may(session, installation, group.row, actor, now)
        )


def grouped(session: Session) -> list[_Group]:
    """Steps with doubtful recipients, the oldest doubt first; those tried again by themselves are
    counted apart."""
    d = DeliveryRow
    query = (
        select(
            AnnouncementRow,
            StepRow,
            func.count(),
            func.count(d.next_try_at),
            func.min(d.changed_at),
            func.min(d.next_try_at),
        )
        .join(StepRow, StepRow.announcement == AnnouncementRow.id)
        .join(d, d.step == StepRow.id)
        .where(d.state == DeliveryState.IN_DOUBT.value)
        .group_by(AnnouncementRow.id, StepRow.id)
        .order_by(func.min(d.changed_at), StepRow.id)
    )
    return [_Group(*found) for found in session.execute(query)]


def _may(
    session: Session, installation: Installation, row: AnnouncementRow, actor: Person, now: datetime
) -> bool:
    policy = records.policy_of(session, installation, row)
    return policy.has_role(actor, who_is_on_duty(policy, row.class_name, now), row.unit, row.id)


def _shown(session: Session, installation: Installation, group: _Group) -> DoubtfulStep:
    row, step, recipients, by_itself, since, next_at = group
    kind = installation.channels[step.channel].kind
    newest = select(DeliveryRow.reply).where(
        DeliveryRow.step == step.id, DeliveryRow.state == DeliveryState.IN_DOUBT.value
    )
    reply = session.scalar(newest.order_by(DeliveryRow.changed_at.desc()).limit(1))
    return DoubtfulStep(
        public_id=row.public_id,
        title=records.text_of(records.text_in_force(session, row.id)).title,
        step=step.key,
        channel=step.channel,
        channel_name=kind.title,
        external=step.external,
        recipients=recipients,
        by_itself=by_itself,
        since=since,
        next_at=next_at,
        reply=reply or "",
        named=tuple(
            Unsure(one.id, one.recipient, one.reply, one.changed_at)
            for one in (resolving.in_doubt(session, step) if step.external else ())
        ),
        can_look=kind.checks,
        can_go_again=resolving.can_go_again(row, step),
    )


def look_again(installation: Installation, actor: Person, reference: str, key: str) -> Looked:
    """Ask the channel whether what is in doubt is there; whoever has it is in doubt no longer.

    Nothing is sent. Raises `NotFound`, `NotAllowed`, or `Refusal` where nobody is in doubt or the
    channel cannot look.
    """
    with installation.database.reading() as session:
        row = records.find(session, reference)
        resolving.require_answerer(session, installation, row, actor)
        step = planning.step_named(session, row, key)
        jobs = _jobs(session, installation, row, step) if step else {}
        if step is None or not jobs:
            raise AlreadyDone(N_("Inget i det steget är oklart längre."))
        channel = installation.channels[step.channel]
    outcomes: dict[UUID, Outcome] = {}
    for job, deliveries in jobs.values():  # no session is open while the other side is asked
        outcomes |= {deliveries[one]: said for one, said in channel.check(job).items()}
    there = _believe(installation, actor, reference, key, outcomes)
    replies = (said.reply for said in outcomes.values() if said.reply)
    return Looked(there, len(outcomes), tuple(dict.fromkeys(replies)))


def _jobs(
    session: Session, installation: Installation, row: AnnouncementRow, step: StepRow
) -> dict[UUID, tuple[Job, Mapping[str, UUID]]]:
    """What is asked of the channel, a job for each batch and artefact, and whose delivery each
    recipient's key is."""
    jobs: dict[UUID, tuple[Job, Mapping[str, UUID]]] = {}
    now = engine.now(session)
    doubtful = sorted(resolving.in_doubt(session, step), key=_batch_and_artefact)
    for (_, artefact), group in groupby(doubtful, key=_batch_and_artefact):
        those = list(group)
        batch = session.get_one(BatchRow, those[0].batch)
        without = batch.without_page
        edition = edition_of(
            session, installation, row, step, batch.language, now, without_page=without
        )
        job = Job(
            edition=edition,
            artefact=session.get_one(BlobRow, artefact).content if artefact else b"",
            recipients=tuple(
                Recipient(one.recipient, one.address, one.language, one.message_id) for one in those
            ),
            rights=rights_of(session, installation, row, step),
            attempt=max(one.attempts for one in those),
        )
        jobs[those[0].id] = (job, {one.recipient: one.id for one in those})
    return jobs


def _batch_and_artefact(delivery: DeliveryRow) -> tuple[str, str]:
    return str(delivery.batch), delivery.artefact or ""


def _believe(
    installation: Installation,
    actor: Person,
    reference: str,
    key: str,
    outcomes: Mapping[UUID, Outcome],
) -> int:
    """Write down what was found; how many are there and were in doubt until now."""
    seen = {one for one, said in outcomes.items() if said.result is Result.CONFIRMED}
    with installation.database.transaction("look again") as session:
        row = records.find(session, reference, lock=True)
        step = planning.step_named(session, row, key)
        there = [one for one in resolving.in_doubt(session, step) if one.id in seen] if step else []
        if step and there:
            resolving.take_out(session, row, step, there, Exit.SENT)
        tally = dict(sorted(Counter(said.result.value for said in outcomes.values()).items()))
        records.append(session, row.id, "looked again", actor.pseudonym, step=key, found=tally)
    installation.wake()
    return len(there)
