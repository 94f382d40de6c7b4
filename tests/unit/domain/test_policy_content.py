"""Rules about texts that no text could keep are refused when the policy is loaded."""

from typing import Any

import pytest

from announcer.domain.errors import PolicyError
from tests.unit.domain.example_policy import policy_with

CLASS = "classes/beslut"
OWN = "classes/bara min enhet"

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({f"{CLASS}/content": {"languages": ["de"]}}, "classes.beslut.content.languages", "add it to organisation.languages"),
    ({f"{CLASS}/content": {"complementary": ["de"]}}, "content.complementary", "Choose among sv, fi, en"),
    ({f"{CLASS}/content": {"same_time": ["de"]}}, "content.same_time", "Choose among sv, fi, en"),
    ({f"{OWN}/content": {"languages": ["fi"]}}, "content.languages", "Remove it"),
    ({f"{CLASS}/content": {"without": "never"}}, "classes.beslut.content.without", "'hold' or 'first'"),
    ({f"{CLASS}/content": {"needs": ["picture"]}}, "classes.beslut.content.needs", "'summary'"),
    ({f"{CLASS}/least_notice": {}}, "classes.beslut.least_notice", "exactly one of duration and working"),
    ({f"{CLASS}/least_notice": {"duration": "1 d", "working": "8 h"}}, "least_notice", "exactly one"),
    ({f"{CLASS}/least_notice": {"duration": "1 d", "hours": "vaxeln"}}, "least_notice.hours", "write working"),
    ({f"{CLASS}/least_notice": {"working": "8 h"}}, "least_notice.hours", "Add [calendar.hours"),
    ({f"{CLASS}/least_notice": {"working": "9000 h", "hours": "vaxeln"}}, "least_notice.working", "Shorten it"),
    ({f"{CLASS}/least_notice": "snart"}, "classes.beslut.least_notice", "write a duration"),
    ({"limits": {"longest_title": 300}}, "limits.longest_title", "less than or equal to 200"),
    ({"limits": {"longest_summary": True}}, "limits.longest_summary", "valid integer"),
    ({"limits": {"words": {" ": "x"}}}, "limits.words", "write a word or a phrase"),
    ({"audiences/alla/mandatory": ["fax"]}, "audiences.alla.mandatory", "'poster'"),
    # "mote" is in two classes, and in one of them only where the writer asks for it.
    ({"audiences/alla/mandatory": ["meeting"]}, "classes.information.steps", 'Add one with channel = "meeting"'),
    ({"audiences/alla/mandatory": ["meeting"]}, "classes.beslut.steps", "audiences.alla.mandatory"),
    ({"audiences/press/mandatory": ["newsroom"], "classes/kris/steps/nyhetsrum/channel": "press"},
     "classes.kris.steps", "'newsroom'"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "fix"), REFUSED)
def test_a_rule_about_texts_that_cannot_be_kept_is_refused(
    changes: dict[str, Any], key: str, fix: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        policy_with(changes)
    (line, *_) = [one for one in str(refused.value).splitlines() if key in one]
    assert line.startswith("policies/broken.toml: ")
    assert fix in line


def test_a_unit_s_own_message_is_not_bound_by_what_an_audience_always_gets() -> None:
    """It names no audience of the policy; it has no poster and loads all the same."""
    assert policy_with({"audiences/alla/mandatory": ["intranet", "email", "poster"]})
