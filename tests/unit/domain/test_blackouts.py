"""A step does not begin in a black-out; it begins at its end, never earlier than it would have."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.domain.announcement import AnnouncementState
from announcer.domain.errors import PolicyError
from announcer.domain.plan import AnnouncementFacts, Wait, may_start
from announcer.domain.policy import Policy
from announcer.domain.schedule import forecast, make_plan, not_before
from announcer.domain.step import (
    PlannedStep,
    Silence,
    StepFacts,
    StepState,
    after_silences,
    silence_at,
)
from tests.unit.domain.example_policy import content, in_words, local, policy_with

CHRISTMAS = {"from": "2026-12-24", "until": "2026-12-27", "why": "Julen"}
#: Press of a decision: two open hours, on the 23rd from 14.30 it is over on the 28th at 08.00.
CONFIRMED = local("2026-12-23 11:00")


def silent(*blackouts: dict[str, Any]) -> Policy:
    return policy_with({"blackouts": list(blackouts)})


def step(policy: Policy, key: str, class_name: str = "beslut") -> PlannedStep:
    return next(one for one in make_plan(policy, content(class_name)) if one.key == key)


def opens(policy: Policy, key: str, confirmed: datetime, class_name: str = "beslut") -> str:
    moment = not_before(policy, class_name, step(policy, key, class_name), confirmed)
    assert moment is not None
    return in_words(moment)


def test_the_earliest_moment_moves_to_the_end_of_the_last_day() -> None:
    late = CHRISTMAS | {"from": "2026-12-23"}
    assert opens(silent(), "press", CONFIRMED) == "Wed 2026-12-23 13:30"
    assert opens(silent(CHRISTMAS), "press", CONFIRMED) == "Wed 2026-12-23 13:30"
    assert opens(silent(late), "press", CONFIRMED) == "Mon 2026-12-28 00:00"
    until = late | {"until": "2026-12-28T10:00"}
    assert opens(silent(until), "press", CONFIRMED) == "Mon 2026-12-28 10:00"


def test_one_that_begins_where_another_ends_is_waited_for_too() -> None:
    after = {"from": "2026-12-28", "until": "2026-12-28", "why": "Landssorg"}
    policy = silent(CHRISTMAS | {"from": "2026-12-23"}, after)
    assert opens(policy, "press", CONFIRMED) == "Tue 2026-12-29 00:00"


def test_only_its_channels_and_classes_are_concerned() -> None:
    long = CHRISTMAS | {"from": "2026-12-20"}
    there = "Wed 2026-12-23 13:30"
    assert opens(silent(long), "epost", CONFIRMED) == in_words(CONFIRMED)
    assert opens(silent(long | {"channels": ["newsroom"]}), "press", CONFIRMED) == there
    assert opens(silent(long | {"classes": ["information"]}), "press", CONFIRMED) == there
    mail = silent(long | {"channels": ["email"]})
    assert opens(mail, "epost", CONFIRMED) == "Mon 2026-12-28 00:00"


def test_an_emergency_is_never_held_back() -> None:
    policy = silent(CHRISTMAS | {"from": "2026-12-20"})
    assert opens(policy, "press", CONFIRMED, "kris") == in_words(CONFIRMED)


def test_the_forecast_knows_that_what_waits_for_a_silenced_step_waits_too() -> None:
    policy = silent(CHRISTMAS | {"from": "2026-12-20", "channels": ["email"]})
    moments = {one.step.key: one.earliest for one in forecast(policy, content(), CONFIRMED)}
    assert in_words(moments["epost"]) == in_words(moments["press"]) == "Mon 2026-12-28 00:00"


def facts(policy: Policy, **press: Any) -> AnnouncementFacts:
    before = {
        one.key: StepFacts(one, StepState.SETTLED, settled_at=CONFIRMED)
        for one in make_plan(policy, content())
        if not one.external
    }
    planned = step(policy, "press")
    waiting = StepFacts(
        planned, not_before=not_before(policy, "beslut", planned, CONFIRMED), **press
    )
    return AnnouncementFacts(
        AnnouncementState.ACTIVE,
        before | {"press": waiting},
        planned_at=CONFIRMED,
        approved_at=CONFIRMED,
        confirmed_at=CONFIRMED,
    )


def test_what_is_released_meanwhile_waits_with_the_reason_and_is_not_late_afterwards() -> None:
    # Its window is over before Christmas; released on Christmas Eve.
    policy = silent(CHRISTMAS | {"until": "2027-01-10"})
    released = facts(policy, released_at=local("2026-12-24 09:00"))
    verdict = may_start("press", released, local("2026-12-24 09:00"))
    (reason,) = verdict.reasons
    assert reason.wait is Wait.BLACKOUT
    assert reason.say(str, lambda value: in_words(value)) == (  # type: ignore[arg-type]
        "Inget går ut här förrän Mon 2027-01-11 00:00: Julen."
    )
    assert verdict.until == local("2027-01-11 00:00")
    assert not may_start("press", released, local("2027-01-10 23:59")).allowed
    assert may_start("press", released, local("2027-01-11 00:00")).allowed


def test_before_it_begins_the_reason_is_its_own_and_not_the_window_s() -> None:
    policy = silent(CHRISTMAS | {"from": "2026-12-23T12:00"})
    released = facts(policy, released_at=CONFIRMED)
    (reason,) = may_start("press", released, local("2026-12-23 11:30")).reasons
    assert reason.wait is Wait.BLACKOUT
    assert reason.until == local("2026-12-28 00:00")


def test_a_person_who_brings_it_forward_opens_it() -> None:
    policy = silent(CHRISTMAS)
    now = local("2026-12-25 08:00")
    lifted = facts(policy, released_at=now, lifted_to=now)
    assert may_start("press", lifted, now).allowed


START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 200).map(lambda hours: START + timedelta(hours=hours))
silences = st.lists(
    st.tuples(moments, st.integers(1, 60)).map(
        lambda s: Silence(s[0], s[0] + timedelta(hours=s[1]), "")
    ),
    max_size=6,
)


@given(silences, moments)
@settings(max_examples=300, deadline=None, database=None)
def test_the_first_moment_outside_them_all_is_found(there: list[Silence], moment: datetime) -> None:
    """Against a walk hour by hour: everything here begins and ends on the hour."""
    walked = moment
    while any(one.begins <= walked < one.ends for one in there):
        walked += timedelta(hours=1)
    assert after_silences(there, moment) == walked
    assert silence_at(there, walked) is None


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    (CHRISTMAS | {"until": "2026-12-23"}, "blackouts.0.until", "Write when it is over"),
    (CHRISTMAS | {"until": "jul"}, "blackouts.0.until", '"2026-12-24"'),
    (CHRISTMAS | {"from": 20261224}, "blackouts.0.from", '"2026-12-24"'),
    (CHRISTMAS | {"from": "20261224T10"}, "blackouts.0.from", '"2026-12-24"'),
    (CHRISTMAS | {"classes": ["nyhet"]}, "blackouts.0.classes", "Name one of the classes"),
    (CHRISTMAS | {"channels": ["intranet"]}, "blackouts.0.channels", "'press'"),
    (CHRISTMAS | {"lifted_for_urgent": False}, "blackouts.0.lifted_for_urgent", "Remove it"),
]


@pytest.mark.parametrize(("blackout", "key", "fix"), REFUSED)
def test_a_blackout_that_cannot_be_meant_is_refused(
    blackout: dict[str, Any], key: str, fix: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        silent(blackout)
    (line, *_) = [one for one in str(refused.value).splitlines() if f": {key}" in one]
    assert fix in line
