"""The sender, and when its people are at work."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator

from announcer.domain.calendar import has_public_holidays
from announcer.domain.notation import Clock, DayName, OpeningHours, read_openings
from announcer.domain.policy.strict import Strict, Words

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Openings = Annotated[tuple[OpeningHours, ...], AfterValidator(read_openings)]


class Organisation(Strict):
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


class HalfDay(Strict):
    """A day on which work ends early; ``closes`` is local time."""

    day: DayName
    closes: Clock


class Hours(Strict):
    """Opening hours per weekday; a weekday that is left out is closed.

    With ``every_day`` they hold on public holidays, own days off and half-days as well: a duty desk.
    """

    source: str = ""
    every_day: bool = False
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


class Calendar(Strict):
    """Own days off and half-days beside the country's public holidays, and named hours."""

    days_off: tuple[DayName, ...] = ()
    half_days: tuple[HalfDay, ...] = ()
    hours: Mapping[str, Hours]
