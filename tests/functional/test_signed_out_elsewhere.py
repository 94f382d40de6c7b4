"""Whoever signs out at the identity provider is out here as well, by its own word and no other's."""

from typing import Any

import httpx
import pytest

from announcer.services import signing_in
from tests.doubles.identity_provider import CLIENT, IdentityProvider
from tests.functional.by_account import is_signed_in, provider, visitor
from tests.functional.visitor import Visitor
from tests.world import World

__all__ = ["provider", "visitor"]  # fixtures, by their import
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def tell(world: World, token: str) -> httpx.Response:
    """As the provider does: no browser, no cookie."""
    address = f"{world.url}/logga-in/utloggad"
    return httpx.post(address, data={"logout_token": token}, trust_env=False)


def by_account(world: World, provider: IdentityProvider, sid: str | None = None) -> Visitor:
    """Somebody who has signed in, in a session that the provider calls ``sid``."""
    provider.rules.claims = {"sid": sid}
    visitor = Visitor(world.url)
    visitor.get("/logga-in/konto")
    assert is_signed_in(visitor)
    return visitor


def test_all_of_somebodys_sessions_end_and_the_page_says_why_and_nobody_elses_do(
    world: World, provider: IdentityProvider
) -> None:
    here, there = by_account(world, provider, "one"), by_account(world, provider)
    other = Visitor(world.url)
    link = signing_in.make_link(world.installation, world.communicator.directory_id)
    other.get(f"/logga-in/{link.key}")
    other.press("Logga in som")
    told = provider.logout_token()
    provider.person = world.chief.directory_id
    chief = by_account(world, provider)
    answer = tell(world, told)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [is_signed_in(one) for one in (here, there)] == [False, False]
    assert [is_signed_in(one) for one in (other, chief)] == [True, True]
    here.get("/")
    assert here.page.url.path == "/logga-in"
    assert "och därför också här" in here.text
    provider.person = world.communicator.directory_id
    assert is_signed_in(by_account(world, provider)), "and may come back"


def test_one_session_at_the_provider_is_one_here(world: World, provider: IdentityProvider) -> None:
    one, two = by_account(world, provider, "one"), by_account(world, provider, "two")
    assert tell(world, provider.logout_token(sid="one")).status_code == 200
    assert [is_signed_in(visitor) for visitor in (one, two)] == [False, True]
    assert tell(world, provider.logout_token(sid="two", sub=None)).status_code == 200
    assert not is_signed_in(two)
    nameless = by_account(world, provider)
    assert tell(world, provider.logout_token(sid="three")).status_code == 200
    assert not is_signed_in(nameless), "it cannot be told apart from the one that is meant"


def test_a_notice_counts_once(world: World, provider: IdentityProvider) -> None:
    told = provider.logout_token()
    assert tell(world, told).status_code == 200
    world.advance(seconds=1)
    visitor = by_account(world, provider)
    assert tell(world, told).status_code == 400
    assert is_signed_in(visitor), "what was played back throws nobody out"


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "for another client": {"aud": "another"},
    "for nobody": {"aud": None},
    "made tomorrow": {"iat": 4_000_000_000, "exp": 4_000_000_300},
    "no moment": {"iat": None},
    "too old": {"exp": 1_000_000_000},
    "without an end": {"exp": None},
    "without a name": {"jti": None},
    "with an empty name": {"jti": ""},
    "about nobody": {"sub": None},
    "about something that is no word": {"sub": 7},
    "about nothing": {"events": None},
    "about something else": {"events": {"http://schemas.openid.net/event/other": {}}},
    "about it in another way": {"events": {EVENT: "yes"}},
    "about it in a list": {"events": [EVENT]},
    "the answer to a sign-in": {"nonce": "x"},
    "of another kind": {"header": {"typ": "at+jwt"}},
    "of no key that is shown": {"header": {"kid": "invented"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_what_proves_nothing_ends_nothing(
    world: World, provider: IdentityProvider, lie: str
) -> None:
    visitor = by_account(world, provider)
    assert tell(world, provider.logout_token(**LIES[lie])).status_code == 400
    assert is_signed_in(visitor)
    assert world.owner.execute("SELECT count(*) FROM announcer.signed_out").fetchone() == (0,)


def test_nor_does_what_another_has_signed_or_is_no_token(
    world: World, provider: IdentityProvider
) -> None:
    visitor = by_account(world, provider)
    provider.rules.signs_with, provider.rules.kid = 1, "first"
    for token in (provider.logout_token(), "", "a.b.c", "x" * 50_000, "é"):
        assert tell(world, token).status_code == 400
    assert is_signed_in(visitor)


def test_the_kinds_of_token_and_audience_that_providers_have_are_taken(
    world: World, provider: IdentityProvider
) -> None:
    for token in (
        provider.logout_token({"typ": "JWT"}),
        provider.logout_token({"typ": None}),
        provider.logout_token(aud=[CLIENT, "another"]),
    ):
        assert tell(world, token).status_code == 200


def test_keys_that_somebody_invents_are_asked_for_once_and_not_each_time(
    world: World, provider: IdentityProvider
) -> None:
    by_account(world, provider)
    for number in range(5):
        token = provider.logout_token({"kid": f"invented-{number}"})
        assert tell(world, token).status_code == 400
    assert provider.requests.count("/keys") == 2
    world.advance(seconds=10)
    provider.rules.signs_with, provider.rules.shows = 1, (1,)
    assert tell(world, provider.logout_token()).status_code == 200, "keys that were really changed"


def test_nothing_is_written_down_of_whose_session_it_was_and_it_is_forgotten(
    world: World, provider: IdentityProvider, capfd: pytest.CaptureFixture[str]
) -> None:
    by_account(world, provider, "one")
    capfd.readouterr()
    assert tell(world, provider.logout_token(sid="one")).status_code == 200
    rows = world.owner.execute("SELECT * FROM announcer.signed_out").fetchall()
    assert len(rows) == 3
    said = f"{rows}{capfd.readouterr()}"
    for word in (world.communicator.directory_id, str(world.communicator.pseudonym), "subject of"):
        assert word not in said
    world.advance(seconds=world.config.session_life.total_seconds())
    world.round()
    assert world.owner.execute("SELECT count(*) FROM announcer.signed_out").fetchone() == (0,)


def test_a_provider_that_is_away_may_tell_again_and_where_there_is_none_nobody_can(
    world: World, provider: IdentityProvider
) -> None:
    visitor, token = by_account(world, provider), provider.logout_token()
    world.advance(hours=1)
    provider.rules.status = 500
    assert tell(world, token).status_code == 503
    assert is_signed_in(visitor)
    world.settings(sign_in="choose", provider=None)
    assert tell(world, token).status_code == 404
