"""From a policy and a text to steps: which, to whom, after what, and not before when."""

from datetime import timedelta

import pytest

from announcer.domain.announcement import Content
from announcer.domain.errors import Refusal
from announcer.domain.manuscript import read_manuscript
from announcer.domain.schedule import make_plan, not_before
from announcer.domain.step import ApprovalRule, PlannedStep
from tests.unit.domain.example_policy import (
    EXAMPLES,
    content,
    hallefors,
    in_words,
    local,
    policy_with,
)


def example(number: str) -> Content:
    (path,) = EXAMPLES.glob(f"{number}-*.md")
    return read_manuscript(path.read_bytes(), lambda name: (EXAMPLES / name).read_bytes())


def planned(announced: Content) -> dict[str, PlannedStep]:
    return {step.key: step for step in make_plan(hallefors(), announced)}


@pytest.mark.parametrize(
    ("number", "steps"),
    [
        ("01", ["intranet", "epost", "affisch", "press", "nyhetsrum"]),
        ("02", ["intranet", "epost", "affisch", "press", "nyhetsrum"]),
        ("03", ["mote", "intranet", "epost", "affisch"]),
        ("04", ["intranet", "epost", "affisch", "press", "nyhetsrum"]),
        ("05", ["intranet", "affisch", "mote"]),
        ("06", ["intranet", "epost", "affisch"]),
    ],
)
def test_every_example_is_planned_in_the_order_of_the_policy(number: str, steps: list[str]) -> None:
    assert list(planned(example(number))) == steps


def test_those_inside_get_the_writers_audience_and_the_press_its_own() -> None:
    steps = planned(content("information", audience=("fyllsta", "press", "ks")))
    assert steps["intranet"].audience == ("fyllsta", "ks")
    assert steps["epost"].audience == ("fyllsta", "ks")
    assert steps["press"].audience == ("press",)
    assert [step.external for step in steps.values()] == [False, False, False, True, True]


def test_information_reaches_the_press_only_where_the_writer_names_it() -> None:
    assert "press" not in planned(content("information"))
    assert "press" in planned(content("information", audience=("alla", "press")))


def test_a_channel_that_the_writer_leaves_out_is_left_out_but_never_the_intranet() -> None:
    assert list(planned(content("information", channels=("poster",)))) == ["intranet", "affisch"]


def test_a_meeting_is_held_where_the_writer_chooses_it() -> None:
    assert "mote" not in planned(content("information"))
    assert "mote" in planned(content("information", channels=("email", "meeting")))


def test_choosing_inside_channels_does_not_let_the_press_go_first() -> None:
    steps = planned(content("beslut", channels=("email",)))
    assert list(steps) == ["intranet", "epost", "press", "nyhetsrum"]
    assert set(steps["press"].after) == {"intranet", "epost"}


def test_the_followers_of_a_step_that_is_left_out_wait_for_what_it_waited_for() -> None:
    chain = {
        "classes/beslut/steps/affisch/after": ["epost"],
        "classes/beslut/steps/press/after": ["affisch"],
    }
    steps = {s.key: s for s in make_plan(policy_with(chain), content(channels=("email",)))}
    assert "affisch" not in steps
    assert set(steps["press"].after) == {"intranet", "epost"}


@pytest.mark.parametrize("class_name", ["bara min enhet"])
def test_a_units_own_message_never_goes_to_the_press(class_name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        planned(content(class_name, audience=("kost", "press")))
    assert str(refusal.value) == (
        "”Bara min enhet” går aldrig till Medierna. Ta bort målgruppen eller byt klass."
    )


def test_an_audience_that_only_a_channel_not_chosen_reaches_is_refused_with_that_channel() -> None:
    policy = policy_with({"classes/beslut/steps/nyhetsrum/when": "channel",
                          "classes/beslut/steps/press/when": "channel"})  # fmt: skip
    with pytest.raises(Refusal) as refusal:
        make_plan(policy, content(audience=("kost", "press"), channels=("email",)))
    assert str(refusal.value) == (
        "Medierna nås genom Pressmeddelande, som du inte har valt. "
        "Välj det också, eller ta bort målgruppen."
    )


def test_a_channel_that_the_class_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(Refusal) as refusal:
        planned(content("bara min enhet", channels=("poster",)))
    assert str(refusal.value) == (
        "”Bara min enhet” har inte kanalen poster. Välj bland: email, intranet."
    )


@pytest.mark.parametrize(
    ("class_name", "rule"),
    [("beslut", ApprovalRule.OTHER), ("kris", ApprovalRule.ANY), ("bara min enhet", ApprovalRule.NONE)],
)  # fmt: skip
def test_whose_approval_is_needed_follows_the_class(class_name: str, rule: ApprovalRule) -> None:
    assert {step.approval for step in planned(content(class_name)).values()} == {rule}


def test_a_step_has_its_own_greatest_lateness_or_its_class_s() -> None:
    steps = planned(content("beslut"))
    assert steps["press"].greatest_lateness == timedelta(days=3)
    assert steps["epost"].greatest_lateness == timedelta(days=1)


def test_crisis_and_the_intranet_go_before_other_work() -> None:
    assert all(step.urgent for step in planned(content("kris")).values())
    assert [k for k, step in planned(content("beslut")).items() if step.urgent] == ["intranet"]


@pytest.mark.parametrize(
    ("class_name", "confirmed", "opens"),
    [
        ("kris", "2027-03-28 01:50", "Sun 2027-03-28 01:50"),
        ("beslut", "2026-12-08 15:30", "Wed 2026-12-09 09:00"),
        ("information", "2026-12-08 10:00", "Tue 2026-12-08 14:30"),
        ("kommande beslut", "2026-12-23 11:52", "Mon 2026-12-28 09:00"),
    ],
)
def test_the_press_waits_for_the_window_of_its_class(
    class_name: str, confirmed: str, opens: str
) -> None:
    steps = planned(content(class_name, audience=("alla", "press")))
    moment = not_before(hallefors(), class_name, steps["press"], local(confirmed))
    assert moment is not None
    assert in_words(moment) == opens


def test_what_follows_the_page_without_a_window_may_go_when_it_is_confirmed() -> None:
    steps = planned(content("kommande beslut"))
    confirmed = local("2026-12-08 10:00")
    assert not_before(hallefors(), "kommande beslut", steps["epost"], confirmed) == confirmed


@pytest.mark.parametrize("key", ["mote", "intranet"])
def test_the_page_and_what_comes_before_it_wait_for_no_window(key: str) -> None:
    steps = planned(content("kommande beslut"))
    assert not_before(hallefors(), "kommande beslut", steps[key], local("2026-12-08 10:00")) is None
