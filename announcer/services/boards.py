"""The boards where people work: what is to be done there, and their word that it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, BoardRow, BoardTickRow
from announcer.domain.audience import Person
from announcer.domain.board import CHANNELS, BoardKind, Task, mark_of
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.people.workplaces import unit_at
from announcer.services import hanging, happening, records
from announcer.services.hanging import OnBoard, ToDo
from announcer.services.installation import Installation


class NewerError(Refusal):
    """Somebody says that a text hangs which has been corrected or withdrawn since it was shown."""


class NothingToDo(Refusal):
    """Somebody else was first, or one pressed twice."""


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
    """The boards where ``actor`` works or leads; for the information unit, all of them."""
    with installation.database.reading() as session:
        query = _standing().order_by(BoardRow.workplace, BoardRow.name)
        found = session.scalars(query).all()
        places = {one.workplace for one in found}
        mine = {place for place in places if _is_theirs(session, installation, actor, place)}
        boards = [one for one in found if one.workplace in mine]
        tasks = list(hanging.tasks(session, installation, boards))
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


@dataclass(frozen=True)
class Everywhere:
    """Where an announcement hangs and where not. ``made``: a poster of it is to be there at all."""

    boards: tuple[OnBoard, ...]
    made: bool

    @property
    def up(self) -> int:
        """On how many boards it hangs as it should."""
        return sum(one.task is None for one in self.boards)


def everywhere(installation: Installation, actor: Person, reference: str) -> Everywhere:
    """On which boards it is, for the information unit. Raises `NotAllowed`, `NotFound`."""
    installation.require_information_unit(actor)
    with installation.database.reading() as session:
        row = records.find(session, reference)
        channels = {step.channel for step in records.steps_of(session, row.id)}
        made = not channels.isdisjoint(CHANNELS.values())
        return Everywhere(tuple(hanging.on_boards(session, installation, row)), made)


def shown_at(installation: Installation, code: str) -> str:
    """A word for all that is to be put up, replaced or taken down at the board with this code; empty
    where nothing is, and for a code that is none."""
    with installation.database.reading() as session:
        return _shown(_at(session, installation, code))


def done_at(installation: Installation, code: str, shown: str) -> bool:
    """Somebody who stood at the board says that all of it is done that the page showed them; False
    where something newer is to be done there.

    Who it was is not asked and stands nowhere. It opens nothing: an event that waits for boards
    counts what signed-in people say.
    """
    with installation.database.transaction("board done") as session:
        tasks = _at(session, installation, code)
        # In a fixed order, each read anew once its row is ours.
        return not tasks or (
            _shown(tasks) == shown and all(_tick(session, task, None) for task in tasks)
        )


def _at(session: Session, installation: Installation, code: str) -> list[ToDo]:
    """What can be done at a board without a name."""
    boards = session.scalars(_standing().where(BoardRow.code == code)).all()
    return [
        one for one in hanging.tasks(session, installation, boards) if one.task is not Task.CONFIRM
    ]


def _shown(tasks: Sequence[ToDo]) -> str:
    return mark_of(*(one.shown for one in tasks)) if tasks else ""


def done(installation: Installation, actor: Person, board: str, reference: str, shown: str) -> Task:
    """Say what was done with an announcement at a board; returns what it was. ``shown`` is that of
    the task which they were shown.

    By whoever works or leads there and by the information unit. Raises `NotAllowed`, `NotFound`, `NewerError`
    where the text that was shown is no longer the one, or `Refusal` where nothing is to be done.
    """
    with installation.database.transaction("board done") as session:
        row = session.scalars(_standing().where(BoardRow.id == _uuid(board))).one_or_none()
        if row is None:
            raise NotFound(N_("Det finns ingen sådan tavla."))
        if not _is_theirs(session, installation, actor, row.workplace):
            raise NotAllowed(N_("Det är de som arbetar där som säger att det sitter uppe."))
        about = records.find(session, reference, lock=True)
        tasks = hanging.tasks(session, installation, [row])
        task = next((one for one in tasks if one.announcement == about.id), None)
        if task is None:
            raise NothingToDo(N_("Det finns inget att göra med det på den tavlan."))
        if task.shown != shown or not _tick(session, task, actor):
            raise NewerError(
                N_("Det finns en nyare affisch än den som visades. Se vad som gäller nu.")
            )
        opens = _is_up_everywhere(session, row, about) and (
            happening.note_up(session, installation, actor, about, row.workplace)
        )
    if opens:
        installation.wake()
    return task.task


def _is_theirs(session: Session, installation: Installation, actor: Person, place: str) -> bool:
    """Whether ``actor`` says what hangs at a workplace: they work there, belong to the information
    unit, or would be called about it."""
    policy = installation.policy
    if actor.workplace == place or policy.has_role(actor, policy.information_unit, actor.unit):
        return True
    called = policy.boards.by if policy.boards else ()
    return bool(called) and policy.has_role(actor, called, unit_at(session, place))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(N_("Det finns ingen sådan tavla.")) from None


def _standing() -> Select[BoardRow]:
    """Boards that are on the list."""
    return select(BoardRow).where(BoardRow.removed_at.is_(None))


def _is_up_everywhere(session: Session, board: BoardRow, about: AnnouncementRow) -> bool:
    """Whether, with the word of ``board``, its colleagues can read it on every board of theirs."""
    if board.kind != BoardKind.STAFF:
        return False
    here = _standing().where(BoardRow.workplace == board.workplace, BoardRow.kind == board.kind)
    return hanging.is_up_by_name(session, [one.id for one in session.scalars(here)], about)


def _tick(session: Session, task: ToDo, actor: Person | None) -> bool:
    """Write it down, once: whoever comes second has nothing to add. False where another text should
    hang there by now."""
    row = records.find(session, str(task.announcement), lock=True)
    now = hanging.hanging(session, task.board, row)
    if mark_of(task.board, row.id, now.should) != task.shown:
        return False
    if now.task is None and task.task is not Task.CONFIRM:
        return True
    who = actor.pseudonym if actor else None
    session.add(BoardTickRow(board=task.board, announcement=row.id, revision=now.should, actor=who))
    records.append(session, row.id, "board done", who, board=str(task.board), task=task.task.value)
    session.flush()
    return True
