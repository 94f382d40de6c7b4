"""The short-lived key with which the read-back reads the intranet, with an audience's rights."""

from itsdangerous import BadSignature, URLSafeTimedSerializer

#: Seconds; a read-back takes a few, and a clock may differ by some.
LIFETIME = 300


def sign(secret_key: str, audience: tuple[str, ...]) -> str:
    """A token that lets its bearer read what ``audience`` may read."""
    return _serializer(secret_key).dumps(list(audience))


def audience_of(secret_key: str, token: str) -> tuple[str, ...] | None:
    """The audience a token was made for, or None for one that is false or too old."""
    try:
        return tuple(_serializer(secret_key).loads(token, max_age=LIFETIME))
    except BadSignature:
        return None


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="announcer reader")
