"""Moments as people say them: "i dag 14.30", "måndag 28 december kl. 09.00"."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from announcer.domain.errors import N_

#: Clock time, day within this year, and day in another year. Swedish and Finnish put a full stop
#: between hours and minutes (Myndigheternas skrivregler section 11.5; SFS 4175).
_PATTERNS = {
    "sv": ("HH.mm", "EEEE d MMMM 'kl.' HH.mm", "d MMMM y 'kl.' HH.mm"),
    "fi": ("H.mm", "EEEE d. MMMM 'klo' H.mm", "d. MMMM y 'klo' H.mm"),
    "en": ("HH:mm", "EEEE d MMMM 'at' HH:mm", "d MMMM y 'at' HH:mm"),
}
_DAYS = {-1: N_("i går"), 0: N_("i dag"), 1: N_("i morgon")}


def stamp(value: datetime) -> str:
    """An aware moment for programs, in whole seconds: HTML takes no millionths."""
    return value.astimezone(UTC).isoformat(timespec="seconds")


def clock_time(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """An aware ``moment`` as hours and minutes."""
    pattern = _PATTERNS.get(language, _PATTERNS["sv"])[0]
    return format_datetime(moment.astimezone(zone), pattern, tzinfo=zone, locale=language)


def in_words(
    moment: datetime, now: datetime, zone: ZoneInfo, language: str, translate: Callable[[str], str]
) -> str:
    """An aware ``moment`` in the organisation's ``zone``, seen from ``now`` (aware)."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    clock, near, far = _PATTERNS.get(language, _PATTERNS["sv"])
    day = _DAYS.get((local.date() - today) // timedelta(days=1))
    pattern = clock if day else near if local.year == today.year else far
    words = format_datetime(local, pattern, tzinfo=zone, locale=language)
    return f"{translate(day)} {words}" if day else words
