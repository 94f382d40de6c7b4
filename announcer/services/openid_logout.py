"""What an identity provider says when somebody has signed out there.

OpenID Connect Back-Channel Logout 1.0. Its word ends sessions of ours, so it is proven as a sign-in is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from announcer.domain.identity import IdentityProvider, NotProven

EVENT = "http://schemas.openid.net/event/backchannel-logout"
#: Section 2.4: a token of another kind says so of itself; older providers call all of theirs JWT.
TYPES = ("LOGOUT+JWT", "JWT")


@dataclass(frozen=True)
class Notice:
    """A session at the provider, a person there, or both; ``token`` names this notice alone."""

    token: str
    session: str
    subject: str


def noticed(
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
    settings: IdentityProvider,
    now: datetime,
    leeway: int,
) -> Notice:
    """What a token says whose signature is right, after everything that section 2.6 asks for but
    that it comes once. ``leeway`` in seconds. Raises `NotProven`."""
    asked = JWTClaimsRegistry(
        now=lambda: int(now.timestamp()),
        leeway=leeway,
        iss={"essential": True, "value": settings.issuer},
        aud={"essential": True, "value": settings.client_id},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    )
    try:
        asked.validate(dict(claims))
    except (JoseError, ValueError, TypeError) as error:
        raise NotProven(f"the logout token is not right: {error}") from None
    if str(header.get("typ", "JWT")).upper() not in TYPES:
        raise NotProven("the token is of another kind")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise NotProven("the token is about something else than signing out")
    if "nonce" in claims:
        raise NotProven("the token answers a sign-in")
    token, session, subject = (claims.get(name, "") for name in ("jti", "sid", "sub"))
    if not all(isinstance(one, str) for one in (token, session, subject)):
        raise NotProven("the logout token names something that is no word")
    if not token or not (session or subject):
        raise NotProven("the logout token names nobody")
    return Notice(token, session, subject)
