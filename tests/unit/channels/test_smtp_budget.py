"""So many messages in any sixty seconds."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from announcer.channels.smtp.budget import MINUTE, MinuteBudget


class Clock:
    def __init__(self) -> None:
        self.seconds = 5.0

    def __call__(self) -> float:
        return self.seconds


@given(st.integers(1, 5), st.lists(st.floats(0, 90), max_size=60))
def test_no_sixty_seconds_have_more_messages_than_allowed(most: int, gaps: list[float]) -> None:
    clock, sent = Clock(), []
    budget = MinuteBudget(most, clock)
    for gap in gaps:
        clock.seconds += gap
        if budget.claim() is None:
            sent.append(clock.seconds)

    for start in sent:
        assert sum(start <= moment < start + MINUTE for moment in sent) <= most


@given(st.integers(1, 5), st.integers(1, 40))
def test_everyone_who_comes_back_when_told_is_soon_through(most: int, waiting: int) -> None:
    """In the order they were told, each minute is used to the full and nobody asks four times."""
    clock = Clock()
    budget = MinuteBudget(most, clock)
    due = dict.fromkeys(range(waiting), 0.0)
    asked = dict.fromkeys(due, 0)
    while due:
        number = min(due, key=lambda one: due[one])
        clock.seconds = max(clock.seconds, due[number])
        asked[number] += 1
        wait = budget.claim()
        if wait is None:
            del due[number]
        else:
            assert timedelta() < wait
            due[number] = clock.seconds + wait.total_seconds()

    assert max(asked.values()) <= 3
    assert clock.seconds <= 5 + MINUTE * (waiting / most + 1)


def test_zero_is_no_bound() -> None:
    budget = MinuteBudget(0)
    assert [budget.claim() for _ in range(1000)] == [None] * 1000
