"""Whether this process can serve; for supervisors and load balancers."""

from flask import Blueprint

from announcer.services import released
from announcer.services.released import Unreachable
from web.newsroom.house import newsroom

blueprint = Blueprint("health", __name__)
Plain = tuple[str, int, dict[str, str]]


def _plain(text: str, code: int) -> Plain:
    return text, code, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/healthz")
def health() -> Plain:
    """200 when the database answers, else 503; says nothing more."""
    try:
        released.version(newsroom())
    except Unreachable:
        return _plain("no database\n", 503)
    return _plain("ok\n", 200)


@blueprint.get("/readyz")
def ready() -> Plain:
    """200 when the database also has the schema that this program knows, else 503."""
    if released.is_ready(newsroom()):
        return _plain("ready\n", 200)
    return _plain("not ready\n", 503)
