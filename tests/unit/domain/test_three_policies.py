"""Three organisations of other kinds: what a plan of each class does when, worked out by hand.

A row is the local time of the approval (the page is confirmed in the same moment), when the news is
known anyway if it is, and the local times at which steps can begin.
"""

from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

import pytest

from announcer.domain.policy import Policy, load_policy
from announcer.domain.schedule import Forecast, forecast, make_plan, not_before, who_releases
from tests.unit.domain.example_policy import POLICIES, content, hallefors, in_words, local

#: Workplaces of the region, and when each hands over from shift to shift.
WARDS = {
    "Akuten": (time(6, 45), time(14, 0), time(21, 15)),
    "Avdelning 3": (time(7, 0), time(13, 30), time(21, 0)),
    "Regionens hus": (),
}
NIGHTS = {"Nattjouren": (time(2, 30),)}
MORNINGS = {"Dialysen": (time(6, 45),)}


@cache
def policy(name: str) -> Policy:
    return load_policy(POLICIES / f"{name}.toml")


def foreseen(
    name: str,
    class_name: str,
    approved: str,
    known: str | None = None,
    handovers: dict[str, tuple[time, ...]] | None = None,
) -> dict[str, Forecast]:
    found = policy(name)
    everyone = next(iter(found.open_to_all))
    outside = any(s.audience == "press" for s in found.classes[class_name].steps.values())
    text = content(
        class_name,
        audience=(everyone, "press") if outside else ("ks",),
        known_at=local(known) if known else None,
    )
    return {one.step.key: one for one in forecast(found, text, local(approved), handovers)}


def times(plan: dict[str, Forecast]) -> dict[str, str]:
    return {key: in_words(one.earliest).replace(" 20", " ", 1) for key, one in plan.items()}


REGION: list[tuple[str, str, str | None, Any, dict[str, str]]] = [
    # managers an hour before their people; four office hours within a day
    ("information", "2026-12-07 10:00", None, None, {
        "intranet": "Mon 26-12-07 10:00", "chefer": "Mon 26-12-07 10:00",
        "epost": "Mon 26-12-07 11:00", "affisch": "Mon 26-12-07 10:00",
        "press": "Mon 26-12-07 14:00", "nyhetsrum": "Mon 26-12-07 14:00"}),
    # over Christmas; over a half-day and Epiphany
    ("information", "2026-12-23 15:30", None, None, {"press": "Mon 26-12-28 11:00"}),
    ("information", "2027-01-05 10:00", None, None, {"press": "Thu 27-01-07 10:00"}),
    # the papers are public on Tuesday at nine; after Christmas; approved half an hour before
    ("beslut", "2026-12-10 13:00", "2026-12-15 09:00", None, {
        "chefer": "Mon 26-12-14 15:00", "intranet": "Tue 26-12-15 07:00",
        "epost": "Tue 26-12-15 07:00", "affisch": "Tue 26-12-15 07:00",
        "press": "Tue 26-12-15 09:00", "nyhetsrum": "Tue 26-12-15 09:00"}),
    ("beslut", "2026-12-22 09:00", "2026-12-28 09:00", None, {
        "chefer": "Wed 26-12-23 15:00", "intranet": "Mon 26-12-28 07:00",
        "press": "Mon 26-12-28 09:00"}),
    ("beslut", "2026-12-15 08:30", "2026-12-15 09:00", None, {
        "chefer": "Tue 26-12-15 08:30", "intranet": "Tue 26-12-15 08:30",
        "press": "Tue 26-12-15 09:30"}),
    # a decision that nobody knows before: the hour ahead alone
    ("beslut", "2026-12-10 13:00", None, None, {
        "chefer": "Thu 26-12-10 13:00", "intranet": "Thu 26-12-10 13:00",
        "press": "Thu 26-12-10 14:00"}),
    # each shift has handed over: Akuten at 14:00; a quarter to two is before one and after another
    ("ändrad vård", "2026-12-07 10:00", None, WARDS, {
        "skiftmote": "Mon 26-12-07 10:00",
        "press": "Mon 26-12-07 14:00", "nyhetsrum": "Mon 26-12-07 14:00"}),
    ("ändrad vård", "2026-12-07 13:45", None, WARDS, {"press": "Mon 26-12-07 21:00"}),
    ("ändrad vård", "2026-12-07 21:30", None, WARDS, {"press": "Tue 26-12-08 07:00"}),
    ("ändrad vård", "2026-12-07 10:00", None, None, {"press": "Mon 26-12-07 13:00"}),
    # a night in which an hour is skipped
    # and mail waits until six, so that the media do as well
    ("ändrad vård", "2027-03-28 01:00", None, NIGHTS, {
        "intranet": "Sun 27-03-28 01:00", "epost": "Sun 27-03-28 06:00",
        "press": "Sun 27-03-28 06:00"}),
    # a day at most, in which an hour comes twice
    ("ändrad vård", "2026-10-24 07:00", None, MORNINGS, {"press": "Sun 26-10-25 06:00"}),
    # the press desk works on Sundays, on Christmas Day and on Good Friday
    ("driftinformation", "2026-12-12 18:00", None, None, {
        "epost": "Sat 26-12-12 18:00",
        "press": "Sun 26-12-13 09:00", "nyhetsrum": "Sun 26-12-13 09:00"}),
    ("driftinformation", "2026-12-24 11:00", None, None, {"press": "Fri 26-12-25 09:00"}),
    ("driftinformation", "2027-03-25 23:00", None, None, {"press": "Fri 27-03-26 09:00"}),
    # election day: the media after the polls close, those outside and inside in a crisis at once
    ("beslut", "2026-09-13 10:00", None, None, {
        "epost": "Sun 26-09-13 10:00",
        "press": "Sun 26-09-13 20:00", "nyhetsrum": "Sun 26-09-13 20:00"}),
    ("ändrad vård", "2026-09-12 23:00", None, MORNINGS, {
        "epost": "Sun 26-09-13 06:00", "press": "Sun 26-09-13 20:00"}),
    ("kris", "2026-09-13 10:00", None, None, {"press": "Sun 26-09-13 10:00"}),
    # Easter Sunday, ten minutes before the clocks go forward
    ("kris", "2027-03-28 01:50", None, None, {
        "intranet": "Sun 27-03-28 01:50", "epost": "Sun 27-03-28 01:50",
        "press": "Sun 27-03-28 01:50", "nyhetsrum": "Sun 27-03-28 01:50"}),
    ("bara min enhet", "2026-12-24 22:00", None, None, {
        "intranet": "Thu 26-12-24 22:00", "epost": "Fri 26-12-25 06:00"}),
]  # fmt: skip

COMPANY: list[tuple[str, str, str | None, Any, dict[str, str]]] = [
    # six open hours are over at 17:00 on the long Wednesday, and a whole day holds besides
    ("information", "2026-12-09 10:00", None, None, {
        "intranet": "Wed 26-12-09 10:00", "epost": "Wed 26-12-09 10:00",
        "affisch": "Wed 26-12-09 10:00",
        "press": "Thu 26-12-10 10:00", "nyhetsrum": "Thu 26-12-10 10:00"}),
    # three hours of Wednesday and three after Christmas, but nothing between the years
    ("information", "2026-12-23 15:00", None, None, {
        "epost": "Wed 26-12-23 15:00", "press": "Mon 27-01-04 09:00"}),
    # ten o'clock next day is 19 hours: twenty hold; over a weekend
    ("kommande beslut", "2026-12-07 15:00", None, None, {
        "mote": "Mon 26-12-07 15:00", "press": "Tue 26-12-08 11:00",
        "nyhetsrum": "Tue 26-12-08 11:00"}),
    ("kommande beslut", "2026-12-11 10:00", None, None, {"press": "Mon 26-12-14 10:00"}),
    # Fridays are short; a lunch; a half-day and Epiphany
    ("beslut", "2026-12-11 11:00", None, None, {"press": "Mon 26-12-14 12:00"}),
    ("beslut", "2026-12-09 12:30", None, None, {"press": "Wed 26-12-09 17:00"}),
    ("beslut", "2027-01-05 09:00", None, None, {
        "press": "Thu 27-01-07 10:00", "nyhetsrum": "Thu 27-01-07 10:00"}),
    # Monday noon is in the days before the annual report
    ("beslut", "2027-01-29 11:00", None, None, {"press": "Mon 27-02-15 08:00"}),
    ("kris", "2026-12-24 03:00", None, None, {
        "press": "Thu 26-12-24 03:00", "nyhetsrum": "Thu 26-12-24 03:00"}),
]  # fmt: skip

CLUB: list[tuple[str, str, str | None, Any, dict[str, str]]] = [
    # leaders, half an hour later the members, the web when the cabin is open next: twelve hours hold
    ("nytt", "2026-12-07 20:00", None, None, {
        "sidan": "Mon 26-12-07 20:00", "ledare": "Mon 26-12-07 20:00",
        "medlemsbrev": "Mon 26-12-07 20:30", "webben": "Tue 26-12-08 10:00"}),
    ("nytt", "2026-12-10 20:00", None, None, {"webben": "Sun 26-12-13 10:00"}),
    # no letters at night
    ("nytt", "2026-12-07 23:00", None, None, {
        "sidan": "Mon 26-12-07 23:00", "ledare": "Tue 26-12-08 07:00",
        "medlemsbrev": "Tue 26-12-08 07:00", "webben": "Tue 26-12-08 11:00"}),
    ("nytt", "2026-12-07 21:10", None, None, {
        "ledare": "Mon 26-12-07 21:10", "medlemsbrev": "Tue 26-12-08 07:00"}),
    # four open hours: a Sunday and an hour of Tuesday; Christmas Eve is a Thursday without them
    ("beslut", "2026-12-13 11:00", None, None, {
        "medlemsbrev": "Sun 26-12-13 13:00",
        "press": "Tue 26-12-15 19:00", "webben": "Tue 26-12-15 19:00"}),
    ("beslut", "2026-12-22 20:00", None, None, {"press": "Sun 26-12-27 13:00"}),
    # the whole of a Sunday is four hours, and a day holds besides
    ("beslut", "2026-12-13 10:00", None, None, {"press": "Mon 26-12-14 10:00"}),
    ("beslut", "2026-12-19 09:00", None, None, {"press": "Sun 26-12-20 14:00"}),
]  # fmt: skip

NAMES = ["alvmark", "klockarberget", "stigfinnarna"]
ROWS = [
    *(("alvmark", *row) for row in REGION),
    *(("klockarberget", *row) for row in COMPANY),
    *(("stigfinnarna", *row) for row in CLUB),
]


@pytest.mark.parametrize(("name", "class_name", "approved", "known", "handovers", "expected"), ROWS)
def test_each_step_goes_when_the_policy_says(
    name, class_name, approved, known, handovers, expected
):
    found = times(foreseen(name, class_name, approved, known, handovers))
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_class_has_a_row(name):
    assert {row[1] for row in ROWS if row[0] == name} >= set(policy(name).classes) - {
        "bara min enhet"
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_organisation_has_a_logo_of_its_own(name):
    logo = POLICIES / policy(name).organisation.logo
    assert logo.parent.name == name
    assert logo.with_suffix(".svg").read_text(encoding="utf-8").startswith("<svg ")
    assert logo.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


# The region ---------------------------------------------------------------------------------


def test_the_region_learns_that_staff_would_come_too_late():
    plan = foreseen("alvmark", "beslut", "2026-12-15 09:10", "2026-12-15 09:00")
    assert {key for key, one in plan.items() if one.late} == {
        "chefer", "intranet", "epost", "fack", "affisch",
    }  # fmt: skip
    assert times(plan)["press"] == "Tue 26-12-15 10:10", "the hour ahead holds all the same"


def test_the_region_negotiates_first_and_tells_those_it_is_about_before_the_media():
    decision = foreseen("alvmark", "beslut", "2026-12-10 13:00", "2026-12-15 09:00")
    assert decision["intranet"].step.gates == ("facklig förhandling klar",)
    assert "chefer" in decision["intranet"].step.after
    ward = foreseen("alvmark", "ändrad vård", "2026-12-07 10:00", handovers=WARDS)
    (told,) = ward["narstaende"].waits
    assert told.say(str) == "Väntar på att mötet har hållits."
    for key in ("press", "nyhetsrum"):
        assert {"narstaende", "skiftmote"} <= set(ward[key].step.after)


@pytest.mark.parametrize(
    ("now", "who"),
    [
        ("2026-12-07 10:00", ("kommunikationsstaben",)),
        ("2026-12-07 16:30", ("kommunikationsstaben", "pressjouren", "beredskap")),
        ("2026-12-11 15:45", ("kommunikationsstaben", "pressjouren", "beredskap")),
        ("2026-12-25 10:00", ("kommunikationsstaben", "pressjouren", "beredskap")),
    ],
)
def test_somebody_can_release_for_the_region_at_all_hours(now, who):
    step = foreseen("alvmark", "beslut", "2026-12-07 09:00")["nyhetsrum"].step
    assert who_releases(policy("alvmark"), "beslut", step, local(now)) == who


def test_two_people_approve_the_regions_decisions_and_one_its_crises():
    for class_name, approvals in {
        "beslut": 2,
        "ändrad vård": 2,
        "information": 1,
        "kris": 1,
    }.items():
        plan = foreseen("alvmark", class_name, "2026-12-07 10:00")
        assert {one.step.approvals for one in plan.values()} == {approvals}
    assert {one.step.approval for one in plan.values()} == {"any"}


def test_hours_of_every_day_know_no_days_off_and_no_half_days():
    calendars = policy("alvmark").calendars
    for moment in ("2026-12-25 10:00", "2026-12-24 20:00", "2027-01-05 20:00"):
        assert calendars["pressjouren"].is_open(local(moment))
        assert not calendars["kansliet"].is_open(local(moment))
    assert not calendars["pressjouren"].is_open(local("2026-12-25 22:00"))


# The company --------------------------------------------------------------------------------


def hours_of(year: int) -> list[datetime]:
    """Every fifth hour, which in five days is every hour."""
    first = local(f"{year}-01-01 00:40")
    return [first + timedelta(hours=5 * n) for n in range(365 * 24 // 5)]


@pytest.mark.parametrize("class_name", ["information", "kommande beslut", "beslut", "kris"])
def test_the_company_never_tells_the_media_before_its_owner_would(class_name):
    text = content(class_name, audience=("alla", "press"))
    company, owner = policy("klockarberget"), hallefors()
    plan = {one.key: one for one in make_plan(company, text)}
    owners_plan = {one.key: one for one in make_plan(owner, text)}
    for moment in hours_of(2027):
        for key in ("press", "nyhetsrum"):
            ours = not_before(company, class_name, plan[key], moment)
            owners = not_before(owner, class_name, owners_plan[key], moment)
            assert ours is not None
            assert owners is not None
            assert ours >= owners, in_words(moment)


def test_the_companys_decisions_wait_for_its_owner_two_people_and_the_author():
    steps = {
        key: one.step
        for key, one in foreseen("klockarberget", "beslut", "2026-12-07 10:00").items()
    }
    assert {(one.approvals, one.author_last) for one in steps.values()} == {(2, True)}
    for key in ("press", "nyhetsrum"):
        assert steps[key].gates == ("ägaren informerad",)
        assert steps[key].release_by == ("informationsenheten",)
        assert steps[key].greatest_lateness == timedelta(days=2)


# The club -----------------------------------------------------------------------------------


def test_the_members_of_the_club_are_told_before_the_web_and_read_no_intranet():
    steps = {
        key: one.step for key, one in foreseen("stigfinnarna", "nytt", "2026-12-07 20:00").items()
    }
    assert steps["medlemsbrev"].audience == ("medlemmar",)
    assert not steps["medlemsbrev"].external
    assert {"sidan", "ledare", "medlemsbrev"} <= set(steps["webben"].after)
    assert steps["sidan"].audience == ("funktionarer",)


def test_the_chair_is_enough_for_news_and_not_for_what_the_board_decided():
    news = foreseen("stigfinnarna", "nytt", "2026-12-07 20:00")
    assert {(one.step.approval, one.step.approvals) for one in news.values()} == {("any", 1)}
    decision = foreseen("stigfinnarna", "beslut", "2026-12-07 20:00")
    assert {(one.step.approval, one.step.approvals) for one in decision.values()} == {("other", 2)}
    assert decision["webben"].step.release_by == ("ordforanden",)
    assert [reason.say(str) for reason in decision["sidan"].waits] == [
        "Väntar på: protokollet justerat."
    ]
