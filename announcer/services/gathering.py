"""What the status of announcements is reckoned from, read for many in as many statements as for one."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, CorrectionRow, RevisionRow, StepRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Units
from announcer.domain.plan import AnnouncementFacts
from announcer.domain.policy import Policy
from announcer.domain.schedule import Handovers
from announcer.people.lookup import load_units
from announcer.services import approvals, approvers, meeting, planning, records, settling, situation
from announcer.services.approvals import Standing
from announcer.services.installation import Installation
from announcer.services.meeting import Held

_IN_REVIEW = AnnouncementState.IN_REVIEW.value


@dataclass(frozen=True)
class Gathered:
    """By announcement, but ``recipients`` and ``meetings``, which are by step; ``now`` is aware UTC.

    ``standings`` has those alone whose text, or whose correction, waits to be approved.
    """

    now: datetime
    units: Units
    policies: Mapping[UUID, Policy]
    facts: Mapping[UUID, AnnouncementFacts]
    texts: Mapping[UUID, RevisionRow]
    contents: Mapping[UUID, Content]
    steps: Mapping[UUID, Sequence[StepRow]]
    recipients: Mapping[UUID, Mapping[str, int]]
    meetings: Mapping[UUID, Sequence[Held]]
    standings: Mapping[UUID, Standing]
    handovers: Mapping[UUID, Handovers]


def gather(
    session: Session, installation: Installation, rows: Sequence[AnnouncementRow]
) -> Gathered:
    """Everything about ``rows``, as it stands in this transaction."""
    ids = [row.id for row in rows]
    policies = {row.id: records.policy_of(session, installation, row) for row in rows}
    steps = situation.plans_of(session, ids)
    facts = situation.facts_of_all(session, rows, steps)
    texts = records.texts_in_force(session, ids)
    contents = {about: records.text_of(text) for about, text in texts.items()}
    every = [step for plan in steps.values() for step in plan]
    by_id = {row.id: row for row in rows}
    return Gathered(
        now=engine.now(session),
        units=load_units(session),
        policies=policies,
        facts=facts,
        texts=texts,
        contents=contents,
        steps=steps,
        recipients=settling.counts(session, every),
        meetings=meeting.standings(
            session, [(policies[s.announcement], by_id[s.announcement], s) for s in every]
        ),
        standings=_standings(session, policies, rows, texts),
        handovers=_handovers(session, policies, rows, facts, contents),
    )


def _standings(
    session: Session,
    policies: Mapping[UUID, Policy],
    rows: Sequence[AnnouncementRow],
    texts: Mapping[UUID, RevisionRow],
) -> dict[UUID, Standing]:
    query = (
        select(RevisionRow)
        .join(CorrectionRow, CorrectionRow.revision == RevisionRow.id)
        .where(
            CorrectionRow.announcement.in_(policies),
            CorrectionRow.applied_at.is_(None),
            CorrectionRow.taken_back_at.is_(None),
        )
    )
    proposed = {text.announcement: text for text in session.scalars(query)}
    asked = [
        (policies[row.id], row, proposed.get(row.id, texts[row.id]))
        for row in rows
        if row.state == _IN_REVIEW or row.id in proposed
    ]
    found = approvals.look_at_all(session, asked)
    return approvers.standings(session, [(policies[one.row.id], one) for one in found])


def _handovers(
    session: Session,
    policies: Mapping[UUID, Policy],
    rows: Sequence[AnnouncementRow],
    facts: Mapping[UUID, AnnouncementFacts],
    contents: Mapping[UUID, Content],
) -> dict[UUID, Handovers]:
    """Asked only while windows are still to be counted, and once for those in the same shifts."""
    known: dict[Hashable, Handovers] = {}
    found: dict[UUID, Handovers] = {}
    for row in rows:
        found[row.id] = {}
        if facts[row.id].confirmed_at is not None or not facts[row.id].steps:
            continue
        policy = policies[row.id]
        told = policy.staff_among(contents[row.id].audience)
        shifts = row.policy, row.declared, row.class_name, told, row.unit
        if shifts not in known:
            known[shifts] = planning.handovers(session, policy, row.class_name, told, row.unit)
        found[row.id] = known[shifts]
    return found
