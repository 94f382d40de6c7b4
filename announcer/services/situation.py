"""An announcement as it stands now, read for a decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from announcer.db.models import (
    AnnouncementRow,
    ApprovalRow,
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
from announcer.domain.plan import AnnouncementFacts
from announcer.domain.step import (
    ApprovalRule,
    PlannedStep,
    Silence,
    StepFacts,
    StepState,
    Strength,
)


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
        # Nobody has more of an author than the author had.
        own = not {who, given.acting_for}.isdisjoint((author, wrote))
        said[about].append(Said(given.at, wrote=own, author=who == author))
    return {
        about: approved_at(step.approval, step.approvals, step.author_last, said[about])
        for about, step in first.items()
    }
