"""After a restore: nothing is sent until a person has seen what would go where.

What happened between the backup and the disaster is not known here. So whatever was on its way
then is in doubt, what may have begun since is held, and everything stands still.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, cast, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.engine import Database
from announcer.db.models import (
    AnnouncementRow,
    BatchRow,
    DeliveryRow,
    EventRow,
    ReleaseRow,
    StandstillRow,
    StepRow,
)
from announcer.db.newsroom import released_item
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import N_, AlreadyDone, Refusal
from announcer.domain.reach import goes_to
from announcer.domain.schedule import who_is_awake
from announcer.domain.step import StepState
from announcer.services import records, situation
from announcer.services.installation import Installation
from announcer.services.pace import CLOCK
from announcer.services.reach import would_reach

#: Doing these again reaches nobody twice and takes nothing out of the house.
REPEATABLE = ("intranet", "poster", "meeting")
#: A recipient in one of these states may have been reached after the backup was taken.
ON_THE_WAY = tuple(
    state.value for state in (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEFERRED)
)
RESTORED = "restored from a backup: nobody knows if it went out after the backup was taken"
MAYBE_OUT = N_("kan ha gått ut efter säkerhetskopian")


@dataclass(frozen=True)
class Going:
    """A step that has not begun: what it would do. ``earliest`` is aware UTC, None when not known;
    ``held`` is true where it waits for a person after the standstill too."""

    public_id: str
    title: str
    key: str
    channel: str
    #: What would go where.
    goes: Refusal
    recipients: int
    earliest: datetime | None
    held: bool
    needs_release: bool


@dataclass(frozen=True)
class Standstill:
    """What stands still: since when, what is known until when, and what would go where.

    ``public`` and ``unapproved`` are public ids with titles: what the newsroom shows again when it
    ends, although it may have been withdrawn since, and what waited for an approval that it may
    have had since.
    """

    since: datetime
    reason: str
    known_until: datetime | None
    doubts: int
    going: tuple[Going, ...]
    public: tuple[tuple[str, str], ...]
    unapproved: tuple[tuple[str, str], ...]


@contextmanager
def closed(owner: Database) -> Iterator[None]:
    """Nobody but the owner may connect as long as the block runs, and where it fails it stays so:
    no program sees a database that is half restored, or not standing still yet.

    The database must belong to ``owner``'s role.
    """
    _programs_may_connect(owner, "REVOKE CONNECT ON DATABASE {} FROM {}")
    yield
    _programs_may_connect(owner, "GRANT CONNECT ON DATABASE {} TO {}")


def _programs_may_connect(owner: Database, statement: str) -> None:
    with owner.transaction("close database") as session:
        name = session.scalar(text("SELECT quote_ident(current_database())"))
        session.execute(text(statement.format(name, "announcer_app, announcer_newsroom")))


def stand_still(owner: Database) -> int:
    """Make a database that was just brought back stand still; with the owner's credentials.

    Returns how many recipients are in doubt. Harmless when done again before it is ended.
    """
    with owner.transaction("stand still") as session:
        if situation.standstill_since(session) is None:
            session.add(StandstillRow(reason="restore", known_until=_known_until(session)))
            session.flush()
        # The gate knows no way from "never tried" to "in doubt": only a restore has it.
        for table in ("delivery", "step"):
            session.execute(text(f"ALTER TABLE announcer.{table} DISABLE TRIGGER gate"))
        touched = {*_doubt(session), *_hold(session), *_pause_unapproved(session)}
        _take_back(session)
        for table in ("delivery", "step"):
            session.execute(text(f"ALTER TABLE announcer.{table} ENABLE TRIGGER gate"))
        for about in sorted(touched):
            records.append(session, about, "restored", None)
        in_doubt = select(func.count()).where(DeliveryRow.state == DeliveryState.IN_DOUBT.value)
        return session.scalar(in_doubt) or 0


def _known_until(session: Session) -> datetime | None:
    """When the last thing on record happened; nothing later is known."""
    moment = cast(EventRow.payload, JSONB)["at"].astext
    last = session.scalar(select(func.max(moment)))
    return datetime.fromisoformat(last) if last else None


def _doubt(session: Session) -> Sequence[UUID]:
    """Everyone who may have been sent something since; returns the announcements."""
    found = select(DeliveryRow.id).join(StepRow, StepRow.id == DeliveryRow.step)
    doubtful = found.where(
        DeliveryRow.state.in_(ON_THE_WAY), StepRow.channel.not_in((*REPEATABLE, "newsroom"))
    )
    about = select(StepRow.announcement).join(DeliveryRow, DeliveryRow.step == StepRow.id)
    touched = session.scalars(about.where(DeliveryRow.id.in_(doubtful)).distinct()).all()
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(doubtful))
        .values(state=DeliveryState.IN_DOUBT.value, next_try_at=None, reply=RESTORED)
        .execution_options(synchronize_session=False)
    )
    return touched


def _hold(session: Session) -> Sequence[UUID]:
    """Every step that may have begun since and must not do so twice; returns the announcements."""
    now = engine.now(session)
    known_until = session.scalar(
        select(StandstillRow.known_until).where(StandstillRow.ended_at.is_(None))
    )
    floor = func.make_interval(0, 0, 0, 0, 0, 0, StepRow.floor_seconds)
    soonest = func.coalesce(StepRow.not_before, (known_until or now) + floor)
    may_be_out = select(StepRow.id).where(
        StepRow.state == StepState.WAITING.value,
        StepRow.held_at.is_(None),
        StepRow.channel.not_in(REPEATABLE),
        soonest <= now,
    )
    touched = session.scalars(
        select(StepRow.announcement).where(StepRow.id.in_(may_be_out)).distinct()
    ).all()
    session.execute(
        update(StepRow)
        .where(StepRow.id.in_(may_be_out))
        .values(held_at=now, held_reason=MAYBE_OUT, stopped=True)
        .execution_options(synchronize_session=False)
    )
    return touched


def _pause_unapproved(session: Session) -> Sequence[UUID]:
    """What waited for its approval may have had it since, and have gone out: approving it once
    more would send it once more. Returns the announcements."""
    waiting = select(AnnouncementRow.id).where(
        AnnouncementRow.state == AnnouncementState.IN_REVIEW.value,
        AnnouncementRow.held_at.is_(None),
    )
    touched = session.scalars(waiting).all()
    session.execute(
        update(AnnouncementRow)
        .where(AnnouncementRow.id.in_(touched))
        .values(held_at=engine.now(session))
        .execution_options(synchronize_session=False)
    )
    return touched


def _take_back(session: Session) -> None:
    """No worker holds a lease any more. What can be repeated is; the rest has nothing to do."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.state == DeliveryState.SENDING.value)
        .values(state=DeliveryState.DEFERRED.value, next_try_at=engine.now(session))
        .execution_options(synchronize_session=False)
    )
    left = select(DeliveryRow.batch).where(
        DeliveryRow.state.in_((DeliveryState.PENDING.value, DeliveryState.DEFERRED.value))
    )
    unfinished = update(BatchRow).where(BatchRow.state != "done")
    for condition, values in (
        (BatchRow.id.in_(left), {"state": "ready", "due_at": engine.now(session)}),
        (BatchRow.id.not_in(left), {"state": "done", "due_at": None}),
    ):
        session.execute(
            unfinished.where(condition)
            .values(lease_until=None, deaths=0, **values)
            .execution_options(synchronize_session=False)
        )


def standing(installation: Installation) -> Standstill | None:
    """What stands still now, and what would go where; None in ordinary times."""
    with installation.database.reading() as session:
        row = session.scalar(select(StandstillRow).where(StandstillRow.ended_at.is_(None)))
        if row is None:
            return None
        doubts = select(func.count()).where(DeliveryRow.state == DeliveryState.IN_DOUBT.value)
        return Standstill(
            row.began_at,
            row.reason,
            row.known_until,
            session.scalar(doubts) or 0,
            tuple(_going(session, installation)),
            _titles(session, AnnouncementRow.public_id.in_(_shown())),
            _titles(session, AnnouncementRow.state == AnnouncementState.IN_REVIEW.value),
        )


def _shown() -> Select[tuple[str]]:
    i = released_item.c
    return select(i.public_id).where(i.withdrawn_at.is_(None))


def _titles(session: Session, which: ColumnElement[bool]) -> tuple[tuple[str, str], ...]:
    rows = session.scalars(
        select(AnnouncementRow).where(which).order_by(AnnouncementRow.created_at)
    )
    return tuple(
        (row.public_id, records.content_of(session, records.text_in_force(session, row.id)).title)
        for row in rows
    )


def _going(session: Session, installation: Installation) -> list[Going]:
    rows = session.execute(
        select(AnnouncementRow, StepRow)
        .join(StepRow, StepRow.announcement == AnnouncementRow.id)
        .where(
            AnnouncementRow.state == AnnouncementState.ACTIVE.value,
            StepRow.state == StepState.WAITING.value,
        )
        .order_by(StepRow.not_before, AnnouncementRow.created_at, StepRow.position)
    )
    return [_would(session, installation, row, step) for row, step in rows]


def _would(
    session: Session, installation: Installation, row: AnnouncementRow, step: StepRow
) -> Going:
    title = records.text_of(records.text_in_force(session, row.id)).title
    going = would_reach(session, installation, row, step)
    held = step.held_at is not None or row.held_at is not None
    policy = records.policy_of(session, installation, row)
    return Going(
        public_id=row.public_id,
        title=title,
        key=step.key,
        channel=step.channel,
        goes=goes_to(policy.channels[step.channel], going),
        recipients=going,
        earliest=step.not_before,
        held=held,
        needs_release=bool(step.release_by) and session.get(ReleaseRow, step.id) is None,
    )


def require_watcher(installation: Installation, actor: Person) -> None:
    """Raise `NotAllowed` unless ``actor`` may end a standstill now, or could."""
    with installation.database.reading() as session:
        _require_watcher(session, installation, actor)


def _require_watcher(session: Session, installation: Installation, actor: Person) -> None:
    policy = installation.policy
    clock = situation.standstill_reason(session) == CLOCK
    roles = who_is_awake(policy, engine.now(session)) if clock else policy.information_unit
    installation.require(actor, roles, "", N_("Det här kan bara {roles} göra."))


def go_on(installation: Installation, actor: Person) -> timedelta:
    """End the standstill; returns how long it was. What is held or in doubt still waits.

    By the information unit; where a clock jumped, which can be at night and in a crisis, by whoever
    is on duty too. Raises `NotAllowed`, or `Refusal` where nothing stands still.
    """
    with installation.database.transaction("go on") as session:
        _require_watcher(session, installation, actor)
        row = session.scalar(
            select(StandstillRow).where(StandstillRow.ended_at.is_(None)).with_for_update()
        )
        if row is None:
            raise AlreadyDone(N_("Ingenting står stilla."))
        row.ended_by, row.ended_at = actor.pseudonym, engine.now(session)
        session.flush()
        session.refresh(row)
        lasted = (row.ended_at or engine.now(session)) - row.began_at
    installation.wake()
    return lasted
