"""Hypothesis plays people, workers, clocks and servers against the promise.

The number of examples and steps is fixed and the choices are derived from fixed seeds, so that every
run makes nearly the same ones. ``HYPOTHESIS_PROFILE=shrink`` makes a violation small, which takes
minutes; ``HYPOTHESIS_PROFILE=search`` looks for new ones, as long as one likes.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from announcer.domain.plan import Gate, Verdict, may_start
from tests.integration.state_machine.house_people import move_in
from tests.integration.state_machine.observed_house import ObservedHouse, TimedSmtp
from tests.integration.state_machine.promise_machine import PromiseMachine
from tests.public_house import PublicHouse

PROFILES = {
    "ci": settings(
        max_examples=6,
        stateful_step_count=24,
        phases=(Phase.generate,),
        database=None,
        report_multiple_bugs=False,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    ),
}
PROFILES["shrink"] = settings(PROFILES["ci"], phases=(Phase.generate, Phase.shrink))
PROFILES["search"] = settings(PROFILES["shrink"], max_examples=5_000, stateful_step_count=50)
#: What all examples together must have seen, or they tried nothing.
LEAST = {
    "staff mail": 300,
    "press mail": 50,
    "public": 20,
    "poster": 20,
    "crash": 2,
    "interruption": 5,
    "notice": 1,
    "corrected": 3,
    "declare": 2,
    "alarm": 3,
}
#: What comes seldom; how fast the machine is decides a little which of them do.
SELDOM = {
    *("again in doubt", "correction", "one paused", "stood still", "out already", "asked for"),
    *("given up", "over", "exercise"),
}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
PROMISE = PROFILES[PROFILE]
#: Each begins the choices of as many examples anew: one alone repeats itself too much. A search goes
#: on from the first, for as long as one likes.
SEEDS = (7, 15, 21, 22) if PROFILE == "ci" else (1,)

Build = Callable[[Gate], type[PromiseMachine]]

pytestmark = pytest.mark.timeout(300 if PROFILE == "ci" else 36_000)


def always(_key: str, _facts: object, _now: object) -> Verdict:
    """The first place of the gate, taken away."""
    return Verdict(())


@pytest.fixture
def machine(app_url: str, owner_url: str, newsroom_url: str, tmp_path: Path) -> Iterator[Build]:
    """A machine on one database, emptied between examples."""
    with ExitStack() as stack:
        smtp = stack.enter_context(TimedSmtp())
        public = stack.enter_context(PublicHouse(newsroom_url))

        def build(gate: Gate) -> type[PromiseMachine]:
            # A commit need not reach the disk here: nobody cuts the power to PostgreSQL.
            with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as owner:
                name = owner.info.dbname
                owner.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
            house = ObservedHouse((app_url, owner_url), smtp, tmp_path, public.url, gate)
            stack.enter_context(house.world)
            stack.enter_context(house.reader)
            stack.enter_context(house.public)
            move_in(house.world)
            return type("Machine", (PromiseMachine,), {"house": house})

        yield build


def test_whatever_happens_in_whatever_order_the_promise_holds(
    machine: Build,
) -> None:
    promise = machine(may_start)
    for number in SEEDS:
        run_state_machine_as_test(seed(number)(type("", (promise,), {})), settings=PROMISE)
    seen = promise.house.total
    enough = all(seen.get(what, 0) >= least for what, least in LEAST.items())
    assert enough, f"the examples did not reach far enough to say anything: {seen}"
    assert len(SELDOM & seen.keys()) >= 5, (
        f"the examples tried too little of what is seldom: {seen}"
    )


def test_with_both_gates_off_a_violation_is_found(machine: Build) -> None:
    promise = machine(always)
    with (
        promise.house.world.trigger_off("announcement", "step", "delivery"),
        pytest.raises(AssertionError, match="before the page was read back"),
    ):
        run_state_machine_as_test(seed(1)(promise), settings=PROFILES["ci"])
