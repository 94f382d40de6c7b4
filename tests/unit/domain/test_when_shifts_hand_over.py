"""Which handovers there are at a moment: local hours, also when the clock changes."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from announcer.domain.handover import handovers

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SHIFTS = (time(6, 45), time(13, 30), time(20, 45))


def local(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=STOCKHOLM).astimezone(UTC)


def test_the_next_one_is_first_and_each_begins_where_the_last_one_ended() -> None:
    found = handovers(SHIFTS, local(2026, 12, 8, 10, 0), STOCKHOLM)
    assert found[0].name(STOCKHOLM) == "2026-12-08T13:30"
    assert [one.since for one in found[:-1]] == [one.at for one in found[1:]]
    assert found[1].name(STOCKHOLM) == "2026-12-08T06:45"
    assert found[-1].name(STOCKHOLM)[:10] == "2026-12-04", "and some days back"


def test_at_the_hour_itself_it_is_the_last_one_and_no_longer_the_next() -> None:
    found = handovers(SHIFTS, local(2026, 12, 8, 13, 30), STOCKHOLM)
    assert [one.name(STOCKHOLM)[-5:] for one in found[:2]] == ["20:45", "13:30"]


def test_one_handover_a_day_has_the_whole_day() -> None:
    found = handovers((time(8, 0),), local(2027, 3, 28, 12, 0), STOCKHOLM)
    assert found[0].since == local(2027, 3, 28, 8, 0)
    assert (found[1].at - found[1].since).total_seconds() == 23 * 3600, "the clock jumped"


def test_where_nobody_hands_over_there_is_none() -> None:
    assert handovers((), local(2026, 12, 8, 10, 0), STOCKHOLM) == []
