"""For machines: whether this process can serve, and how the installation goes."""

import hmac

from flask import Blueprint, Response, abort, request

from announcer.domain.errors import SetupError
from announcer.services import health
from web.intranet.access import config, installation
from web.intranet.metrics import exposition

blueprint = Blueprint("health", __name__)
Plain = tuple[str, int, dict[str, str]]


def _plain(text: str, code: int) -> Plain:
    return text, code, {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/healthz")
def alive() -> Plain:
    """200 when the database answers, else 503; says nothing more."""
    try:
        installation().database.check()
    except SetupError:
        return _plain("no database\n", 503)
    return _plain("ok\n", 200)


@blueprint.get("/readyz")
def ready() -> Plain:
    """200 when the database also has the schema that this program knows, else 503."""
    if health.is_ready(installation().database):
        return _plain("ready\n", 200)
    return _plain("not ready\n", 503)


@blueprint.get("/metrics")
def metrics() -> Response:
    """For Prometheus, which shows ANNOUNCER_METRICS_TOKEN; nobody else learns that it is here."""
    shown = request.authorization
    token = (shown.token or "") if shown and shown.type == "bearer" else ""
    known = config().metrics_token
    if not known or not hmac.compare_digest(token.encode(), known.encode()):
        abort(404)
    with installation().database.reading() as session:
        body, media_type = exposition(health.of(session), request.headers.get("Accept", ""))
    return Response(body, content_type=media_type)
