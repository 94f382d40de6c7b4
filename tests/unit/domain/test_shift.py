"""Whether a shift is on, over holidays, midnight and the clock's own jumps."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from announcer.domain.policy.loading import load_policy
from announcer.domain.shift import Shift, on_shift
from tests.world import POLICY

ZONE = ZoneInfo("Europe/Stockholm")
WEEK = ("mon", "tue", "wed", "thu", "fri")
ALL = (*WEEK, "sat", "sun")
DAY = Shift(WEEK, time(7), time(16))
WARD = Shift(ALL, time(6, 45), time(20, 45))
NIGHT = Shift(ALL, time(20, 45), time(6, 45))
WEEK_NIGHT = Shift(WEEK, time(22), time(6))
ALWAYS = Shift(ALL, time(), time())


@pytest.fixture(scope="module")
def policy():
    return load_policy(POLICY)


@pytest.mark.parametrize(
    ("shift", "moment", "on"),
    [
        (DAY, "2027-05-05 06:59", False),
        (DAY, "2027-05-05 07:00", True),
        (DAY, "2027-05-05 15:59", True),
        (DAY, "2027-05-05 16:00", False),
        (DAY, "2027-05-08 10:00", False),
        # Ascension Day: who is at work all week is so then too.
        (DAY, "2027-05-06 10:00", False),
        (WARD, "2027-05-06 10:00", True),
        (NIGHT, "2027-05-06 03:00", True),
        (NIGHT, "2027-05-06 06:45", False),
        # A night belongs to the day on which it begins.
        (WEEK_NIGHT, "2027-05-06 05:59", True),
        (WEEK_NIGHT, "2027-05-06 22:00", False),
        (WEEK_NIGHT, "2027-05-07 03:00", False),
        (WEEK_NIGHT, "2027-05-15 05:59", True),
        (WEEK_NIGHT, "2027-05-15 22:00", False),
        # Round the clock: also at midnight, and in the hours that the clock skips and repeats.
        (ALWAYS, "2027-05-06 00:00", True),
        (ALWAYS, "2027-03-28 03:00", True),
        (ALWAYS, "2026-10-25 02:30", True),
        # Walpurgis Night is a half day of the offices and shortens no shift.
        (DAY, "2027-04-30 15:30", True),
    ],
)
def test_who_is_at_work(policy, shift: Shift, moment: str, on: bool):
    local = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
    assert on_shift(shift, local.astimezone(UTC), ZONE, policy.is_day_off) is on


def test_the_night_the_clock_jumps_lasts_until_the_clock_on_the_wall_says_so(policy):
    ends_early = datetime(2027, 3, 28, 4, 44, tzinfo=UTC)  # 06:44 summer time
    assert on_shift(NIGHT, ends_early, ZONE, policy.is_day_off)
    assert not on_shift(NIGHT, ends_early.replace(minute=45), ZONE, policy.is_day_off)
    ends_late = datetime(2026, 10, 25, 5, 44, tzinfo=UTC)  # 06:44 winter time
    assert on_shift(NIGHT, ends_late, ZONE, policy.is_day_off)
    assert not on_shift(NIGHT, ends_late.replace(minute=45), ZONE, policy.is_day_off)
