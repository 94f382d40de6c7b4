"""Sessions and forms' tokens are signed as Flask and Flask-WTF sign them, by keys that are derived once."""

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf, validate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from wtforms import ValidationError

from web.intranet import signing
from web.intranet.signing import Sessions, token

PAYLOAD = {"person": "somebody", "seen": 1}


def app(secret: str = "one secret") -> Flask:
    made = Flask(__name__)
    made.secret_key = secret
    made.session_interface = Sessions()
    return made


def ours(secret: str = "one secret") -> URLSafeTimedSerializer:
    found = Sessions().get_signing_serializer(app(secret))
    assert found
    return found


def flasks() -> URLSafeTimedSerializer:
    found = SecureCookieSessionInterface().get_signing_serializer(app())
    assert found
    return found


def test_a_session_is_signed_as_flask_signs_it() -> None:
    assert flasks().loads(ours().dumps(PAYLOAD)) == PAYLOAD
    assert ours().loads(flasks().dumps(PAYLOAD)) == PAYLOAD


@pytest.mark.parametrize("again", [False, True])
def test_another_secret_opens_nothing(again: bool) -> None:
    """Also not when its key was derived before."""
    if again:
        ours("another").dumps(PAYLOAD)
    with pytest.raises(BadSignature):
        ours().loads(ours("another").dumps(PAYLOAD))
    with pytest.raises(BadSignature):
        ours().loads(URLSafeTimedSerializer("one secret", salt="wtf-csrf-token").dumps(PAYLOAD))


def test_a_token_is_one_of_flask_wtfs_and_of_its_own_session_alone() -> None:
    made = app()
    with made.test_request_context():
        session["csrf_token"] = "the session's own"
        found = token()
        assert found == token() == generate_csrf(), "one for an answer"
        validate_csrf(found)
    with made.test_request_context():
        session["csrf_token"] = "another session's"
        with pytest.raises(ValidationError):
            validate_csrf(found)


def test_a_session_without_a_token_gets_one() -> None:
    with app().test_request_context():
        validate_csrf(token())
        assert session["csrf_token"]


def test_nothing_is_kept_of_who_came() -> None:
    serializer = ours()
    serializer.loads(serializer.dumps(PAYLOAD))
    before = signing._derived.cache_info().currsize
    for number in range(50):
        serializer.loads(serializer.dumps({"person": str(number)}))
    assert signing._derived.cache_info().currsize == before
