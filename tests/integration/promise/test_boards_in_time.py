"""A paper that nobody put up in time calls whoever leads there, then whoever is on duty."""

from dataclasses import replace

import pytest

from announcer.services import boards, calling, holding
from announcer.services.importing import import_boards
from tests.integration.promise.way import approve, policy_of
from tests.world import World

#: Open on Thursdays and Fridays; a world begins on a Tuesday.
LINES = """workplace,board,kind,paper,languages,open_days
{0},Entré,staff,a4,,thu-fri
{0},Fikarum,staff,a4,,mon-fri
"""
POLICY = '[boards]\nready = "4 h"\nhours = "vaxeln"\nby = ["enhetschef"]'


@pytest.fixture
def world(make_world, tmp_path) -> World:
    world: World = make_world(policy=policy_of(tmp_path, POLICY))
    place = world.somebody("bibliotek", "medarbetare").workplace
    assert not import_boards(world.installation, LINES.format(place).encode()).findings
    return world


def out(world: World) -> str:
    public_id = approve(world, world.decision("Nya tider"))
    world.settle()
    return public_id


def called(world: World) -> list[str]:
    return [f"{one.to}: {one.say(str)}" for one in calling.waiting(world.installation)]


def pass_time(world: World, hours: float) -> None:
    for _ in range(int(hours * 2)):
        world.advance(minutes=30)
        world.settle()


def tick(world: World, public_id: str, name: str) -> None:
    person = world.somebody("bibliotek", "medarbetare")
    found = boards.at_my_workplace(world.installation, person)
    (board,) = (one for one in found if one.name == name)
    boards.done(world.installation, person, str(board.id), public_id, board.tasks[0].shown)


def test_the_leader_of_the_workplace_is_called_then_whoever_is_on_duty(world: World) -> None:
    out(world)
    pass_time(world, 3)
    assert called(world) == []
    pass_time(world, 24)
    (leader,) = called(world)[:1]
    assert "Biblioteket: Fikarum väntar." in leader
    people = calling.waiting_for(world.installation, world.somebody("bibliotek", "chef"))
    assert len(people) == 1, "and the chief of nobody else's unit"
    assert calling.waiting_for(world.installation, world.somebody("kost", "chef")) == []
    assert calling.waiting_for(world.installation, world.somebody("bibliotek", "medarbetare")) == []


def test_it_is_the_leader_first_and_again_with_whoever_is_on_duty(world: World) -> None:
    out(world)
    seen: list[str] = []
    for _ in range(200):
        world.advance(minutes=15)
        world.settle()
        seen += [one for one in called(world) if one not in seen]
        if len(seen) == 2:
            break
    first, again = seen
    assert first.startswith("Enhetens chef: Biblioteket: Fikarum väntar.")
    assert again.startswith("Enhetens chef, Informationsenheten: Biblioteket: Fikarum väntar.")


def test_a_closed_board_is_not_late_before_it_opens(world: World) -> None:
    public_id = out(world)
    tick(world, public_id, "Fikarum")
    pass_time(world, 30)
    assert called(world) == []
    pass_time(world, 48)
    assert "Biblioteket: Entré väntar." in called(world)[0]


def test_who_was_there_ends_the_call_and_what_is_withdrawn_calls_to_take_down(world: World) -> None:
    public_id = out(world)
    pass_time(world, 24)
    assert called(world)
    tick(world, public_id, "Fikarum")
    assert called(world) == []
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    world.settle()
    assert called(world) == []
    world.advance(hours=26)
    world.settle()
    assert "Biblioteket: Fikarum väntar." in called(world)[0]


def test_a_leader_who_works_elsewhere_finds_the_board_and_can_say_it(world: World) -> None:
    leader = replace(world.somebody("bibliotek", "chef"), workplace="Kommunhuset")
    public_id = out(world)
    entrance, _ = boards.at_my_workplace(world.installation, leader)
    shown = entrance.tasks[0].shown
    boards.done(world.installation, leader, str(entrance.id), public_id, shown)
    stranger = world.somebody("kost", "chef")
    assert boards.at_my_workplace(world.installation, stranger) == []
