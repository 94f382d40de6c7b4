"""Everything under way, in the order in which the information unit asks about it.

Whatever is under way is looked at for which question it answers; read in full is what is shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, cast, false, func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, CorrectionRow, ReleaseRow, RevisionRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.step import StepState
from announcer.services import approvals, records, reviewing, status
from announcer.services.installation import Installation
from announcer.services.status import AnnouncementStatus

#: So many of a question are on the first page, and so many on a page of that question alone.
FIRST, PAGE = 6, 40
_IN_REVIEW, _ACTIVE = AnnouncementState.IN_REVIEW.value, AnnouncementState.ACTIVE.value
_WAITING, _SENDING = StepState.WAITING.value, StepState.SENDING.value


class Question(StrEnum):
    """What is asked about what is under way; each announcement answers the first that fits."""

    #: It waits for whoever asks: to be approved or released.
    NEEDS_YOU = "needs_you"
    #: It goes outside next, in order.
    NEXT_OUT = "next_out"
    #: Staff have it, and nothing of it is about to go outside.
    INSIDE = "inside"
    #: It waits for others or for something else.
    WAITING = "waiting"


@dataclass(frozen=True)
class Seen:
    """One announcement in the overview; moments are aware UTC.

    ``out_at`` is when something of it goes outside at the earliest; None where nobody can know.
    ``inside_since`` is when its page was read back.
    """

    status: AnnouncementStatus
    out_at: datetime | None
    inside_since: datetime | None


@dataclass(frozen=True)
class KnownAnyway:
    """News that a clock nobody here owns makes known (aware UTC)."""

    public_id: str
    title: str
    at: datetime
    #: Some of the staff would learn it only afterwards.
    late: bool


@dataclass(frozen=True)
class Overview:
    """At one moment of the database's clock (aware UTC). ``numbers`` counts also what is not shown."""

    now: datetime
    groups: Mapping[Question, Sequence[Seen]]
    numbers: Mapping[Question, int]
    known: Sequence[KnownAnyway]

    @property
    def total(self) -> int:
        """How many are under way."""
        return sum(self.numbers.values())


@dataclass
class _Glimpse:
    """An announcement, seen just well enough to know which question it answers."""

    id: UUID
    public_id: str
    state: str
    class_name: str
    created_at: datetime
    inside_since: datetime | None
    out_at: datetime | None
    goes_now: bool
    held: bool
    released_late: bool
    known_at: datetime | None = None
    corrected: bool = False
    mine: bool = field(default=False)

    def question(self, now: datetime) -> Question:
        """The first that it answers."""
        if self.mine or (self.released_late and not self.held):
            return Question.NEEDS_YOU
        if not (self.held or self.corrected):
            if self.goes_now or (self.out_at is not None and self.out_at > now):
                return Question.NEXT_OUT
            if self.inside_since is not None:
                return Question.INSIDE
        return Question.WAITING

    def turn(self, now: datetime) -> datetime:
        """By what it stands in its group: the soonest first, and what waits longest."""
        return (now if self.goes_now else self.out_at) or self.inside_since or self.created_at


def of(
    installation: Installation,
    actor: Person,
    *,
    alone: Question | None = None,
    page: int = 1,
    opened: Collection[str] = (),
) -> Overview:
    """What is under way: the first of every question, or a page of one ``alone``. What is
    ``opened``, by public id, is there wherever it stands. Raises `NotAllowed`."""
    installation.require_information_unit(actor)
    with installation.database.reading() as session:
        now = engine.now(session)
        glimpses = _glimpses(session, now)
        _whose_turn(session, installation, actor, glimpses)
        groups: dict[Question, list[_Glimpse]] = {one: [] for one in Question}
        for one in glimpses.values():
            groups[one.question(now)].append(one)
        shown = {
            question: _on_page(_in_turn(installation, found, now), question, alone, page, opened)
            for question, found in groups.items()
        }
        known = _known(glimpses, now)
        read = {one.id for found in (*shown.values(), known) for one in found}
        rows = session.scalars(
            select(AnnouncementRow).where(engine.is_among(AnnouncementRow.id, read))
        ).all()
        full = {s.id: s for s in status.statuses(session, installation, rows)}
        return Overview(
            now=now,
            groups={
                question: [Seen(full[g.id], g.out_at, g.inside_since) for g in found]
                for question, found in shown.items()
            },
            numbers={question: len(found) for question, found in groups.items()},
            known=[
                KnownAnyway(s.public_id, s.title, s.known_at, s.late)
                for g in known
                if (s := full[g.id]).known_at
            ],
        )


def _in_turn(installation: Installation, found: list[_Glimpse], now: datetime) -> list[_Glimpse]:
    """Emergencies first, then each in its turn."""
    classes = installation.policy.classes

    def place(one: _Glimpse) -> tuple[bool, datetime, str]:
        known = classes.get(one.class_name)
        return not (known and known.urgent), one.turn(now), one.public_id

    return sorted(found, key=place)


def _on_page(
    found: list[_Glimpse],
    question: Question,
    alone: Question | None,
    page: int,
    opened: Collection[str],
) -> list[_Glimpse]:
    begins = (page - 1) * PAGE if alone is question else 0
    ends = begins + PAGE if alone is question else 0 if alone else FIRST
    return [
        one
        for place, one in enumerate(found)
        if begins <= place < ends or (alone is None and one.public_id in opened)
    ]


def _known(glimpses: Mapping[UUID, _Glimpse], now: datetime) -> list[_Glimpse]:
    """What becomes known anyway and has not yet, the soonest first."""
    found = [
        (one.known_at, one.public_id, one)
        for one in glimpses.values()
        if one.known_at is not None and one.known_at > now
    ]
    return [one for _, _, one in sorted(found, key=lambda each: each[:2])[:FIRST]]


def _glimpses(session: Session, now: datetime) -> dict[UUID, _Glimpse]:
    """Everything under way, in two statements. There may be many: no row becomes an object that
    SQLAlchemy keeps track of."""
    waits = StepRow.state == _WAITING
    released = select(ReleaseRow.step).where(ReleaseRow.step == StepRow.id).exists()
    hour = func.coalesce(StepRow.not_before, StepRow.meant_for)
    query = (
        select(
            AnnouncementRow.id,
            AnnouncementRow.public_id,
            AnnouncementRow.state,
            AnnouncementRow.class_name,
            AnnouncementRow.created_at,
            func.min(StepRow.confirmed_at).filter(StepRow.channel == "intranet"),
            func.min(hour).filter(StepRow.external, waits),
            func.coalesce(func.bool_or(StepRow.external & (StepRow.state == _SENDING)), false()),
            AnnouncementRow.held_at.is_not(None)
            | func.coalesce(func.bool_or(StepRow.held_at.is_not(None)), false()),
            func.coalesce(
                func.bool_or(
                    StepRow.external
                    & waits
                    & (func.cardinality(StepRow.release_by) > 0)
                    & (StepRow.not_before <= now)
                    & ~released
                ),
                false(),
            ),
        )
        .outerjoin(StepRow, StepRow.announcement == AnnouncementRow.id)
        .where(AnnouncementRow.state.in_((_IN_REVIEW, _ACTIVE)))
        .group_by(AnnouncementRow.id)
    )
    found = {row[0]: _Glimpse(*row) for row in session.execute(query)}
    said = cast(RevisionRow.content, JSON)["known_at"].as_string()
    asked = records.in_force(list(found), RevisionRow.announcement, said.label("known_at"))
    texts = asked.subquery()
    for about, at in session.execute(select(texts).where(texts.c.known_at != "")):
        found[about].known_at = datetime.fromisoformat(at)
    return found


def _whose_turn(
    session: Session, installation: Installation, actor: Person, glimpses: Mapping[UUID, _Glimpse]
) -> None:
    """Which texts and corrections wait for this person's approval."""
    waiting = (
        select(RevisionRow)
        .join(CorrectionRow, CorrectionRow.revision == RevisionRow.id)
        .where(
            engine.is_among(CorrectionRow.announcement, glimpses),
            CorrectionRow.applied_at.is_(None),
            CorrectionRow.taken_back_at.is_(None),
        )
    )
    corrected = {one.announcement: one for one in session.scalars(waiting)}
    for about in corrected:
        glimpses[about].corrected = True
    first = [about for about, one in glimpses.items() if one.state == _IN_REVIEW]
    texts = {**(records.texts_in_force(session, first) if first else {}), **corrected}
    rows = select(AnnouncementRow).where(engine.is_among(AnnouncementRow.id, texts))
    asked = [
        (records.policy_of(session, installation, row), row, texts[row.id])
        for row in session.scalars(rows)
    ]
    policies = {row.id: policy for policy, row, _ in asked}
    for found in approvals.look_at_all(session, asked):
        about = found.row.id
        glimpses[about].mine = reviewing.may_approve(policies[about], actor, found)
