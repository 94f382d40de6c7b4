"""When the organisation is at work, and when a window counted in it ends."""

import time as process_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from announcer.domain.calendar import NeverOpen, WorkingCalendar
from announcer.domain.policy import WEEKDAYS, Almanac, Policy, Window
from tests.unit.domain.example_policy import STOCKHOLM, hallefors, in_words, local, policy_with


def dates(by_year: dict[int, str]) -> list[str]:
    """Lists of MM-DD by year as full dates."""
    return [f"{year}-{day}" for year, days in by_year.items() for day in days.split()]


#: Checked by hand against lag (1989:253) om allmänna helgdagar and the dates of Easter:
#: 5 April 2026, 28 March 2027, 16 April 2028.
PUBLIC_HOLIDAYS = dates(
    {
        2026: "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-20 10-31 12-25 12-26",
        2027: "01-01 01-06 03-26 03-28 03-29 05-01 05-06 05-16 06-06 06-26 11-06 12-25 12-26",
        2028: "01-01 01-06 04-14 04-16 04-17 05-01 05-25 06-04 06-06 06-24 11-04 12-25 12-26",
    }
)
#: 24 and 31 December and Midsummer Eve, which the policy adds.
OWN_DAYS_OFF = dates(
    {
        2026: "12-24 12-31 06-19",
        2027: "12-24 12-31 06-25",
        2028: "12-24 12-31 06-23",
    }
)
HALF_DAYS = dates(
    {
        2026: "01-05 04-02 04-30 10-30",
        2027: "01-05 03-25 04-30 11-05",
        2028: "01-05 04-13 11-03",
    }
)
THREE_YEARS = [date(2026, 1, 1) + timedelta(days=n) for n in range(365 + 365 + 366)]
ALL_WEEK = {day: ["08:00-16:00"] for day in WEEKDAYS}


def switchboard(policy: Policy | None = None) -> WorkingCalendar:
    return (policy or hallefors()).calendars["vaxeln"]


def open_every_day() -> WorkingCalendar:
    return policy_with({"calendar/hours/jour": ALL_WEEK}).calendars["jour"]


def around_the_clock(*openings: tuple[str, str]) -> WorkingCalendar:
    """No day off, and the same hours every day."""
    hours = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in openings)
    return WorkingCalendar(STOCKHOLM, dict.fromkeys(range(7), hours), lambda day: False)


def opening_hours(calendar: WorkingCalendar, day: str) -> list[str]:
    return [
        f"{opens.astimezone(STOCKHOLM):%H:%M}-{closes.astimezone(STOCKHOLM):%H:%M}"
        for opens, closes in calendar.openings(date.fromisoformat(day))
    ]


def test_no_day_from_2026_to_2028_is_closed_but_public_holidays_and_own_days_off() -> None:
    calendar = open_every_day()
    closed = [f"{day}" for day in THREE_YEARS if not calendar.is_working_day(day)]
    assert closed == sorted(PUBLIC_HOLIDAYS + OWN_DAYS_OFF)


def test_ordinary_sundays_are_open_where_the_hours_say_so() -> None:
    assert opening_hours(open_every_day(), "2026-12-06") == ["08:00-16:00"]


def test_the_switchboard_is_closed_on_weekends() -> None:
    assert opening_hours(switchboard(), "2026-12-05") == []
    assert opening_hours(switchboard(), "2026-12-06") == []


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-12-07", ["07:30-12:00", "12:30-16:00"]),
        ("2026-12-10", ["07:30-12:00", "12:30-16:00"]),
        ("2026-12-11", ["07:30-12:00", "12:30-15:00"]),
        ("2027-01-05", ["07:30-12:00"]),
    ],
)
def test_the_switchboard_keeps_the_hours_of_page_8(day: str, hours: list[str]) -> None:
    assert opening_hours(switchboard(), day) == hours


def test_only_the_half_days_of_the_policy_end_at_noon() -> None:
    calendar = open_every_day()
    short = [
        f"{day}" for day in THREE_YEARS if opening_hours(calendar, f"{day}") == ["08:00-12:00"]
    ]
    # Walpurgis Eve 2028 is a Sunday: a half-day all the same where Sundays are open.
    assert short == sorted([*HALF_DAYS, "2028-04-30"])


def test_a_half_day_that_closes_before_it_opens_is_a_day_off() -> None:
    policy = policy_with({"calendar/half_days": [{"day": "2026-12-08", "closes": "07:30"}]})
    assert not switchboard(policy).is_working_day(date(2026, 12, 8))


@pytest.mark.parametrize("day", ["2026-05-15", "2027-05-07", "2028-05-26"])
def test_the_day_after_ascension_can_be_a_day_off(day: str) -> None:
    policy = policy_with({"calendar/days_off": ["day after ascension"]})
    assert switchboard().is_working_day(date.fromisoformat(day))
    assert not switchboard(policy).is_working_day(date.fromisoformat(day))


def test_a_single_date_can_be_a_day_off() -> None:
    policy = policy_with({"calendar/days_off": ["2026-12-08"]})
    assert not switchboard(policy).is_working_day(date(2026, 12, 8))
    assert switchboard(policy).is_working_day(date(2027, 12, 8))


@pytest.mark.parametrize(
    ("confirmed", "hours", "ends"),
    [
        ("2026-12-08 10:00", 2, "Tue 2026-12-08 12:00"),  # until lunch, not past it
        ("2026-12-08 11:00", 2, "Tue 2026-12-08 13:30"),  # over lunch
        ("2026-12-08 12:10", 1, "Tue 2026-12-08 13:30"),  # begun at lunch
        ("2026-12-08 15:30", 2, "Wed 2026-12-09 09:00"),  # over the night
        ("2026-12-08 16:00", 1, "Wed 2026-12-09 08:30"),  # begun as it closes
        ("2026-12-11 14:30", 2, "Mon 2026-12-14 09:00"),  # over the weekend
        ("2026-12-23 15:30", 1, "Mon 2026-12-28 08:00"),  # over Christmas
        ("2027-01-05 11:30", 1, "Thu 2027-01-07 08:00"),  # half-day, then Epiphany
        ("2026-10-23 14:30", 2, "Mon 2026-10-26 09:00"),  # clocks go back on Sunday 25 October
        ("2027-03-25 11:30", 2, "Tue 2027-03-30 09:00"),  # clocks go forward on Easter Sunday
        ("2026-12-08 10:00", 0, "Tue 2026-12-08 10:00"),
        ("2026-12-05 10:00", 0, "Mon 2026-12-07 07:30"),  # nothing to count, but closed now
        ("2026-06-01 08:00", 40, "Mon 2026-06-08 09:00"),  # 7.5 + 3 x 8 + 7 hours, then 1.5
    ],
)
def test_working_time_is_counted_in_open_hours_only(confirmed: str, hours: int, ends: str) -> None:
    window = Window.model_validate({"working": f"{hours} h", "hours": "vaxeln"})
    assert in_words(window.ends(local(confirmed), hallefors().almanac())) == ends


@pytest.mark.parametrize(
    ("confirmed", "ends"),
    [
        ("2026-12-23 11:52", "Mon 2026-12-28 09:00"),  # story B
        ("2027-05-05 15:10", "Fri 2027-05-07 09:00"),  # over Ascension Day
        ("2026-12-08 00:00", "Wed 2026-12-09 09:00"),
        ("2026-12-08 23:59", "Wed 2026-12-09 09:00"),
        ("2026-10-23 16:00", "Mon 2026-10-26 09:00"),
        ("2027-03-25 16:00", "Tue 2027-03-30 09:00"),
    ],
)
def test_the_next_working_day_skips_every_day_off(confirmed: str, ends: str) -> None:
    window = Window.model_validate({"clock": "09:00", "hours": "vaxeln"})
    assert in_words(window.ends(local(confirmed), hallefors().almanac())) == ends


def test_a_closed_friday_after_ascension_moves_the_press_to_monday() -> None:
    policy = policy_with({"calendar/days_off": ["day after ascension"]})  # story E
    ends = switchboard(policy).next_working_day_at(local("2027-05-05 15:10"), time(9))
    assert in_words(ends) == "Mon 2027-05-10 09:00"


@pytest.mark.parametrize(
    ("zone", "confirmed", "ends"),
    [
        # The shortest nights there are: an hour is missing from them.
        ("Europe/Stockholm", "2027-03-27T22:59", "2027-03-28T07:00"),
        ("Australia/Lord_Howe", "2026-10-03T13:29", "2026-10-03T22:00"),
        # Two hours are missing: the floor of eight hours holds, not the clock on the wall.
        ("Antarctica/Troll", "2027-03-27T23:59", "2027-03-28T07:59"),
    ],
)
def test_nine_o_clock_after_the_shortest_night_leaves_staff_their_floor(
    zone: str, confirmed: str, ends: str
) -> None:
    hours = dict.fromkeys(range(7), ((time(8), time(16)),))
    calendar = WorkingCalendar(ZoneInfo(zone), hours, lambda day: False)
    window = Window.model_validate({"clock": "09:00", "hours": "jour"})
    start = datetime.fromisoformat(confirmed).replace(tzinfo=UTC)
    assert (
        f"{window.ends(start, Almanac({'jour': calendar}, calendar.zone)):%Y-%m-%dT%H:%M}" == ends
    )
    assert window.floor() == timedelta(hours=8)


def test_the_night_when_clocks_go_back_has_an_hour_more() -> None:
    opens, closes = around_the_clock(("00:00", "06:00")).openings(date(2026, 10, 25))[0]
    assert closes - opens == timedelta(hours=7)


def test_the_night_when_clocks_go_forward_has_an_hour_less() -> None:
    opens, closes = around_the_clock(("00:00", "06:00")).openings(date(2027, 3, 28))[0]
    assert closes - opens == timedelta(hours=5)


def test_both_passings_of_the_repeated_hour_count() -> None:
    calendar = around_the_clock(("00:00", "06:00"))
    first_half_past_two = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    ends = calendar.after_working_time(first_half_past_two, timedelta(hours=1))
    assert ends == first_half_past_two + timedelta(hours=1)
    assert in_words(ends) == "Sun 2026-10-25 02:30"


def test_the_hour_that_is_skipped_counts_only_once() -> None:
    calendar = around_the_clock(("01:00", "02:30"), ("03:00", "05:00"))
    one_in_the_morning = datetime(2027, 3, 28, 0, 0, tzinfo=UTC)
    ends = calendar.after_working_time(one_in_the_morning, timedelta(hours=2))
    assert ends - one_in_the_morning == timedelta(hours=2)


def test_hours_that_never_open_raise_instead_of_searching_for_ever() -> None:
    closed = WorkingCalendar(STOCKHOLM, {}, lambda day: False)
    with pytest.raises(NeverOpen):
        closed.after_working_time(local("2026-12-08 10:00"), timedelta(0))
    with pytest.raises(NeverOpen):
        closed.next_working_day_at(local("2026-12-08 10:00"), time(9))


@pytest.fixture
def server_in_kiribati(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    process_time.tzset()
    yield
    monkeypatch.undo()
    process_time.tzset()


@pytest.mark.usefixtures("server_in_kiribati")
def test_the_servers_own_time_zone_changes_nothing() -> None:
    assert datetime.now().astimezone().utcoffset() == timedelta(hours=14)
    calendar = switchboard(policy_with({}))
    ends = calendar.after_working_time(
        datetime(2026, 12, 23, 14, 30, tzinfo=UTC), timedelta(hours=1)
    )
    assert ends == datetime(2026, 12, 28, 7, 0, tzinfo=UTC)


def test_the_moment_that_comes_out_is_utc_whatever_zone_goes_in() -> None:
    confirmed = local("2026-12-08 11:00")
    for given in (confirmed, confirmed.astimezone(STOCKHOLM)):
        ends = switchboard().after_working_time(given, timedelta(hours=2))
        assert ends.isoformat() == "2026-12-08T12:30:00+00:00"
