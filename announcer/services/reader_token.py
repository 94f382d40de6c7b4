"""The short-lived key with which the read-back reads the intranet, with an audience's rights.

Rights are a `Reader`'s own words in their order; what is left out at the end is empty.
"""

from itsdangerous import BadSignature, URLSafeTimedSerializer

from announcer.domain.audience import Reader

#: Seconds; a read-back takes a few, and a clock may differ by some.
LIFETIME = 300


def sign(secret_key: str, rights: tuple[str, ...]) -> str:
    """A token that lets its bearer read with these rights."""
    return _serializer(secret_key).dumps(list(rights))


def reader_of(secret_key: str, token: str) -> Reader | None:
    """Whoever a token was made for, or None for one that is false or too old."""
    try:
        return Reader(*_serializer(secret_key).loads(token, max_age=LIFETIME))
    except BadSignature:
        return None


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="announcer reader")
