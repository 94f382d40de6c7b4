"""Whether this process can serve; for supervisors and load balancers."""

from flask import Blueprint

from announcer.domain.errors import SetupError
from web.intranet.access import installation

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> tuple[str, int, dict[str, str]]:
    """200 when the database answers, else 503; says nothing more."""
    plain = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        installation().database.check()
    except SetupError:
        return "no database\n", 503, plain
    return "ok\n", 200, plain
