"""May this step start, and if not, what does a person read."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from announcer.domain.announcement import AnnouncementState
from announcer.domain.plan import AnnouncementFacts, Reason, Verdict, Wait, may_start
from announcer.domain.schedule import make_plan
from announcer.domain.step import StepFacts, StepState
from tests.unit.domain.example_policy import content, hallefors, local

CONFIRMED = local("2026-12-08 10:00")
OPENS = local("2026-12-08 12:00")
NOW = local("2026-12-08 13:00")


def ready(class_name: str = "beslut", **of_press: Any) -> AnnouncementFacts:
    """A decision whose press release may go: everything before it is settled."""
    steps = {
        step.key: StepFacts(step, StepState.SETTLED, CONFIRMED, settled_at=CONFIRMED)
        for step in make_plan(hallefors(), content(class_name, audience=("alla", "press")))
    }
    press = StepFacts(steps["press"].planned, not_before=OPENS, released_at=CONFIRMED)
    steps["press"] = replace(press, **of_press)
    return AnnouncementFacts(
        AnnouncementState.ACTIVE,
        steps,
        planned_at=CONFIRMED,
        approved_at=CONFIRMED,
        confirmed_at=CONFIRMED,
    )


def with_step(facts: AnnouncementFacts, key: str, **changes: Any) -> AnnouncementFacts:
    return replace(facts, steps={**facts.steps, key: replace(facts.steps[key], **changes)})


def waits(verdict: Verdict) -> list[Wait]:
    return [reason.wait for reason in verdict.reasons]


def said(verdict: Verdict) -> list[str]:
    return [reason.say(str) for reason in verdict.reasons]


def test_the_press_goes_when_every_condition_is_met() -> None:
    assert may_start("press", ready(), NOW).allowed


@pytest.mark.parametrize(
    ("facts", "wait", "words"),
    [
        (replace(ready(), approved_at=None), Wait.APPROVAL, "Väntar på att texten godkänns."),
        (replace(ready(), state=AnnouncementState.IN_REVIEW), Wait.APPROVAL, "Väntar på att texten godkänns."),
        (replace(ready(), held_at=NOW), Wait.HELD, "Meddelandet är pausat."),
        (ready(held_at=NOW, held_reason="fel siffra"), Wait.HELD, "Steget är stoppat: fel siffra"),
        (replace(ready(), state=AnnouncementState.WITHDRAWN), Wait.WITHDRAWN, "Meddelandet är tillbakadraget."),
        (with_step(ready(), "epost", state=StepState.SENDING), Wait.STEP, "Väntar på steget före: E-post."),
        (with_step(ready(), "affisch", state=StepState.WAITING), Wait.STEP,
         "Väntar på steget före: Affisch på personaltavlan."),
        (with_step(ready(), "affisch", state=StepState.WITHDRAWN), Wait.STEP,
         "Väntar på steget före: Affisch på personaltavlan."),
        (replace(ready(), confirmed_at=None), Wait.CONFIRMATION,
         "Väntar på att sidan är uppe på intranätet och kontrollerad."),
        (ready(not_before=None), Wait.CONFIRMATION, "Väntar på att sidan är uppe på intranätet och kontrollerad."),
        (ready(not_before=NOW + timedelta(seconds=1)), Wait.WINDOW, "Personalen först, till 2026-12-08 12:00:01+00:00."),
        (ready(released_at=None), Wait.RELEASE, "Väntar på att någon släpper det till medierna."),
        (ready(state=StepState.SENDING), Wait.BEGUN, "Steget har redan börjat."),
        (ready(state=StepState.SETTLED), Wait.BEGUN, "Steget har redan börjat."),
    ],
)  # fmt: skip
def test_each_missing_condition_is_the_one_reason(
    facts: AnnouncementFacts, wait: Wait, words: str
) -> None:
    verdict = may_start("press", facts, NOW)
    assert (waits(verdict), said(verdict)) == ([wait], [words])


def test_the_window_ends_at_its_very_second() -> None:
    assert waits(may_start("press", ready(), OPENS - timedelta(microseconds=1))) == [Wait.WINDOW]
    assert may_start("press", ready(), OPENS).allowed


def test_a_window_written_below_the_floor_is_not_believed() -> None:
    facts = ready(not_before=CONFIRMED)
    verdict = may_start("press", facts, CONFIRMED + timedelta(minutes=30))
    assert verdict.until == CONFIRMED + timedelta(hours=2)


def test_staff_are_not_told_that_staff_are_first() -> None:
    facts = with_step(ready(), "epost", state=StepState.WAITING, not_before=OPENS)
    assert said(may_start("epost", facts, CONFIRMED)) == ["Väntar till 2026-12-08 11:00:00+00:00."]


def test_every_missing_condition_is_said_at_once() -> None:
    facts = replace(
        ready(released_at=None, held_at=NOW, held_reason="x"), approved_at=None, held_at=NOW
    )
    facts = with_step(facts, "epost", state=StepState.SENDING)
    assert waits(may_start("press", facts, CONFIRMED)) == [
        Wait.APPROVAL, Wait.HELD, Wait.HELD, Wait.STEP, Wait.WINDOW, Wait.RELEASE,
    ]  # fmt: skip


def test_a_withdrawn_announcement_waits_for_nothing_else() -> None:
    facts = replace(ready(released_at=None), state=AnnouncementState.WITHDRAWN, held_at=NOW)
    assert waits(may_start("press", facts, CONFIRMED)) == [Wait.WITHDRAWN]


def test_a_units_own_message_needs_no_approval() -> None:
    (page, _) = make_plan(hallefors(), content("bara min enhet", audience=("kost",)))
    facts = AnnouncementFacts(AnnouncementState.ACTIVE, {page.key: StepFacts(page)})
    assert may_start(page.key, facts, NOW).allowed


def test_the_page_waits_for_the_meeting_before_it_and_the_meeting_for_nothing() -> None:
    steps = {s.key: StepFacts(s) for s in make_plan(hallefors(), content("kommande beslut"))}
    facts = AnnouncementFacts(AnnouncementState.ACTIVE, steps, approved_at=NOW)
    assert may_start("mote", facts, NOW).allowed
    assert said(may_start("intranet", facts, NOW)) == ["Väntar på steget före: Möte."]
    facts = with_step(facts, "mote", state=StepState.SETTLED, settled_at=NOW)
    assert may_start("intranet", facts, NOW).allowed


def test_asking_again_is_worth_it_at_the_windows_end_and_only_if_time_is_all_that_is_missing() -> (
    None
):
    assert may_start("press", ready(), CONFIRMED).until == OPENS
    assert may_start("press", ready(released_at=None), CONFIRMED).until is None
    assert may_start("press", ready(), NOW).until is None


def test_the_latest_of_several_moments_is_the_one_to_wait_for() -> None:
    reasons = tuple(Reason(Wait.WINDOW, "", {}, until=moment) for moment in (OPENS, NOW, CONFIRMED))
    assert Verdict(reasons).until == NOW


LATEST = OPENS + timedelta(days=3)


def test_a_step_later_than_its_greatest_lateness_waits_for_a_person() -> None:
    assert may_start("press", ready(), LATEST).allowed
    late = may_start("press", ready(), LATEST + timedelta(seconds=1))
    assert waits(late) == [Wait.TOO_LATE]
    assert late.until is None


def test_lateness_counts_from_the_last_condition_that_was_met() -> None:
    soon_after = LATEST + timedelta(minutes=1)
    assert may_start("press", ready(released_at=LATEST), soon_after).allowed
    assert may_start("press", replace(ready(), approved_at=LATEST), soon_after).allowed
    assert may_start("press", with_step(ready(), "epost", settled_at=LATEST), soon_after).allowed


def test_what_a_person_resumed_is_not_late() -> None:
    soon_after = LATEST + timedelta(minutes=1)
    assert may_start("press", ready(resumed_at=LATEST), soon_after).allowed
    assert may_start("press", replace(ready(), resumed_at=LATEST), soon_after).allowed


def test_a_step_that_waits_for_something_else_is_not_called_late() -> None:
    facts = ready(released_at=None)
    assert waits(may_start("press", facts, LATEST + timedelta(days=9))) == [Wait.RELEASE]


def test_a_reason_is_said_in_the_readers_language_with_times_in_words() -> None:
    (reason,) = may_start("press", ready(), CONFIRMED).reasons
    english = {"Personalen först, till {until}.": "Staff first, until {until}."}
    assert reason.say(english.__getitem__, lambda _: "noon") == "Staff first, until noon."
