"""Two questions lead a writer to the class."""

import pytest

from announcer.domain.choosing import Decided, answers, suited
from announcer.domain.policy import Policy, load_policy
from tests.unit.domain.example_policy import POLICIES


@pytest.fixture(scope="module")
def hallefors() -> Policy:
    return load_policy(POLICIES / "hallefors.toml")


@pytest.mark.parametrize(
    ("decided", "found"),
    [
        (Decided.TAKEN, ["beslut"]),
        (Decided.COMING, ["kommande beslut"]),
        (Decided.NEITHER, ["information"]),
        (None, ["information", "kommande beslut", "beslut"]),
    ],
)
def test_what_is_decided_and_concerns_more_than_a_unit_has_one_class(
    hallefors: Policy, decided: Decided | None, found: list[str]
) -> None:
    assert suited(hallefors.classes, decided, more_than_unit=True) == found


@pytest.mark.parametrize("decided", [*Decided, None])
def test_what_concerns_one_unit_is_asked_nothing_more(
    hallefors: Policy, decided: Decided | None
) -> None:
    assert suited(hallefors.classes, decided, more_than_unit=False) == ["bara min enhet"]


def test_an_emergency_is_never_chosen_by_answers(hallefors: Policy) -> None:
    urgent = {name for name, one in hallefors.classes.items() if one.urgent}
    assert urgent == {"kris"}
    every = {n for d in (*Decided, None) for n in suited(hallefors.classes, d, more_than_unit=True)}
    assert not urgent & every


def test_only_answers_that_lead_somewhere_are_offered(hallefors: Policy) -> None:
    assert answers(hallefors.classes.values()) == list(Decided)
    kept = [one for name, one in hallefors.classes.items() if name in ("beslut", "bara min enhet")]
    assert answers(kept) == [Decided.TAKEN]
