"""The page for whoever answers a journalist: what is public, what is not yet, who answers."""

from announcer.domain.declaring import Declaration
from announcer.services import declaring, holding
from tests.functional.conftest import Publish
from tests.functional.visitor import Visitor
from tests.world import World

PAGE = "/bevakning/laget"


def test_what_is_inside_is_not_yet_until_it_has_begun_to_leave(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    desk.get(PAGE)
    assert "Inget har gått till medierna." in desk.text
    _, inside = desk.text.split("Inte ute än")
    assert "Skolan börjar senare Personalen först, till i dag 12.30." in inside
    assert "den som begär ut texten får den genast" in inside
    holding.release(world.installation, world.communicator, public_id)
    world.advance(hours=4)
    world.settle()
    desk.get(PAGE)
    outside, inside = desk.text.split("Inte ute än")
    assert "Skolan börjar senare Ute sedan i dag" in outside
    assert "Skolan börjar senare" not in inside
    assert "Inget väntar på att gå till medierna." in inside


def test_what_one_says_names_nothing_that_is_inside(
    world: World, desk: Visitor, publish: Publish
) -> None:
    publish(world.decision())
    desk.get(PAGE)
    said = desk.text.split("Det här kan du säga")[1].split("Ute nu")[0]
    assert "Skolan" not in said
    assert "ingen frågar vem du är eller varför" in said


def test_who_answers_stands_before_what_may_be_a_long_list(
    world: World, desk: Visitor, publish: Publish
) -> None:
    publish(world.decision())
    desk.get(PAGE)
    places = [
        desk.text.index(one) for one in ("Det här kan du säga", "Vem som svarar nu", "Ute nu")
    ]
    assert places == sorted(places)


def test_what_was_withdrawn_says_so_and_is_not_said(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    holding.release(world.installation, world.communicator, public_id)
    world.advance(hours=4)
    world.settle()
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    desk.get(PAGE)
    assert "Skolan börjar senare Tillbakadraget. Ute sedan" in desk.text


def test_a_crisis_comes_first_and_an_exercise_does_not(world: World, desk: Visitor) -> None:
    said = Declaration("koka vattnet", "Grythyttan", exercise=True)
    declaring.declare(world.installation, world.communicator, said)
    world.settle()
    desk.get(PAGE)
    assert "Grythyttan" not in desk.text
    declaring.declare(
        world.installation, world.communicator, Declaration("koka vattnet", "Hällefors")
    )
    desk.get(PAGE)
    assert "Kris:" in desk.text.split("Det här kan du säga")[0]
