"""What stands under what in a timeline that runs downwards: days, nights, steps, and now.

Time is not drawn to scale: a plan may do five things in a minute and wait a week for the sixth.
Each thing has a row of its own, so that nothing can lie on something else, and what passes between
them is rows as well: every night, every day on which nobody is at work.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: When it is night in the picture, local time. Nothing is decided by it.
NIGHT_BEGINS, NIGHT_ENDS = time(20), time(6)
#: More empty days in a row than this are told in one row; so many are shown at either end.
MOST_EMPTY_DAYS, SHOWN_AT_THE_ENDS = 9, 3
_DAY = timedelta(days=1)


class Mark(StrEnum):
    """Where a step is, as the picture shows it."""

    WAITING = "waiting"
    GOING = "going"
    DONE = "done"
    HELD = "held"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Stop:
    """One step, in the reader's words.

    ``at`` is when it goes or went (aware UTC); None where that hangs on an event or a person, which
    ``notes`` then name. With ``hangs`` it may become later than ``at`` for the same reason.
    """

    name: str
    at: datetime | None
    external: bool = False
    hangs: bool = False
    mark: Mark = Mark.WAITING
    audience: str = ""
    notes: tuple[str, ...] = ()


class Shade(StrEnum):
    """What lies behind a row."""

    NONE = "none"
    NIGHT = "night"
    #: Nobody is at work that day.
    OFF = "off"


@dataclass(frozen=True)
class DayRow:
    """A local date begins."""

    day: date
    shade: Shade


@dataclass(frozen=True)
class NightRow:
    """A night passes in which nothing happens."""

    shade: Shade = Shade.NIGHT


@dataclass(frozen=True)
class SkippedRow:
    """Days pass on which nothing happens, ``off`` of them such on which nobody is at work."""

    days: int
    off: int
    shade: Shade = Shade.NONE


@dataclass(frozen=True)
class StopRow:
    """A step."""

    stop: Stop
    shade: Shade


@dataclass(frozen=True)
class NowRow:
    """The present moment (aware UTC)."""

    at: datetime
    shade: Shade


Row = DayRow | NightRow | SkippedRow | StopRow | NowRow


def rows(
    stops: Sequence[Stop],
    zone: ZoneInfo,
    is_day_off: Callable[[date], bool],
    now: datetime | None = None,
) -> list[Row]:
    """The rows from the first to the last step, steps in the order of their time.

    A step without a time keeps its place in the plan: right behind the step before it.
    """
    moments = _moments(stops, now)
    if not moments:
        return [StopRow(stop, Shade.NONE) for stop in stops]
    before, things = _things(stops, now)
    days = _Days(zone, is_day_off, things)
    unknown: list[Row] = [StopRow(stop, Shade.NONE) for stop in before]
    return [*unknown, *days.rows(zone_date(min(moments), zone), zone_date(max(moments), zone))]


def zone_date(moment: datetime, zone: ZoneInfo) -> date:
    """The local date of an aware moment."""
    return moment.astimezone(zone).date()


def _moments(stops: Sequence[Stop], now: datetime | None) -> list[datetime]:
    known = [stop.at for stop in stops if stop.at is not None]
    return [*known, *([now] if now and known else [])]


Thing = tuple[datetime, Stop | None]


def _things(stops: Sequence[Stop], now: datetime | None) -> tuple[list[Stop], list[Thing]]:
    """Steps that come before any time is known; and everything else with the time of its row.

    Now is a thing without a step.
    """
    before: list[Stop] = []
    things: list[Thing] = []
    at: datetime | None = None
    for stop in stops:
        at = stop.at or at
        if at is None:
            before.append(stop)
        else:
            things.append((at, stop))
    ordered = sorted(things, key=lambda thing: thing[0])
    if now is not None:
        # Below the last step that has its time; one that still waits for its own is not past.
        past = [n for n, (_, stop) in enumerate(ordered) if stop and stop.at and stop.at <= now]
        ordered.insert(past[-1] + 1 if past else 0, (now, None))
    return before, ordered


@dataclass(frozen=True)
class _Days:
    zone: ZoneInfo
    is_day_off: Callable[[date], bool]
    things: list[Thing]

    def rows(self, first: date, last: date) -> Iterator[Row]:
        day = first
        while day <= last:
            empty = self._empty_from(day, last)
            if empty > MOST_EMPTY_DAYS:
                yield from self._skipped(day, empty)
                day += empty * _DAY
                continue
            yield from self._day(day)
            if day < last and self._has_night(day):
                yield NightRow()
            day += _DAY

    def _day(self, day: date) -> Iterator[Row]:
        off = self.is_day_off(day)
        yield DayRow(day, Shade.OFF if off else Shade.NONE)
        for at, stop in self._on(day):
            night = is_night(at.astimezone(self.zone).time())
            shade = Shade.OFF if off else Shade.NIGHT if night else Shade.NONE
            if stop and stop.at is None:
                shade = Shade.NONE
            yield StopRow(stop, shade) if stop else NowRow(at, shade)

    def _on(self, day: date) -> list[Thing]:
        return [thing for thing in self.things if zone_date(thing[0], self.zone) == day]

    def _empty_from(self, day: date, last: date) -> int:
        """How many days from here on are empty."""
        count = 0
        while day + count * _DAY < last and not self._on(day + count * _DAY):
            count += 1
        return count

    def _skipped(self, day: date, empty: int) -> Iterator[Row]:
        days = [day + n * _DAY for n in range(empty)]
        shown, hidden = SHOWN_AT_THE_ENDS, days[SHOWN_AT_THE_ENDS:-SHOWN_AT_THE_ENDS]
        for one in days[:shown]:
            yield from self._day(one)
        yield SkippedRow(len(hidden), sum(self.is_day_off(one) for one in hidden))
        for one in days[-shown:]:
            yield from self._day(one)

    def _has_night(self, day: date) -> bool:
        """Whether the night after ``day`` passes without a step, and is not lost among days off."""
        begins = datetime.combine(day, NIGHT_BEGINS, tzinfo=self.zone).astimezone(UTC)
        ends = datetime.combine(day + _DAY, NIGHT_ENDS, tzinfo=self.zone).astimezone(UTC)
        if self.is_day_off(day) and self.is_day_off(day + _DAY):
            return False
        return not any(begins <= at < ends for at, _ in self.things)


def is_night(clock: time) -> bool:
    """Whether a local clock time is at night."""
    return clock >= NIGHT_BEGINS or clock < NIGHT_ENDS


def which_passing(moment: datetime, zone: ZoneInfo) -> bool | None:
    """Of a wall-clock time that passes twice: whether ``moment`` is in summer time; else None."""
    local = moment.astimezone(zone)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return None
    return bool(local.dst())
