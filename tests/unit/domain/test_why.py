"""Why a step goes when it does, in the words that people read."""

from datetime import date

import pytest

from announcer.domain.policy import WEEKDAYS, Policy
from announcer.domain.schedule import forecast
from announcer.domain.why import Foreseen, foresee, is_day_off
from announcer.render.foreseen import sentences, setting_of, stops
from tests.unit.domain.example_policy import REMOVED, content, hallefors, local, policy_with


def foreseen(policy: Policy, confirmed: str, class_name: str = "beslut") -> dict[str, Foreseen]:
    text = content(class_name, audience=("alla", "press"))
    plan = forecast(policy, text, local(confirmed))
    return {one.step.key: one for one in foresee(policy, class_name, plan)}


def why(
    policy: Policy, confirmed: str, class_name: str = "beslut", step: str = "press"
) -> list[str]:
    found = foreseen(policy, confirmed, class_name)[step]
    return [said.replace("\xa0", " ") for said in sentences(found, setting_of(policy, "sv"))]


@pytest.mark.parametrize(
    ("confirmed", "reasons"),
    [
        ("2026-12-08 10:00", []),
        (
            "2026-12-23 16:55",
            [
                "Det är stängt när sidan kommer upp. Arbetstiden räknas från 28 december 2026 klockan 07.30.",
                "24 december till 27 december är inga arbetsdagar.",
            ],
        ),
        (
            "2027-01-05 11:00",
            ["5 januari är en halvdag som slutar klockan 12.00.", "6 januari är ingen arbetsdag."],
        ),
        ("2027-05-05 15:10", ["6 maj är ingen arbetsdag."]),
        ("2027-01-04 15:30", []),  # ends on the half-day, long before noon
    ],
)
def test_working_time_names_the_hours_the_half_days_and_the_days_that_do_not_count(
    confirmed: str, reasons: list[str]
) -> None:
    assert why(hallefors(), confirmed) == [
        "Personalen har försprång i 2 timmar arbetstid.",
        *reasons,
        "Släpps för hand av Informationsenheten.",
    ]


def test_two_runs_of_days_off_are_two_sentences() -> None:
    policy = policy_with(
        {"classes/beslut/steps/press/window": {"working": "9 h", "hours": "vaxeln"}}
    )
    assert why(policy, "2026-12-23 12:30")[1:-1] == [
        "24 december till 27 december är inga arbetsdagar.",
    ]
    slow = policy_with(
        {"classes/beslut/steps/press/window": {"working": "30 h", "hours": "vaxeln"}}
    )
    assert why(slow, "2026-12-23 12:30")[1:-1] == [
        "24 december till 27 december är inga arbetsdagar.",
        "31 december till 3 januari är inga arbetsdagar.",
    ]


def test_the_next_working_day_has_no_half_days_in_it() -> None:
    assert why(hallefors(), "2027-01-05 11:00", "kommande beslut") == [
        "Personalen har försprång till klockan 09.00 nästa arbetsdag.",
        "6 januari är ingen arbetsdag.",
        "Släpps för hand av Informationsenheten.",
    ]


def test_elapsed_time_counts_day_and_night_and_days_off() -> None:
    policy = policy_with({"classes/beslut/steps/press/window": {"duration": "36 h"}})
    assert why(policy, "2026-12-23 16:55")[:-1] == ["Personalen har försprång i 1 dygn 12 timmar."]


def test_staff_who_wait_are_not_told_that_staff_are_ahead() -> None:
    policy = policy_with({"classes/beslut/steps/epost/window": {"duration": "10 min"}})
    assert why(policy, "2026-12-08 10:00", step="epost") == ["Väntar 10 minuter."]


def test_what_waits_for_nothing_but_the_page_says_so() -> None:
    soon = ["Går så snart sidan är uppe och kontrollerad."]
    assert why(hallefors(), "2026-12-08 10:00", step="epost") == soon
    assert why(hallefors(), "2026-12-08 10:00", "kris") == soon
    assert why(hallefors(), "2026-12-08 10:00", step="intranet") == [
        "Kontrolleras innan något annat går."
    ]


def test_what_a_person_sets_has_no_time_and_what_comes_after_it_hangs() -> None:
    found = foreseen(hallefors(), "2026-12-08 10:00", "kommande beslut")
    assert found["mote"].at is None
    assert {key for key, one in found.items() if one.hangs} == set(found)
    assert {key for key, one in found.items() if one.at is None} == {"mote"}
    direct = foreseen(hallefors(), "2026-12-08 10:00")
    assert {key for key, one in direct.items() if one.hangs} == {"press", "nyhetsrum"}


def test_an_event_an_hour_and_a_handover_are_said_in_words() -> None:
    steps = "classes/beslut/steps"
    policy = policy_with(
        {
            "events/protokollet godkänt": {"opened_by": ["chef"]},
            f"{steps}/intranet/at": {"before_known": "90 min"},
            f"{steps}/press/window": {"handover": True, "minimum": "1 h"},
            f"{steps}/press/gates": ["protokollet godkänt"],
        }
    )
    text = content(audience=("alla", "press"), known_at=local("2026-12-09 09:00"))
    plan = foresee(policy, "beslut", forecast(policy, text, local("2026-12-08 10:00")))
    found = {one.step.key: sentences(one, setting_of(policy, "sv")) for one in plan}
    assert found["intranet"][0].replace("\xa0", " ") == (
        "Tidigast 9 december 2026 klockan 07.30, räknat baklänges från när nyheten blir känd ändå."
    )
    assert tuple(said.replace("\xa0", " ") for said in found["press"]) == (
        "Väntar på: protokollet godkänt.",
        "Personalen har försprång tills varje skift har lämnat över.",
        "Minst 1 timme.",
        "Släpps för hand av Informationsenheten.",
    )
    by_key = {one.step.key: one for one in plan}
    assert by_key["press"].hangs
    assert by_key["press"].at is None  # no clock says when the minutes are approved
    assert by_key["intranet"].at == local("2026-12-09 07:30")


def test_a_meeting_that_is_meant_for_an_hour_stands_at_that_hour_and_hangs() -> None:
    at = {"days_before": 1, "clock": "13:00", "hours": "vaxeln"}
    policy = policy_with({"classes/kommande beslut/steps/mote/at": at})
    text = content("kommande beslut", known_at=local("2026-12-08 09:00"))
    plan = foresee(policy, text.class_name, forecast(policy, text, local("2026-12-04 10:00")))
    meeting = next(one for one in plan if one.step.key == "mote")
    assert (meeting.at, meeting.hangs) == (local("2026-12-07 13:00"), True)


def test_bounds_of_a_window_are_said_beside_it() -> None:
    window = {"clock": "09:00", "hours": "vaxeln", "minimum": "14 h", "maximum": "48 h"}
    policy = policy_with({"classes/beslut/steps/press/window": window})
    assert why(policy, "2026-12-08 20:00")[:3] == [
        "Personalen har försprång till klockan 09.00 nästa arbetsdag.",
        "Minst 14 timmar.",
        "Högst 2 dygn.",
    ]


def test_a_night_in_which_people_sleep_is_said_where_it_keeps_a_step_and_nowhere_else() -> None:
    policy = policy_with({"quiet": {"begins": "21:00", "ends": "06:30", "channels": ["email"]}})
    asleep = ["Inget skickas nattetid. Väntar till 9 december 2026 klockan 06.30."]
    assert why(policy, "2026-12-08 22:00", step="epost") == asleep
    assert why(policy, "2026-12-08 10:00", step="epost") == [
        "Går så snart sidan är uppe och kontrollerad."
    ]
    assert why(policy, "2026-12-08 22:00", step="affisch") != asleep
    assert why(policy, "2026-12-08 22:00", "kris", "epost") != asleep


def test_reasons_that_were_just_given_are_not_given_again_in_the_picture() -> None:
    plan = list(foreseen(hallefors(), "2026-12-23 16:55").values())
    press, newsroom = stops(plan, setting_of(hallefors(), "sv"), str)[-2:]
    assert len(press.notes) == 4
    assert newsroom.notes == ("Samtidigt som steget före, av samma skäl.",)
    policy = policy_with({"classes/beslut/steps/nyhetsrum/release": REMOVED})
    plan = list(foreseen(policy, "2026-12-23 16:55").values())
    assert len(stops(plan, setting_of(policy, "sv"), str)[-1].notes) == 3


def test_a_day_off_is_one_on_which_nobody_works_whichever_hours_are_asked() -> None:
    sunday = date(2026, 12, 6)
    assert is_day_off(hallefors(), sunday)
    care = policy_with({"calendar/hours/jour": {"sunday": ["08:00-16:00"]}})
    assert not is_day_off(care, sunday)
    assert is_day_off(care, date(2026, 12, 5))


def test_days_off_are_those_of_the_hours_that_a_class_counts_in() -> None:
    christmas, tuesday = date(2026, 12, 25), date(2026, 12, 8)
    always = {day: ["00:00-23:59"] for day in WEEKDAYS} | {"every_day": True}
    policy = policy_with(
        {
            "calendar/hours/jour": always,
            "classes/kris/steps/press/window": {"working": "1 h", "hours": "jour"},
        }
    )
    assert is_day_off(policy, christmas)  # of a duty desk nobody thinks who asks for days off
    assert is_day_off(policy, christmas, "beslut")
    assert not is_day_off(policy, christmas, "kris")
    assert is_day_off(policy, christmas, "bara min enhet")  # counts in no hours
    assert not is_day_off(policy, tuesday, "beslut")
    alone = policy_with({"calendar/hours/vaxeln": always})
    assert not is_day_off(alone, christmas)
