"""Calling a person: what would wait for ever is told to whoever can do something about it.

A call is made once for each thing, stands on the desk until somebody says "Jag tar det", and goes
by mail to everyone who has one of its roles (`announcer.services.calling_by_mail`). That somebody
took it is on record; who looked at it is nobody's business (TF 3 kap. 5 §).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert
from sqlalchemy.orm import Session, aliased

from announcer.db import engine
from announcer.db.models import (
    AnnouncementRow,
    BoardRow,
    BoardTickRow,
    CallRow,
    DeliveryRow,
    StandstillRow,
    StepRow,
    TickRow,
)
from announcer.domain.audience import Person
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_, NotAllowed, NotFound
from announcer.domain.policy import Policy
from announcer.services import records
from announcer.services.installation import Installation

#: How a moment stands in the stored values, which are JSON.
_MOMENT = "moment"


@dataclass(frozen=True)
class Call:
    """A call for the eye. ``message`` is a Swedish message id with its ``values``; moments are
    aware UTC; ``mailed_at`` is when everyone it is for had been sent it."""

    id: UUID
    public_id: str
    title: str
    step: str
    message: str
    values: Mapping[str, object]
    #: Titles of the roles that are called.
    to: str
    made_at: datetime
    mailed_at: datetime | None
    #: What kind of thing is waited for, by the first words of its key.
    kind: str = ""

    def say(self, translate: Callable[[str], str], moment: Callable[[object], object] = str) -> str:
        """The sentence in the language that ``translate`` speaks, as `Reason.say` does it."""
        words = {
            name: translate(value) if isinstance(value, str) else moment(value)
            for name, value in self.values.items()
        }
        return translate(self.message).format(**words)


def call(
    session: Session,
    row: AnnouncementRow,
    what: str,
    roles: tuple[str, ...],
    message: str,
    *,
    step: StepRow | None = None,
    of_unit: str = "",
    **values: str | int | datetime,
) -> bool:
    """Call everyone who has one of ``roles``, once for each ``what``; whether that was now.

    ``what`` is a key that stays the same while the same thing is waited for, for example
    ``"handover:press"``. ``message`` is a Swedish message id, marked where it is written; a value
    that is a message id (a channel's name) is translated as well, and a moment (aware) is put into
    words. Who has a role has it towards ``of_unit``, or else the announcement's own unit.

    Part of the caller's transaction: a call is made with what it is about, or not at all.
    """
    made = _made(session, row, what, roles, message, values, step=step, unit=of_unit)
    if made:
        detail = {"call": what, "roles": list(roles)} | ({"step": step.key} if step else {})
        records.append(session, row.id, "called", None, **detail)
    return made


def invite(
    session: Session,
    row: AnnouncementRow,
    step: StepRow,
    what: str,
    roles: tuple[str, ...],
    calendar: Mapping[str, str | int | bool],
) -> bool:
    """Tell the calendars of those of ``roles`` who lead a meeting, once for each ``what``; whether
    that was now. It is mailed like a call, and nobody takes it on themselves."""
    made = _made(session, row, what, roles, "", {}, step=step, calendar=dict(calendar))
    if made:
        records.append(
            session, row.id, "invited", None, call=what, roles=list(roles), step=step.key
        )
    return made


def _made(
    session: Session,
    row: AnnouncementRow,
    what: str,
    roles: tuple[str, ...],
    message: str,
    values: Mapping[str, str | int | datetime],
    *,
    step: StepRow | None,
    unit: str = "",
    calendar: dict[str, str | int | bool] | None = None,
) -> bool:
    made = session.scalar(
        insert(CallRow)
        .values(
            id=uuid4(),
            announcement=row.id,
            step=step.id if step else None,
            what=what,
            message=message,
            message_values=json.dumps(_as_json(values), ensure_ascii=False),
            roles=list(roles),
            unit=unit,
            calendar=calendar,
            due_at=engine.now(session),
        )
        .on_conflict_do_nothing(index_elements=["announcement", "what"])
        .returning(CallRow.id)
    )
    return made is not None


def _as_json(values: Mapping[str, str | int | datetime]) -> dict[str, object]:
    return {
        name: {_MOMENT: value.isoformat()} if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _from_json(stored: str) -> dict[str, object]:
    return {
        name: datetime.fromisoformat(value[_MOMENT]) if isinstance(value, dict) else value
        for name, value in json.loads(stored).items()
    }


#: Between what is waited for and the number of the reminder: each reminder is a call of its own.
AGAIN = " #"
#: Calls about what a program found; open no longer than it is as they say.
IN_DOUBT, STOPPED, STANDSTILL = "in doubt", "stopped", "standstill"
#: About the boards of a workplace; over as soon as somebody says that they did something there.
BOARD = "board"


def open_calls() -> Select[CallRow, AnnouncementRow]:
    """Calls that nobody has taken, with their announcements. What was withdrawn after a call was
    made needs nobody any more, nor does what has been dealt with or called for anew."""
    return (
        select(CallRow, AnnouncementRow)
        .join(AnnouncementRow, AnnouncementRow.id == CallRow.announcement)
        .where(
            CallRow.answered_at.is_(None),
            ~_held_there(),
            or_(CallRow.calendar.is_(None), _still_to_come()),
            or_(
                AnnouncementRow.withdrawn_at.is_(None),
                CallRow.made_at > AnnouncementRow.withdrawn_at,
            ),
            or_(CallRow.what.not_like(f"{IN_DOUBT}: %"), _still_in_doubt()),
            or_(CallRow.what.not_like(f"{STOPPED}: %"), _still_stopped()),
            or_(CallRow.what.not_like(f"{STANDSTILL}%"), _still_standing()),
            ~_done_at_the_board(),
            ~_called_anew(),
        )
    )


def _still_to_come() -> ColumnElement[bool]:
    """Nobody is invited to what has begun, however long the mail server was away."""
    begins = CallRow.calendar["begins"].astext.cast(TIMESTAMP(timezone=True))
    is_ahead: ColumnElement[bool] = (
        begins > select(func.announcer.announcer_now()).scalar_subquery()
    )
    return is_ahead


def _held_there() -> ColumnElement[bool]:
    """Whether the unit that is called has held its meeting since."""
    return exists().where(
        TickRow.step == CallRow.step, TickRow.unit == CallRow.unit, CallRow.unit != ""
    )


def _still_in_doubt() -> ColumnElement[bool]:
    return exists().where(
        DeliveryRow.step == CallRow.step,
        DeliveryRow.state == DeliveryState.IN_DOUBT.value,
        DeliveryRow.next_try_at.is_(None),
    )


def _still_stopped() -> ColumnElement[bool]:
    return exists().where(StepRow.id == CallRow.step, StepRow.held_at.is_not(None))


def _still_standing() -> ColumnElement[bool]:
    return exists().where(StandstillRow.ended_at.is_(None))


def _done_at_the_board() -> ColumnElement[bool]:
    """Whether somebody has been at the boards of the workplace since; what is left there is called
    for anew in its time."""
    begins = func.concat(f"{BOARD}: ", BoardRow.workplace, AGAIN)
    return exists().where(
        BoardTickRow.announcement == CallRow.announcement,
        BoardTickRow.at >= CallRow.made_at,
        BoardRow.id == BoardTickRow.board,
        func.starts_with(CallRow.what, begins),
    )


def _called_anew() -> ColumnElement[bool]:
    """Whether there is a later call for the same thing."""
    later = aliased(CallRow)
    return exists().where(
        later.announcement == CallRow.announcement,
        later.made_at > CallRow.made_at,
        CallRow.what.contains(AGAIN),
        func.split_part(later.what, AGAIN, 1) == func.split_part(CallRow.what, AGAIN, 1),
    )


def waiting(installation: Installation) -> list[Call]:
    """Every open call, oldest first."""
    with installation.database.reading() as session:
        return _shown_all(session, installation, _open(session))


def waiting_for(installation: Installation, actor: Person) -> list[Call]:
    """The open calls that this person can take, oldest first."""
    with installation.database.reading() as session:
        mine = [
            found for found in _open(session) if may_answer(session, installation, *found, actor)
        ]
        return _shown_all(session, installation, mine)


def count(session: Session) -> int:
    """How many calls are open."""
    taken = open_calls().where(CallRow.calendar.is_(None))
    return session.scalar(select(func.count()).select_from(taken.subquery())) or 0


def is_called(
    session: Session, installation: Installation, row: AnnouncementRow, actor: Person
) -> bool:
    """Whether this person is called for something about the announcement."""
    return any(
        may_answer(session, installation, called, row, actor)
        for called, about in _open(session)
        if about.id == row.id
    )


def _open(session: Session) -> Sequence[Row[CallRow, AnnouncementRow]]:
    return session.execute(
        open_calls().where(CallRow.calendar.is_(None)).order_by(CallRow.made_at, CallRow.what)
    ).all()


def _shown_all(
    session: Session,
    installation: Installation,
    found: Sequence[Row[CallRow, AnnouncementRow]],
) -> list[Call]:
    """Each with its text's title and its step's key, in two statements for all."""
    if not found:
        return []
    texts = records.texts_in_force(session, [row.id for _, row in found])
    about = select(StepRow.id, StepRow.key).where(
        StepRow.id.in_([called.step for called, _ in found])
    )
    keys: dict[UUID, str] = dict(session.execute(about).all())
    return [
        _shown(
            records.policy_of(session, installation, row),
            called,
            row,
            records.text_of(texts[row.id]).title,
            keys.get(called.step, "") if called.step else "",
        )
        for called, row in found
    ]


def _shown(policy: Policy, called: CallRow, row: AnnouncementRow, title: str, step: str) -> Call:
    return Call(
        id=called.id,
        public_id=row.public_id,
        title=title,
        step=step,
        message=called.message,
        values=values_of(called),
        to=titles(policy, called),
        made_at=called.made_at,
        mailed_at=called.sent_at,
        kind=called.what.partition(AGAIN)[0].partition(":")[0],
    )


def values_of(called: CallRow) -> Mapping[str, object]:
    """What stands in the places of a call's sentence."""
    return _from_json(called.message_values)


def roles_of(policy: Policy, called: CallRow) -> tuple[str, ...]:
    """The called roles that the announcement's policy has."""
    return tuple(name for name in called.roles if name in policy.roles)


def titles(policy: Policy, called: CallRow) -> str:
    """What the called roles are called, in a sentence."""
    return ", ".join(policy.roles[name].title for name in roles_of(policy, called))


def may_answer(
    session: Session,
    installation: Installation,
    called: CallRow,
    row: AnnouncementRow,
    actor: Person,
) -> bool:
    """Whoever has one of the called roles; and the information unit, which watches everything."""
    policy = records.policy_of(session, installation, row)
    roles = (*roles_of(policy, called), *policy.information_unit)
    return policy.has_role(actor, roles, called.unit or row.unit, row.id)


def answer(installation: Installation, actor: Person, reference: str) -> bool:
    """Say that ``actor`` takes a call; False where somebody had taken it already.

    Raises `NotFound` for no call, `NotAllowed` for one of other people's.
    """
    with installation.database.transaction("answer call") as session:
        called = _find(session, reference)
        # The announcement first, as everything that decides about it does; then the call anew.
        row = records.find(session, str(called.announcement), lock=True)
        session.refresh(called, with_for_update=True)
        if not may_answer(session, installation, called, row, actor):
            policy = records.policy_of(session, installation, row)
            raise NotAllowed(N_("Det här kan bara {roles} ta."), roles=titles(policy, called))
        if called.answered_at is not None:
            return False
        called.answered_at, called.answered_by = engine.now(session), actor.pseudonym
        records.append(session, row.id, "call answered", actor.pseudonym, call=called.what)
        return True


def _find(session: Session, reference: str) -> CallRow:
    try:
        found = session.get(CallRow, UUID(reference))
    except ValueError:
        found = None
    if found is None:
        raise NotFound(N_("Det finns inget sådant att ta. Det kan vara gammalt."))
    return found
