"""What an approved correction, and a withdrawal, do to a plan that is under way.

What has not begun takes over the right text. What has begun is not undone: steps are added about it,
to exactly those who had its text, and to those of its recipients whom that never reached.
"""

from collections.abc import Iterator, Sequence
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    CorrectionRow,
    CrisisRow,
    DeliveryRow,
    RevisionRow,
    StepRow,
)
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.change import CorrectionKind
from announcer.domain.delivery import DeliveryState
from announcer.domain.patience import has_ceilings
from announcer.domain.policy import Policy
from announcer.domain.step import StepKind, StepState
from announcer.people.reached import HAVE_IT
from announcer.services import changes, planning, records, settling
from announcer.services.installation import Installation

BEGUN = (StepState.SENDING.value, StepState.SETTLED.value)
#: Of whom it is known only later whether they have it.
ON_ITS_WAY = DeliveryState.SENDING.value
NOT_YET = (DeliveryState.PENDING.value, DeliveryState.DEFERRED.value)
#: In what the key of an added step ends; the number is that of the text.
CORRECTS, THE_REST, WITHDRAWS = "rattelse", "resten", "tillbaka"


def correct(
    session: Session, installation: Installation, row: AnnouncementRow, correction: CorrectionRow
) -> None:
    """Carry out a correction that has its approvals; from here the dispatcher carries on.

    The caller holds the announcement's row. Raises `GateClosed` where the text is not approved.
    """
    revision = session.get_one(RevisionRow, correction.revision)
    content = records.content_of(session, revision)
    correction.applied_at = engine.now(session)
    session.flush()
    steps = records.steps_of(session, row.id)
    _hand_over(session, row, steps, revision, content)
    begun = [
        step for step in steps if step.state in BEGUN and step.kind != StepKind.WITHDRAWAL.value
    ]
    policy = records.policy_of(session, installation, row)
    added = list(_added(session, policy, steps, revision, CorrectionKind(correction.kind)))
    changes.give_up(session, begun)
    for step in added:
        if step.channel == "intranet":
            step.page_digest = planning.expected_digest(content, row.public_id)
        session.add(step)
        session.flush()
    _finish(session, row, begun, revision)
    records.append(
        session,
        row.id,
        "corrected",
        None,
        content=revision.content_hash,
        kind=correction.kind,
        steps=[[step.key, step.channel] for step in added],
    )
    _take_up(session, installation, row)
    if row.declared:  # its page may need an alarm as the first one did
        session.get_one(CrisisRow, row.id).look_at = engine.now(session)


def _hand_over(
    session: Session,
    row: AnnouncementRow,
    steps: Sequence[StepRow],
    revision: RevisionRow,
    content: Content,
) -> None:
    """What waits takes over the right text."""
    for step in steps:
        if step.state == StepState.WAITING.value and step.kind != StepKind.WITHDRAWAL.value:
            step.revision = revision.id
            if step.channel == "intranet":
                step.page_digest = planning.expected_digest(content, row.public_id)
    session.flush()


def _added(
    session: Session,
    policy: Policy,
    steps: Sequence[StepRow],
    revision: RevisionRow,
    kind: CorrectionKind,
) -> Iterator[StepRow]:
    """The steps about what has begun; the page first, which all others come after."""
    position = max(step.position for step in steps) + 1
    page = next((s for s in steps if s.channel == "intranet" and s.revision == revision.id), None)
    firsts = [s for s in steps if s.kind == StepKind.FIRST.value and s.started_at is not None]
    if page is None:
        first = next(step for step in steps if step.channel == "intranet" and step.about is None)
        page = _about(first, StepKind.CORRECTION, revision, CORRECTS, position)
        yield page
    told = {s.about for s in steps if s.revision == revision.id and s.kind != StepKind.FIRST.value}
    for first in firsts:
        if first.channel in ("intranet", "meeting"):
            continue
        found = _states(session, first)
        if first.state in BEGUN and not found.isdisjoint((ON_ITS_WAY, *NOT_YET)):
            position += 1
            yield _rest(first, revision, page, position)
        if (
            first.id not in told
            and policy.channels[first.channel].corrects
            and _is_told(session, first, kind)
            and not found.isdisjoint((ON_ITS_WAY, *HAVE_IT))
        ):
            position += 1
            yield _after(page, _about(first, StepKind.CORRECTION, revision, CORRECTS, position))


def _states(session: Session, step: StepRow) -> set[str]:
    query = select(DeliveryRow.state).where(DeliveryRow.step == step.id).distinct()
    return set(session.scalars(query))


def _is_told(session: Session, first: StepRow, kind: CorrectionKind) -> bool:
    """Whether those who had a step's text are told: of a real correction, and of one before it that
    was overtaken on its way. A page says for itself since when it is another."""
    if kind is CorrectionKind.REAL or first.channel in changes.SILENT:
        return True
    overtaken = select(DeliveryRow.id).join(StepRow, StepRow.id == DeliveryRow.step)
    overtaken = overtaken.where(
        StepRow.about == first.id,
        StepRow.kind == StepKind.CORRECTION.value,
        DeliveryRow.state.in_((ON_ITS_WAY, *NOT_YET)),
    )
    return session.scalars(overtaken.limit(1)).first() is not None


def _rest(first: StepRow, revision: RevisionRow, page: StepRow, position: int) -> StepRow:
    step = _after(page, _about(first, StepKind.FIRST, revision, THE_REST, position))
    # What a person stopped stays stopped.
    step.held_at, step.held_reason = first.held_at, first.held_reason
    step.stopped = first.stopped
    return step


def _after(page: StepRow, step: StepRow) -> StepRow:
    step.after = (*step.after, page.key)
    return step


def _about(
    first: StepRow, kind: StepKind, revision: RevisionRow, ending: str, position: int
) -> StepRow:
    """A step about another: to whom that went, with nothing left to wait for that it waited for."""
    return StepRow(
        id=uuid4(),
        announcement=first.announcement,
        revision=revision.id,
        position=position,
        key=f"{first.key}-{ending}-{revision.number}",
        kind=kind.value,
        about=first.id,
        channel=first.channel,
        audience=list(first.audience),
        external=first.external,
        before_intranet=False,
        after=tuple(first.after),
        floor_seconds=0,
        approval=first.approval,
        approvals_needed=first.approvals_needed,
        author_last=first.author_last,
        release_by=[],
        ticked_by=[],
        greatest_lateness_seconds=first.greatest_lateness_seconds,
        urgent=first.urgent or kind is StepKind.WITHDRAWAL,
        source=first.source,
        strength=first.strength,
        gates=[],
        silences=[] if kind is StepKind.WITHDRAWAL else first.silences,
        state=StepState.WAITING.value,
        held_reason="",
    )


def _finish(
    session: Session, row: AnnouncementRow, begun: Sequence[StepRow], revision: RevisionRow
) -> None:
    """What has begun has nobody left to try; a page that was not read back never will be."""
    for step in begun:
        if step.state != StepState.SENDING.value or step.revision == revision.id:
            continue
        if step.channel == "intranet":
            step.state = StepState.WITHDRAWN.value
        else:
            settling.settle(session, row, step)
    session.flush()


def _take_up(session: Session, installation: Installation, row: AnnouncementRow) -> None:
    """What was completed has something left to do; whoever is called about it is called again."""
    if row.state == AnnouncementState.COMPLETED.value:
        row.state = AnnouncementState.ACTIVE.value
        policy = records.policy_of(session, installation, row)
        if has_ceilings(policy.classes[row.class_name], policy):
            pages = (s for s in records.steps_of(session, row.id) if s.channel == "intranet")
            next(pages).call_at = engine.now(session)
    planning.wake(session, row)


def tell_of_withdrawal(session: Session, policy: Policy, row: AnnouncementRow) -> list[StepRow]:
    """Add the steps that tell whoever had a text of an announcement that it is withdrawn; those that
    stand and are read are taken down by the withdrawal itself. The caller has withdrawn it."""
    steps = records.steps_of(session, row.id)
    position = max((step.position for step in steps), default=0)
    added = []
    for first in steps:
        if first.kind != StepKind.FIRST.value or first.started_at is None:
            continue
        if first.channel in changes.PAGES or not policy.channels[first.channel].withdraws:
            continue
        if _states(session, first).isdisjoint((ON_ITS_WAY, *HAVE_IT)):
            continue
        position += 1
        known = session.get_one(RevisionRow, _known(session, first))
        step = _about(first, StepKind.WITHDRAWAL, known, WITHDRAWS, position)
        step.look_at = engine.now(session)
        session.add(step)
        session.flush()
        added.append(step)
    return added


def _known(session: Session, first: StepRow) -> object:
    """The text that those who had a step's text were given last."""
    query = (
        select(RevisionRow.id)
        .join(StepRow, StepRow.revision == RevisionRow.id)
        .where(
            StepRow.about == first.id,
            StepRow.kind == StepKind.CORRECTION.value,
            StepRow.started_at.is_not(None),
        )
        .order_by(RevisionRow.number.desc())
        .limit(1)
    )
    return session.scalar(query) or first.revision
