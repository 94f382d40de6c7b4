"""The desk when much is under way: what it costs does not grow with every announcement."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from announcer.services import reviewing, status
from tests.world import World


@contextmanager
def asked(world: World) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    found: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        found.append(statement)

    engine = world.installation.database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def some(world: World, number: int) -> None:
    """So many that wait for approval, as many that are inside, and meetings of each unit."""
    for at in range(number):
        world.decision(f"Ogodkänd {at} {number}")
        public_id = world.decision(f"Godkänd {at} {number}", audience='["alla", "press"]')
        reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()


@pytest.mark.parametrize("finished", [False, True])
def test_fifty_cost_as_many_statements_as_five(world: World, finished: bool) -> None:
    world.example("03")
    some(world, 3)
    status.under_way(world.installation, finished=finished)
    with asked(world) as few:
        assert len(status.under_way(world.installation, finished=finished)) == 7
    some(world, 22)
    with asked(world) as many:
        assert len(status.under_way(world.installation, finished=finished)) == 51
    assert len(many) == len(few), (many, few)
    assert len(few) < 25
