"""The policy file: what an organisation has decided about who is told what, in which order.

A policy is TOML. Reading it is strict: an unknown key, a step that could leave the house before
the intranet has been read back, a role nobody can have: each is refused with the file, the key
and the fix. See ``docs/policy.md`` for the language.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from announcer.domain.audience import Person, Reach
from announcer.domain.calendar import (
    WorkingCalendar,
    day_matches,
    has_public_holidays,
    public_holidays,
)
from announcer.domain.errors import PolicyError
from announcer.domain.notation import Clock, DayName, Duration, OpeningHours, read_openings
from announcer.domain.order import ordering_faults
from announcer.domain.toml_file import read_toml as read_toml  # callers find it here

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


Openings = Annotated[tuple[OpeningHours, ...], AfterValidator(read_openings)]
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

    @field_validator("country")
    @classmethod
    def _country_has_holidays(cls, value: str) -> str:
        if not has_public_holidays(value):
            raise ValueError('name a country by its ISO 3166 code, for example "SE"')
        return value


class HalfDay(_Strict):
    """A day on which work ends early; ``closes`` is local time."""

    day: DayName
    closes: Clock


class Hours(_Strict):
    """Opening hours per weekday; a weekday that is left out is closed."""

    source: str = ""
    monday: Openings = ()
    tuesday: Openings = ()
    wednesday: Openings = ()
    thursday: Openings = ()
    friday: Openings = ()
    saturday: Openings = ()
    sunday: Openings = ()

    def weekly(self) -> timedelta:
        """Open time in a week without days off."""
        openings = (opening for day in WEEKDAYS for opening in getattr(self, day))
        day = date.min
        return sum(
            (datetime.combine(day, b) - datetime.combine(day, a) for a, b in openings), timedelta(0)
        )


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
        # A zone may change by more than the hour that `floor` allows for (Antarctica/Troll).
        return max(calendar.next_working_day_at(confirmed, self.clock), confirmed + self.floor())


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

    channel: Literal["intranet", "email", "poster", "meeting", "press", "newsroom"]
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


class Retention(_Strict):
    """What is weeded, and under which decision (arkivlagen section 10); nothing without one.

    Times run from when an announcement is completed or withdrawn.
    """

    decision: Words
    #: Texts that were rewritten or never approved (TF 2 kap. 12 §); the record keeps their hashes.
    drafts: Duration | None = None
    #: To whom something was sent, and the mails to newsrooms, which name them.
    recipients: Duration | None = None


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
    retention: Retention | None = None

    @cached_property
    def calendars(self) -> Mapping[str, WorkingCalendar]:
        """The working calendars by the name of their hours."""

        def is_day_off(day: date) -> bool:
            own = any(day_matches(name, day) for name in self.calendar.days_off)
            return own or day in public_holidays(self.organisation.country, day.year)

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


#: What to write instead, by pydantic's name for the fault.
_FIXES: Mapping[str, str] = {
    "string_type": "write a text in quotation marks",
    "tuple_type": 'write a list, for example ["alla"]',
    "mapping_type": "write a table, with a key and a value on each line",
    "model_type": "write a table, with a key and a value on each line",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "too_short": "name at least one",
    "string_too_short": "write a text",
}


def _fix(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "is no key of the policy language. Remove it or check its spelling."
    if fault["type"] == "missing":
        return "is missing. Add it."
    message = _FIXES.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}. It says {str(fault['input'])[:80]!r} now."
