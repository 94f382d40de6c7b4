"""An OpenID Connect provider on loopback that signs with a real key, honestly or not.

It signs everybody in at once, as the person that a test names, and asks for PKCE, its own client's
secret and the same address to come back to, as a real one does.
"""

import base64
import hashlib
import http.server
import json
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "announcer", "a secret/of:both, 100 % shared"
KEYS = [RSAKey.generate_key(2048, {"kid": name, "use": "sig"}) for name in ("first", "second")]


@dataclass
class Rules:
    """How it answers; the defaults are honest."""

    #: Laid over the claims of the id token; None takes one away.
    claims: dict[str, Any] = field(default_factory=dict)
    #: Laid over the discovery document, likewise.
    metadata: dict[str, Any] = field(default_factory=dict)
    #: Instead of an answer: this status.
    status: int = 0
    #: Says nothing until it is told to.
    hangs: bool = False
    #: Which of the keys it signs with, by which name, and which it shows.
    signs_with: int = 0
    kid: str = ""
    shows: tuple[int, ...] = (0,)
    algorithm: str = "RS256"
    #: What it gives at userinfo.
    userinfo: dict[str, Any] = field(default_factory=dict)
    #: Instead of a code.
    error: str = ""


class IdentityProvider:
    """``person`` is whom it signs in, ``clock`` tells seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.rules = Rules()
        self.person = ""
        self.clock = clock
        self.requests: list[str] = []
        #: What was asked for with each code that has not been used.
        self.codes: dict[str, dict[str, str]] = {}
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/realm"

    def settings(self) -> dict[str, str]:
        """What an operator would set."""
        return {
            "ANNOUNCER_SIGN_IN": "oidc",
            "ANNOUNCER_OIDC_ISSUER": self.issuer,
            "ANNOUNCER_OIDC_CLIENT_ID": CLIENT,
            "ANNOUNCER_OIDC_CLIENT_SECRET": SECRET,
        }

    def metadata(self) -> dict[str, Any]:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return _laid_over(said, self.rules.metadata)

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        back = {"state": asked["state"]}
        if self.rules.error:
            back["error"] = self.rules.error
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = asked
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The tokens for a code."""
        name, _, secret = (
            base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        )
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form["code"], None)  # good once
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": f"access of {self.person}",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._id_token(asked["nonce"]),
        }

    def _id_token(self, nonce: str) -> str:
        now, rules = int(self.clock()), self.rules
        claims = {
            "iss": self.issuer,
            "sub": f"subject of {self.person}",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "preferred_username": self.person,
        }
        key = KEYS[rules.signs_with]
        header = {"alg": rules.algorithm, "kid": rules.kid or str(key.kid)}
        laid = _laid_over(claims, rules.claims)
        if rules.algorithm == "none":
            parts = (json.dumps(part).encode() for part in (header, laid))
            return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts) + "."
        if rules.algorithm.startswith("HS"):
            from joserfc.jwk import OctKey

            return jwt.encode(header, laid, OctKey.import_key(SECRET), algorithms=["HS256"])
        return jwt.encode(header, laid, key)

    def logout_token(self, header: dict[str, Any] | None = None, **over: Any) -> str:
        """What it says to those whom it has signed somebody in at, when that person signs out."""
        now = int(self.clock())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            "sub": f"subject of {self.person}",
        }
        key = KEYS[self.rules.signs_with]
        said = {"alg": "RS256", "typ": "logout+jwt", "kid": self.rules.kid or str(key.kid)}
        return jwt.encode(_laid_over(said, header or {}), _laid_over(claims, over), key)

    def keys(self) -> dict[str, Any]:
        shown = [KEYS[number].as_dict(private=False) for number in self.rules.shows]
        # A real one has keys of other kinds as well, which nobody here can use.
        return {
            "keys": [*shown, {"kty": "new", "kid": "x"}, {**shown[0], "kid": "e", "use": "enc"}]
        }

    def userinfo(self) -> dict[str, Any]:
        return {"sub": f"subject of {self.person}", **self.rules.userinfo}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _laid_over(said: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**said, **over}.items() if value is not None}


class _Server(http.server.ThreadingHTTPServer):
    owner: IdentityProvider
    daemon_threads = True


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        owner, parts = self.server.owner, urlsplit(self.path)
        if self._misbehaves(parts.path):
            return
        match parts.path.removeprefix("/realm"):
            case "/.well-known/openid-configuration":
                self._answer(200, owner.metadata())
            case "/keys":
                self._answer(200, owner.keys())
            case "/userinfo":
                known = self.headers["Authorization"] == f"Bearer access of {owner.person}"
                self._answer(200 if known else 401, owner.userinfo() if known else {})
            case "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self._send_to(owner.authorize(asked))
            case "/logout":
                self._send_to(parse_qs(parts.query)["post_logout_redirect_uri"][0])
            case _:
                self._answer(404, {})

    def _send_to(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self._misbehaves(self.path):
            return
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(*self.server.owner.token(form, self.headers.get("Authorization", "")))

    def _misbehaves(self, path: str) -> bool:
        owner = self.server.owner
        owner.requests.append(path.removeprefix("/realm"))
        if owner.rules.hangs:
            owner.closing.wait()
        elif owner.rules.status:
            self._answer(owner.rules.status, {"error": "not now"})
        return owner.rules.hangs or bool(owner.rules.status)

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        with suppress(ConnectionError):  # a client that has had enough
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Keep the test's output quiet."""
