"""Templates of the policy: what is a gap, and what no writer could hand in as it begins."""

from typing import Any

import pytest

from announcer.domain.errors import PolicyError
from announcer.domain.policy.diff import differences
from announcer.domain.policy.templates import gaps_in
from tests.unit.domain.example_policy import REMOVED, hallefors, policy_with, table

NEW = {"class": "information", "title": "(Enheten) flyttar"}
KEY = "templates/flytt"


def test_a_gap_stands_in_round_brackets_on_one_line_and_is_no_target_of_a_link() -> None:
    text = "Från (datum), se [sidan](https://halle.example) och (en\nrad)."

    assert gaps_in(text) == ["(datum)"]
    assert gaps_in(f"({'a' * 81})") == []


def test_each_gap_is_named_once_in_the_order_of_reading() -> None:
    policy = policy_with(
        {KEY: NEW | {"body": "Den (datum) flyttar (Enheten).", "contact": "(Roll)"}}
    )

    assert policy.templates["flytt"].gaps == ("(Enheten)", "(datum)", "(Roll)")
    assert {"(enheten)", "(datum)", "(roll)"} <= policy.gaps


def test_those_of_hallefors_have_gaps_and_something_for_each_way_of_telling() -> None:
    templates = hallefors().templates

    assert all(one.gaps for one in templates.values())
    assert {one.message_class for one in templates.values()} == {
        "information",
        "kommande beslut",
        "beslut",
        "bara min enhet",
    }


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"class": "nyhet"}, "class: there is no class 'nyhet'. Name one of 'information'"),
    ({"class": REMOVED}, "class: is missing. Add it."),
    ({"klass": "information"}, "klass: is no key of the policy language"),
    ({"title": ""}, "title: write a text"),
    ({"body": "a" * 8001}, "body: "),
    (
        {"class": "beslut", "audience": ["alla", "press"]},
        "audience: a writer of its class cannot choose 'press'",
    ),
    ({"topic": "skola"}, "topic: there is no topic 'skola'. Name one of [[spokespersons]]"),
    *(
        ({"class": "bara min enhet", key: value}, f"{key}: a note to one's own unit has none")
        for key, value in (
            ("summary", "Kort."),
            ("audience", ["alla"]),
            ("translations", {"fi": {"title": "Muutto"}}),
        )
    ),
]


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_a_template_that_leads_nowhere_is_refused_with_file_key_and_fix(
    changes: dict[str, Any], said: str
) -> None:
    written = {name: one for name, one in (NEW | changes).items() if one is not REMOVED}

    with pytest.raises(PolicyError) as refused:
        policy_with({KEY: written})

    assert f"policies/broken.toml: templates.flytt.{said}" in str(refused.value)


def test_the_press_can_be_suggested_where_the_writer_may_choose_it() -> None:
    policy = policy_with({KEY: NEW | {"audience": ["alla", "press", "klockarskolan"]}})

    assert policy.templates["flytt"].audience == ("alla", "press", "klockarskolan")


def test_two_versions_of_a_policy_differ_in_the_key_of_a_template() -> None:
    before, after = table(), table()
    after["templates"]["ny chef"]["title"] = "Ny chef: (namn)"

    assert [one.key for one in differences(before, after)] == ["templates.ny chef.title"]
