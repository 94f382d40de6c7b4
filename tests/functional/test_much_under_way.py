"""The desk when much is under way: what it costs does not grow with every announcement."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from announcer.services import reviewing, status
from tests.functional.visitor import Visitor
from tests.world import World

#: The desk, what an open one asks for by itself, and the longest list that it has.
DESK = ("/bevakning", "/bevakning/nu", "/bevakning?fraga=needs_you")


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


def test_the_desk_asks_the_database_no_more_about_fifty_than_about_seven(
    world: World, desk: Visitor
) -> None:
    def statements() -> dict[str, int]:
        found = {}
        for page in DESK:
            desk.get(page)  # what is kept since the last change is asked for once
            with asked(world) as sent:
                assert desk.get(page).status_code == 200
            found[page] = len(sent)
        return found

    world.example("03")
    some(world, 3)
    few = statements()
    some(world, 22)
    many = statements()
    assert all(many[page] <= few[page] for page in DESK), (many, few)
    assert max(few.values()) < 60
