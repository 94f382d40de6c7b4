"""Who is called when, and for what: told from a plan's facts alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from announcer.domain.announcement import AnnouncementState
from announcer.domain.patience import Patience, has_ceilings, patience
from announcer.domain.plan import AnnouncementFacts
from announcer.domain.policy import Policy
from announcer.domain.schedule import make_plan
from announcer.domain.step import StepFacts, StepState
from tests.unit.domain.example_policy import content, hallefors, local, policy_with

STEPS = "classes/beslut/steps"
KNOWN = local("2026-12-08 09:00")
PLANNED = local("2026-12-07 08:00")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_with(
        {
            "events/beslut fattat": {"opened_by": ["chef"], "ceiling": "2 h"},
            "classes/beslut/ask_before_known": "1 h",
            f"{STEPS}/mote": {
                "channel": "meeting", "before_intranet": True, "ticked_by": ["chef"],
                "at": {"days_before": 1, "clock": "13:00", "hours": "vaxeln"}, "ceiling": "45 min",
            },
            f"{STEPS}/intranet/after": ["mote"],
            f"{STEPS}/epost/ceiling": "20 min",
            f"{STEPS}/press/gates": ["beslut fattat"],
            f"{STEPS}/press/release/ceiling": "4 h",
        }
    )  # fmt: skip


def planned(policy: Policy, **of_all: Any) -> AnnouncementFacts:
    steps = {one.key: StepFacts(one) for one in make_plan(policy, content(known_at=KNOWN))}
    given = {"planned_at": PLANNED, "approved_at": PLANNED} | of_all
    return AnnouncementFacts(AnnouncementState.ACTIVE, steps, **given)


def with_step(facts: AnnouncementFacts, key: str, **changes: Any) -> AnnouncementFacts:
    return replace(facts, steps={**facts.steps, key: replace(facts.steps[key], **changes)})


def found(policy: Policy, facts: AnnouncementFacts, now: datetime) -> dict[str, Patience]:
    return {one.what: one for one in patience(policy, "beslut", facts, KNOWN, now)}


def test_a_meeting_has_from_its_hour_and_never_from_before_the_plan(policy):
    one = found(policy, planned(policy), PLANNED)["unfinished: mote"]
    assert one.ends == local("2026-12-07 13:45")
    assert one.roles == ("chef", "informationsenheten")
    late = planned(policy, planned_at=local("2026-12-07 15:00"))
    assert found(policy, late, PLANNED)["unfinished: mote"].ends == local("2026-12-07 15:45")


def test_it_is_asked_before_it_is_known_until_everybody_inside_knows(policy):
    facts = planned(policy)
    assert found(policy, facts, PLANNED)["known anyway"].ends == local("2026-12-08 08:00")
    for key in ("mote", "intranet", "epost", "affisch"):
        facts = with_step(facts, key, state=StepState.SETTLED, settled_at=PLANNED)
    assert "known anyway" not in found(policy, facts, PLANNED)


def inside_done(policy: Policy, **of_all: Any) -> AnnouncementFacts:
    facts = planned(policy, confirmed_at=PLANNED, **of_all)
    for key in ("mote", "intranet", "epost", "affisch"):
        facts = with_step(facts, key, state=StepState.SETTLED, settled_at=PLANNED)
    return with_step(facts, "press", not_before=PLANNED)


def test_an_event_is_waited_for_from_when_it_is_the_last_thing(policy):
    now = PLANNED + timedelta(days=1)
    assert found(policy, inside_done(policy), now) == {}, "the release is missing as well"
    released = with_step(inside_done(policy), "press", released_at=now)
    one = found(policy, released, now)["event: beslut fattat"]
    assert (one.ends, one.roles) == (now + timedelta(hours=2), ("chef",))


def test_a_release_is_waited_for_from_when_it_is_the_last_thing(policy):
    now = PLANNED + timedelta(days=1)
    facts = inside_done(policy, events={"beslut fattat": now})
    one = found(policy, facts, now)["release"]
    assert (one.ends, one.roles) == (now + timedelta(hours=4), ("informationsenheten",))


def test_a_step_without_an_hour_counts_from_when_it_could_begin(policy):
    facts = planned(policy, confirmed_at=PLANNED)
    for key in ("mote", "intranet"):
        facts = with_step(facts, key, state=StepState.SETTLED, settled_at=PLANNED)
    assert "unfinished: epost" not in found(policy, facts, PLANNED), "its window is not known"
    facts = with_step(facts, "epost", not_before=PLANNED, state=StepState.SENDING)
    one = found(policy, facts, PLANNED)["unfinished: epost"]
    assert one.ends == PLANNED + timedelta(minutes=20)
    assert one.message.format(**one.values).startswith("E-post är inte klart.")


@pytest.mark.parametrize(
    "changes",
    [
        {"held_at": PLANNED},
        {"standstill_since": PLANNED},
    ],
)
def test_what_stands_still_calls_nobody(policy, changes):
    assert found(policy, planned(policy, **changes), KNOWN) == {}


@pytest.mark.parametrize(
    "state",
    [AnnouncementState.IN_REVIEW, AnnouncementState.WITHDRAWN, AnnouncementState.COMPLETED],
)
def test_what_is_not_under_way_calls_nobody(policy, state):
    assert found(policy, replace(planned(policy), state=state), KNOWN) == {}


def test_what_was_passed_over_is_waited_for_no_longer(policy):
    facts = with_step(planned(policy), "mote", passed_over_at=PLANNED)
    assert "unfinished: mote" not in found(policy, facts, PLANNED)


def test_only_classes_with_ceilings_are_watched(policy):
    assert has_ceilings(policy.classes["beslut"], policy)
    assert not any(has_ceilings(one, hallefors()) for one in hallefors().classes.values())
