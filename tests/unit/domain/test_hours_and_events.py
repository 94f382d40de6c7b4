"""Windows that end at a handover or with another step, hours reckoned backwards, events, strength."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from announcer.domain.announcement import AnnouncementState
from announcer.domain.plan import AnnouncementFacts, Wait, may_start
from announcer.domain.policy import Almanac, At, Policy, Window
from announcer.domain.schedule import expected, forecast, make_plan, not_before, who_releases
from announcer.domain.step import StepFacts, StepState
from tests.unit.domain.example_policy import (
    REMOVED,
    STOCKHOLM,
    content,
    hallefors,
    in_words,
    local,
    policy_with,
)

STEPS = "classes/beslut/steps"
PRESS = f"{STEPS}/press"
KNOWN = local("2026-12-08 09:00")

FYLLSTA = {"Fyllsta": (time(6, 45), time(13, 30), time(20, 45)), "Kontoret": ()}
NIGHT = {"Nattpatrullen": (time(2, 30),)}


@pytest.mark.parametrize(
    ("confirmed", "handovers", "ends"),
    [
        ("2026-12-07 10:00", FYLLSTA, "Mon 2026-12-07 13:30"),
        ("2026-12-07 13:30", FYLLSTA, "Mon 2026-12-07 20:45"),
        ("2026-12-07 21:00", FYLLSTA, "Tue 2026-12-08 06:45"),
        # every shift: the last of the places that hand over first
        ("2026-12-07 10:00", FYLLSTA | {"Natt": (time(21, 30),)}, "Mon 2026-12-07 21:30"),
        # nobody hands over: what is ahead at least
        ("2026-12-07 10:00", {"Kontoret": ()}, "Mon 2026-12-07 11:00"),
        ("2026-12-07 10:00", {}, "Mon 2026-12-07 11:00"),
        # the minimum holds although a handover comes before it
        ("2026-12-07 13:00", FYLLSTA, "Mon 2026-12-07 14:00"),
        # 02:30 is skipped in March and comes twice in October
        ("2027-03-28 01:00", NIGHT, "Sun 2027-03-28 03:30"),
        ("2027-03-28 04:00", NIGHT, "Mon 2027-03-29 02:30"),
        ("2026-10-25 01:00", NIGHT, "Sun 2026-10-25 02:30"),
    ],
)  # fmt: skip
def test_a_window_ends_when_every_affected_shift_has_handed_over(confirmed, handovers, ends):
    window = Window.model_validate({"handover": True, "minimum": "1 h"})
    almanac = Almanac({}, STOCKHOLM, handovers)
    assert in_words(window.ends(local(confirmed), almanac)) == ends
    assert window.floor() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("window", "ends"),
    [
        ({"clock": "09:00", "hours": "vaxeln"}, "Tue 2026-12-08 09:00"),
        ({"clock": "09:00", "hours": "vaxeln", "minimum": "24 h"}, "Tue 2026-12-08 16:00"),
        ({"clock": "09:00", "hours": "vaxeln", "maximum": "3 h"}, "Mon 2026-12-07 19:00"),
        ({"working": "2 h", "hours": "vaxeln", "maximum": "1 h"}, "Mon 2026-12-07 17:00"),
        ({"duration": "1 h", "minimum": "2 h", "maximum": "3 h"}, "Mon 2026-12-07 18:00"),
    ],
)
def test_a_window_is_never_shorter_than_its_minimum_nor_longer_than_its_maximum(window, ends):
    found = Window.model_validate(window)
    assert in_words(found.ends(local("2026-12-07 16:00"), hallefors().almanac())) == ends


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ({"before_known": "90 min"}, "Tue 2026-12-08 07:30"),
        ({"before_known": "0 s"}, "Tue 2026-12-08 09:00"),
        ({"days_before": 1, "clock": "13:00", "hours": "vaxeln"}, "Mon 2026-12-07 13:00"),
        ({"days_before": 2, "clock": "13:00", "hours": "vaxeln"}, "Fri 2026-12-04 13:00"),
        ({"days_before": 0, "clock": "07:30", "hours": "vaxeln"}, "Tue 2026-12-08 07:30"),
    ],
)
def test_an_hour_is_reckoned_backwards_from_when_it_is_known_anyway(at, moment):
    assert in_words(At.model_validate(at).moment(KNOWN, hallefors().almanac())) == moment


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_with(
        {
            f"{STEPS}/nyhetsrum/release": REMOVED,
            "events/beslut fattat": {"opened_by": ["informationsenheten"], "needs": "reference"},
            "events/tavlor uppe": {"opened_by": ["chef"], "percent": 80},
            f"{STEPS}/intranet/at": {"before_known": "90 min"},
            f"{STEPS}/epost/at": {"before_known": "1 h"},
            f"{STEPS}/affisch/strength": "if_practical",
            f"{PRESS}/window": {"duration": "30 min"},
            f"{PRESS}/at": {"before_known": "0 s"},
            f"{PRESS}/gates": ["beslut fattat"],
            f"{PRESS}/release": {
                "by": ["informationsenheten"], "out_of_hours": ["krisledning"], "hours": "vaxeln",
            },
            f"{STEPS}/nyhetsrum/window": {"same_time_as": "press"},
            f"{STEPS}/nyhetsrum/gates": ["tavlor uppe"],
        }
    )  # fmt: skip


def test_the_plan_is_reckoned_backwards_where_the_writer_names_a_moment(policy):
    steps = {one.key: one for one in make_plan(policy, content(known_at=KNOWN))}
    hours = {key: step.meant_for and in_words(step.meant_for) for key, step in steps.items()}
    assert hours == {
        "intranet": "Tue 2026-12-08 07:30",
        "epost": "Tue 2026-12-08 08:00",
        "affisch": None,
        "press": "Tue 2026-12-08 09:00",
        "nyhetsrum": "Tue 2026-12-08 09:00",
    }
    assert all(step.meant_for is None for step in make_plan(policy, content()))


def test_a_step_at_the_same_time_waits_for_what_every_step_between_waits_for():
    """Else it went out before the one that it is said to be at the same time as."""
    policy = policy_with(
        {
            "events/beslut fattat": {"opened_by": ["informationsenheten"]},
            "events/tavlor uppe": {"opened_by": ["informationsenheten"]},
            f"{STEPS}/nyhetsrum/window": {"same_time_as": "press"},
            f"{STEPS}/nyhetsrum/release": REMOVED,
            f"{STEPS}/nyhetsrum/gates": ["tavlor uppe"],
            f"{PRESS}/gates": ["beslut fattat"],
            f"{STEPS}/press2": {
                "channel": "press", "audience": "press", "after": ["intranet"],
                "window": {"same_time_as": "nyhetsrum"},
            },
        }
    )  # fmt: skip
    assert set(policy.classes["beslut"].gates_of("press2")) == {"tavlor uppe", "beslut fattat"}


def test_a_step_at_the_same_time_has_the_others_window_hour_release_events_and_order(policy):
    steps = {one.key: one for one in make_plan(policy, content(known_at=KNOWN))}
    press, web = steps["press"], steps["nyhetsrum"]
    assert (web.floor, web.meant_for, web.release_by) == (
        press.floor, press.meant_for, press.release_by,
    )  # fmt: skip
    assert set(press.after) <= {*web.after, "press"}
    assert web.gates == ("tavlor uppe", "beslut fattat")
    confirmed = local("2026-12-08 07:31")
    assert not_before(policy, "beslut", web, confirmed) == not_before(
        policy, "beslut", press, confirmed
    )


def test_the_forecast_is_red_where_staff_would_come_too_late(policy):
    early = forecast(policy, content(known_at=KNOWN), local("2026-12-07 10:00"))
    assert not any(one.late for one in early)
    assert [in_words(one.earliest) for one in early if one.step.key in ("intranet", "press")] == [
        "Tue 2026-12-08 07:30",
        "Tue 2026-12-08 09:00",
    ]
    late = forecast(policy, content(known_at=KNOWN), local("2026-12-08 09:10"))
    assert {one.step.key for one in late if one.late} == {"intranet", "epost", "affisch"}
    press = next(one for one in late if one.step.key == "press")
    assert in_words(press.earliest) == "Tue 2026-12-08 09:40", "the window holds all the same"
    assert [reason.wait for reason in press.waits] == [Wait.EVENT, Wait.RELEASE]


CONFIRMED = local("2026-12-08 07:31")
OPENS = local("2026-12-08 09:00")


def facts(policy: Policy, **of_all: Any) -> AnnouncementFacts:
    """Everything inside is done and the press may go, as far as the clock is concerned."""
    steps = {
        step.key: StepFacts(step, StepState.SETTLED, settled_at=CONFIRMED)
        for step in make_plan(policy, content(known_at=KNOWN))
    }
    steps["press"] = StepFacts(
        steps["press"].planned, not_before=CONFIRMED + timedelta(minutes=30), released_at=CONFIRMED
    )
    given = {"events": {"beslut fattat": CONFIRMED, "tavlor uppe": CONFIRMED}} | of_all
    return AnnouncementFacts(
        AnnouncementState.ACTIVE, steps, CONFIRMED, CONFIRMED, CONFIRMED, **given
    )


def changed(found: AnnouncementFacts, key: str, **changes: Any) -> AnnouncementFacts:
    return replace(found, steps={**found.steps, key: replace(found.steps[key], **changes)})


def waits(found: AnnouncementFacts, now=OPENS, key: str = "press") -> list[Wait]:
    return [reason.wait for reason in may_start(key, found, now).reasons]


def test_the_press_waits_for_its_hour_and_for_what_must_have_happened(policy):
    assert waits(facts(policy)) == []
    assert waits(facts(policy), OPENS - timedelta(seconds=1)) == [Wait.WINDOW]
    said = may_start("press", facts(policy, events={}), OPENS)
    assert [reason.say(str) for reason in said.reasons] == ["Väntar på: beslut fattat."]
    assert said.until is None, "no clock decides it"


def test_the_page_waits_for_its_hour(policy):
    page = changed(facts(policy), "intranet", state=StepState.WAITING, settled_at=None)
    page = replace(page, confirmed_at=None)
    hour = local("2026-12-08 07:30")
    assert waits(page, hour - timedelta(seconds=1), "intranet") == [Wait.WINDOW]
    assert waits(page, hour, "intranet") == []
    lifted = changed(page, "intranet", lifted_to=hour - timedelta(minutes=10))
    assert waits(lifted, hour - timedelta(minutes=10), "intranet") == []
    assert waits(lifted, hour - timedelta(minutes=11), "intranet") == [Wait.WINDOW]


def test_a_lift_lets_nothing_go_before_the_page_is_confirmed(policy):
    lifted = changed(facts(policy), "press", lifted_to=CONFIRMED - timedelta(hours=1))
    lifted = replace(changed(lifted, "press", not_before=CONFIRMED))
    assert waits(lifted, CONFIRMED) == []
    assert waits(replace(lifted, confirmed_at=None), CONFIRMED) == [Wait.CONFIRMATION]


def test_what_was_not_practical_in_time_is_gone_ahead_of(policy):
    waiting = changed(facts(policy), "affisch", state=StepState.SENDING, settled_at=None)
    assert waits(waiting) == []
    assert waiting.went_ahead_of("press") == ("affisch",)
    must = changed(facts(policy), "epost", state=StepState.SENDING, settled_at=None)
    assert waits(must) == [Wait.STEP]
    assert must.went_ahead_of("press") == ("epost",)


def test_a_person_can_say_that_nothing_waits_for_a_step(policy):
    held_up = changed(facts(policy), "epost", state=StepState.SENDING, settled_at=None)
    assert waits(changed(held_up, "epost", passed_over_at=OPENS)) == []


def test_a_late_release_counts_from_the_last_thing_that_was_missing(policy):
    days = timedelta(days=30)
    late = facts(policy, events={"beslut fattat": OPENS + days, "tavlor uppe": CONFIRMED})
    assert waits(late, OPENS + days) == []
    assert waits(facts(policy), OPENS + days) == [Wait.TOO_LATE]


@pytest.mark.parametrize(
    ("now", "roles"),
    [
        ("2026-12-08 10:00", ("informationsenheten",)),
        ("2026-12-08 12:15", ("informationsenheten", "krisledning")),
        ("2026-12-08 16:00", ("informationsenheten", "krisledning")),
        ("2026-12-12 10:00", ("informationsenheten", "krisledning")),
        ("2026-12-24 10:00", ("informationsenheten", "krisledning")),
    ],
)
def test_the_officer_on_duty_releases_out_of_hours(policy, now, roles):
    press = next(one for one in make_plan(policy, content()) if one.key == "press")
    assert who_releases(policy, "beslut", press, local(now)) == roles


def test_as_things_stand_a_step_is_expected_after_what_it_waits_for(policy):
    now = local("2026-12-08 08:10")
    found = expected(policy, "beslut", facts(policy), now)
    assert in_words(found["press"]) == "Tue 2026-12-08 09:00"
    assert found["intranet"] == CONFIRMED
    late = changed(facts(policy), "intranet", state=StepState.WAITING, settled_at=None)
    late = changed(replace(late, confirmed_at=None), "press", not_before=None)
    found = expected(policy, "beslut", late, local("2026-12-08 08:50"))
    assert in_words(found["press"]) == "Tue 2026-12-08 09:20"


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-12-08 20:59", None),
        ("2026-12-08 21:00", "Wed 2026-12-09 06:00"),
        ("2026-12-09 02:00", "Wed 2026-12-09 06:00"),
        ("2026-12-09 06:00", None),
        # nights in which the clock is set
        ("2027-03-28 01:30", "Sun 2027-03-28 06:00"),
        ("2026-10-25 02:30", "Sun 2026-10-25 06:00"),
    ],
)
def test_nothing_is_sent_to_people_who_sleep(moment, until):
    policy = policy_with({"quiet": {"begins": "21:00", "ends": "06:00"}})
    steps = {one.key: one for one in make_plan(policy, content())}
    found = policy.quiet_until(steps["epost"], local(moment))
    assert (found and in_words(found)) == until
    assert policy.quiet_until(steps["press"], local(moment)) is None
    crisis = {one.key: one for one in make_plan(policy, content("kris"))}
    assert policy.quiet_until(crisis["epost"], local(moment)) is None


def test_a_plan_goes_on_after_the_night():
    policy = policy_with({"quiet": {"begins": "21:00", "ends": "06:00"}})
    plan = {one.step.key: one for one in forecast(policy, content(), local("2026-12-08 22:00"))}
    assert in_words(plan["intranet"].earliest) == "Tue 2026-12-08 22:00"
    assert in_words(plan["epost"].earliest) == "Wed 2026-12-09 06:00"
    assert in_words(plan["affisch"].earliest) == "Tue 2026-12-08 22:00"
