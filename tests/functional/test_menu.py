"""The menu shows what is for whoever asks, at this moment, though it is kept for all of one position."""

from datetime import timedelta

from announcer.services import standing_in
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import World


def watches(visitor: Visitor) -> bool:
    """Whether the desk stands in the menu."""
    return "Bevakning" in visitor.get("/").text


def test_what_one_colleague_is_lent_is_in_their_own_menu_and_only_while_it_is_lent(
    world: World, sign_in: SignIn
) -> None:
    one, like_it = [
        person
        for person in world._everyone
        if (person.unit, person.role) == ("bibliotek", "medarbetare")
    ][:2]
    lent, other = sign_in(one), sign_in(like_it)
    assert not any(watches(visitor) for visitor in (lent, other, lent))
    standing_in.appoint(
        world.installation,
        world.communicator,
        one.directory_id,
        world.communicator.directory_id,
        world.now() + timedelta(days=3),
    )
    assert [watches(visitor) for visitor in (lent, other, lent)] == [True, False, True]
    world.advance(days=4)
    lent.sign_in(one.directory_id)
    other.sign_in(like_it.directory_id)
    assert not any(watches(visitor) for visitor in (lent, other, lent))
