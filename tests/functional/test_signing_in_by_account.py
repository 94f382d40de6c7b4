"""Signing in with the organisation's own account: an OpenID Connect provider, honest or not."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from announcer.config import Config
from announcer.domain.errors import SetupError
from announcer.services import openid, signing_in
from tests.doubles.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.functional.by_account import is_signed_in, provider, visitor
from tests.functional.visitor import Visitor
from tests.world import POLICY, World
from tests.world import SECRET as KEY

__all__ = ["provider", "visitor"]  # fixtures, by their import


def test_a_page_that_was_asked_for_is_shown_after_the_sign_in(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    visitor.get("/mina?sida=2")
    assert "Logga in med ditt konto hos Hällefors kommun." in visitor.text
    before = visitor.client.cookies.get("announcer")
    visitor.get(str(visitor.tree.xpath("string(//main//a[contains(@class, 'btn')]/@href)")))
    assert (visitor.page.status_code, visitor.page.url.path) == (200, "/mina")
    assert visitor.page.url.query == b"sida=2"
    assert world.communicator.directory_id in visitor.text
    assert visitor.client.cookies["announcer"] != before
    assert visitor.ask("GET", "/bevakning").status_code == 200, "with the rights of the directory"


def test_the_code_is_bound_to_the_browser_and_nothing_secret_stands_in_its_cookie(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    there = visitor.client.get("/logga-in/konto").headers["location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert asked["redirect_uri"] == f"{world.url}/logga-in/svar"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"].split() == ["openid", "profile"]
    assert len(asked["state"]) >= 43, "256 bits"
    assert asked["nonce"] not in (asked["state"], asked["code_challenge"])
    back = httpx.get(there, trust_env=False).headers["location"]
    stranger = Visitor(world.url)
    refused = stranger.get(back)
    assert (refused.status_code, is_signed_in(stranger)) == (400, False)
    assert "/token" not in provider.requests, "the code was not even shown"
    assert visitor.get(back).status_code == 200
    assert is_signed_in(visitor)


def test_two_tabs_may_sign_in_at_once_and_a_code_is_good_once(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    ways = [visitor.client.get("/logga-in/konto").headers["location"] for _ in range(2)]
    backs = [httpx.get(way, trust_env=False).headers["location"] for way in ways]
    for back in (*backs, backs[0]):
        assert visitor.get(back).status_code == 200
        assert is_signed_in(visitor)
    assert provider.requests.count("/token") == 1
    again = Visitor(world.url)
    way = again.client.get("/logga-in/konto").headers["location"]
    used = backs[0].split("code=")[1]
    state = parse_qs(urlsplit(way).query)["state"][0]
    assert again.get(f"/logga-in/svar?state={state}&code={used}").status_code == 403
    assert not is_signed_in(again)


LIES: dict[str, dict[str, Any]] = {
    "the nonce of another sign-in": {"claims": {"nonce": "x" * 43}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "https://elsewhere.example"}},
    "no issuer": {"claims": {"iss": None}},
    "for another client": {"claims": {"aud": "another"}},
    "for another client, by us": {"claims": {"aud": "another", "azp": CLIENT}},
    "for two clients, and not said which": {"claims": {"aud": [CLIENT, "another"]}},
    "for another party": {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
    "too old": {"claims": {"exp": 1_000_000_000}},
    "without an end": {"claims": {"exp": None}},
    "made tomorrow": {"claims": {"iat": 4_000_000_000, "exp": 4_000_000_300}},
    "for another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "signed with another key": {"signs_with": 1, "kid": "first"},
    "signed with a key that nobody shows": {"signs_with": 1},
    "not signed": {"algorithm": "none"},
    "signed with our own secret": {"algorithm": "HS256"},
    "somebody else's userinfo": {
        "claims": {"preferred_username": None},
        "userinfo": {"sub": "another", "preferred_username": "p0001"},
    },
    "a refusal": {"error": "access_denied"},
    "nothing about where it comes from, as it promised": {
        "metadata": {"authorization_response_iss_parameter_supported": True}
    },
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_proves_nothing_lets_nobody_in(
    provider: IdentityProvider, visitor: Visitor, lie: str
) -> None:
    for name, value in LIES[lie].items():
        setattr(provider.rules, name, value)
    page = visitor.get("/logga-in/konto")
    assert page.status_code == 403, visitor.text
    assert "Inloggningen blev inte klar" in visitor.text
    assert "Försök igen" in visitor.text
    assert not is_signed_in(visitor)
    provider.rules = type(provider.rules)()
    visitor.get("/logga-in/konto")
    assert is_signed_in(visitor) == ("metadata" not in LIES[lie]), "the document is kept an hour"


def test_keys_that_were_changed_are_asked_for_once_more(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    visitor.get("/logga-in/konto")
    provider.rules.signs_with, provider.rules.shows = 1, (1,)
    other = Visitor(world.url)
    other.get("/logga-in/konto")
    assert is_signed_in(other)
    assert provider.requests.count("/keys") == 2
    assert provider.requests.count("/.well-known/openid-configuration") == 1
    world.advance(hours=1)
    third = Visitor(world.url)
    third.get("/logga-in/konto")
    assert is_signed_in(third)
    assert provider.requests.count("/.well-known/openid-configuration") == 2


AWAY: dict[str, dict[str, Any]] = {
    "an error": {"status": 500},
    "silence": {"hangs": True},
    "another issuer": {"metadata": {"issuer": "https://elsewhere.example"}},
    "an address that anybody on the way can read": {
        "metadata": {"token_endpoint": "http://login.example/token"}
    },
    "no address": {"metadata": {"jwks_uri": None}},
}


@pytest.mark.parametrize("way", AWAY)
def test_a_provider_that_is_away_is_a_plain_page_and_a_link_still_lets_in(
    world: World,
    provider: IdentityProvider,
    visitor: Visitor,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openid, "PATIENCE", 0.3)
    for name, value in AWAY[way].items():
        setattr(provider.rules, name, value)
    page = visitor.get("/logga-in/konto")
    assert page.status_code == 503
    assert "Inloggningstjänsten svarar inte just nu" in visitor.text
    assert visitor.get("/logga-in").status_code == 200, "our own pages do not wait for it"
    link = signing_in.make_link(world.installation, world.communicator.directory_id)
    visitor.get(f"/logga-in/{link.key}")
    visitor.press("Logga in som")
    assert is_signed_in(visitor)


def test_a_provider_that_goes_away_in_the_middle_is_the_same_page(
    provider: IdentityProvider, visitor: Visitor
) -> None:
    there = visitor.client.get("/logga-in/konto").headers["location"]
    back = httpx.get(there, trust_env=False).headers["location"]
    provider.rules.status = 502
    assert visitor.get(back).status_code == 503
    provider.rules.status = 0
    assert visitor.get(back).status_code == 200
    assert is_signed_in(visitor), "the code was never used, and is still good"


def test_a_provider_that_is_away_is_not_asked_by_each_who_comes(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    provider.rules.status = 500
    for _ in range(3):
        assert visitor.get("/logga-in/konto").status_code == 503
    assert provider.requests.count("/.well-known/openid-configuration") == 1
    provider.rules.status = 0
    world.advance(seconds=10)
    assert visitor.get("/logga-in/konto").status_code == 200
    assert is_signed_in(visitor)


def test_a_token_endpoint_that_hangs_holds_one_thread_and_not_one_for_each_code(
    world: World,
    provider: IdentityProvider,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openid, "PATIENCE", 0.3)
    there = visitor.client.get("/logga-in/konto").headers["location"]
    back = httpx.get(there, trust_env=False).headers["location"]
    provider.rules.hangs = True
    assert [visitor.get(back).status_code for _ in range(3)] == [503] * 3
    assert provider.requests.count("/token") == 1
    assert visitor.get("/logga-in").status_code == 200


def test_whoever_is_not_in_the_directory_is_told_by_which_id_and_what_to_do(
    provider: IdentityProvider, visitor: Visitor
) -> None:
    provider.person = "nobody<b>@hallefors.example"
    page = visitor.get("/logga-in/konto")
    assert page.status_code == 403
    assert "”nobody<b>@hallefors.example” finns inte i personalkatalogen" in visitor.text
    assert not is_signed_in(visitor)
    provider.rules.claims = {"preferred_username": None}
    visitor.get("/logga-in/konto")
    assert "det säger inte vem du är i personalkatalogen" in visitor.text
    assert not is_signed_in(visitor)


def test_the_claim_is_the_operators_choice_and_may_come_from_userinfo(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    settings = replace(world.config.provider, person_claim="employeeid")
    world.settings(provider=settings)
    provider.person = "anna@hallefors.example"
    provider.rules.userinfo = {"employeeid": world.chief.directory_id}
    visitor.get("/logga-in/konto")
    assert world.chief.directory_id in visitor.text


@pytest.mark.parametrize(
    "onward", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "\n//x"]
)
def test_nobody_is_led_elsewhere(
    world: World, provider: IdentityProvider, visitor: Visitor, onward: str
) -> None:
    there = visitor.client.get("/logga-in/konto", params={"vidare": onward}).headers["location"]
    back = httpx.get(there, trust_env=False).headers["location"]
    assert visitor.client.get(back).headers["location"] == "/"


def test_a_sign_in_that_took_too_long_begins_anew(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    there = visitor.client.get("/logga-in/konto").headers["location"]
    back = httpx.get(there, trust_env=False).headers["location"]
    world.advance(minutes=16)
    assert visitor.get(back).status_code == 400
    assert "Börja om härifrån." in visitor.text


def test_signing_out_goes_on_to_the_provider_or_says_that_it_cannot(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    visitor.get("/logga-in/konto")
    visitor.press("Logga ut")
    assert not is_signed_in(visitor)
    refresh = str(visitor.tree.xpath("string(//meta[@http-equiv='refresh']/@content)"))
    address, _, query = refresh.removeprefix("0; url=").partition("?")
    assert address == f"{provider.issuer}/logout"
    assert parse_qs(query) == {
        "client_id": [CLIENT],
        "post_logout_redirect_uri": [f"{world.url}/logga-in"],
    }
    world.advance(hours=2)
    provider.rules.status = 500
    assert visitor.get("/logga-in/ut").status_code == 200
    assert "Stäng webbläsaren" in visitor.text


def test_nothing_is_written_down_about_who_signs_in(
    world: World, provider: IdentityProvider, visitor: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    provider.rules.claims = {"iss": "https://elsewhere.example"}
    visitor.get("/logga-in/konto")
    provider.rules.claims = {}
    visitor.get("/logga-in/konto")
    said = "".join(capfd.readouterr())
    assert world.communicator.directory_id not in said
    assert SECRET not in said


def test_no_list_of_people_is_shown_where_the_provider_signs_in(
    world: World, provider: IdentityProvider, visitor: Visitor
) -> None:
    person = world.communicator.directory_id
    assert person not in visitor.get(f"/logga-in?sok={person}").text
    link = signing_in.make_link(world.installation, person)
    visitor.get(f"/logga-in/{link.key}")
    token = visitor.value("csrf_token")
    tried = visitor.client.post("/logga-in", data={"person": person, "csrf_token": token})
    assert (tried.status_code, is_signed_in(visitor)) == (403, False)


def settings_of(provider: IdentityProvider, **changed: str) -> Config:
    return Config.read(
        {
            "DATABASE_URL": "postgresql+psycopg://announcer_app@127.0.0.1/x",
            "REDIS_URL": "redis://127.0.0.1",
            "ANNOUNCER_POLICY": str(POLICY),
            "ANNOUNCER_INTRANET_URL": "https://intranet.example",
            "ANNOUNCER_SECRET_KEY": KEY,
            "ANNOUNCER_SMTP_URL": "smtp://127.0.0.1:1",
            **provider.settings(),
            **changed,
        }
    )


def test_settings_that_cannot_be_right_are_named(provider: IdentityProvider) -> None:
    found = settings_of(provider)
    assert found.provider is not None
    assert found.provider.person_claim == "preferred_username"
    assert SECRET not in repr(found)
    for name, value in (
        ("ANNOUNCER_OIDC_ISSUER", ""),
        ("ANNOUNCER_OIDC_ISSUER", "http://login.example"),
        ("ANNOUNCER_OIDC_CLIENT_ID", ""),
        ("ANNOUNCER_OIDC_CLIENT_SECRET", ""),
        ("ANNOUNCER_OIDC_SCOPE", "profile"),
    ):
        with pytest.raises(SetupError, match=re.escape(name)):
            settings_of(provider, **{name: value})
    assert settings_of(provider, ANNOUNCER_SIGN_IN="choose").provider is None
