"""Whom to tell who finds a hole: ``/.well-known/security.txt`` (RFC 9116), in each house."""

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response

from announcer.domain.organisation import Sender
from web.shared.files import REVALIDATED, answer

#: RFC 9116 section 2.5.5 wants less than a year, so that nobody writes to an address long dead.
LASTS = timedelta(days=180)


def security(sender: Sender, base_url: str) -> Blueprint:
    """The blueprint; its one address is open. ``base_url`` is the house's public address."""
    blueprint = Blueprint("security", __name__)

    @blueprint.get("/.well-known/security.txt")
    def contact() -> Response:
        # Whole days: the same bytes all day. No promise hangs on this clock.
        expires = datetime.combine(datetime.now(UTC).date() + LASTS, time(), UTC)
        lines = (
            f"Contact: mailto:{sender.email}",
            f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: sv, en, fi",
            f"Canonical: {base_url}/.well-known/security.txt",
        )
        text = "".join(f"{line}\n" for line in lines)
        return answer(text.encode(), "text/plain; charset=utf-8", cache=REVALIDATED)

    return blueprint
