"""Whatever else a policy says: one word that could break the promise, and it does not load."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.random_policies import (
    OUTWARD,
    comes_after,
    leaves_the_house,
    loads,
    ordinary,
    policy_tables,
)

Steps = dict[str, Any]
Break = Callable[[dict[str, Any], str, str], None]


def outside_before_the_page(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"][key]["after"] = []
    raw["classes"][name]["steps"][key]["window"] = {"duration": "90 h"}


def together_with_something_before_the_page(raw: dict[str, Any], name: str, key: str) -> None:
    steps = raw["classes"][name]["steps"]
    steps["samling"] = {"channel": "meeting", "before_intranet": True, "ticked_by": ["chef"]}
    steps[key] |= {"after": [], "window": {"same_time_as": "samling"}}
    steps[key].pop("release", None)
    steps[key].pop("at", None)


def together_in_a_circle(raw: dict[str, Any], name: str, key: str) -> None:
    steps = raw["classes"][name]["steps"]
    for one, other in (("press", "nyhetsrum"), ("nyhetsrum", "press")):
        steps[one]["window"] = {"same_time_as": other}


def no_lead_at_all(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"][key].pop("window")


def a_handover_that_may_never_come(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"][key]["window"] = {"handover": True}


def nobody_approves(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name].pop("approval")


def a_chain_of_nobody(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["approval"] = {"by": []}


def nobody_outside_is_named(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"][key].pop("audience")


def mail_to_the_press(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"]["epost"]["audience"] = "press"


def the_press_before_the_page(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"][key]["before_intranet"] = True


def mail_before_the_page(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"]["epost"] |= {"before_intranet": True, "after": []}


def the_page_after_the_press(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"]["intranet"]["after"] = [key]


def staff_after_the_press(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"]["epost"]["after"] = ["intranet", key]


def two_pages(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"]["andra"] = {"channel": "intranet"}


def no_page(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"]["intranet"]["channel"] = "email"


def a_page_that_need_not_be_waited_for(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"]["intranet"]["strength"] = "if_practical"


def media_that_need_not_be_waited_for(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"][key]["strength"] = "should"


def an_event_that_nobody_knows(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"][key]["gates"] = ["ingenting"]


def an_event_that_nobody_opens(raw: dict[str, Any], name: str, key: str) -> None:
    raw["events"]["tavlor uppe"]["opened_by"] = []


def a_release_by_nobody(raw: dict[str, Any], name: str, key: str) -> None:
    step = raw["classes"][name]["steps"][key]
    step |= {"release": {"by": []}, "window": {"duration": "1 h"}}


def a_key_that_is_misspelt(raw: dict[str, Any], name: str, key: str) -> None:
    raw["classes"][name]["steps"][key]["gate"] = ["beslut fattat"]


BREAKS: dict[str, Break] = {
    one.__name__: one
    for one in (
        outside_before_the_page, together_with_something_before_the_page, together_in_a_circle,
        no_lead_at_all, a_handover_that_may_never_come, nobody_approves, a_chain_of_nobody,
        nobody_outside_is_named, mail_to_the_press, the_press_before_the_page,
        mail_before_the_page, the_page_after_the_press, staff_after_the_press, two_pages, no_page,
        a_page_that_need_not_be_waited_for, media_that_need_not_be_waited_for,
        an_event_that_nobody_knows, an_event_that_nobody_opens, a_release_by_nobody,
        a_key_that_is_misspelt,
    )
}  # fmt: skip


@pytest.mark.parametrize("how", BREAKS)
def test_one_word_that_could_break_the_promise_and_the_policy_does_not_load(how: str) -> None:
    tried = []

    @settings(ordinary, max_examples=25)
    @given(st.data(), st.sampled_from(OUTWARD), st.sampled_from(["press", "nyhetsrum"]))
    def check(data: st.DataObject, name: str, key: str) -> None:
        raw = data.draw(policy_tables((name,), odd=False))
        if loads(raw) is None or "same_time_as" in str(raw["classes"][name]["steps"][key]):
            return
        tried.append(key)
        BREAKS[how](raw, name, key)
        assert loads(raw) is None

    check()
    assert tried, "no policy loaded before it was broken"


def test_in_every_policy_that_loads_the_page_comes_before_everything_in_writing() -> None:
    loaded = []

    @settings(ordinary, max_examples=400)
    @given(policy_tables())
    def check(raw: dict[str, Any]) -> None:
        if loads(raw) is None:
            return
        loaded.append(raw)
        for name, one in raw["classes"].items():
            steps = one["steps"]
            (page,) = (key for key, step in steps.items() if step["channel"] == "intranet")
            for key, step in steps.items():
                in_writing = step["channel"] != "meeting" or leaves_the_house(raw, name, key)
                assert key == page or not in_writing or page in comes_after(steps, key)

    check()
    assert len(loaded) > 50
