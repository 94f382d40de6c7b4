"""What the calendar says of a date as such."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from announcer.domain.policy import load_policy
from announcer.domain.workday import DayKind, workday
from tests.world import POLICY, laid_over_hallefors

HALLEFORS = load_policy(POLICY)
BLACKOUT = """
[[blackouts]]
from = "2026-12-08T20:00"
until = "2026-12-09"
why = "Valdag"
"""


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 12, 8), DayKind.WORK),
        (date(2026, 12, 12), DayKind.CLOSED),
        (date(2026, 12, 24), DayKind.OFF),
        (date(2026, 12, 25), DayKind.HOLIDAY),
        (date(2026, 12, 26), DayKind.HOLIDAY),
        (date(2027, 1, 5), DayKind.HALF),
        (date(2027, 1, 6), DayKind.HOLIDAY),
    ],
)
def test_a_date_is_what_the_policy_and_the_country_make_it(day: date, kind: DayKind) -> None:
    assert workday(HALLEFORS, day).kind is kind


def test_the_day_before_a_day_off_says_so_and_a_friday_does_not() -> None:
    found = [day for day in range(1, 32) if workday(HALLEFORS, date(2026, 12, day)).before_holiday]
    assert found == [23, 30]


def test_working_hours_are_of_everybody_and_end_early_on_a_half_day() -> None:
    whole, half = (workday(HALLEFORS, day) for day in (date(2026, 12, 8), date(2027, 1, 5)))
    assert whole.opens == datetime(2026, 12, 8, 6, 30, tzinfo=UTC)
    assert whole.closes == datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
    assert half.closes == datetime(2027, 1, 5, 11, 0, tzinfo=UTC)
    sunday = workday(HALLEFORS, date(2026, 12, 13))
    assert sunday.opens is sunday.closes is None


def test_a_blackout_stands_on_every_date_that_it_touches_and_on_no_other(tmp_path: Path) -> None:
    policy = load_policy(laid_over_hallefors(tmp_path, BLACKOUT))
    touched = {
        day: [silence.why for silence, _ in workday(policy, date(2026, 12, day)).silences]
        for day in (7, 8, 9, 10)
    }
    assert touched == {7: [], 8: ["Valdag"], 9: ["Valdag"], 10: []}
