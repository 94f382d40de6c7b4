"""What was stopped or is in doubt is told to whoever is on duty: at once, and again until it is
dealt with. One call for a step, however many recipients it is about."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, CallRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.errors import N_
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.schedule import who_is_on_duty
from announcer.domain.step import StepKind, StepState
from announcer.services import calling, doubts, records, situation, stopped
from announcer.services.calling import AGAIN, IN_DOUBT, STANDSTILL, STOPPED
from announcer.services.installation import Installation
from announcer.services.pace import CLOCK


class Need(NamedTuple):
    """Something that waits for a person, as a thing to call for. ``since`` is aware UTC. ``first`` are
    the roles, towards ``unit``, that are called before whoever is on duty is called as well."""

    announcement: UUID
    step: UUID | None
    what: str
    since: datetime
    message: str
    values: dict[str, str | int | datetime]
    first: tuple[str, ...] = ()
    unit: str = ""


def remind(installation: Installation) -> int:
    """Call for what nobody was called for yet or long enough ago; returns how many calls that was."""
    with installation.database.reading() as session:
        still = situation.standstill_since(session)
        if still and situation.standstill_reason(session) != CLOCK:
            return 0  # whoever brought a backup back is there, and looks at all of it together
        needs = _stands_still(session, still) if still else _needs(session)
        due = [need for need in needs if is_due(session, installation, need)]
    return sum(call_for(installation, need) for need in due)


def _stands_still(session: Session, since: datetime) -> Iterator[Need]:
    """One call for all that waits: about whatever would go first."""
    first = session.scalar(
        select(StepRow)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(
            StepRow.state == StepState.WAITING.value,
            AnnouncementRow.state == AnnouncementState.ACTIVE.value,
        )
        .order_by(StepRow.not_before, StepRow.id)
        .limit(1)
    )
    if first is not None:
        message = N_("Databasens klocka hoppade, och allt står stilla. Se efter vad som skulle gå.")
        yield Need(first.announcement, first.id, STANDSTILL, since, message, {})


def _needs(session: Session) -> Iterator[Need]:
    for group in doubts.grouped(session):
        if group.recipients > group.by_itself:
            waiting = group.recipients - group.by_itself
            yield Need(
                group.row.id,
                group.step.id,
                f"{IN_DOUBT}: {group.step.key}",
                group.since,
                N_("Oklart om det gick iväg: {channel}, mottagare: {count}. Svara vad som gäller."),
                {"channel": _name(group.step), "count": waiting},
            )
    for row, step in stopped.rows(session):
        is_notice = step.kind == StepKind.WITHDRAWAL.value
        if step.held_at is not None and (row.held_at is None or is_notice):
            yield Need(
                row.id,
                step.id,
                f"{STOPPED}: {step.key}",
                step.held_at,
                N_("{channel} är stoppat: {reason}. Säg om det ska gå nu, senare eller inte alls."),
                {"channel": _name(step), "reason": step.held_reason},
            )


def _name(step: StepRow) -> str:
    return CHANNEL_NAMES.get(step.channel, step.channel)


def is_due(session: Session, installation: Installation, need: Need) -> bool:
    """Whether nobody was called for it yet, or long enough ago."""
    row = session.get_one(AnnouncementRow, need.announcement)
    again = records.policy_of(session, installation, row).duty.again
    last = session.scalar(select(func.max(CallRow.made_at)).where(*_thread(need)))
    return last is None or last < need.since or last + again <= engine.now(session)


def _thread(need: Need) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The calls for the same thing."""
    same = CallRow.what.startswith(f"{need.what}{AGAIN}", autoescape=True)
    return CallRow.announcement == need.announcement, same


def call_for(installation: Installation, need: Need) -> int:
    """Make the call; returns whether that was now."""
    with installation.database.transaction("remind") as session:
        row = records.find(session, str(need.announcement), lock=True)
        if not is_due(session, installation, need):
            return 0  # another dispatcher was there first
        policy = records.policy_of(session, installation, row)
        made = session.scalars(select(CallRow.made_at).where(*_thread(need))).all()
        what = f"{need.what}{AGAIN}{len(made) + 1}"
        roles = need.first
        if not roles or any(at >= need.since for at in made):
            on_duty = who_is_on_duty(policy, row.class_name, engine.now(session))
            roles = tuple(dict.fromkeys((*roles, *on_duty)))
        step = session.get_one(StepRow, need.step) if need.step else None
        return int(
            calling.call(
                session,
                row,
                what,
                roles,
                need.message,
                step=step,
                of_unit=need.unit,
                **need.values,
            )
        )
