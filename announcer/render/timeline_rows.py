"""What stands under what in a timeline that runs downwards: days, nights, steps, and lines across.

Time is not drawn to scale: a plan may do five things in a minute and wait a week for the sixth.
Each thing has a row of its own, so that nothing can lie on something else, and what passes between
them is rows as well: every night, every day on which nobody is at work.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    ``warning`` is what somebody should look at.
    """

    name: str
    at: datetime | None
    external: bool = False
    hangs: bool = False
    mark: Mark = Mark.WAITING
    audience: str = ""
    notes: tuple[str, ...] = ()
    warning: str = ""


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


class Line(StrEnum):
    """A moment that is no step, drawn across."""

    #: The present.
    NOW = "now"
    #: The news is known anyway, by a clock that nobody here owns.
    KNOWN = "known"


@dataclass(frozen=True)
class LineRow:
    """Such a moment (aware UTC)."""

    line: Line
    at: datetime
    shade: Shade


Row = DayRow | NightRow | SkippedRow | StopRow | LineRow


def rows(
    stops: Sequence[Stop],
    zone: ZoneInfo,
    is_day_off: Callable[[date], bool],
    lines: Mapping[Line, datetime] | None = None,
) -> list[Row]:
    """The rows from the first to the last moment (aware UTC), steps in the order of their time.

    A step without a time keeps its place in the plan: right behind the step before it.
    """
    before, things = _things(stops)
    _insert(things, lines or {})
    unknown: list[Row] = [StopRow(stop, Shade.NONE) for stop in before]
    if not things:
        return unknown
    days = _Days(zone, is_day_off, things)
    first, last = (zone_date(things[end][0], zone) for end in (0, -1))
    return [*unknown, *days.rows(first, last)]


def zone_date(moment: datetime, zone: ZoneInfo) -> date:
    """The local date of an aware moment."""
    return moment.astimezone(zone).date()


#: What has a row, and when.
Thing = tuple[datetime, Stop | Line]


def _things(stops: Sequence[Stop]) -> tuple[list[Stop], list[Thing]]:
    """Steps that come before any time is known; and the others with the time of their row."""
    before: list[Stop] = []
    things: list[Thing] = []
    at: datetime | None = None
    for stop in stops:
        at = stop.at or at
        if at is None:
            before.append(stop)
        else:
            things.append((at, stop))
    return before, sorted(things, key=lambda thing: thing[0])


def _insert(things: list[Thing], lines: Mapping[Line, datetime]) -> None:
    """Put the lines where they belong among steps that are in order."""
    if (known := lines.get(Line.KNOWN)) is not None:
        # Above what goes at that very moment: by then it is known.
        things.insert(sum(at < known for at, _ in things), (known, Line.KNOWN))
    if (now := lines.get(Line.NOW)) is not None:
        # Below the last that has its time; a step that still waits for its own is not past.
        past = [n for n, (at, one) in enumerate(things) if at <= now and _has_time(one)]
        things.insert(past[-1] + 1 if past else 0, (now, Line.NOW))


def _has_time(one: Stop | Line) -> bool:
    return isinstance(one, Line) or one.at is not None


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
        for at, one in self._on(day):
            night = is_night(at.astimezone(self.zone).time())
            shade = Shade.OFF if off else Shade.NIGHT if night else Shade.NONE
            if isinstance(one, Line):
                yield LineRow(one, at, shade)
            else:
                yield StopRow(one, shade if one.at else Shade.NONE)

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
