"""What is to be done at the boards: put up, replace, take down.

Nothing of it is stored: it is what should hang there, by the plan as it stands, against what was last
said to hang there. So a correction makes "replace" and a withdrawal "take down" by themselves, and a
board on which nothing was put up yet simply gets the right text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
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
)
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.board import BoardKind, Hanging, Task, next_open
from announcer.domain.declaring import Kind
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.people import workplaces
from announcer.services import declaring, happening, records
from announcer.services.installation import Installation

#: A notice that nobody put up for so long is no news any more.
OLD_NEWS = timedelta(days=30)
CHANNEL = "poster"


@dataclass(frozen=True)
class ToDo:
    """One notice on one board; ``day`` (local) is when somebody can be there next."""

    board: UUID
    board_name: str
    workplace: str
    paper: str
    announcement: UUID
    public_id: str
    title: str
    task: Task
    languages: tuple[str, ...]
    day: date
    today: bool


@dataclass(frozen=True)
class BoardStatus:
    """A board, how it is reached, and what is to be done there."""

    id: UUID
    workplace: str
    name: str
    kind: str
    paper: str
    code: str
    tasks: tuple[ToDo, ...]


def at_my_workplace(installation: Installation, actor: Person) -> list[BoardStatus]:
    """The boards where ``actor`` works; for the information unit, all of them."""
    everywhere = installation.policy.has_role(
        actor, installation.policy.information_unit, actor.unit
    )
    with installation.database.reading() as session:
        query = _standing().order_by(BoardRow.workplace, BoardRow.name)
        if not everywhere:
            query = query.where(BoardRow.workplace == actor.workplace)
        boards = session.scalars(query).all()
        tasks = list(_tasks(session, installation, boards))
        return [
            BoardStatus(
                one.id,
                one.workplace,
                one.name,
                one.kind,
                one.paper,
                one.code,
                tuple(task for task in tasks if task.board == one.id),
            )
            for one in boards
        ]


def is_anything_to_do(installation: Installation, code: str) -> bool:
    """Whether something is to be put up, replaced or taken down at the board with this code. A code
    that is none has nothing to do, like a board that is in order."""
    with installation.database.reading() as session:
        boards = session.scalars(_standing().where(BoardRow.code == code)).all()
        return any(_tasks(session, installation, boards))


def done_at(installation: Installation, code: str) -> int:
    """Somebody who stood at the board says that everything is done there; returns how much that was.

    Who it was is not asked and stands nowhere. It opens nothing: an event that waits for boards
    counts what signed-in people say.
    """
    done = 0
    with installation.database.transaction("board done") as session:
        boards = session.scalars(_standing().where(BoardRow.code == code)).all()
        for task in list(_tasks(session, installation, boards)):
            done += _tick(session, task, None)
    return done


def done(installation: Installation, actor: Person, board: str, reference: str) -> Task:
    """Say what was done with an announcement at a board; returns what it was.

    By whoever works there and by the information unit. Raises `NotAllowed`, `NotFound`, or `Refusal`
    where nothing is to be done.
    """
    with installation.database.transaction("board done") as session:
        row = session.scalars(_standing().where(BoardRow.id == _uuid(board))).one_or_none()
        if row is None:
            raise NotFound(N_("Det finns ingen sådan tavla."))
        unit = installation.policy.information_unit
        if actor.workplace != row.workplace and not installation.policy.has_role(
            actor, unit, actor.unit
        ):
            raise NotAllowed(N_("Det är de som arbetar där som säger att det sitter uppe."))
        about = records.find(session, reference, lock=True)
        tasks = [
            one for one in _tasks(session, installation, [row]) if one.announcement == about.id
        ]
        if not tasks:
            raise Refusal(N_("Det finns inget att göra med det på den tavlan."))
        _tick(session, tasks[0], actor)
        up = tasks[0].task is Task.PUT_UP and _is_up_everywhere(session, row.workplace, about.id)
    if up:
        happening.board_up(installation, actor, reference, row.workplace)
    return tasks[0].task


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(N_("Det finns ingen sådan tavla.")) from None


def _standing() -> Select[BoardRow]:
    """Staff boards that are on the list."""
    return select(BoardRow).where(
        BoardRow.removed_at.is_(None), BoardRow.kind == BoardKind.STAFF.value
    )


def _tick(session: Session, task: ToDo, actor: Person | None) -> bool:
    """Write it down, once: whoever comes second finds nothing to do."""
    row = records.find(session, str(task.announcement), lock=True)
    hanging = _hanging(session, task.board, row)
    if hanging.task is not task.task:
        return False
    who = actor.pseudonym if actor else None
    session.add(
        BoardTickRow(board=task.board, announcement=row.id, revision=hanging.should, actor=who)
    )
    records.append(session, row.id, "board done", who, board=str(task.board), task=task.task.value)
    session.flush()
    return True


def _is_up_everywhere(session: Session, workplace: str, about: UUID) -> bool:
    """On every board of the workplace, by what signed-in people said."""
    boards = set(
        session.scalars(
            _standing().where(BoardRow.workplace == workplace).with_only_columns(BoardRow.id)
        )
    )
    said = select(BoardTickRow.board).where(
        BoardTickRow.announcement == about,
        BoardTickRow.actor.is_not(None),
        BoardTickRow.revision.is_not(None),
    )
    return boards <= set(session.scalars(said))


def _tasks(
    session: Session, installation: Installation, boards: Sequence[BoardRow]
) -> Iterator[ToDo]:
    """What is to be done on each, the oldest first."""
    if not boards:
        return
    now = engine.now(session)
    today = now.astimezone(installation.policy.zone).date()
    for row in _candidates(session, now):
        reached = _workplaces(session, installation, row)
        title, languages = _words(session, row)
        for board in boards:
            hanging = _hanging(session, board.id, row)
            if hanging.hangs is None and board.workplace not in reached:
                continue
            if task := hanging.task:
                day = next_open(board.open_days, installation.policy.is_day_off, today)
                wanted = [one for one in board.languages if one in languages] or languages[:1]
                yield ToDo(
                    board.id,
                    board.name,
                    board.workplace,
                    board.paper,
                    row.id,
                    row.public_id,
                    title,
                    task,
                    tuple(wanted),
                    day,
                    day == today,
                )


def _candidates(session: Session, now: datetime) -> Sequence[AnnouncementRow]:
    """Announcements that have a poster which is news still, and those that hang somewhere."""
    hang = select(BoardTickRow.announcement)
    fresh = select(StepRow.announcement).where(
        StepRow.channel == CHANNEL, StepRow.started_at > now - OLD_NEWS
    )
    return session.scalars(
        select(AnnouncementRow)
        .where(AnnouncementRow.id.in_(hang.union(fresh)))
        .order_by(AnnouncementRow.created_at)
    ).all()


def _workplaces(session: Session, installation: Installation, row: AnnouncementRow) -> set[str]:
    """Where somebody of the poster's audience works."""
    policy = records.policy_of(session, installation, row)
    audience = session.scalars(
        select(StepRow.audience).where(StepRow.announcement == row.id, StepRow.channel == CHANNEL)
    ).first()
    return set(workplaces.handovers(session, policy, tuple(audience or ()), row.unit))


def _words(session: Session, row: AnnouncementRow) -> tuple[str, tuple[str, ...]]:
    text = records.text_of(records.text_in_force(session, row.id))
    return text.title, text.languages


def _hanging(session: Session, board: UUID, row: AnnouncementRow) -> Hanging:
    """What hangs there by the last word, and what should."""
    last = session.scalars(
        select(BoardTickRow.revision)
        .where(BoardTickRow.board == board, BoardTickRow.announcement == row.id)
        .order_by(BoardTickRow.id.desc())
        .limit(1)
    ).first()
    return Hanging(last, _should(session, row))


def _should(session: Session, row: AnnouncementRow) -> UUID | None:
    """The newest text of which a poster is made; none of what was withdrawn or is over."""
    if row.state == AnnouncementState.WITHDRAWN.value or _is_over(session, row):
        return None
    return session.scalars(
        select(StepRow.revision)
        .join(DeliveryRow, DeliveryRow.step == StepRow.id)
        .join(RevisionRow, RevisionRow.id == StepRow.revision)
        .where(
            StepRow.announcement == row.id,
            StepRow.channel == CHANNEL,
            StepRow.kind != "withdrawal",
            DeliveryRow.state == DeliveryState.ACCEPTED.value,
        )
        .order_by(RevisionRow.number.desc())
        .limit(1)
    ).first()


def _is_over(session: Session, row: AnnouncementRow) -> bool:
    """Whether it tells of a danger that is over."""
    crisis = session.get(CrisisRow, row.id) if row.declared else None
    return (
        crisis is not None
        and crisis.kind != Kind.LIFTED.value
        and declaring.is_lifted(session, crisis.about)
    )
