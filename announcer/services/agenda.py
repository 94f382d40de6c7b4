"""What goes out when, and what else has its hour: the information unit's calendar.

What has happened stands in the steps; what is to come is reckoned from the plans as they are now.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, CrisisReviewRow, CrisisRow, StepRow, WorkplaceRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.declaring import Kind, crisis_of
from announcer.domain.hanging import hanging
from announcer.domain.plan import Reason
from announcer.domain.schedule import expected
from announcer.domain.step import StepState
from announcer.domain.why import silent
from announcer.domain.workday import Workday, begins_at, workday
from announcer.services import declaring, gathering, records
from announcer.services.gathering import Gathered
from announcer.services.installation import Installation

_DAY = timedelta(days=1)
_UNDER_WAY = (AnnouncementState.IN_REVIEW.value, AnnouncementState.ACTIVE.value)


class What(StrEnum):
    """What has its hour."""

    #: Staff are told in writing.
    INSIDE = "inside"
    #: It leaves the house.
    OUTSIDE = "outside"
    MEETING = "meeting"
    #: Whoever leads a meeting can read what they are to tell.
    BRIEFING = "briefing"
    #: It becomes known anyway.
    KNOWN = "known"
    #: More was promised about a crisis by then.
    INFORMATION = "information"
    #: A crisis is reviewed at the latest.
    REVIEW = "review"


@dataclass(frozen=True)
class Entry:
    """One thing in the calendar. ``at`` is aware UTC: when it was, or is at the earliest.

    With ``hangs`` it may become later, because people have something to do or to say first; ``at``
    is the present where nothing else is waited for. ``moved`` is the black-out at whose end it goes.
    """

    at: datetime
    what: What
    public_id: str
    title: str
    channels: tuple[str, ...] = ()
    done: bool = False
    hangs: bool = False
    held: bool = False
    late: bool = False
    moved: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Day:
    """A local date with what has its hour on it, in order."""

    about: Workday
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Shifts:
    """Local times at which shifts hand over, and in how many workplaces."""

    clocks: tuple[time, ...]
    workplaces: int


@dataclass(frozen=True)
class Agenda:
    """Every date from the first to the last, as things stand at ``now`` (aware UTC)."""

    now: datetime
    days: tuple[Day, ...]
    shifts: tuple[Shifts, ...]


def of(installation: Installation, actor: Person, first: date, last: date) -> Agenda:
    """What has its hour on the local dates from ``first`` to ``last``. Raises `NotAllowed`."""
    installation.require_information_unit(actor)
    policy = installation.policy
    begins, ends = begins_at(policy, first), begins_at(policy, last + _DAY)
    with installation.database.reading() as session:
        rows = session.scalars(under_way()).all()
        found = gathering.gather(session, installation, rows)
        entries = [
            *_gone(session, begins, ends),
            *(entry for row in rows for entry in _coming(found, row)),
            *_crises(session, installation),
        ]
        shifts = _shifts(session)
    by_day: dict[date, list[Entry]] = {}
    for entry in sorted(_together(entries), key=lambda one: (one.at, one.title)):
        by_day.setdefault(entry.at.astimezone(policy.zone).date(), []).append(entry)
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    return Agenda(
        now=found.now,
        days=tuple(Day(workday(policy, day), tuple(by_day.get(day, ()))) for day in days),
        shifts=shifts,
    )


def under_way() -> Select[AnnouncementRow]:
    """The question for everything that is in review or has something left to do."""
    return select(AnnouncementRow).where(AnnouncementRow.state.in_(_UNDER_WAY))


def _together(entries: list[Entry]) -> list[Entry]:
    """What an announcement does at one moment is one entry, with all its channels."""
    found: dict[Entry, list[str]] = {}
    for entry in entries:
        found.setdefault(replace(entry, channels=(), moved=()), []).extend(entry.channels)
    moved = {(one.public_id, one.at): one.moved for one in entries if one.moved}
    return [
        replace(
            one,
            channels=tuple(dict.fromkeys(channels)),
            moved=moved.get((one.public_id, one.at), ()) if one.what is What.OUTSIDE else (),
        )
        for one, channels in found.items()
    ]


def _gone(session: Session, begins: datetime, ends: datetime) -> Iterator[Entry]:
    """What was read back inside, and what began to leave the house, between two moments."""
    query = select(StepRow, AnnouncementRow.public_id).join(
        AnnouncementRow, AnnouncementRow.id == StepRow.announcement
    )
    out = and_(StepRow.external, StepRow.started_at >= begins, StepRow.started_at < ends)
    read = and_(
        StepRow.channel == "intranet",
        StepRow.confirmed_at >= begins,
        StepRow.confirmed_at < ends,
    )
    query = query.where(or_(out, read)).order_by(StepRow.announcement, StepRow.position)
    steps = session.execute(query).all()
    texts = records.texts_in_force(session, list({step.announcement for step, _ in steps}))
    for step, public_id in steps:
        what = What.OUTSIDE if step.external else What.INSIDE
        title = records.text_of(texts[step.announcement]).title
        if at := step.started_at if step.external else step.confirmed_at:
            # Channels that go at the same time begin within seconds of each other.
            minute = at.replace(second=0, microsecond=0)
            yield Entry(minute, what, public_id, title, (step.channel,), done=True)


def _coming(found: Gathered, row: AnnouncementRow) -> Iterator[Entry]:
    """What an announcement has still to do, and the hours that were given with it."""
    content, facts, now = found.contents[row.id], found.facts[row.id], found.now
    title = content.title
    if content.known_at and content.known_at > now:
        yield Entry(content.known_at, What.KNOWN, row.public_id, title)
    policy = found.policies[row.id]
    moments = expected(policy, row.class_name, facts, now, found.handovers[row.id])
    waiting = hanging(facts)
    for key, step in facts.steps.items():
        planned, at = step.planned, moments[key]
        entry = Entry(
            at,
            What.OUTSIDE if planned.external else What.INSIDE,
            row.public_id,
            title,
            (planned.channel,),
            hangs=key in waiting,
            held=facts.held_at is not None or step.held_at is not None,
        )
        if planned.channel == "meeting" and step.state in (StepState.WAITING, StepState.SENDING):
            yield from _meeting(found, row, key, entry)
        elif step.state is StepState.WAITING:
            late = content.known_at is not None and not planned.external and at > content.known_at
            yield replace(entry, late=late, moved=tuple(silent(planned, at)))


def _meeting(found: Gathered, row: AnnouncementRow, key: str, entry: Entry) -> Iterator[Entry]:
    """A meeting that is not held yet, and when its briefing opens."""
    meant = found.facts[row.id].steps[key].planned.meant_for
    at = meant or entry.at
    yield replace(entry, at=at, what=What.MEETING, hangs=meant is None)
    steps = found.policies[row.id].classes[row.class_name].steps
    written = steps[key].briefing if key in steps else None
    if written and meant and meant - written.before > found.now:
        yield Entry(meant - written.before, What.BRIEFING, row.public_id, entry.title)


def _crises(session: Session, installation: Installation) -> Iterator[Entry]:
    """When each crisis that nobody has closed is reviewed at the latest, and when more was promised
    about it. They are so few that each may be asked about by itself."""
    query = (
        select(CrisisRow.at, AnnouncementRow)
        .join(AnnouncementRow, AnnouncementRow.id == CrisisRow.announcement)
        .outerjoin(CrisisReviewRow, CrisisReviewRow.announcement == AnnouncementRow.id)
        .where(CrisisRow.kind == Kind.DECLARED.value, CrisisReviewRow.announcement.is_(None))
    )
    rows = session.execute(query).all()
    texts = records.texts_in_force(session, [row.id for _, row in rows])
    for declared, row in rows:
        policy = records.policy_of(session, installation, row)
        at = declared + crisis_of(policy).review_within
        title = records.text_of(texts[row.id]).title
        yield Entry(at, What.REVIEW, row.public_id, title)
        if promised := declaring.promised(session, row.id):
            yield Entry(promised, What.INFORMATION, row.public_id, title)


def _shifts(session: Session) -> tuple[Shifts, ...]:
    """When shifts hand over, what most workplaces do first."""
    clocks = Counter(
        tuple(sorted(found)) for found in session.scalars(select(WorkplaceRow.handovers)) if found
    )
    return tuple(Shifts(times, number) for times, number in clocks.most_common())
