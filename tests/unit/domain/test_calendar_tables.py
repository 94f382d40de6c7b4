"""Every working day of three years, and every clock change in them, against tables made by hand.

The days follow lag (1989:253) om allmänna helgdagar, with Easter on 5 April 2026, 28 March 2027
and 16 April 2028, and `days_off` and `half_days` of policies/hallefors.toml. The windows were
counted on paper; a line's remark says how.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from announcer.domain.policy import WEEKDAYS, Window
from tests.unit.domain.example_policy import STOCKHOLM, hallefors, local, policy_with

FULL = "07:30-12:00 12:30-16:00"
FRIDAY = "07:30-12:00 12:30-15:00"
HALF = "07:30-12:00"
SHUT = ""

#: Day, weekday, what the switchboard's hours are on it, and which day it is.
SPECIAL_DAYS = {
    2026: """
        01-01 Thu shut  New Year's Day
        01-05 Mon half  the day before Epiphany
        01-06 Tue shut  Epiphany
        04-02 Thu half  Maundy Thursday
        04-03 Fri shut  Good Friday
        04-05 Sun shut  Easter Sunday
        04-06 Mon shut  Easter Monday
        04-30 Thu half  Walpurgis Eve
        05-01 Fri shut  First of May
        05-14 Thu shut  Ascension, 39 days after Easter
        05-24 Sun shut  Whit Sunday, 49 days after Easter
        06-06 Sat shut  National Day
        06-19 Fri shut  Midsummer Eve, own day off
        06-20 Sat shut  Midsummer Day
        10-30 Fri half  All Saints' Eve
        10-31 Sat shut  All Saints' Day
        12-24 Thu shut  Christmas Eve, own day off
        12-25 Fri shut  Christmas Day
        12-26 Sat shut  Boxing Day
        12-31 Thu shut  New Year's Eve, own day off
    """,
    2027: """
        01-01 Fri shut  New Year's Day
        01-05 Tue half  the day before Epiphany
        01-06 Wed shut  Epiphany
        03-25 Thu half  Maundy Thursday
        03-26 Fri shut  Good Friday
        03-28 Sun shut  Easter Sunday
        03-29 Mon shut  Easter Monday
        04-30 Fri half  Walpurgis Eve
        05-01 Sat shut  First of May
        05-06 Thu shut  Ascension
        05-16 Sun shut  Whit Sunday
        06-06 Sun shut  National Day
        06-25 Fri shut  Midsummer Eve, own day off
        06-26 Sat shut  Midsummer Day
        11-05 Fri half  All Saints' Eve
        11-06 Sat shut  All Saints' Day
        12-24 Fri shut  Christmas Eve, own day off
        12-25 Sat shut  Christmas Day
        12-26 Sun shut  Boxing Day
        12-31 Fri shut  New Year's Eve, own day off
    """,
    2028: """
        01-01 Sat shut  New Year's Day
        01-05 Wed half  the day before Epiphany
        01-06 Thu shut  Epiphany
        04-13 Thu half  Maundy Thursday
        04-14 Fri shut  Good Friday
        04-16 Sun shut  Easter Sunday
        04-17 Mon shut  Easter Monday
        04-30 Sun half  Walpurgis Eve, on a Sunday: shut all the same
        05-01 Mon shut  First of May
        05-25 Thu shut  Ascension
        06-04 Sun shut  Whit Sunday
        06-06 Tue shut  National Day
        06-23 Fri shut  Midsummer Eve, own day off
        06-24 Sat shut  Midsummer Day
        11-03 Fri half  All Saints' Eve
        11-04 Sat shut  All Saints' Day
        12-24 Sun shut  Christmas Eve, own day off
        12-25 Mon shut  Christmas Day
        12-26 Tue shut  Boxing Day
        12-31 Sun shut  New Year's Eve, own day off
    """,
}


def special_days() -> dict[date, tuple[str, str]]:
    """By date: the weekday as written, and ``shut`` or ``half``."""
    found = {}
    for year, table in SPECIAL_DAYS.items():
        for line in table.strip().splitlines():
            day, weekday, kind, *_ = line.split()
            found[date.fromisoformat(f"{year}-{day}")] = (weekday, kind)
    return found


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def by_hand(day: date) -> str:
    """The switchboard's hours on a day, from the table and page 8 of the policy alone."""
    _, kind = special_days().get(day, ("", ""))
    if kind == "shut" or day.weekday() >= 5:
        return SHUT
    if kind == "half":
        return HALF
    return FRIDAY if day.weekday() == 4 else FULL


def of_the_program(day: date) -> str:
    return " ".join(
        f"{opens.astimezone(STOCKHOLM):%H:%M}-{closes.astimezone(STOCKHOLM):%H:%M}"
        for opens, closes in hallefors().calendars["vaxeln"].openings(day)
    )


def test_the_weekdays_of_the_table_are_those_of_the_almanac() -> None:
    wrong = [
        f"{day} is no {name}" for day, (name, _) in special_days().items() if f"{day:%a}" != name
    ]
    assert wrong == []
    assert len(special_days()) == 60


@pytest.mark.parametrize("year", SPECIAL_DAYS)
def test_every_day_of_the_year_has_the_hours_that_were_found_by_hand(year: int) -> None:
    wrong = [
        f"{day:%a %Y-%m-%d}: {of_the_program(day)!r}, by hand {by_hand(day)!r}"
        for day in days_of(year)
        if of_the_program(day) != by_hand(day)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("year", "working_days"),
    [
        # 2026 begins on a Thursday and has 261 days from Monday to Friday. Shut among them: New
        # Year, Epiphany, Good Friday, Easter Monday, 1 May, Ascension, Midsummer Eve, 24, 25 and
        # 31 December.
        (2026, 261 - 10),
        # Begins on a Friday: 261. Shut: the same but 1 May and 25 December, which are Saturdays.
        (2027, 261 - 8),
        # A leap year that begins on a Saturday: 260. Shut: Epiphany, Good Friday, Easter Monday,
        # 1 May, Ascension, 6 June, Midsummer Eve, 25 and 26 December.
        (2028, 260 - 9),
    ],
)
def test_a_year_has_as_many_working_days_as_were_counted(year: int, working_days: int) -> None:
    calendar = hallefors().calendars["vaxeln"]
    assert sum(calendar.is_working_day(day) for day in days_of(year)) == working_days


# Clock changes -------------------------------------------------------------------------------

FORWARD = ("2026-03-29", "2027-03-28", "2028-03-26")
BACK = ("2026-10-25", "2027-10-31", "2028-10-29")

#: Confirmed, the window, when it is over with its distance from UTC, and how that was found.
WINDOWS = """
    # 2026-03-29: clocks go forward at 02:00, an ordinary weekend
    Fri 2026-03-27 14:00 | 48 h               | Sun 2026-03-29 15:00 +0200 | an hour is missing
    Sat 2026-03-28 22:00 | 12 h               | Sun 2026-03-29 11:00 +0200 | 2 before midnight, 2 to the jump, 8 from 03:00
    Sun 2026-03-29 01:30 | 1 h                | Sun 2026-03-29 03:30 +0200 | half past two does not exist
    Fri 2026-03-27 14:00 | 2 h of vaxeln      | Mon 2026-03-30 08:30 +0200 | 1 on Friday, 1 on Monday
    Fri 2026-03-27 15:30 | 4 h of vaxeln      | Mon 2026-03-30 11:30 +0200 | all on Monday
    Fri 2026-03-27 11:00 | 8 h of vaxeln      | Mon 2026-03-30 12:00 +0200 | 3.5 on Friday, 4.5 until lunch
    Sat 2026-03-28 15:00 | 2 h of jour        | Sun 2026-03-29 09:00 +0200 | 1 on Saturday, 1 on Sunday
    Sat 2026-03-28 23:00 | 5 h of natt        | Sun 2026-03-29 06:00 +0200 | the whole night, which has 5 hours
    Fri 2026-03-27 23:30 | 09:00 after vaxeln | Mon 2026-03-30 09:00 +0200 | next working day
    Sat 2026-03-28 23:30 | 09:00 after vaxeln | Mon 2026-03-30 09:00 +0200 | Sunday is none
    Sun 2026-03-29 01:30 | 09:00 after vaxeln | Mon 2026-03-30 09:00 +0200 | before the jump
    Sun 2026-03-29 03:30 | 09:00 after vaxeln | Mon 2026-03-30 09:00 +0200 | after the jump
    Sat 2026-03-28 23:30 | 09:00 after jour   | Sun 2026-03-29 09:00 +0200 | 8.5 hours later
    Sat 2026-03-28 20:00 | 02:30 after jour   | Sun 2026-03-29 03:30 +0200 | an hour after 01:30, since 02:30 is none

    # 2026-10-25: clocks go back at 03:00, an ordinary weekend
    Fri 2026-10-23 14:00 | 48 h               | Sun 2026-10-25 13:00 +0100 | an hour too many
    Sat 2026-10-24 22:00 | 12 h               | Sun 2026-10-25 09:00 +0100 | 2, then 3 to the change, then 7 from 02:00
    Sun 2026-10-25 01:30 | 1 h                | Sun 2026-10-25 02:30 +0200 | its first passing
    Sun 2026-10-25 01:30 | 2 h                | Sun 2026-10-25 02:30 +0100 | its second passing
    Fri 2026-10-23 14:00 | 2 h of vaxeln      | Mon 2026-10-26 08:30 +0100 | 1 on Friday, 1 on Monday
    Fri 2026-10-23 15:30 | 4 h of vaxeln      | Mon 2026-10-26 11:30 +0100 | all on Monday
    Fri 2026-10-23 11:00 | 8 h of vaxeln      | Mon 2026-10-26 12:00 +0100 | 3.5 on Friday, 4.5 until lunch
    Sat 2026-10-24 15:00 | 2 h of jour        | Sun 2026-10-25 09:00 +0100 | 1 on Saturday, 1 on Sunday
    Sat 2026-10-24 23:00 | 5 h of natt        | Sun 2026-10-25 04:00 +0100 | 3 to the change, 2 from 02:00
    Sat 2026-10-24 23:00 | 7 h of natt        | Sun 2026-10-25 06:00 +0100 | the whole night, which has 7 hours
    Fri 2026-10-23 23:30 | 09:00 after vaxeln | Mon 2026-10-26 09:00 +0100 | next working day
    Sat 2026-10-24 23:30 | 09:00 after jour   | Sun 2026-10-25 09:00 +0100 | 10.5 hours later
    Sat 2026-10-24 20:00 | 02:30 after jour   | Sun 2026-10-25 02:30 +0200 | the first of two

    # 2027-03-28: clocks go forward on Easter Sunday; Thursday ends at noon, Friday and Monday are off
    Sat 2027-03-27 22:00 | 12 h               | Sun 2027-03-28 11:00 +0200 | the clock does not keep Easter
    Thu 2027-03-25 14:00 | 96 h               | Mon 2027-03-29 15:00 +0200 | four days and an hour on the wall
    Thu 2027-03-25 11:00 | 2 h of vaxeln      | Tue 2027-03-30 08:30 +0200 | 1 on Thursday, 1 on Tuesday
    Thu 2027-03-25 13:00 | 4 h of vaxeln      | Tue 2027-03-30 11:30 +0200 | after the half-day
    Thu 2027-03-25 10:00 | 8 h of vaxeln      | Tue 2027-03-30 14:00 +0200 | 2 on Thursday, 4.5 and 1.5 on Tuesday
    Sat 2027-03-27 15:00 | 2 h of jour        | Tue 2027-03-30 09:00 +0200 | Saturday is open, Sunday and Monday are not
    Sat 2027-03-27 23:00 | 5 h of natt        | Tue 2027-03-30 05:00 +0200 | no night at Easter
    Thu 2027-03-25 11:30 | 09:00 after vaxeln | Tue 2027-03-30 09:00 +0200 | over Easter
    Sun 2027-03-28 01:50 | 09:00 after vaxeln | Tue 2027-03-30 09:00 +0200 | ten minutes before the jump
    Sat 2027-03-27 20:00 | 02:30 after jour   | Tue 2027-03-30 02:30 +0200 | an hour that exists on Tuesday

    # 2027-10-31: clocks go back, an ordinary weekend; All Saints' Eve is a week later
    Fri 2027-10-29 14:00 | 48 h               | Sun 2027-10-31 13:00 +0100 | an hour too many
    Sun 2027-10-31 01:30 | 2 h                | Sun 2027-10-31 02:30 +0100 | its second passing
    Fri 2027-10-29 14:00 | 2 h of vaxeln      | Mon 2027-11-01 08:30 +0100 | 1 on Friday, 1 on Monday
    Fri 2027-10-29 11:00 | 8 h of vaxeln      | Mon 2027-11-01 12:00 +0100 | 3.5 on Friday, 4.5 until lunch
    Sat 2027-10-30 15:00 | 2 h of jour        | Sun 2027-10-31 09:00 +0100 | 1 on Saturday, 1 on Sunday
    Sat 2027-10-30 23:00 | 7 h of natt        | Sun 2027-10-31 06:00 +0100 | the whole night
    Fri 2027-10-29 23:30 | 09:00 after vaxeln | Mon 2027-11-01 09:00 +0100 | next working day
    Sat 2027-10-30 23:30 | 09:00 after jour   | Sun 2027-10-31 09:00 +0100 | 10.5 hours later

    # 2028-03-26: clocks go forward, an ordinary weekend of a leap year
    Fri 2028-03-24 14:00 | 48 h               | Sun 2028-03-26 15:00 +0200 | an hour is missing
    Sun 2028-03-26 01:30 | 1 h                | Sun 2028-03-26 03:30 +0200 | half past two does not exist
    Fri 2028-03-24 14:00 | 2 h of vaxeln      | Mon 2028-03-27 08:30 +0200 | 1 on Friday, 1 on Monday
    Fri 2028-03-24 11:00 | 8 h of vaxeln      | Mon 2028-03-27 12:00 +0200 | 3.5 on Friday, 4.5 until lunch
    Sat 2028-03-25 15:00 | 2 h of jour        | Sun 2028-03-26 09:00 +0200 | 1 on Saturday, 1 on Sunday
    Sat 2028-03-25 23:00 | 5 h of natt        | Sun 2028-03-26 06:00 +0200 | the whole night, which has 5 hours
    Fri 2028-03-24 23:30 | 09:00 after vaxeln | Mon 2028-03-27 09:00 +0200 | next working day
    Sat 2028-03-25 20:00 | 02:30 after jour   | Sun 2028-03-26 03:30 +0200 | 02:30 is none

    # 2028-10-29: clocks go back, an ordinary weekend; All Saints' Eve is the Friday after
    Fri 2028-10-27 14:00 | 48 h               | Sun 2028-10-29 13:00 +0100 | an hour too many
    Sun 2028-10-29 01:30 | 2 h                | Sun 2028-10-29 02:30 +0100 | its second passing
    Fri 2028-10-27 14:00 | 2 h of vaxeln      | Mon 2028-10-30 08:30 +0100 | 1 on Friday, 1 on Monday
    Fri 2028-10-27 11:00 | 8 h of vaxeln      | Mon 2028-10-30 12:00 +0100 | 3.5 on Friday, 4.5 until lunch
    Sat 2028-10-28 15:00 | 2 h of jour        | Sun 2028-10-29 09:00 +0100 | 1 on Saturday, 1 on Sunday
    Sat 2028-10-28 23:00 | 5 h of natt        | Sun 2028-10-29 04:00 +0100 | 3 to the change, 2 from 02:00
    Fri 2028-10-27 23:30 | 09:00 after vaxeln | Mon 2028-10-30 09:00 +0100 | next working day
    Sat 2028-10-28 20:00 | 02:30 after jour   | Sun 2028-10-29 02:30 +0200 | the first of two
"""  # fmt: skip

#: Hours that are open when the clocks change, beside the switchboard's.
MORE_HOURS = {
    "calendar/hours/jour": {day: ["08:00-16:00"] for day in WEEKDAYS},
    "calendar/hours/natt": {day: ["00:00-06:00"] for day in WEEKDAYS},
}


def rows() -> list[tuple[str, str, str]]:
    lines = (line.strip() for line in WINDOWS.splitlines())
    cut = [[part.strip() for part in one.split("|")] for one in lines if one and one[0] != "#"]
    return [(confirmed, window, ends) for confirmed, window, ends, _ in cut]


def window_of(words: str) -> Window:
    """``48 h``, ``2 h of vaxeln`` or ``09:00 after vaxeln`` as a policy writes it."""
    amount, _, hours = words.partition(" of ")
    clock, _, working_day_of = words.partition(" after ")
    if working_day_of:
        return Window.model_validate({"clock": clock, "hours": working_day_of})
    if hours:
        return Window.model_validate({"working": amount, "hours": hours})
    return Window.model_validate({"duration": amount})


@pytest.mark.parametrize(("confirmed", "window", "ends"), rows())
def test_a_window_across_a_clock_change_ends_when_it_does_on_paper(
    confirmed: str, window: str, ends: str
) -> None:
    begins = local(confirmed.partition(" ")[2])
    assert f"{begins.astimezone(STOCKHOLM):%a %Y-%m-%d %H:%M}" == confirmed
    found = window_of(window).ends(begins, policy_with(MORE_HOURS).almanac())
    assert f"{found.astimezone(STOCKHOLM):%a %Y-%m-%d %H:%M %z}" == ends


def test_the_clocks_change_on_six_days_of_the_three_years_and_on_no_other() -> None:
    noons = [
        local(f"{day} 12:00").astimezone(STOCKHOLM) for y in SPECIAL_DAYS for day in days_of(y)
    ]
    moved = [
        (f"{after:%Y-%m-%d}", after.utcoffset())
        for before, after in pairwise(noons)
        if before.utcoffset() != after.utcoffset()
    ]
    assert tuple(day for day, offset in moved if offset == timedelta(hours=2)) == FORWARD
    assert tuple(day for day, offset in moved if offset == timedelta(hours=1)) == BACK


@pytest.mark.parametrize("kind", [" h", " of ", " after "])
@pytest.mark.parametrize("day", [*FORWARD, *BACK])
def test_every_kind_of_window_crosses_every_clock_change(day: str, kind: str) -> None:
    change = datetime.fromisoformat(f"{day}T01:00:00Z")  # everywhere in Europe at once
    assert [
        window
        for confirmed, window, ends in rows()
        if kind in window and local(confirmed[4:]) < change < local(ends[4:20])
    ]
