"""An announcement as it stands now, read for a decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from announcer.db.models import (
    AlarmRow,
    AnnouncementRow,
    ApprovalRow,
    CorrectionRow,
    DeliveryRow,
    HappenedRow,
    LiftRow,
    PassedOverRow,
    ReleaseRow,
    RevisionRow,
    StandstillRow,
    StepRow,
)
from announcer.domain.announcement import AnnouncementState
from announcer.domain.approving import Said, approved_at
from announcer.domain.delivery import DeliveryState
from announcer.domain.plan import AnnouncementFacts
from announcer.domain.step import (
    ApprovalRule,
    PlannedStep,
    Silence,
    StepFacts,
    StepKind,
    StepState,
    Strength,
)


def planned(row: StepRow, about: str = "") -> PlannedStep:
    """A stored step as it was planned; ``about`` is the key of the step that it is about."""
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
        per_unit=row.per_unit,
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
        kind=StepKind(row.kind),
        about=about,
    )


def facts_of(session: Session, row: AnnouncementRow) -> AnnouncementFacts:
    """All that the gate needs to know about an announcement, read in this transaction."""
    return facts_of_all(session, [row])[row.id]


def plans_of(session: Session, announcements: Sequence[UUID]) -> dict[UUID, list[StepRow]]:
    """The steps of announcements, in the order of each plan."""
    found: dict[UUID, list[StepRow]] = {about: [] for about in announcements}
    query = select(StepRow).where(StepRow.announcement.in_(found))
    for step in session.scalars(query.order_by(StepRow.announcement, StepRow.position)):
        found[step.announcement].append(step)
    return found


def facts_of_all(
    session: Session,
    rows: Sequence[AnnouncementRow],
    plans: Mapping[UUID, Sequence[StepRow]] | None = None,
) -> dict[UUID, AnnouncementFacts]:
    """The facts of several announcements, by id; as many statements as for one. ``plans`` are their
    steps, where these are at hand."""
    if plans is None:
        plans = plans_of(session, [row.id for row in rows])
    acts = _acts(session, plans)
    happened: dict[UUID, dict[str, datetime]] = {row.id: {} for row in rows}
    if any(step.gates for steps in plans.values() for step in steps):
        said = select(HappenedRow).where(HappenedRow.announcement.in_(plans))
        for event in session.scalars(said):
            happened[event.announcement][event.event] = event.at
    corrections = _corrections(session, plans)
    alarmed = _alarmed(session, rows)
    texts = {about: one.text for about, one in corrections.items()}
    approvals = _approvals(session, plans, texts)
    still = standstill_since(session)
    return {
        row.id: _facts(
            row,
            plans[row.id],
            acts,
            happened[row.id],
            approvals.get(row.id),
            corrections[row.id],
            alarmed,
            still,
        )
        for row in rows
    }


class _Corrections(NamedTuple):
    """The text in force where that is a correction, when the newest one was decided, since when one
    waits, and the steps of which something is on its way."""

    text: UUID | None = None
    decided_at: datetime | None = None
    since: datetime | None = None
    on_its_way: frozenset[UUID] = frozenset()


def _corrections(
    session: Session, plans: Mapping[UUID, Sequence[StepRow]]
) -> dict[UUID, _Corrections]:
    found = dict.fromkeys(plans, _Corrections())
    query = (
        select(CorrectionRow)
        .join(RevisionRow, RevisionRow.id == CorrectionRow.revision)
        .where(CorrectionRow.announcement.in_(plans))
        # By number, as the database asks too: a clock can be set back.
        .order_by(RevisionRow.number)
    )
    for one in session.scalars(query):
        before = found[one.announcement]
        decided = one.applied_at or one.taken_back_at
        found[one.announcement] = _Corrections(
            one.revision if one.applied_at else before.text,
            max((at for at in (decided, before.decided_at) if at), default=None),
            before.since if decided else one.proposed_at,
        )
    told = [step.about for steps in plans.values() for step in steps if step.about]
    if told:
        under_way = frozenset(
            session.scalars(
                select(DeliveryRow.step)
                .where(DeliveryRow.step.in_(told), DeliveryRow.state == DeliveryState.SENDING.value)
                .distinct()
            )
        )
        found = {about: one._replace(on_its_way=under_way) for about, one in found.items()}
    return found


def _alarmed(session: Session, rows: Sequence[AnnouncementRow]) -> dict[UUID, datetime]:
    """When pages of declared crises were alarmed about, by their step; nothing is asked where none
    was declared."""
    declared = [row.id for row in rows if row.declared]
    if not declared:
        return {}
    query = select(AlarmRow.step, AlarmRow.at).join(StepRow, StepRow.id == AlarmRow.step)
    return dict(session.execute(query.where(StepRow.announcement.in_(declared))).all())


class _Acts(NamedTuple):
    """When people released, brought forward or passed over steps, by the step's id."""

    released: Mapping[UUID, datetime]
    lifted: Mapping[UUID, datetime]
    passed_over: Mapping[UUID, datetime]


def _acts(session: Session, plans: Mapping[UUID, Sequence[StepRow]]) -> _Acts:
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
    steps: Sequence[StepRow],
    acts: _Acts,
    happened: Mapping[str, datetime],
    approved_at: datetime | None,
    corrections: _Corrections,
    alarmed: Mapping[UUID, datetime],
    standstill_since: datetime | None,
) -> AnnouncementFacts:
    planned_as = _planned_as(steps)
    pages = [step for step in steps if step.channel == "intranet"]
    read = [page.confirmed_at for page in pages if page.confirmed_at]
    alarms = [alarmed[page.id] for page in pages if page.id in alarmed]
    return AnnouncementFacts(
        state=AnnouncementState(row.state),
        steps={
            step.key: StepFacts(
                planned=planned(step, planned_as[step.id] if step.about else ""),
                state=StepState(step.state),
                not_before=step.not_before,
                settled_at=step.settled_at,
                released_at=acts.released.get(step.id),
                lifted_to=acts.lifted.get(step.id),
                passed_over_at=acts.passed_over.get(step.id),
                held_at=step.held_at,
                held_reason=step.held_reason,
                resumed_at=step.resumed_at,
                on_its_way=step.about in corrections.on_its_way,
            )
            for step in steps
        },
        planned_at=row.planned_at,
        approved_at=approved_at,
        confirmed_at=min(read, default=None),
        alarmed_at=min(alarms, default=None),
        held_at=row.held_at,
        resumed_at=row.resumed_at,
        page_is_new=not any(
            (page.confirmed_at or page.id in alarmed)
            and page.revision == (corrections.text or page.revision)
            for page in pages
        ),
        corrected_since=corrections.since,
        corrected_at=corrections.decided_at,
        withdrawn_at=row.withdrawn_at,
        events=happened,
        standstill_since=standstill_since,
    )


def _planned_as(steps: Sequence[StepRow]) -> dict[UUID, str]:
    """The key of the plan's step that each is about in the end, by the step's id: a text corrected
    twice on its way leaves the rest of a rest behind. Its own key for a step of the plan."""
    by_id = {step.id: step for step in steps}

    def first(step: StepRow) -> StepRow:
        return first(by_id[step.about]) if step.about else step

    return {step.id: first(step).key for step in steps}


def standstill_since(session: Session) -> datetime | None:
    """Since when nothing is sent (aware UTC); None in ordinary times."""
    return session.scalar(select(StandstillRow.began_at).where(StandstillRow.ended_at.is_(None)))


def standstill_reason(session: Session) -> str:
    """Why nothing is sent, in a word: ``restore`` or ``clock``; empty in ordinary times."""
    return (
        session.scalar(select(StandstillRow.reason).where(StandstillRow.ended_at.is_(None))) or ""
    )


def is_restored(session: Session) -> bool:
    """Whether nobody has looked yet at what a backup brought back: then nobody is called either,
    because they may have been since."""
    return standstill_reason(session) == "restore"


def _approvals(
    session: Session,
    plans: Mapping[UUID, Sequence[StepRow]],
    texts: Mapping[UUID, UUID | None] = MappingProxyType({}),
) -> dict[UUID, datetime | None]:
    """When each planned text had the approvals that its plan asks for. A plan has one text, or that
    of ``texts`` where it was corrected."""
    first = {about: planned(steps[0]) for about, steps in plans.items() if steps}
    newest = [texts.get(about) or steps[0].revision for about, steps in plans.items() if steps]
    query = (
        select(AnnouncementRow.id, AnnouncementRow.author, RevisionRow.author, ApprovalRow)
        .join(RevisionRow, RevisionRow.announcement == AnnouncementRow.id)
        .join(ApprovalRow, ApprovalRow.revision == RevisionRow.id)
        .where(
            RevisionRow.id.in_(newest),
            ApprovalRow.content_hash == RevisionRow.content_hash,
        )
    )
    said: dict[UUID, list[Said]] = {about: [] for about in first}
    for about, author, wrote, given in session.execute(query):
        who = given.approver
        # Nobody has more of an author than the author had.
        own = not {who, given.acting_for}.isdisjoint((author, wrote))
        said[about].append(Said(given.at, wrote=own, author=who == author))
    return {
        about: approved_at(step.approval, step.approvals, step.author_last, said[about])
        for about, step in first.items()
    }
