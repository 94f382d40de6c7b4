"""The keys that sign sessions and forms' tokens, derived once and not for every answer.

The signatures are Flask's and Flask-WTF's own. Which cookies came is kept nowhere: that would show
who reads (TF 3 kap. 5 §).
"""

from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

#: Flask-WTF's name for a token, in a session and for one request.
_TOKEN = "csrf_token"  # noqa: S105 - a name
#: What Flask-WTF signs tokens with besides the secret.
_SALT = "wtf-csrf-token"


class DerivedOnce(TimestampSigner):
    """Signs as `TimestampSigner` does; its key is known already the second time."""

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """The key for this salt."""
        secret = self.secret_key if secret_key is None else secret_key
        return _derived(secret, self.salt, self.key_derivation, self.digest_method)


@lru_cache(maxsize=16)
def _derived(secret: str | bytes, salt: bytes, derivation: str, digest: Any) -> bytes:
    return TimestampSigner(
        secret, salt=salt, key_derivation=derivation, digest_method=digest
    ).derive_key()


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, whose serializer is made once."""

    def __init__(self) -> None:
        self._made: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The same for as long as the program runs: its secret does not change."""
        if self._made is None and (made := super().get_signing_serializer(app)):
            made.signer = DerivedOnce
            self._made = made
        return self._made


@lru_cache(maxsize=4)
def _tokens(secret: str | bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT, signer=DerivedOnce)


def token() -> str:
    """This answer's token for forms, as `generate_csrf` makes it."""
    if _TOKEN in session and _TOKEN not in g and current_app.secret_key:
        g.csrf_token = _tokens(current_app.secret_key).dumps(session[_TOKEN])
    return str(generate_csrf())
