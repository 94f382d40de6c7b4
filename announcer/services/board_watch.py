"""Boards on which what is to be done was not done in time: whoever leads there is called, and where
that does not help, whoever is on duty as well."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, BoardRow
from announcer.domain.board import Task, next_open
from announcer.domain.calendar import in_utc
from announcer.domain.errors import N_
from announcer.domain.policy import Policy
from announcer.people.workplaces import unit_at
from announcer.services import hanging, records, reminding, situation
from announcer.services.calling import BOARD
from announcer.services.hanging import ToDo
from announcer.services.installation import Installation
from announcer.services.reminding import Need

#: How often the dispatcher looks: all boards are reckoned anew, and hours are what is counted in.
EVERY = timedelta(minutes=1)
LATE = N_(
    "{place}: {boards} väntar. Sätt upp, byt eller ta ner, och säg till under Personaltavlor."
)


def watch(installation: Installation) -> int:
    """Call whoever is to be called now; returns how many calls were made."""
    with installation.database.reading() as session:
        if situation.standstill_since(session):
            return 0
        boards = session.scalars(select(BoardRow).where(BoardRow.removed_at.is_(None))).all()
        needs = [
            need
            for need in _needs(session, installation, boards)
            if reminding.is_due(session, installation, need)
        ]
    return sum(reminding.call_for(installation, need) for need in needs)


def _needs(
    session: Session, installation: Installation, boards: Sequence[BoardRow]
) -> Iterator[Need]:
    """One for each announcement and workplace, however many boards there wait for it."""
    now, known = engine.now(session), {board.id: board for board in boards}

    def where(task: ToDo) -> tuple[str, str]:
        return str(task.announcement), task.workplace

    found = sorted(hanging.tasks(session, installation, boards), key=where)
    for (about, place), tasks in groupby(found, key=where):
        row = session.get_one(AnnouncementRow, UUID(about))
        policy = records.policy_of(session, installation, row)
        if policy.boards is None:
            continue
        late = [
            (at, task.board_name)
            for task in tasks
            if task.task is not Task.CONFIRM
            and (at := _late_at(policy, known[task.board], task.since)) <= now
        ]
        if late:
            yield Need(
                row.id,
                None,
                f"{BOARD}: {place}",
                min(at for at, _ in late),
                LATE,
                {"place": place, "boards": ", ".join(sorted(name for _, name in late))},
                policy.boards.by,
                unit_at(session, place),
            )


def _late_at(policy: Policy, board: BoardRow, since: datetime) -> datetime:
    """From the first day on which somebody is there."""
    assert policy.boards is not None  # noqa: S101 - asked before
    today = since.astimezone(policy.zone).date()
    day = next_open(board.open_days, policy.is_day_off, today)
    begins = since if day == today else in_utc(day, time(), policy.zone)
    return policy.boards.late_at(begins, policy.calendars)
