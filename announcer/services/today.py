"""The day of the information unit: each announcement's way from the inside to the outside, today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.hanging import hanging
from announcer.domain.plan import AnnouncementFacts
from announcer.domain.schedule import expected
from announcer.domain.step import StepState
from announcer.domain.workday import Workday, begins_at, workday
from announcer.services import agenda, gathering
from announcer.services.gathering import Gathered
from announcer.services.installation import Installation

_IN_REVIEW = AnnouncementState.IN_REVIEW.value


@dataclass(frozen=True)
class Course:
    """One announcement through a day; moments are aware UTC.

    ``inside_at`` and ``out_at`` are when it came, or comes at the earliest, to staff and to the
    outside; None where nobody can know yet, or where it never goes there.
    """

    public_id: str
    title: str
    inside_at: datetime | None
    is_inside: bool
    #: It may come to staff later, because people have something to do or to say first.
    inside_hangs: bool
    out_at: datetime | None
    is_out: bool
    #: It may go out later, because people have something to do or to say first.
    hangs: bool
    held: bool
    known_at: datetime | None
    in_review: bool


@dataclass(frozen=True)
class Today:
    """The local date of ``now`` with everything that is under way, or has gone out on it; ``begins``
    and ``ends`` are the date's own. Moments are aware UTC."""

    now: datetime
    about: Workday
    begins: datetime
    ends: datetime
    courses: tuple[Course, ...]


def of(installation: Installation, actor: Person) -> Today:
    """The day as it stands, what goes out first above. Raises `NotAllowed`."""
    installation.require_information_unit(actor)
    policy = installation.policy
    with installation.database.reading() as session:
        now = engine.now(session)
        date = now.astimezone(policy.zone).date()
        begins, ends = begins_at(policy, date), begins_at(policy, date + timedelta(days=1))
        rows = [*session.scalars(agenda.under_way()), *_gone(session, begins)]
        found = gathering.gather(session, installation, rows)
        courses = [_course(found, row) for row in rows]
    courses.sort(key=lambda one: (one.out_at or ends, one.inside_at or ends, one.title))
    return Today(found.now, workday(policy, date), begins, ends, tuple(courses))


def _gone(session: Session, begins: datetime) -> list[AnnouncementRow]:
    """What has nothing left to do, and began to leave the house since a moment."""
    gone = (
        select(StepRow.announcement)
        .where(StepRow.external, StepRow.started_at >= begins)
        .scalar_subquery()
    )
    query = select(AnnouncementRow).where(
        AnnouncementRow.id.in_(gone), AnnouncementRow.state == AnnouncementState.COMPLETED.value
    )
    return list(session.scalars(query))


def _course(found: Gathered, row: AnnouncementRow) -> Course:
    facts, content = found.facts[row.id], found.contents[row.id]
    moments = expected(
        found.policies[row.id], row.class_name, facts, found.now, found.handovers[row.id]
    )
    waiting = hanging(facts)
    pages = [k for k, s in facts.steps.items() if s.planned.channel == "intranet"]
    began = [one.started_at for one in found.steps[row.id] if one.external and one.started_at]
    coming = _outside(facts)
    return Course(
        public_id=row.public_id,
        title=content.title,
        inside_at=facts.confirmed_at or min((moments[key] for key in pages), default=None),
        is_inside=facts.confirmed_at is not None,
        inside_hangs=facts.confirmed_at is None and not waiting.isdisjoint(pages),
        out_at=min(began, default=None) or min((moments[key] for key in coming), default=None),
        is_out=bool(began),
        hangs=not began and not waiting.isdisjoint(coming),
        held=row.held_at is not None or any(step.held_at for step in facts.steps.values()),
        known_at=content.known_at,
        in_review=row.state == _IN_REVIEW,
    )


def _outside(facts: AnnouncementFacts) -> list[str]:
    """What is still to leave the house."""
    steps = facts.steps.items()
    return [k for k, s in steps if s.planned.external and s.state is StepState.WAITING]
