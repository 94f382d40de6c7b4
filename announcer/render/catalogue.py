"""The reader's language: translated sentences, and dates written in words."""

import gettext
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.units import format_unit

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"

#: How a clock time stands in a sentence. Swedish and Finnish write hours and minutes with a full
#: stop (Myndigheternas skrivregler section 11.5; SFS 4175).
_MOMENTS = {
    "sv": "d MMMM y 'klockan' HH.mm",
    "fi": "d. MMMM y 'kello' H.mm",
    "en": "d MMMM y 'at' HH:mm",
}

#: A clock time by itself.
_CLOCKS = {"fi": "H.mm", "en": "HH:mm"}


@cache
def translator(language: str) -> Callable[[str], str]:
    """A function from Swedish message id to the sentence in ``language`` (``sv``, ``fi``, ...).

    Where the catalogue or the sentence is absent, the Swedish message id itself comes out.
    """
    catalogue = gettext.translation(
        "messages", localedir=TRANSLATIONS, languages=[language], fallback=True
    )

    def translate(message: str) -> str:
        # gettext answers the empty id with the catalogue's own header.
        return catalogue.gettext(message) if message else ""

    return translate


@cache
def _locale(language: str) -> Locale:
    """Babel's locale; Swedish where Babel does not know the language."""
    try:
        # Plain "en" is American to Babel; an authority in Europe writes the day first.
        return Locale.parse("en-GB" if language == "en" else language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("sv")


def language_name(language: str) -> str:
    """What a language calls itself, as a heading: ``Suomi``; its code where that is unknown."""
    locale = _locale(language)
    known = locale.language == language.partition("-")[0]
    own_name = (locale.get_language_name(locale) if known else None) or language
    return own_name[:1].upper() + own_name[1:]


def _local(moment: datetime, time_zone: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be written as a date")
    return moment.astimezone(ZoneInfo(time_zone))


def date_in_words(moment: datetime, time_zone: str, language: str) -> str:
    """The day of an aware ``moment`` in ``time_zone`` (an IANA name): ``22 november 2026``.

    Raises ValueError for a naive moment.
    """
    return format_date(_local(moment, time_zone), format="long", locale=_locale(language))


def moment_in_words(moment: datetime, time_zone: str, language: str) -> str:
    """Day and clock time of an aware ``moment``: ``22 november 2026 klockan 15.30``.

    Raises ValueError for a naive moment.
    """
    locale = _locale(language)
    pattern = _MOMENTS.get(locale.language, "long")
    # Already local: with tzinfo=None Babel would turn an aware moment into UTC.
    local = _local(moment, time_zone)
    return format_datetime(local, format=pattern, tzinfo=ZoneInfo(time_zone), locale=locale)


def day_in_words(day: date, language: str, *, year: bool = True) -> str:
    """A local date with its weekday: ``onsdag 23 december 2026``, or without its year."""
    locale = _locale(language)
    # By itself: in a sentence a Finnish weekday is bent.
    pattern = "cccc d. MMMM" if locale.language == "fi" else "cccc d MMMM"
    return format_date(day, f"{pattern} y" if year else pattern, locale=locale)


def clock_in_words(moment: datetime, time_zone: str, language: str) -> str:
    """The clock time of an aware ``moment``: ``09.00``. Raises ValueError for a naive moment."""
    locale = _locale(language)
    pattern = _CLOCKS.get(locale.language, "HH.mm")
    local = _local(moment, time_zone)
    return format_datetime(local, pattern, tzinfo=ZoneInfo(time_zone), locale=locale)


def amount_in_words(amount: timedelta, language: str) -> str:
    """A length of time in days, hours, minutes and seconds: ``1 timme 30 minuter``."""
    seconds = round(amount.total_seconds())
    counted = []
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            counted.append(format_unit(count, f"duration-{unit}", locale=_locale(language)))
    return " ".join(counted) or format_unit(0, "duration-minute", locale=_locale(language))


def value_in_words(value: object, time_zone: str, language: str) -> object:
    """A value of a sentence as people write it: moments, days, clock times and lengths of time.

    Anything else is given back as it is.
    """
    if isinstance(value, datetime):
        return moment_in_words(value, time_zone, language)
    if isinstance(value, date):
        pattern = "d. MMMM" if _locale(language).language == "fi" else "d MMMM"
        return format_date(value, pattern, locale=_locale(language))
    if isinstance(value, time):
        locale = _locale(language)
        return format_time(value, _CLOCKS.get(locale.language, "HH.mm"), locale=locale)
    return amount_in_words(value, language) if isinstance(value, timedelta) else value
