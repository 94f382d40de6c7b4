"""OpenID Connect: the organisation's own identity provider says who somebody is.

The authorization code flow (OpenID Connect Core 1.0 section 3.1) with PKCE (RFC 7636). Nothing of
what the provider says is stored, and nothing here is written to a log but what was wrong.
"""

import ssl
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from announcer.domain.identity import (
    IdentityProvider,
    NotProven,
    ProviderAway,
    is_private_enough,
)
from announcer.services.openid_logout import Notice, noticed

#: Seconds for each step of a conversation: somebody waits at the page.
PATIENCE = 5.0
#: After it did not answer, how long nobody waits for it anew: each would hold a thread for `PATIENCE`.
PAUSE = timedelta(seconds=10)
#: How long what the provider says about itself is believed.
KEPT = timedelta(hours=1)
#: Seconds by which its clock and ours may differ.
LEEWAY = 60
#: Signatures by a key that only the provider has. Never "none", nor one that our secret could make
#: (RFC 8725 section 3.1).
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
KEY_TYPES = ("RSA", "EC", "OKP")
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")

Answer = TypeVar("Answer")


class Silent(ProviderAway):
    """The provider cannot be reached, or says nothing for too long."""


class Provider:
    """The identity provider. ``callback`` is our own address that it sends people back to, ``wanted``
    are claims that it may give only at userinfo.

    ``now`` is everywhere the database's. Every method may raise `ProviderAway`.
    """

    def __init__(
        self, settings: IdentityProvider, callback: str, wanted: Collection[str] = ()
    ) -> None:
        self._settings = settings
        self._callback = callback
        self._wanted = frozenset(wanted)
        # Each is replaced as a whole, so threads need no lock; two that ask at once both ask.
        self._metadata: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: KeySet | None = None
        #: When its keys were last asked for because of one that we did not have.
        self._anew: datetime | None = None
        self._away: tuple[datetime, str] | None = None

    def metadata(self, now: datetime) -> Mapping[str, Any]:
        """What it says about itself (OpenID Connect Discovery 1.0 section 4), asked once an hour."""
        kept = self._metadata
        if kept is None or not timedelta() <= now - kept[0] < KEPT:
            kept = self._metadata = (now, self._asked(now, self._discover))
            self._keys = None
        return kept[1]

    def _asked(
        self, now: datetime, ask: Callable[[], Answer], kept: type[ProviderAway] = ProviderAway
    ) -> Answer:
        """What it answers; `ProviderAway` at once where that is how it last was, by a fault of the
        kind ``kept``."""
        if self._away is not None and timedelta() <= now - self._away[0] < PAUSE:
            raise ProviderAway(self._away[1])
        try:
            return ask()
        except kept as error:
            self._away = (now, error.why)
            raise

    def _discover(self) -> Mapping[str, Any]:
        issuer = self._settings.issuer
        found = self._json(f"{issuer.removesuffix('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:  # section 4.3
            raise ProviderAway(f"it calls itself {found.get('issuer')!r}, not {issuer!r}")
        for name in NEEDED:
            if not is_private_enough(str(found.get(name, ""))):
                raise ProviderAway(f"its {name} is {found.get(name)!r}, which is no https address")
        return found

    def way_in(self, now: datetime, state: str, nonce: str, verifier: str) -> str:
        """The address where somebody signs in; ``verifier`` goes there as a hash only."""
        url, _ = self._client().create_authorization_url(
            self.metadata(now)["authorization_endpoint"],
            state=state,
            nonce=nonce,
            code_verifier=verifier,
        )
        return str(url)

    def way_out(self, now: datetime, back: str) -> str:
        """The address where somebody signs out there too (OpenID Connect RP-Initiated Logout 1.0),
        and comes ``back``; empty where it has none."""
        address = str(self.metadata(now).get("end_session_endpoint", ""))
        if not is_private_enough(address):
            return ""
        # No id_token_hint: the token is not kept, and it would not fit into a cookie.
        words = {"client_id": self._settings.client_id, "post_logout_redirect_uri": back}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(words)}"

    def identify(
        self, now: datetime, code: str, nonce: str, verifier: str, issuer: str = ""
    ) -> Mapping[str, Any]:
        """What it vouches for about whoever brought ``code``. Raises `NotProven`.

        ``issuer`` is what came with the code, where something did (RFC 9207 section 2.4).
        """
        metadata = self.metadata(now)
        said = metadata.get("authorization_response_iss_parameter_supported") is True
        if (issuer or said) and issuer != self._settings.issuer:
            raise NotProven("the answer came from another provider")
        # A code that anybody can make up may bring an error, and must not close the door for others.
        tokens = self._asked(now, lambda: self._exchange(metadata, code, verifier), Silent)
        claims = self._claims(now, metadata, tokens, nonce)
        userinfo = metadata.get("userinfo_endpoint")
        if self._wanted <= claims.keys() or not is_private_enough(str(userinfo)):
            return claims
        headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        more = self._json(str(userinfo), headers)
        if more.get("sub") != claims["sub"]:  # OpenID Connect Core 1.0 section 5.3.2
            raise NotProven("userinfo is about somebody else")
        return {**more, **claims}

    def signed_out(self, now: datetime, token: str) -> Notice:
        """What its logout token says. Raises `NotProven`.

        Anybody may send one: it costs the provider nothing but, now and then, its keys.
        """
        metadata = self.metadata(now)
        try:
            found = self._signed(now, metadata, token)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotProven(f"the logout token is not right: {error}") from None
        return noticed(found.header, found.claims, self._settings, now, LEEWAY)

    def _exchange(self, metadata: Mapping[str, Any], code: str, verifier: str) -> Mapping[str, Any]:
        """The tokens for a code, which is good once (RFC 6749 section 4.1.3)."""
        basic = "client_secret_basic"
        by_basic = basic in metadata.get("token_endpoint_auth_methods_supported", [basic])
        settings = self._settings
        secret = {"client_id": settings.client_id, "client_secret": settings.client_secret}
        try:
            with self._http() as http:
                tokens = self._client(http).fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=self._callback,
                    code_verifier=verifier,
                    # RFC 6749 section 2.3.1: encoded as a form first.
                    auth=httpx.BasicAuth(*(quote(one, safe="") for one in secret.values()))
                    if by_basic
                    else httpx.Auth(),
                    **({} if by_basic else secret),
                )
        except AuthlibBaseError as error:
            raise NotProven(f"the provider refused the code: {error.error}") from None
        except httpx.TransportError as error:
            raise Silent(f"its token endpoint: {type(error).__name__}") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderAway(f"its token endpoint: {type(error).__name__}") from None
        if not isinstance(tokens.get("id_token"), str):
            raise NotProven("it gave no id token: the scope must hold 'openid'")
        return dict(tokens)

    def _claims(
        self, now: datetime, metadata: Mapping[str, Any], tokens: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """The id token's, after everything that OpenID Connect Core 1.0 section 3.1.3.7 asks for."""
        settings = self._settings
        options = {
            "iss": {"essential": True, "value": settings.issuer},
            "aud": {"essential": True, "value": settings.client_id},
        }
        params = {
            "nonce": nonce,
            "client_id": settings.client_id,
            "access_token": tokens.get("access_token"),
        }
        try:
            token = self._signed(now, metadata, tokens["id_token"])
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            # The library's words hold names of claims and no values.
            raise NotProven(f"the id token is not right: {error}") from None
        return dict(claims)

    def _signed(self, now: datetime, metadata: Mapping[str, Any], token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(metadata), algorithms=ALGORITHMS)
        except InvalidKeyIdError:  # it has changed its keys: ask once more
            if self._anew is not None and timedelta() <= now - self._anew < PAUSE:
                raise  # a name of a key is anybody's to invent
            self._keys, self._anew = None, now
            return jwt.decode(token, self._key_set(metadata), algorithms=ALGORITHMS)

    def _key_set(self, metadata: Mapping[str, Any]) -> KeySet:
        if self._keys is None:
            found = self._json(metadata["jwks_uri"])
            signing = [
                one
                for one in found.get("keys", ())
                if one.get("kty") in KEY_TYPES and one.get("use", "sig") == "sig"
            ]
            self._keys = KeySet.import_key_set({"keys": signing})
        return self._keys

    def _client(self, http: httpx.Client | None = None) -> OAuth2Client:
        settings = self._settings
        return OAuth2Client(
            session=http,
            client_id=settings.client_id,
            scope=settings.scope,
            redirect_uri=self._callback,
            code_challenge_method="S256",
        )

    @staticmethod
    def _http() -> httpx.Client:
        """The machine's own certificates, where a house of its own authority has put that one; and
        its proxy, by HTTPS_PROXY."""
        return httpx.Client(timeout=PATIENCE, verify=ssl.create_default_context())

    def _json(self, url: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        try:
            with self._http() as http:
                answer = http.get(url, headers=headers)
                answer.raise_for_status()
                found = answer.json()
        except httpx.HTTPStatusError as error:
            raise ProviderAway(f"{url} answers {error.response.status_code}") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderAway(f"{url}: {error or type(error).__name__}") from None
        if not isinstance(found, dict):
            raise ProviderAway(f"{url} answers something else than a JSON object")
        return found
