"""Working time: when the organisation is at work, and when a window counted in it ends."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from announcer.lean import import_alone

#: A year and a day: a calendar with no open hour in so long is a mistake in the policy.
HORIZON = timedelta(days=366)

Opening = tuple[time, time]


class NeverOpen(ValueError):
    """The calendar has no open hours within :data:`HORIZON`."""


def _midsummer_eve(year: int) -> date:
    """The Friday between 19 and 25 June."""
    first = date(year, 6, 19)
    return first + timedelta(days=(4 - first.weekday()) % 7)


def _all_saints_eve(year: int) -> date:
    """The Friday between 30 October and 5 November."""
    first = date(year, 10, 30)
    return first + timedelta(days=(4 - first.weekday()) % 7)


#: Days that move from year to year, by the name a policy uses.
MOVABLE_DAYS: Mapping[str, Callable[[int], date]] = {
    "midsummer eve": _midsummer_eve,
    "all saints eve": _all_saints_eve,
    "maundy thursday": lambda year: easter(year) - timedelta(days=3),
    "day after ascension": lambda year: easter(year) + timedelta(days=40),
}


def day_matches(name: str, day: date) -> bool:
    """Whether ``name`` (``MM-DD``, ``YYYY-MM-DD`` or a movable day's name) means ``day``."""
    if name in MOVABLE_DAYS:
        return MOVABLE_DAYS[name](day.year) == day
    return name in (f"{day:%m-%d}", f"{day:%Y-%m-%d}")


def has_public_holidays(country: str) -> bool:
    """Whether the holidays of a country (ISO 3166 code) are known."""
    return any(country in codes[1:] for codes in _countries().values())


def _countries() -> Mapping[str, tuple[str, ...]]:
    """The library's modules: the name of a class and its codes, by module."""
    found: Mapping[str, tuple[str, ...]] = import_alone("holidays.registry").COUNTRIES
    return found


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country (ISO 3166 code) in one year, ordinary Sundays left out.

    A finished set, because the library fills in its years while it is asked, and another thread
    could see a year half filled.
    """
    # One of two hundred countries, whose modules are ten megabytes.
    module = next(name for name, codes in _countries().items() if country in codes)
    found = getattr(import_alone(f"holidays.countries.{module}"), country)()
    if hasattr(found, "include_sundays"):
        # Some countries count every Sunday; here the hours say what is closed.
        found.include_sundays = False
    found.get(date(year, 1, 1))
    return frozenset(found)


@dataclass(frozen=True)
class WorkingCalendar:
    """One set of opening hours in the organisation's own time zone.

    ``hours`` maps weekday (0 is Monday) to openings in local wall-clock time; ``is_day_off``
    says whether a local date is closed all day; ``half_days`` gives the local closing time of
    days that end early. All datetimes in and out are aware; those out are UTC.
    """

    zone: ZoneInfo
    hours: Mapping[int, tuple[Opening, ...]]
    is_day_off: Callable[[date], bool]
    half_days: tuple[tuple[str, time], ...] = ()

    def openings(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The open stretches of a local date, in UTC and in order; empty on a day off."""
        if self.is_day_off(day):
            return ()
        closes = min(
            (closing for name, closing in self.half_days if day_matches(name, day)),
            default=time.max,
        )
        return tuple(
            (self._utc(day, start), self._utc(day, min(end, closes)))
            for start, end in self.hours.get(day.weekday(), ())
            if start < closes
        )

    def is_working_day(self, day: date) -> bool:
        """Whether anybody is at work at all on this local date."""
        return bool(self.openings(day))

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is at work at ``moment`` (aware)."""
        day = moment.astimezone(self.zone).date()
        return any(opens <= moment < closes for opens, closes in self.openings(day))

    def after_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """The moment when ``amount`` of open time has passed since ``start``."""
        left, counted = amount, start
        for opens, closes in self._stretches(start):
            # Skipped clock time can push one opening into the next: no moment counts twice.
            begin = max(opens, counted)
            if closes - begin >= left:
                return begin + left
            if closes > begin:
                left -= closes - begin
                counted = closes
        raise NeverOpen(f"no {amount} of open hours within {HORIZON.days} days")

    def before_working_time(self, end: datetime, amount: timedelta) -> datetime:
        """The last moment from which ``amount`` of open time passes until ``end``."""
        left, counted = amount, end
        today = end.astimezone(self.zone).date()
        for back in range(HORIZON.days):
            for opens, closes in reversed(self.openings(today - timedelta(days=back))):
                stop = min(closes, counted)
                if stop - opens >= left:
                    return stop - left
                if stop > opens:
                    left -= stop - opens
                    counted = opens
        raise NeverOpen(f"no {amount} of open hours within {HORIZON.days} days")

    def next_working_day_at(self, start: datetime, clock: time) -> datetime:
        """``clock`` on the first working day after the local date of ``start``."""
        today = start.astimezone(self.zone).date()
        for ahead in range(1, HORIZON.days):
            day = today + timedelta(days=ahead)
            if self.is_working_day(day):
                return self._utc(day, clock)
        raise NeverOpen(f"no working day within {HORIZON.days} days")

    def working_day_before(self, moment: datetime, days: int, clock: time) -> datetime:
        """``clock`` on the ``days``-th working day before the local date of ``moment``; with 0 on
        that date itself, whether anybody works then or not."""
        day = moment.astimezone(self.zone).date()
        for _ in range(days):
            day = self._last_working_day_before(day)
        return self._utc(day, clock)

    def _last_working_day_before(self, day: date) -> date:
        for back in range(1, HORIZON.days):
            if self.is_working_day(earlier := day - timedelta(days=back)):
                return earlier
        raise NeverOpen(f"no working day within {HORIZON.days} days")

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        today = start.astimezone(self.zone).date()
        for ahead in range(HORIZON.days):
            for opens, closes in self.openings(today + timedelta(days=ahead)):
                if closes > start:
                    yield opens, closes

    def _utc(self, day: date, clock: time) -> datetime:
        return in_utc(day, clock, self.zone)


def in_utc(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Wall-clock time as UTC; in the hour that a clock change repeats, its first passing."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def next_clock(after: datetime, clocks: Iterable[time], zone: ZoneInfo) -> datetime:
    """The first moment after ``after`` (aware) at which a clock on the wall shows one of
    ``clocks``, of which there is at least one; aware UTC."""
    today = after.astimezone(zone).date()
    # Yesterday's too: clock time that is skipped at midnight belongs to the day before.
    days = [today + timedelta(days=ahead) for ahead in (-1, 0, 1, 2)]
    moments = (in_utc(day, clock, zone) for day in days for clock in clocks)
    return min(moment for moment in moments if moment > after)
