"""Seats that people fill: as many as can be, nobody twice, and the author's word after the others."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from announcer.domain.approving import Said, approved_at, empty_seats, seating
from announcer.domain.audience import Unit, Units
from announcer.domain.errors import PolicyError
from announcer.domain.policy import Approval, Chain
from announcer.domain.step import ApprovalRule
from tests.unit.domain.example_policy import UNITS, policy_with

ROLES = st.sampled_from(["a", "b", "c"])
SEATS = st.lists(st.lists(ROLES, min_size=1, max_size=2, unique=True), min_size=1, max_size=4)
PEOPLE = st.lists(st.frozensets(ROLES), max_size=4)
TEN = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)


def most_that_can_sit(seats: list[list[str]], people: list[frozenset[str]]) -> int:
    """By trying every order."""
    chairs = [*range(len(seats)), *([None] * len(people))]
    return max(
        sum(
            chair is not None and bool(people[n] & set(seats[chair])) for n, chair in enumerate(row)
        )
        for row in permutations(chairs, len(people))
    )


@given(SEATS, PEOPLE)
@example([["a"], ["b"]], [frozenset("ab"), frozenset("a")])
@example([["a"], ["b"], ["c"]], [frozenset("ab"), frozenset("ac"), frozenset("a")])
def test_as_many_seats_are_filled_as_can_be_and_nobody_sits_twice(seats, people):
    taken = seating(seats, people)
    sitting = [person for person in taken if person is not None]
    assert len(sitting) == len(set(sitting)) == most_that_can_sit(seats, people)
    for seat, person in zip(seats, taken, strict=True):
        assert person is None or people[person] & set(seat)
    assert len(empty_seats(seats, people)) == len(seats) - len(sitting)


@given(SEATS, PEOPLE)
def test_whoever_sits_keeps_sitting_when_others_come(seats, people):
    """Otherwise an approval that was taken could count for nothing later."""
    for count in range(len(people)):
        before = set(seating(seats, people[:count])) - {None}
        assert before <= set(seating(seats, people[: count + 1]))


def said(*minutes: int, **who: bool) -> list[Said]:
    return [Said(TEN + timedelta(minutes=m), **who) for m in minutes]


@pytest.mark.parametrize(
    ("rule", "needed", "author_last", "given", "minute"),
    [
        (ApprovalRule.OTHER, 1, False, said(5), 5),
        (ApprovalRule.OTHER, 1, False, [], None),
        (ApprovalRule.OTHER, 1, False, said(5, wrote=True), None),
        (ApprovalRule.ANY, 1, False, said(5, wrote=True), 5),
        (ApprovalRule.OTHER, 2, False, said(5), None),
        (ApprovalRule.OTHER, 2, False, said(9, 5), 9),
        (ApprovalRule.OTHER, 2, False, [*said(5), *said(6, wrote=True)], None),
        (ApprovalRule.OTHER, 1, True, said(5), None),
        (ApprovalRule.OTHER, 1, True, [*said(5), *said(4, wrote=True, author=True)], None),
        (ApprovalRule.OTHER, 1, True, [*said(5), *said(7, wrote=True, author=True)], 7),
        (ApprovalRule.OTHER, 1, True, [*said(5), *said(7, wrote=True)], None),
        (ApprovalRule.NONE, 0, False, [], None),
    ],
)  # fmt: skip
def test_a_text_is_approved_when_enough_others_have_and_then_the_author(
    rule, needed, author_last, given, minute
):
    expected = None if minute is None else TEN + timedelta(minutes=minute)
    assert approved_at(rule, needed, author_last, given) == expected


CHAINS = Approval(
    by=("class",),
    units={"valfard": Chain(by=("above",)), "fyllsta": Chain(by=("own",))},
)


@pytest.mark.parametrize(
    ("unit", "role"),
    [("fyllsta", "own"), ("valfard", "above"), ("nattpatrull", "above"), ("kost", "class"),
     ("ks", "class"), ("gone", "class"), ("", "class")],
)  # fmt: skip
def test_the_nearest_units_chain_is_the_units(unit: str, role: str):
    tree = {**UNITS.by_code, "nattpatrull": Unit("nattpatrull", "Nattpatrullen", "fyllsta-öst")}
    tree |= {code: Unit(code, code, "valfard") for code in ("fyllsta", "fyllsta-öst")}
    assert CHAINS.chain_of(unit, Units(tree)).by == (role,)


def test_units_that_lie_above_each_other_in_a_circle_end_nowhere():
    units = Units({"a": Unit("a", "A", "b"), "b": Unit("b", "B", "a")})
    assert units.upwards("a") == ("a", "b")
    assert CHAINS.chain_of("a", units) is CHAINS


APPROVAL = "classes/beslut/approval"
REFUSED = [
    ({APPROVAL: {}}, "approval: names nobody", "Add by"),
    ({APPROVAL: {"by": [], "each": []}}, "approval: names nobody", "Add by"),
    ({f"{APPROVAL}/each": ["ingen"]}, "approval.each", "Add [roles.ingen]"),
    ({f"{APPROVAL}/informs": ["ingen"]}, "approval.informs", "Add [roles.ingen]"),
    ({f"{APPROVAL}/units": {"kost": {"each": ["ingen"]}}}, "approval.units.kost.each", "Add [roles.ingen]"),
    ({f"{APPROVAL}/units": {"kost": {}}}, "approval.units.kost: names nobody", "Add by"),
    ({f"{APPROVAL}/units": {"kost": {"by": ["chef"], "units": {}}}}, "approval.units.kost.units", "no key"),
    ({APPROVAL: {"each": ["chef"], "author_alone": True}}, "approval.author_alone", "Remove one of the two"),
    ({APPROVAL: {"by": ["chef"], "author_alone": True, "author_last": True}}, "author_alone", "Remove one"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "fix"), REFUSED)
def test_a_chain_that_nobody_could_walk_is_refused(changes, key, fix):
    with pytest.raises(PolicyError) as refused:
        policy_with(changes)
    assert key in str(refused.value)
    assert fix in str(refused.value)
