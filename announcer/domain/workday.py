"""What kind of day a date is to the organisation, as a calendar shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from announcer.domain.calendar import WorkingCalendar, day_matches, in_utc, public_holidays
from announcer.domain.policy import Policy
from announcer.domain.policy.blackouts import Blackout
from announcer.domain.step import Silence

_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """Why people are at work on a day, or are not."""

    WORK = "work"
    #: Work ends early.
    HALF = "half"
    #: A weekday on which nobody ever works.
    CLOSED = "closed"
    #: A public holiday.
    HOLIDAY = "holiday"
    #: A day off of the organisation's own.
    OFF = "off"


@dataclass(frozen=True)
class Workday:
    """A local date. ``opens`` and ``closes`` (aware UTC) are when the first comes and the last
    leaves, of everybody but a duty desk; None where nobody does. ``silences`` are the black-outs
    that it lies in, with their channels."""

    day: date
    kind: DayKind
    opens: datetime | None
    closes: datetime | None
    silences: tuple[tuple[Silence, Blackout], ...]
    #: People are at work, and tomorrow is a public holiday or a day off of the organisation's own.
    before_holiday: bool = False


def workday(policy: Policy, day: date) -> Workday:
    """What ``day`` is under ``policy``."""
    found = [one for calendar in _by_day(policy) for one in calendar.openings(day)]
    kind = _kind(policy, day, open_=bool(found))
    return Workday(
        day=day,
        kind=kind,
        opens=min((opens for opens, _ in found), default=None),
        closes=max((closes for _, closes in found), default=None),
        silences=tuple(_silences(policy, day)),
        before_holiday=bool(found) and policy.is_day_off(day + _DAY),
    )


def _by_day(policy: Policy) -> list[WorkingCalendar]:
    """The hours of everybody but a duty desk; of all where there is nobody else."""
    hours = policy.calendar.hours
    by_day = [policy.calendars[name] for name, one in hours.items() if not one.every_day]
    return by_day or list(policy.calendars.values())


def _kind(policy: Policy, day: date, *, open_: bool) -> DayKind:
    if open_:
        half = any(day_matches(one.day, day) for one in policy.calendar.half_days)
        return DayKind.HALF if half else DayKind.WORK
    if day in public_holidays(policy.organisation.country, day.year):
        return DayKind.HOLIDAY
    return DayKind.OFF if policy.is_day_off(day) else DayKind.CLOSED


def _silences(policy: Policy, day: date) -> Iterator[tuple[Silence, Blackout]]:
    begins, ends = begins_at(policy, day), begins_at(policy, day + _DAY)
    for one in policy.blackouts:
        silence = one.silence(policy.zone)
        if silence.begins < ends and begins < silence.ends:
            yield silence, one


def begins_at(policy: Policy, day: date) -> datetime:
    """The moment (aware UTC) at which a local date begins."""
    return in_utc(day, time.min, policy.zone)
