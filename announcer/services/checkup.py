"""Whether the database is as an installation needs it: asked with the app's own credentials."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from announcer.db import engine, rights, schema
from announcer.db.models import DeliveryRow, StepRow
from announcer.domain.policy import Policy
from announcer.people import lookup, workplaces
from announcer.services import approvers, health, situation, stopped
from announcer.services.installation import Installation
from announcer.services.installed import channel_faults
from announcer.services.pace import CLOCK

OLDEST_POSTGRES = 15
#: Days ahead for which clock changes are compared; plans reach no further.
LOOK_AHEAD = 730
#: The database is the clock; a machine that differs much shows people wrong times.
CLOCK_WARNS, CLOCK_FAULTS = timedelta(seconds=2), timedelta(seconds=60)


class Mark(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``remedy`` is what to do where it is not right."""

    name: str
    mark: Mark
    said: str
    remedy: str = ""


def right(name: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(name, Mark.OK, said)


def wrong(name: str, said: str, remedy: str, *, only_warn: bool = False) -> Finding:
    """It is not."""
    return Finding(name, Mark.WARN if only_warn else Mark.FAULT, said, remedy)


def of_database(
    installation: Installation, this_machines_clock: Callable[[], datetime]
) -> Iterator[Finding]:
    """Everything about a database that answers; the clock that is given tells aware UTC."""
    try:
        with installation.database.reading() as session:
            yield _version(session)
            yield _rights(session)
            yield _newsrooms_rights(session)
            yield _gate(session)
            yield from _clock(session, this_machines_clock)
            yield _time_zone(session, installation.policy.zone)
            yield _roles(session, installation.policy)
            yield _audiences(session, installation.policy)
            yield _leaders(session, installation.policy)
            yield _phones(session, installation.policy)
            yield from _channels(session, installation)
            yield from _work(session)
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        yield wrong("PostgreSQL", said, "Run 'announcer migrate' with DATABASE_OWNER_URL.")


def _channels(session: Session, installation: Installation) -> Iterator[Finding]:
    faults = list(channel_faults(session, installation))
    for said in faults:
        fault, _, remedy = said.partition(". ")
        yield wrong("channels", fault, remedy)
    if not faults:
        yield right("channels", f"{', '.join(installation.channels)} are set up")


def _version(session: Session) -> Finding:
    number = int(session.scalar(text("SHOW server_version_num")) or 0) // 10000
    encoding = session.scalar(text("SHOW server_encoding"))
    found = session.scalar(text("SELECT version_num FROM announcer.alembic_version"))
    if number < OLDEST_POSTGRES or encoding != "UTF8":
        return wrong(
            "PostgreSQL",
            f"version {number}, {encoding}",
            f"DATABASE_URL: use PostgreSQL {OLDEST_POSTGRES} or newer with ENCODING 'UTF8'.",
        )
    if found != schema.known_revision():
        return wrong(
            "PostgreSQL",
            f"schema {found or 'none'}, this program knows {schema.known_revision()}",
            "Run 'announcer migrate' with DATABASE_OWNER_URL, or start the matching version.",
        )
    return right("PostgreSQL", f"version {number}, schema {found}")


def _rights(session: Session) -> Finding:
    role, powerful, owns, temporary, writes = session.execute(
        text(
            "SELECT current_user,"
            " (SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user),"
            " EXISTS (SELECT FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)),"
            " has_database_privilege(current_database(), 'TEMPORARY'),"
            " has_table_privilege('newsroom.item', 'INSERT')"
        )
    ).one()
    faults = [
        words
        for bad, words in (
            (powerful, "is a superuser or may make roles or databases"),
            (owns, "owns tables"),
            (temporary, "may make temporary tables"),
            (writes, "may write released items"),
        )
        if bad
    ]
    if faults:
        return wrong(
            "rights of the programs",
            f"{role} {', '.join(faults)}",
            "DATABASE_URL: sign in as announcer_app, and give it only what deploy/roles.sql and "
            "the migrations do (REVOKE ALL ON DATABASE … FROM PUBLIC).",
        )
    return right("rights of the programs", f"{role} owns nothing")


def _newsrooms_rights(session: Session) -> Finding:
    name = "rights of the newsroom"
    inside = session.scalar(
        text("SELECT has_schema_privilege('announcer_newsroom', 'announcer', 'USAGE')")
    )
    if inside:
        return wrong(
            name,
            "announcer_newsroom can look into the schema announcer",
            "REVOKE ALL ON SCHEMA announcer FROM announcer_newsroom.",
        )
    seen = session.execute(text(rights.OPEN_TO), {"role": "announcer_newsroom"}).scalar_one()
    if seen:
        return wrong(
            name,
            f"announcer_newsroom could see that drafts are written: {', '.join(seen)}",
            rights.REMEDY,
        )
    return right(name, "announcer_newsroom sees what is released")


def expected_triggers() -> set[tuple[str, str]]:
    """Every trigger that the migrations make, with its table."""
    gates = Path(schema.__file__).parent / "gate"
    said = "\n".join(file.read_text(encoding="utf-8") for file in sorted(gates.glob("*.sql")))
    made = r"CREATE TRIGGER (\w+)\s+(?:BEFORE|AFTER)\s[^;]*?\sON\s+(\w+\.\w+)"
    return {(trigger, table) for trigger, table in re.findall(made, said)}


def _gate(session: Session) -> Finding:
    enabled = {
        (trigger, table)
        for trigger, table in session.execute(
            text(
                "SELECT t.tgname, n.nspname || '.' || c.relname FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE NOT t.tgisinternal AND t.tgenabled = 'O'"
            )
        )
    }
    missing = sorted(expected_triggers() - enabled)
    if missing:
        names = ", ".join(f"{trigger} on {table}" for trigger, table in missing)
        return wrong(
            "the gate",
            f"switched off or gone: {names}",
            "Stop the programs now. ALTER TABLE … ENABLE TRIGGER as announcer_owner, or restore a "
            "backup; then find out who did it.",
        )
    return right("the gate", "every trigger is there and on")


def _clock(session: Session, this_machines_clock: Callable[[], datetime]) -> Iterator[Finding]:
    source = session.scalar(
        text("SELECT prosrc FROM pg_proc WHERE oid = 'announcer.announcer_now()'::regprocedure")
    )
    if source != "SELECT clock_timestamp()":
        yield wrong(
            "the database's clock",
            "announcer.announcer_now() was replaced",
            "As announcer_owner: CREATE OR REPLACE it with SELECT clock_timestamp(), as in the "
            "first migration. Only tests travel in time.",
        )
        return
    apart = abs(engine.now(session) - this_machines_clock())
    if apart > CLOCK_WARNS:
        yield wrong(
            "the clocks",
            f"this machine and the database differ by {apart.total_seconds():.0f} s",
            "Let both keep their time with NTP (chrony or systemd-timesyncd).",
            only_warn=apart <= CLOCK_FAULTS,
        )
    else:
        yield right("the clocks", "this machine and the database agree")


def _ahead(session: Session) -> Finding:
    """What has happened cannot lie ahead: where it does, the clock went back."""
    name, now = "the past", engine.now(session)
    latest = session.scalar(
        select(
            func.greatest(
                select(func.max(DeliveryRow.changed_at)).scalar_subquery(),
                select(func.max(StepRow.started_at)).scalar_subquery(),
                select(func.max(StepRow.confirmed_at)).scalar_subquery(),
            )
        )
    )
    if latest is not None and latest > now + CLOCK_FAULTS:
        ahead = (latest - now).total_seconds()
        return wrong(
            name,
            f"things on record are {ahead:.0f} s in the future: the database's clock went back",
            "Set the clock right, with NTP. What waits, waits longer and nothing goes early; what came "
            "too late meanwhile is listed by 'announcer late'.",
        )
    return right(name, "nothing on record lies in the future")


def _time_zone(session: Session, zone: ZoneInfo) -> Finding:
    """Whether database and program know the same clock changes: both write times for people."""
    name = "the time zone"
    here = engine.now(session)
    for days in range(0, LOOK_AHEAD, 30):
        moment = here + timedelta(days=days)
        ours = moment.astimezone(zone).replace(tzinfo=None)
        theirs = session.scalar(
            text("SELECT CAST(:moment AS timestamptz) AT TIME ZONE :zone"),
            {"moment": moment, "zone": zone.key},
        )
        if ours != theirs:
            return wrong(
                name,
                f"{zone.key}: on {ours:%Y-%m-%d} it is {ours:%H:%M} here and {theirs:%H:%M} in the database",
                "Bring tzdata up to date on both machines.",
            )
    return right(name, f"{zone.key}, and both know the same clock changes")


def _roles(session: Session, policy: Policy) -> Finding:
    vacant = approvers.vacant_roles(session, policy)
    if vacant:
        return wrong(
            "roles",
            f"nobody has: {', '.join(vacant)}",
            "Import the staff that has them, or correct [roles] in the policy. What needs one of "
            "them waits or is refused.",
            only_warn=True,
        )
    return right("roles", "everyone that the policy names is somebody")


def _audiences(session: Session, policy: Policy) -> Finding:
    """Audiences that nobody is in are told nothing, and nobody notices."""
    empty = lookup.empty_audiences(session, policy)
    if empty:
        return wrong(
            "audiences",
            f"nobody is in: {', '.join(empty)}",
            "Import the group or the staff, or correct [audiences] in the policy: a step for one "
            "of them tells nobody.",
            only_warn=True,
        )
    return right("audiences", "somebody is in each that the policy names")


def _leaders(session: Session, policy: Policy) -> Finding:
    unled = approvers.unled_units(session, policy)
    if unled:
        return wrong(
            "leaders",
            f"nobody leads: {', '.join(unled)}",
            "Import the staff with a leader for each, or correct [roles] in the policy. Their "
            "meetings are asked of whoever leads above, or of the information unit.",
            only_warn=True,
        )
    return right("leaders", "each unit in which people work has one")


def _phones(session: Session, policy: Policy) -> Finding:
    """Whoever works where no phone is carried gets no short message, and nobody notices."""
    silent = workplaces.without_a_phone(session, policy)
    if silent:
        return wrong(
            "phones",
            f"nobody carries one at: {', '.join(silent)}",
            "Add their rows to the list of shifts and run 'announcer import shifts FILE', or name "
            "a narrower audience for the step in the policy.",
            only_warn=True,
        )
    return right("phones", "one is carried wherever a step reaches people by phone")


def _work(session: Session) -> Iterator[Finding]:
    if since := situation.standstill_since(session):
        clock = situation.standstill_reason(session) == CLOCK
        yield wrong(
            "standstill",
            f"nothing is sent since {since:%Y-%m-%d %H:%M} UTC"
            + (", because the database's clock jumped" if clock else ""),
            ("Set the clock right, with NTP. " if clock else "")
            + "See 'announcer standstill', then end it with --end.",
            only_warn=True,
        )
    yield _ahead(session)
    age = health.oldest_due(session)
    if age > health.TOO_OLD:
        yield wrong(
            "work that is due",
            f"the oldest has waited {age.total_seconds():.0f} s",
            "Restart the dispatcher, the urgent worker and the worker; nothing is lost by it.",
        )
    else:
        yield right("work that is due", f"the oldest has waited {age.total_seconds():.0f} s")
    doubts = session.scalar(
        select(func.count()).select_from(DeliveryRow).where(DeliveryRow.state == "in_doubt")
    )
    if doubts:
        yield wrong(
            "doubts",
            f"{doubts} recipients of whom nobody knows if it reached them",
            "'announcer doubts' lists them, 'announcer resolve' answers.",
            only_warn=True,
        )
    waiting = len(stopped.rows(session))
    if waiting:
        yield wrong(
            "stopped",
            f"{waiting} steps that did not go in time wait for a person",
            "'announcer late' lists them and decides.",
            only_warn=True,
        )
