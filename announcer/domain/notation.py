"""How a policy file writes durations, clock times, opening hours and days."""

import re
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator

from announcer.domain.calendar import MOVABLE_DAYS

_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


def _clock(text: str) -> time | None:
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text)
    return time(int(found[1]), int(found[2])) if found else None


def read_duration(value: object) -> timedelta:
    """``"2 h"``, ``"90 min"``, ``"8 s"`` or ``"1 d"`` (24 hours) as a timedelta."""
    found = re.fullmatch(r"([0-9]{1,6}) ?(s|min|h|d)", value) if isinstance(value, str) else None
    if not found:
        raise ValueError('write a duration as a number and s, min, h or d, for example "2 h"')
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def read_clock(value: object) -> time:
    """``"09:00"`` as a local time without zone."""
    clock = _clock(value) if isinstance(value, str) else None
    if clock is None:
        raise ValueError('write a time of day in quotation marks, from "00:00" to "23:59"')
    return clock


def read_opening(value: object) -> tuple[time, time]:
    """``"07:30-12:00"`` as two local times."""
    parts = value.split("-") if isinstance(value, str) else []
    opens, closes = (_clock(part) for part in parts) if len(parts) == 2 else (None, None)
    if opens is None or closes is None:
        raise ValueError('write opening hours as "07:30-12:00"')
    if closes <= opens:
        raise ValueError(f"closing time {closes:%H:%M} must come after opening time {opens:%H:%M}")
    return opens, closes


def read_day(value: object) -> str:
    """``MM-DD``, ``YYYY-MM-DD`` or the name of a day that moves."""
    if isinstance(value, str) and value in MOVABLE_DAYS:
        return value
    # No other ISO spelling: "20261224" is a date to the library, and no day would ever match it.
    found = (
        re.fullmatch(r"([0-9]{4}-)?[0-9]{2}-[0-9]{2}", value) if isinstance(value, str) else None
    )
    try:
        if not found:
            raise ValueError
        date.fromisoformat(found[0] if found[1] else f"2028-{found[0]}")
    except ValueError:
        names = ", ".join(f'"{name}"' for name in MOVABLE_DAYS)
        raise ValueError(f'write a day as "12-24", "2026-12-24" or one of {names}') from None
    return found[0]


def read_openings(value: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    """A weekday's openings. Time that is counted twice would shorten the window of staff."""
    for (_, closes), (opens, _) in pairwise(value):
        if opens < closes:
            raise ValueError("write the openings of a day in order and without overlap")
    return value


def quoted(name: str) -> str:
    """A name as a key of TOML, which takes no å, ä, ö or space without quotation marks."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"'


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
Clock = Annotated[time, BeforeValidator(read_clock)]
OpeningHours = Annotated[tuple[time, time], BeforeValidator(read_opening)]
DayName = Annotated[str, BeforeValidator(read_day)]
