"""A shift: when somebody at a workplace carries its phone."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from announcer.domain.board import WEEKDAYS
from announcer.domain.calendar import in_utc


@dataclass(frozen=True)
class Shift:
    """``days`` (small English names of weekdays) are those it begins on; ``begins`` and ``ends``
    are local times without zone. One that does not end after it begins ends on the next day."""

    days: Collection[str]
    begins: time
    ends: time


def on_shift(
    shift: Shift, moment: datetime, zone: ZoneInfo, is_day_off: Callable[[date], bool]
) -> bool:
    """Whether the shift is on at ``moment`` (aware), its first moment counted and its last not.

    Clocks on the wall begin and end it, so the night on which they jump makes it longer or shorter.
    One that is on all week is so on public holidays as well; others do not begin on them. A half
    day shortens no shift: that is an office's.
    """
    today = moment.astimezone(zone).date()
    return any(
        _begins_on(shift, day, is_day_off) and _is_within(shift, day, moment, zone)
        for day in (today - timedelta(days=1), today)
    )


def _begins_on(shift: Shift, day: date, is_day_off: Callable[[date], bool]) -> bool:
    always = set(shift.days) >= set(WEEKDAYS)
    return always or (WEEKDAYS[day.weekday()] in shift.days and not is_day_off(day))


def _is_within(shift: Shift, day: date, moment: datetime, zone: ZoneInfo) -> bool:
    last = day if shift.ends > shift.begins else day + timedelta(days=1)
    return in_utc(day, shift.begins, zone) <= moment < in_utc(last, shift.ends, zone)
