"""Where everything is: what each step waits for, when it goes, who can do something about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, DeliveryRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotFound
from announcer.domain.plan import CHANNEL_NAMES, AnnouncementFacts, Reason, may_start
from announcer.domain.step import StepState
from announcer.services import approvals, calling, records, settling
from announcer.services.approvals import Standing
from announcer.services.installation import Installation


@dataclass(frozen=True)
class StepStatus:
    """One step for the eye. ``reasons`` say what it waits for; moments are aware UTC."""

    key: str
    channel: str
    channel_name: str
    audience: tuple[str, ...]
    external: bool
    state: StepState
    held: bool
    earliest: datetime | None
    started_at: datetime | None
    confirmed_at: datetime | None
    settled_at: datetime | None
    reasons: tuple[Reason, ...]
    recipients: Mapping[str, int]
    needs_release: bool
    can_tick: bool
    source: str
    ticked_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnnouncementStatus:
    """One announcement for the eye."""

    id: UUID
    public_id: str
    title: str
    class_name: str
    class_title: str
    unit: str
    author: UUID
    content_hash: str
    state: AnnouncementState
    held: bool
    created_at: datetime
    steps: tuple[StepStatus, ...]
    #: While the text waits for approval: who has approved and who is missing.
    standing: Standing | None = None

    @property
    def next_step(self) -> StepStatus | None:
        """The first step that is not settled."""
        open_states = (StepState.WAITING, StepState.SENDING)
        return next((step for step in self.steps if step.state in open_states), None)


@dataclass(frozen=True)
class Doubt:
    """A recipient of whom nobody knows if the message reached them; a person decides."""

    id: UUID
    public_id: str
    step: str
    recipient: str
    reply: str
    since: datetime
    by_itself_at: datetime | None


def of(installation: Installation, reference: str) -> AnnouncementStatus:
    """One announcement by id or public id. Raises `NotFound`."""
    with installation.database.reading() as session:
        return _status(session, installation, records.find(session, reference))


def seen_by(installation: Installation, actor: Person, reference: str) -> AnnouncementStatus:
    """The same for those it concerns: its author, who approves it or is told of it, who says that
    its meetings were held, who is called about it, and the information unit. Raises `NotFound`
    alike for everybody else."""
    with installation.database.reading() as session:
        try:
            row = records.find(session, reference)
        except NotFound:
            raise NotFound(N_("Sidan finns inte.")) from None
        found = _status(session, installation, row)
        if not _concerns(session, installation, actor, row, found):
            raise NotFound(N_("Sidan finns inte."))
        return found


def _concerns(
    session: Session,
    installation: Installation,
    actor: Person,
    row: AnnouncementRow,
    found: AnnouncementStatus,
) -> bool:
    """By the announcement's own policy; whoever watches everything does so by today's."""
    policy, today = records.policy_of(session, installation, row), installation.policy
    chain = approvals.chain_of(session, policy, row.class_name, row.unit)
    roles = (
        *policy.information_unit,
        *((*chain.approvers, *chain.informs) if chain else ()),
        *(role for step in found.steps for role in step.ticked_by),
    )
    return (
        actor.pseudonym == row.author
        or policy.has_role(actor, roles, row.unit, row.id)
        or today.has_role(actor, today.information_unit, row.unit, row.id)
        or calling.is_called(session, installation, row, actor)
    )


def meetings_for(installation: Installation, actor: Person) -> list[AnnouncementStatus]:
    """What has a meeting that this person can say was held, now."""
    policy = installation.policy
    return [
        found
        for found in under_way(installation)
        if any(
            step.can_tick
            and policy.has_role(
                actor, tuple(r for r in step.ticked_by if r in policy.roles), found.unit, found.id
            )
            for step in found.steps
        )
    ]


def under_way(
    installation: Installation, limit: int = 200, *, finished: bool = False
) -> list[AnnouncementStatus]:
    """What is under way, newest first; with ``finished`` also what is completed or withdrawn."""
    query = select(AnnouncementRow).order_by(AnnouncementRow.created_at.desc()).limit(limit)
    if not finished:
        query = query.where(AnnouncementRow.state.in_(("in_review", "active")))
    with installation.database.reading() as session:
        return [_status(session, installation, row) for row in session.scalars(query)]


def by_author(
    installation: Installation, author: UUID, limit: int = 50
) -> list[AnnouncementStatus]:
    """What this person handed in, newest first."""
    query = select(AnnouncementRow).where(AnnouncementRow.author == author)
    with installation.database.reading() as session:
        rows = session.scalars(query.order_by(AnnouncementRow.created_at.desc()).limit(limit))
        return [_status(session, installation, row) for row in rows]


def _status(
    session: Session, installation: Installation, row: AnnouncementRow
) -> AnnouncementStatus:
    facts = records.facts_of(session, row)
    now = engine.now(session)
    revision = records.newest_revision(session, row.id)
    policy = records.policy_of(session, installation, row)
    in_review = row.state == AnnouncementState.IN_REVIEW.value
    approving = approvals.look(session, policy, row, revision) if in_review else None
    return AnnouncementStatus(
        id=row.id,
        public_id=row.public_id,
        title=records.content_of(session, revision).title,
        class_name=row.class_name,
        class_title=policy.classes[row.class_name].title,
        unit=row.unit,
        author=row.author,
        content_hash=revision.content_hash,
        state=AnnouncementState(row.state),
        held=row.held_at is not None or any(s.held_at for s in facts.steps.values()),
        created_at=row.created_at,
        steps=tuple(_step(session, facts, step, now) for step in records.steps_of(session, row.id)),
        standing=approvals.standing(approving) if approving else None,
    )


def _step(session: Session, facts: AnnouncementFacts, step: StepRow, now: datetime) -> StepStatus:
    waiting = step.state == StepState.WAITING.value
    verdict = may_start(step.key, facts, now)
    return StepStatus(
        key=step.key,
        channel=step.channel,
        channel_name=CHANNEL_NAMES.get(step.channel, step.channel),
        audience=tuple(step.audience),
        external=step.external,
        state=StepState(step.state),
        held=step.held_at is not None,
        earliest=step.not_before,
        started_at=step.started_at,
        confirmed_at=step.confirmed_at,
        settled_at=step.settled_at,
        reasons=verdict.reasons if waiting else (),
        recipients=settling.counts(session, step),
        needs_release=bool(step.release_by)
        and facts.steps[step.key].released_at is None
        and waiting,
        can_tick=step.channel == "meeting"
        and (step.state == StepState.SENDING.value or (waiting and verdict.allowed)),
        source=step.source,
        ticked_by=tuple(step.ticked_by),
    )


def doubts(installation: Installation) -> list[Doubt]:
    """Every doubtful recipient, oldest first; nothing stays here silently."""
    query = (
        select(DeliveryRow, StepRow, AnnouncementRow)
        .join(StepRow, StepRow.id == DeliveryRow.step)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(DeliveryRow.state == "in_doubt")
        .order_by(DeliveryRow.changed_at)
    )
    with installation.database.reading() as session:
        return [
            Doubt(d.id, a.public_id, s.key, d.recipient, d.reply, d.changed_at, d.next_try_at)
            for d, s, a in session.execute(query)
        ]


def as_json(found: AnnouncementStatus, translate: Callable[[str], str]) -> dict[str, Any]:
    """The same for machines; moments as RFC 3339 in UTC."""
    return {
        "id": str(found.id),
        "public_id": found.public_id,
        "title": found.title,
        "class": found.class_name,
        "unit": found.unit,
        "state": found.state.value,
        "held": found.held,
        "content_hash": found.content_hash,
        "steps": [
            {
                "key": step.key,
                "channel": step.channel,
                "audience": list(step.audience),
                "external": step.external,
                "state": step.state.value,
                "held": step.held,
                "earliest": _rfc3339(step.earliest),
                "started_at": _rfc3339(step.started_at),
                "confirmed_at": _rfc3339(step.confirmed_at),
                "settled_at": _rfc3339(step.settled_at),
                "waits_for": [reason.say(translate) for reason in step.reasons],
                "recipients": dict(step.recipients),
            }
            for step in found.steps
        ],
    }


def _rfc3339(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
