"""An intranet whose people sign in with accounts of an identity provider of ours."""

from collections.abc import Iterator

import pytest

from announcer.domain.identity import IdentityProvider as Settings
from tests.doubles.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.functional.visitor import Visitor
from tests.world import World


@pytest.fixture
def provider(world: World) -> Iterator[IdentityProvider]:
    """The organisation's provider, which knows the communicator."""
    with IdentityProvider(lambda: world.now().timestamp()) as running:
        running.person = world.communicator.directory_id
        world.settings(sign_in="oidc", provider=Settings(running.issuer, CLIENT, SECRET))
        yield running


@pytest.fixture
def visitor(world: World, provider: IdentityProvider) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(world.url)


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.client.get("/mina").status_code == 200
