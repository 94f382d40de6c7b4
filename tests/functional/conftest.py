"""People at their browsers, on a whole installation."""

from collections.abc import Callable

import pytest

from announcer.domain.audience import Person
from announcer.services import reviewing
from tests.functional.visitor import Visitor
from tests.world import World

SignIn = Callable[[Person], Visitor]
Publish = Callable[[str], str]


@pytest.fixture
def anonymous(world: World) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(world.url)


@pytest.fixture
def sign_in(world: World) -> SignIn:
    """Signs a person in at a browser of their own."""
    return lambda person: Visitor(world.url).sign_in(person.directory_id)


@pytest.fixture
def desk(world: World, sign_in: SignIn) -> Visitor:
    """Somebody at the information unit."""
    return sign_in(world.communicator)


@pytest.fixture
def colleague(world: World, sign_in: SignIn) -> Visitor:
    """Somebody at the library who has no role."""
    return sign_in(world.somebody("bibliotek", "medarbetare"))


@pytest.fixture
def publish(world: World) -> Publish:
    """Approves an announcement and lets everything happen that happens at once."""

    def approve(public_id: str) -> str:
        reviewing.approve(world.installation, world.communicator, public_id)
        world.settle()
        return public_id

    return approve
