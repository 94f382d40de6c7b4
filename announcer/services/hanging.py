"""What hangs on the boards, and what should: from which follows what is to be done there.

Nothing of it is stored: it is what should hang there, by the plan as it stands, against what was last
said to hang there. So a correction makes "replace" and a withdrawal "take down" by themselves, and a
board on which nothing was put up yet simply gets the right text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BoardRow,
    BoardTickRow,
    CrisisRow,
    DeliveryRow,
    RevisionRow,
    StepRow,
    WorkplaceRow,
)
from announcer.domain.announcement import AnnouncementState
from announcer.domain.board import CHANNELS, BoardKind, Hanging, Task, mark_of, next_open
from announcer.domain.declaring import Kind
from announcer.domain.delivery import DeliveryState
from announcer.people import workplaces
from announcer.services import declaring, happening, planning, records
from announcer.services.installation import Installation

#: A notice that nobody put up for so long is no news any more.
OLD_NEWS = timedelta(days=30)


@dataclass(frozen=True)
class ToDo:
    """One notice on one board; ``day`` (local) is when somebody can be there next. ``shown`` goes
    back with the word that it is done: the word is about what was shown and nothing newer. ``since``
    is aware UTC."""

    board: UUID
    board_name: str
    kind: str
    workplace: str
    paper: str
    announcement: UUID
    public_id: str
    title: str
    task: Task
    languages: tuple[str, ...]
    day: date
    today: bool
    shown: str
    since: datetime


@dataclass(frozen=True)
class OnBoard:
    """A notice on a board: what is to be done there, None where all is; ``by_name`` where somebody
    with a name has said that it hangs there."""

    workplace: str
    board: str
    task: Task | None
    by_name: bool


@dataclass(frozen=True)
class _Said:
    """What people said of a notice on a board: what hangs there by the last word, and of which
    texts somebody with a name said it."""

    last: UUID | None = None
    by_name: frozenset[UUID] = frozenset()


def tasks(
    session: Session, installation: Installation, boards: Sequence[BoardRow]
) -> Iterator[ToDo]:
    """What is to be done on each, the oldest first."""
    for kind in BoardKind:
        here = [one for one in boards if one.kind == kind]
        if here:
            yield from _tasks(session, installation, kind, here)


def _tasks(
    session: Session, installation: Installation, kind: BoardKind, boards: Sequence[BoardRow]
) -> Iterator[ToDo]:
    now = engine.now(session)
    read_in = dict(session.execute(select(WorkplaceRow.name, WorkplaceRow.languages)).all())
    today = now.astimezone(installation.policy.zone).date()
    for row in _candidates(session, kind, now):
        should, said = _should(session, kind, row), _said(session, row)
        if should is None and all(one.last is None for one in said.values()):
            continue
        reached = _workplaces(session, installation, kind, row)
        # Where visitors pass nothing is waited for.
        staff = kind is BoardKind.STAFF
        awaited = happening.awaited_boards(session, installation, row) if staff else ()
        for board in boards:
            there = said.get(board.id, _Said())
            if there.last is None and board.workplace not in reached:
                continue
            waits = board.workplace in awaited and should not in there.by_name
            if task := Hanging(there.last, should, waits).task:
                title, languages = _words(session, should or there.last)
                read = board.languages or read_in.get(board.workplace, ())
                wanted = [one for one in read if one in languages] or languages[:1]
                day = next_open(board.open_days, installation.policy.is_day_off, today)
                yield ToDo(
                    board.id,
                    board.name,
                    board.kind,
                    board.workplace,
                    board.paper,
                    row.id,
                    row.public_id,
                    title,
                    task,
                    tuple(wanted),
                    day,
                    day == today,
                    mark_of(board.id, row.id, should),
                    _since(session, kind, row, should),
                )


def on_boards(
    session: Session, installation: Installation, row: AnnouncementRow
) -> Iterator[OnBoard]:
    """Every board on which it hangs, or on which it should."""
    said = _said(session, row)
    standing = select(BoardRow).where(BoardRow.removed_at.is_(None))
    boards = session.scalars(standing.order_by(BoardRow.workplace, BoardRow.name)).all()
    should = {kind: _should(session, kind, row) for kind in BoardKind}
    reached = {
        kind: _workplaces(session, installation, kind, row) if should[kind] else set()
        for kind in BoardKind
    }
    for board in boards:
        kind, there = BoardKind(board.kind), said.get(board.id, _Said())
        if there.last is None and (not should[kind] or board.workplace not in reached[kind]):
            continue
        now = Hanging(there.last, should[kind])
        yield OnBoard(board.workplace, board.name, now.task, should[kind] in there.by_name)


def hanging(session: Session, board: UUID, row: AnnouncementRow) -> Hanging:
    """What hangs on a board by the last word, and what should."""
    said = _said(session, row).get(board, _Said())
    kind = BoardKind(session.get_one(BoardRow, board).kind)
    return Hanging(said.last, _should(session, kind, row))


def is_up_by_name(session: Session, boards: Sequence[UUID], row: AnnouncementRow) -> bool:
    """Whether the newest text hangs on all of these staff boards, by what signed-in people said."""
    should, said = _should(session, BoardKind.STAFF, row), _said(session, row)
    return should is not None and all(should in said.get(b, _Said()).by_name for b in boards)


def _candidates(session: Session, kind: BoardKind, now: datetime) -> Sequence[AnnouncementRow]:
    """Announcements that have a poster which is news still, and those that hang somewhere."""
    hang = select(BoardTickRow.announcement)
    fresh = select(StepRow.announcement).where(
        StepRow.channel == CHANNELS[kind], StepRow.started_at > now - OLD_NEWS
    )
    return session.scalars(
        select(AnnouncementRow)
        .where(AnnouncementRow.id.in_(hang.union(fresh)))
        .order_by(AnnouncementRow.created_at)
    ).all()


def _workplaces(
    session: Session, installation: Installation, kind: BoardKind, row: AnnouncementRow
) -> set[str]:
    """Where somebody of the poster's audience works; of one for visitors, somebody who was told."""
    policy = records.policy_of(session, installation, row)
    audience = session.scalars(
        select(StepRow.audience).where(
            StepRow.announcement == row.id, StepRow.channel == CHANNELS[kind]
        )
    ).first()
    if audience and kind is BoardKind.VISITORS:
        audience = planning.told(session, policy, row)
    return set(workplaces.handovers(session, policy, tuple(audience or ()), row.unit))


def _words(session: Session, revision: UUID | None) -> tuple[str, tuple[str, ...]]:
    """Title and languages of the text that a poster was made of."""
    text = records.text_of(session.get_one(RevisionRow, revision))
    return text.title, text.languages


def _said(session: Session, row: AnnouncementRow) -> dict[UUID, _Said]:
    """What was said of it, for every board of which anything was."""
    found: dict[UUID, _Said] = {}
    ticks = select(BoardTickRow).where(BoardTickRow.announcement == row.id)
    for tick in session.scalars(ticks.order_by(BoardTickRow.id)):
        names = found.get(tick.board, _Said()).by_name
        if tick.actor is not None and tick.revision is not None:
            names |= {tick.revision}
        found[tick.board] = _Said(tick.revision, names)
    return found


def _should(session: Session, kind: BoardKind, row: AnnouncementRow) -> UUID | None:
    """The newest text of which a poster is made; none of what was withdrawn or is over."""
    if row.state == AnnouncementState.WITHDRAWN.value or _is_over(session, row):
        return None
    return session.scalars(
        select(StepRow.revision)
        .join(DeliveryRow, DeliveryRow.step == StepRow.id)
        .join(RevisionRow, RevisionRow.id == StepRow.revision)
        .where(
            StepRow.announcement == row.id,
            StepRow.channel == CHANNELS[kind],
            StepRow.kind != "withdrawal",
            DeliveryRow.state == DeliveryState.ACCEPTED.value,
        )
        .order_by(RevisionRow.number.desc())
        .limit(1)
    ).first()


def _since(
    session: Session, kind: BoardKind, row: AnnouncementRow, should: UUID | None
) -> datetime:
    """Since when that should hang there, or nothing should."""
    begun = select(func.max(StepRow.started_at)).where(
        StepRow.announcement == row.id,
        StepRow.channel == CHANNELS[kind],
        StepRow.revision == should,
    )
    lifted = (
        select(func.min(AnnouncementRow.created_at))
        .join(CrisisRow, CrisisRow.announcement == AnnouncementRow.id)
        .where(CrisisRow.kind == Kind.LIFTED.value)
        .where(
            CrisisRow.about
            == select(CrisisRow.about).where(CrisisRow.announcement == row.id).scalar_subquery()
        )
    )
    return session.scalar(begun if should else lifted) or row.withdrawn_at or engine.now(session)


def _is_over(session: Session, row: AnnouncementRow) -> bool:
    """Whether it tells of a danger that is over."""
    crisis = session.get(CrisisRow, row.id) if row.declared else None
    return (
        crisis is not None
        and crisis.kind != Kind.LIFTED.value
        and declaring.is_lifted(session, crisis.about)
    )
