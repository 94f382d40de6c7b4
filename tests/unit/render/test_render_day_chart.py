"""The strips of the day: where things stand on them, at any length of day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from announcer.domain.calendar import in_utc
from announcer.render.day_chart import Bar, Mark, Sign, Span, hours, span_of, strip

ZONE = ZoneInfo("Europe/Stockholm")
#: 8 December in Hällefors.
BEGINS = datetime(2026, 12, 7, 23, tzinfo=UTC)
ENDS = BEGINS + timedelta(hours=24)
WHOLE = Span(BEGINS, ENDS, ZONE)


def at(clock: float) -> datetime:
    return BEGINS + timedelta(hours=clock)


def found(drawn: str, path: str) -> list[etree._Element]:
    namespace = {"s": "http://www.w3.org/2000/svg"}
    root = etree.fromstring(drawn.replace("<svg ", f'<svg xmlns="{namespace["s"]}" ', 1))
    return list(root.xpath(path, namespaces=namespace))


def test_a_bar_and_a_mark_stand_at_their_hours() -> None:
    drawn = strip(WHOLE, at(9), [Bar(at(6), at(12), Sign.INSIDE)], [Mark(at(18), Sign.KNOWN)])
    (bar,) = found(drawn, "//s:rect[contains(@class, 'dc-bar')]")
    assert (bar.get("x"), bar.get("width")) == ("25.00%", "25.00%")
    (mark,) = found(drawn, "//s:svg[@class='dc-place']")
    assert mark.get("x") == "75.00%"
    (now,) = found(drawn, "//s:line[@class='dc-now']")
    assert now.get("x1") == "37.50%"


def test_what_began_before_and_ends_after_reaches_from_edge_to_edge() -> None:
    bars = [Bar(at(-50), at(80), Sign.INSIDE), Bar(at(30), at(40), Sign.OUTSIDE)]
    drawn = strip(WHOLE, at(9), bars, [Mark(at(-50), Sign.INSIDE), Mark(at(30), Sign.OUTSIDE)])
    (bar,) = found(drawn, "//s:rect[contains(@class, 'dc-bar')]")
    assert (bar.get("x"), bar.get("width")) == ("0.00%", "100.00%")
    assert not found(drawn, "//s:svg[@class='dc-place']")


def test_what_hangs_on_somebody_is_drawn_otherwise_than_what_is_sure() -> None:
    marks = [Mark(at(9), Sign.OUTSIDE), Mark(at(10), Sign.OUTSIDE, sure=False)]
    classes = [one.get("class") for one in found(strip(WHOLE, at(8), [], marks), "//s:g")]
    assert [("dc-guess" in one) for one in classes] == [False, True]


@pytest.mark.parametrize(
    ("clock", "first", "last"), [(9.0, "06", "20"), (3.0, "00", "00"), (22.0, "00", "00")]
)
def test_the_night_is_drawn_only_where_something_happens_in_it(
    clock: float, first: str, last: str
) -> None:
    span = Span(*span_of(BEGINS, ENDS, ZONE, [at(clock), at(100)]), ZONE)
    labels = [one.text for one in found(hours(span), "//s:text")]
    assert (labels[0], labels[-1]) == (first, last)


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_on_which_clocks_are_set_is_as_long_as_it_is(day: date, length: int) -> None:
    begins = in_utc(day, time.min, ZONE)
    ends = in_utc(day + timedelta(days=1), time.min, ZONE)
    assert ends - begins == timedelta(hours=length)
    span = Span(begins, ends, ZONE)
    noon = in_utc(day, time(12), ZONE)
    labels = {one.text: one.get("x") for one in found(hours(span), "//s:text")}
    assert labels["12"] == f"{span.at(noon)}%" != "50.00%"
    day_span = Span(*span_of(begins, ends, ZONE, [noon]), ZONE)
    assert (
        f"{day_span.begins.astimezone(ZONE):%H%M} {day_span.ends.astimezone(ZONE):%H%M}"
        == "0600 2000"
    )
