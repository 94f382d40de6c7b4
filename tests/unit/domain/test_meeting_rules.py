"""What the policy can say of meetings, and what it cannot."""

import pytest

from announcer.domain.errors import PolicyError
from announcer.domain.policy import parse_policy
from announcer.domain.toml_file import merged, read_toml
from tests.world import POLICY


def with_meeting(of: str = "kommande beslut", **keys: object) -> dict:
    return merged(read_toml(POLICY), {"classes": {of: {"steps": {"mote": keys}}}})


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"audience": "alla"}, None),
        ({"audience": "press"}, "these people belong to no unit"),
        ({"ticked_by": ["informationsenheten"]}, 'name a role with unit = "own"'),
    ],
)
def test_a_meeting_in_each_unit_needs_units_and_somebody_in_them(keys, said):
    table = with_meeting(held="per unit", ticked_by=["enhetschef"])
    table = merged(table, {"classes": {"kommande beslut": {"steps": {"mote": keys}}}})
    if said is None:
        parse_policy(table, "a policy")
        return
    with pytest.raises(PolicyError, match=said):
        parse_policy(table, "a policy")


def test_only_a_meeting_is_held_in_each_unit():
    table = merged(
        read_toml(POLICY), {"classes": {"beslut": {"steps": {"epost": {"held": "per unit"}}}}}
    )
    with pytest.raises(PolicyError, match="only a meeting is held in each unit"):
        parse_policy(table, "a policy")
