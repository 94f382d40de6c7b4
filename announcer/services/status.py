"""Where everything is: what each step waits for, when it goes, who can do something about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, DeliveryRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.content_rules import untranslated
from announcer.domain.errors import N_, NotFound, Refusal
from announcer.domain.plan import CHANNEL_NAMES, AnnouncementFacts, Reason, Verdict, Wait, may_start
from announcer.domain.policy import Policy
from announcer.domain.schedule import expected, quiet_until, who_opens_up, who_releases
from announcer.domain.step import StepKind, StepState, Strength
from announcer.domain.why import silent
from announcer.services import approvals, calling, gathering, records, situation
from announcer.services.approvals import Standing
from announcer.services.gathering import Gathered
from announcer.services.installation import Installation
from announcer.services.meeting import Held


@dataclass(frozen=True)
class Opening:
    """Something that people open: what kind, the name of the event where it is one, and the
    policy's roles that may."""

    wait: Wait
    roles: tuple[str, ...]
    event: str = ""
    needs: str = "nothing"


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
    #: The hour it is meant for, because the news is known anyway by then.
    meant_for: datetime | None = None
    #: After this it no longer goes by itself; None while nobody can know.
    latest: datetime | None = None
    #: It comes to staff only after the news is known anyway.
    late: bool = False
    #: The channels of the steps it went ahead of, because they were not practical in time.
    ahead_of: tuple[str, ...] = ()
    #: Those after it wait for it no longer; or a person could say so.
    passed_over: bool = False
    can_be_passed_over: bool = False
    #: A program stopped it: it came too late, or was broken off.
    stopped: bool = False
    #: What people can do about what it waits for.
    openings: tuple[Opening, ...] = ()
    #: Where each unit holds its own meeting: in which it has been held.
    units: tuple[Held, ...] = ()
    #: What it takes to people: the text, or what became of a text that they had.
    kind: StepKind = StepKind.FIRST
    #: The black-out at whose end it goes at the earliest.
    silent: tuple[Reason, ...] = ()

    @property
    def held_in(self) -> int:
        """In how many of the units it has been held."""
        return sum(one.held for one in self.units)

    @property
    def ticks(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """What can be ticked still: the roles that may, and the unit of which, empty for all."""
        if not self.units:
            return ((self.ticked_by, ""),)
        return tuple((one.by, one.unit) for one in self.units if not one.held)


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
    #: The roles that may say now that the news is out, or hand the text out.
    openers: tuple[str, ...]
    #: When the news is known anyway, by a clock that nobody here owns.
    known_at: datetime | None
    steps: tuple[StepStatus, ...]
    #: While the text waits for approval: who has approved and who is missing.
    standing: Standing | None = None
    #: Languages that the policy names and readers do not get, each in a sentence.
    untranslated: tuple[Refusal, ...] = ()
    #: Since when a correction waits to be approved (aware UTC).
    corrected_since: datetime | None = None
    #: Since when the media wait for no window, because the text was out or asked for (aware UTC).
    opened_at: datetime | None = None

    @property
    def late(self) -> bool:
        """Whether some of the staff learn it only after it is known anyway."""
        return any(step.late for step in self.steps)

    @property
    def can_go_now(self) -> bool:
        """Whether something inside waits for its hour or for a meeting that is meant for one."""
        return self.state is AnnouncementState.ACTIVE and any(
            step.meant_for
            and not step.passed_over
            and (step.state is StepState.WAITING or step.channel == "meeting")
            and step.state in (StepState.WAITING, StepState.SENDING)
            for step in self.steps
            if not step.external
        )

    def waiting_for(self, event: str) -> list[StepStatus]:
        """The steps that wait for an event of the policy."""
        return [
            step for step in self.steps if any(event == opening.event for opening in step.openings)
        ]

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
    if any(
        policy.has_role(actor, (*step.ticked_by, *one.by), one.unit, row.id)
        for step in found.steps
        for one in step.units
    ):
        return True
    roles = (
        *policy.information_unit,
        *found.openers,
        *policy.duty.by,
        *((*chain.approvers, *chain.informs) if chain else ()),
        *(role for step in found.steps for role in step.ticked_by),
        *(role for step in found.steps for opening in step.openings for role in opening.roles),
    )
    return (
        actor.pseudonym == row.author
        or policy.has_role(actor, roles, row.unit, row.id)
        or today.has_role(actor, (*today.information_unit, *today.auditors), row.unit, row.id)
        or calling.is_called(session, installation, row, actor)
    )


def record_of(installation: Installation, actor: Person, reference: str) -> list[dict[str, Any]]:
    """What happened to an announcement, oldest first, as it stands in its chain; for the information
    unit and the auditors. Raises `NotFound` alike for what there is not, and `NotAllowed`."""
    found = seen_by(installation, actor, reference)
    policy = installation.policy
    roles = (*policy.information_unit, *policy.auditors)
    installation.require(actor, roles, found.unit, N_("Det här kan bara {roles} göra."), found.id)
    with installation.database.reading() as session:
        return records.events(session, found.id)


def meetings_for(installation: Installation, actor: Person) -> list[AnnouncementStatus]:
    """What has a meeting that this person can say was held, now."""
    policy = installation.policy
    return [
        found
        for found in under_way(installation)
        if any(
            step.can_tick
            and any(
                policy.has_role(actor, roles, unit or found.unit, found.id)
                for roles, unit in step.ticks
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
        return statuses(session, installation, session.scalars(query).all())


def by_author(
    installation: Installation, author: UUID, limit: int = 50
) -> list[AnnouncementStatus]:
    """What this person handed in, newest first."""
    query = select(AnnouncementRow).where(AnnouncementRow.author == author)
    with installation.database.reading() as session:
        rows = session.scalars(query.order_by(AnnouncementRow.created_at.desc()).limit(limit))
        return statuses(session, installation, rows.all())


def _status(
    session: Session, installation: Installation, row: AnnouncementRow
) -> AnnouncementStatus:
    return statuses(session, installation, [row])[0]


def statuses(
    session: Session, installation: Installation, rows: Sequence[AnnouncementRow]
) -> list[AnnouncementStatus]:
    """Several announcements for the eye, in as many statements as one."""
    if not rows:
        return []
    found = gathering.gather(session, installation, rows)
    return [_shown(found, row) for row in rows]


def _shown(found: Gathered, row: AnnouncementRow) -> AnnouncementStatus:
    facts, policy, content = found.facts[row.id], found.policies[row.id], found.contents[row.id]
    chain = approvals.chain_among(found.units, policy, row.class_name, row.unit)
    approving = chain.approvers if chain else ()
    looked = _Looked(found, policy, row, facts, content.known_at, found.now, approving)
    moments = expected(policy, row.class_name, facts, found.now, found.handovers[row.id])
    return AnnouncementStatus(
        id=row.id,
        public_id=row.public_id,
        title=content.title,
        class_name=row.class_name,
        class_title=policy.classes[row.class_name].title,
        unit=row.unit,
        author=row.author,
        content_hash=found.texts[row.id].content_hash,
        state=AnnouncementState(row.state),
        held=row.held_at is not None or any(s.held_at for s in facts.steps.values()),
        created_at=row.created_at,
        openers=who_opens_up(policy, row.class_name, found.now),
        known_at=content.known_at,
        steps=tuple(_step(looked, step, moments[step.key]) for step in found.steps[row.id]),
        standing=found.standings.get(row.id),
        untranslated=tuple(untranslated(content, policy)),
        corrected_since=facts.corrected_since,
        opened_at=min(
            (s.lifted_to for s in facts.steps.values() if s.planned.external and s.lifted_to),
            default=None,
        ),
    )


class _Looked(NamedTuple):
    """What every step of an announcement is looked at with."""

    found: Gathered
    policy: Policy
    row: AnnouncementRow
    facts: AnnouncementFacts
    known_at: datetime | None
    now: datetime
    approvers: tuple[str, ...]


def _step(looked: _Looked, step: StepRow, earliest: datetime) -> StepStatus:
    facts, now = looked.facts, looked.now
    waiting = step.state == StepState.WAITING.value
    verdict = may_start(step.key, facts, now)
    late = looked.known_at is not None and not step.external and earliest > looked.known_at
    return StepStatus(
        key=step.key,
        channel=step.channel,
        channel_name=CHANNEL_NAMES.get(step.channel, step.channel),
        audience=tuple(step.audience),
        external=step.external,
        state=StepState(step.state),
        held=step.held_at is not None,
        stopped=step.stopped,
        earliest=earliest if waiting and earliest > now else step.not_before,
        meant_for=step.meant_for,
        latest=_latest(step, verdict.since, earliest) if waiting else None,
        late=late,
        ahead_of=_ahead_of(facts, step),
        passed_over=facts.steps[step.key].passed_over_at is not None,
        can_be_passed_over=step.strength == Strength.SHOULD.value
        and step.state in (StepState.WAITING.value, StepState.SENDING.value)
        and facts.steps[step.key].passed_over_at is None,
        openings=_openings(looked, step, verdict.reasons if waiting else ()),
        started_at=step.started_at,
        confirmed_at=step.confirmed_at,
        settled_at=step.settled_at,
        reasons=_reasons(looked, step, verdict) if waiting else (),
        recipients=looked.found.recipients[step.id],
        needs_release=bool(step.release_by)
        and facts.steps[step.key].released_at is None
        and waiting,
        can_tick=step.channel == "meeting"
        and (step.state == StepState.SENDING.value or (waiting and verdict.allowed)),
        source=step.source,
        ticked_by=tuple(step.ticked_by),
        units=tuple(looked.found.meetings.get(step.id, ())),
        kind=StepKind(step.kind),
        silent=tuple(silent(facts.steps[step.key].planned, earliest)) if waiting else (),
    )


def _reasons(looked: _Looked, step: StepRow, verdict: Verdict) -> tuple[Reason, ...]:
    """What the gate says, and where it says nothing that people sleep."""
    quiet = quiet_until(looked.policy, looked.facts.steps[step.key], looked.now)
    if not verdict.allowed or quiet is None:
        return verdict.reasons
    sleeping = N_("Inget skickas nattetid. Väntar till {until}.")
    return (Reason(Wait.QUIET, sleeping, {"until": quiet}, until=quiet),)


def _ahead_of(facts: AnnouncementFacts, step: StepRow) -> tuple[str, ...]:
    """The channels of what should have come before a step that has begun, and came later."""
    if step.started_at is None:
        return ()
    earlier = [facts.steps[key] for key in step.after]
    return tuple(
        one.planned.channel
        for one in earlier
        if one.planned.channel != "intranet"
        and (one.settled_at is None or one.settled_at > step.started_at)
    )


def _latest(step: StepRow, since: datetime | None, earliest: datetime) -> datetime:
    return max(since or earliest, earliest) + timedelta(seconds=step.greatest_lateness_seconds)


def _openings(looked: _Looked, step: StepRow, reasons: tuple[Reason, ...]) -> tuple[Opening, ...]:
    """Who can do something about each thing that a step waits for."""
    policy, row = looked.policy, looked.row
    found = []
    if step.channel == "meeting" and step.state in (StepState.WAITING, StepState.SENDING):
        found.append(Opening(Wait.MEETING, tuple(step.ticked_by)))
    for reason in reasons:
        if reason.wait is Wait.EVENT:
            name = str(reason.values["event"])
            event = policy.events[name]
            found.append(Opening(Wait.EVENT, event.opened_by, name, event.needs))
        elif reason.wait is Wait.RELEASE:
            planned = situation.planned(step)
            roles = who_releases(policy, row.class_name, planned, looked.now)
            found.append(Opening(Wait.RELEASE, roles))
        elif reason.wait is Wait.APPROVAL and looked.approvers:
            found.append(Opening(Wait.APPROVAL, looked.approvers))
        elif reason.wait in (Wait.HELD, Wait.TOO_LATE, Wait.STANDSTILL):
            found.append(Opening(reason.wait, policy.information_unit))
    return tuple(found)


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
