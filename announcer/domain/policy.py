"""The policy file: what an organisation has decided about who is told what, in which order.

A policy is TOML. Reading it is strict: an unknown key, a step that could leave the house before
the intranet has been read back, a role nobody can have: each is refused with the file, the key
and the fix. See ``docs/policy.md`` for the language.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from announcer.domain.audience import Person, Reach
from announcer.domain.calendar import MOVABLE_DAYS, WorkingCalendar, day_matches
from announcer.domain.errors import PolicyError
from announcer.domain.order import ordering_faults

_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_duration(value: object) -> timedelta:
    """``"2 h"``, ``"90 min"``, ``"8 s"`` or ``"1 d"`` (24 hours) as a timedelta."""
    found = re.fullmatch(r"(\d{1,6}) ?(s|min|h|d)", value) if isinstance(value, str) else None
    if not found:
        raise ValueError('write a duration as a number and s, min, h or d, for example "2 h"')
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def read_opening(value: object) -> tuple[time, time]:
    """``"07:30-12:00"`` as two local times."""
    found = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", value) if isinstance(value, str) else None
    if not found:
        raise ValueError('write opening hours as "07:30-12:00"')
    opens, closes = time.fromisoformat(found[1]), time.fromisoformat(found[2])
    if closes <= opens:
        raise ValueError(f"closing time {closes:%H:%M} must come after opening time {opens:%H:%M}")
    return opens, closes


def read_day(value: object) -> str:
    """``MM-DD``, ``YYYY-MM-DD`` or the name of a day that moves."""
    if isinstance(value, str) and value in MOVABLE_DAYS:
        return value
    try:
        date.fromisoformat(value if len(str(value)) > 5 else f"2028-{value}")  # type: ignore[arg-type]
    except (TypeError, ValueError):
        names = ", ".join(f'"{name}"' for name in MOVABLE_DAYS)
        raise ValueError(f'write a day as "12-24", "2026-12-24" or one of {names}') from None
    return str(value)


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
OpeningHours = Annotated[tuple[time, time], BeforeValidator(read_opening)]
DayName = Annotated[str, BeforeValidator(read_day)]
Clock = Annotated[time, BeforeValidator(lambda v: time.fromisoformat(v))]
Words = Annotated[str, Field(min_length=1, max_length=300)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Organisation(_Strict):
    """The sender (policy section 8: logo and sender on everything)."""

    name: Words
    short_name: Words
    address: Words
    phone: Words
    email: Words
    web: Words
    language: Words = "sv"
    languages: tuple[Words, ...] = ("sv",)
    time_zone: Words
    country: Words
    colour: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    accent: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    logo: Words

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError('name a time zone, for example "Europe/Stockholm"') from None
        return value


class HalfDay(_Strict):
    """A day on which work ends early; ``closes`` is local time."""

    day: DayName
    closes: Clock


class Hours(_Strict):
    """Opening hours per weekday; a weekday that is left out is closed."""

    source: str = ""
    monday: tuple[OpeningHours, ...] = ()
    tuesday: tuple[OpeningHours, ...] = ()
    wednesday: tuple[OpeningHours, ...] = ()
    thursday: tuple[OpeningHours, ...] = ()
    friday: tuple[OpeningHours, ...] = ()
    saturday: tuple[OpeningHours, ...] = ()
    sunday: tuple[OpeningHours, ...] = ()


class Calendar(_Strict):
    """Own days off and half-days beside the country's public holidays, and named hours."""

    days_off: tuple[DayName, ...] = ()
    half_days: tuple[HalfDay, ...] = ()
    hours: Mapping[str, Hours]


class Role(_Strict):
    """Who may do something: people of a unit (``own``: the announcement's), a position, or both."""

    title: Words
    unit: str | None = None
    position: str | None = None

    def is_held_by(self, person: Person, announcement_unit: str) -> bool:
        """Whether ``person`` has this role towards an announcement of ``announcement_unit``."""
        unit = announcement_unit if self.unit == "own" else self.unit
        return (unit is None or person.unit == unit) and (
            self.position is None or person.role == self.position
        )


class Audience(_Strict):
    """A name that a writer can put in ``audience``, beside the unit codes."""

    title: Words
    reach: Reach
    source: str = ""


class Window(_Strict):
    """How long staff are ahead, counted from the confirmed intranet page.

    One of: ``duration`` (elapsed time), ``working`` (open time in ``hours``), or ``clock`` (local
    time on the next working day of ``hours``).
    """

    duration: Duration | None = None
    working: Duration | None = None
    clock: Clock | None = None
    hours: str | None = None

    def floor(self) -> timedelta:
        """The least elapsed time this window can give on any day, clock changes included."""
        if self.clock is not None:
            since_midnight = timedelta(hours=self.clock.hour, minutes=self.clock.minute)
            return max(timedelta(0), since_midnight - timedelta(hours=1))
        return self.duration or self.working or timedelta(0)

    def ends(self, confirmed: datetime, calendars: Mapping[str, WorkingCalendar]) -> datetime:
        """When a window that began at ``confirmed`` (aware UTC) is over, aware UTC."""
        if self.duration is not None:
            return confirmed + self.duration
        calendar = calendars[self.hours or ""]
        if self.working is not None:
            return calendar.after_working_time(confirmed, self.working)
        assert self.clock is not None  # noqa: S101 - the model allows exactly one of the three
        return calendar.next_working_day_at(confirmed, self.clock)


class Approval(_Strict):
    """Whose approval a text needs, and whether its author's own may be enough."""

    by: tuple[str, ...] = Field(min_length=1)
    author_alone: bool = False
    source: str = ""


class Release(_Strict):
    """The step waits, when its window is over, until one of these roles releases it."""

    by: tuple[str, ...] = Field(min_length=1)


class Step(_Strict):
    """One channel of a class. ``when`` says if it is there always or only when the writer names
    its audience or its channel."""

    channel: Literal["intranet", "email", "poster", "meeting", "press"]
    audience: str | None = None
    after: tuple[str, ...] = ()
    when: Literal["always", "audience", "channel"] = "always"
    before_intranet: bool = False
    window: Window | None = None
    release: Release | None = None
    ticked_by: tuple[str, ...] = ()
    greatest_lateness: Duration | None = None
    source: str = ""


class MessageClass(_Strict):
    """A kind of announcement, with the way it goes."""

    title: Words
    source: str = ""
    approval: Approval | None = None
    #: Who may write in this class, where not everyone may; unit's own messages: its own people.
    written_by: tuple[str, ...] = ()
    urgent: bool = False
    greatest_lateness: Duration = timedelta(days=1)
    steps: Mapping[str, Step] = Field(min_length=1)


class Policy(_Strict):
    """A whole policy. Load one with :func:`load_policy`; the constructor checks shapes only."""

    name: Words
    source: str = ""
    organisation: Organisation
    calendar: Calendar
    roles: Mapping[str, Role]
    audiences: Mapping[str, Audience]
    information_unit: tuple[str, ...] = Field(min_length=1)
    classes: Mapping[str, MessageClass] = Field(min_length=1)

    @cached_property
    def calendars(self) -> Mapping[str, WorkingCalendar]:
        """The working calendars by the name of their hours."""
        public = holidays.country_holidays(self.organisation.country)
        if hasattr(public, "include_sundays"):
            public.include_sundays = False

        def is_day_off(day: date) -> bool:
            own = any(day_matches(name, day) for name in self.calendar.days_off)
            return own or day in public

        return {
            name: WorkingCalendar(
                zone=self.zone,
                hours={n: getattr(hours, day) for n, day in enumerate(WEEKDAYS)},
                is_day_off=is_day_off,
                half_days=tuple((half.day, half.closes) for half in self.calendar.half_days),
            )
            for name, hours in self.calendar.hours.items()
        }

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.organisation.time_zone)

    @property
    def open_to_all(self) -> frozenset[str]:
        """Names of audiences that mean everyone employed."""
        return frozenset(n for n, a in self.audiences.items() if a.reach is Reach.ALL_STAFF)

    def is_external(self, audience: str) -> bool:
        """Whether an audience's name means people outside."""
        return audience in self.audiences and self.audiences[audience].reach.external

    def has_role(self, person: Person, roles: tuple[str, ...], unit: str) -> bool:
        """Whether ``person`` has any of ``roles`` towards an announcement of ``unit``."""
        return any(self.roles[name].is_held_by(person, unit) for name in roles)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``over`` laid on top: tables key by key, everything else replaced."""
    result = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            # A window is one thing: replacing its kind must not leave the old kind beside it.
            result[key] = value if key == "window" else merged(result[key], value)
        else:
            result[key] = value
    return result


def read_toml(path: Path) -> dict[str, Any]:
    """The file's table, laid over the one it is ``derived_from`` (a path beside it)."""
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise PolicyError(f"{path}: there is no such file. Name a policy file.") from None
    except UnicodeDecodeError as error:
        raise PolicyError(
            f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{path}: not TOML: {error}. Mend that line.") from None
    base = raw.pop("derived_from", None)
    return merged(read_toml(path.parent / base), raw) if base else raw


def canonical(table: Mapping[str, Any]) -> str:
    """A policy's table as canonical JSON: what is stored, and what its hash is taken of."""
    return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def policy_hash(table: Mapping[str, Any]) -> str:
    """Hex SHA-256 of a policy's table; the name an announcement remembers its policy by."""
    return hashlib.sha256(canonical(table).encode()).hexdigest()


def parse_policy(table: Mapping[str, Any], file: str) -> Policy:
    """Check a table wholly. Raises `PolicyError` with a line per fault: file, key and fix."""
    try:
        policy = Policy.model_validate(table)
    except ValidationError as error:
        raise PolicyError("\n".join(f"{file}: {line}" for line in _plain(error))) from None
    if faults := ordering_faults(policy):
        raise PolicyError("\n".join(f"{file}: {fault}" for fault in faults))
    return policy


def load_policy(path: Path) -> Policy:
    """Read and check a policy file. Raises `PolicyError`."""
    return parse_policy(read_toml(path), str(path))


def _plain(error: ValidationError) -> list[str]:
    return [f"{'.'.join(str(part) for part in e['loc'])}: {_fix(e)}" for e in error.errors()]


def _fix(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "is no key of the policy language. Remove it or check its spelling."
    if fault["type"] == "missing":
        return "is missing. Add it."
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}. It says {str(fault['input'])[:80]!r} now."
