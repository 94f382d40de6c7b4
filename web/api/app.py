"""The JSON API: what the pages can do, for other systems. No cookie is read or set here."""

from typing import Any, cast

from apiflask import APIFlask
from flask import Response, current_app, render_template, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from announcer.config import Config
from announcer.services.installation import Installation
from announcer.services.tokens import fingerprint
from web.api import announcements, boards, crises, standstill, workplaces
from web.api import commenting as commenting  # its routes are the same blueprint's
from web.api import correcting as correcting  # its routes are the same blueprint's
from web.api import on_duty as on_duty  # its routes are the same blueprint's
from web.api import openings as openings  # and so are these
from web.api.access import known_holder
from web.api.problems import MEDIA_TYPE, PROBLEMS, explain, problem
from web.shared.counting import counted_in
from web.shared.faults import note
from web.shared.headers import protect

#: Bytes of one request: ten attachments in base64, and the text.
LARGEST_REQUEST = 30_000_000
#: For one key, or one address without a key.
RATE = "600 per minute"
#: Answers to wrong keys from one address. A right key is never counted: behind a proxy all have the
#: proxy's address, and one broken system must not keep the others from pausing something.
WRONG_KEYS = "30 per minute"
PARTS = (
    announcements.blueprint,
    boards.blueprint,
    crises.blueprint,
    standstill.blueprint,
    workplaces.blueprint,
)
DESCRIPTION = """\
Hand in announcements and follow them. Every key carries the rights of a person and some of these
scopes: read, write, approve, control, release, gates. Errors are problem details (RFC 9457).
"""


def create_app(installation: Installation, config: Config) -> APIFlask:
    """The application, mounted at ``/api``. Nothing is connected before the first request."""
    app = APIFlask(
        __name__,
        title="Announcer",
        version="1",
        spec_path="/v1/openapi.json",
        docs_path=None,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes it; the library says str
    )
    app.extensions["announcer"] = installation
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=DESCRIPTION,
        SERVERS=[{"url": "/api"}],
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="unused",
        LOCAL_SPEC_JSON_INDENT=2,
        VALIDATION_ERROR_DESCRIPTION="Invalid",
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.log_exception = lambda exc_info: note(exc_info[1])  # type: ignore[method-assign]
    _limit(app, config)
    for part in PARTS:
        app.register_blueprint(part)
    app.before_request(_only_json)
    # Pages for people are no part of the document.
    app.get("/v1/")(app.doc(hide=True)(_page))
    app.get("/v1/problems")(app.doc(hide=True)(_problems))
    app.spec_processor(_described)
    explain(app)
    protect(app)
    return app


def _limit(app: APIFlask, config: Config) -> None:
    """Counted per key in Redis, and in this process while Redis is away. No announcement, and no
    person, is named in what is counted."""
    limiter = Limiter(
        _caller,
        app=app,
        default_limits=[RATE],
        **counted_in(config.redis_url),
        key_prefix="announcer-api",
    )
    wrong_keys = limiter.limit(
        WRONG_KEYS,
        key_func=get_remote_address,
        exempt_when=lambda: known_holder() is not None,
        deduct_when=lambda response: response.status_code == 401,
    )
    for part in PARTS:
        wrong_keys(part)


def _caller() -> str:
    """The key's hash, which says nothing to whoever reads it; the address where the key is none
    of ours, so that nobody fills the storage by making keys up."""
    header = request.authorization
    known = header and header.token and known_holder()
    return fingerprint(header.token or "") if header and known else get_remote_address()


def _only_json() -> Response | None:
    """What changes something says that it is JSON; a form from another site cannot."""
    if "\x00" in request.path:
        return problem("not-found")
    if request.method in ("POST", "PUT") and request.content_length and not request.is_json:
        return problem("wrong-type")
    return None


def _page() -> str:
    """The same as the document, to read."""
    return render_template("api.html", spec=cast(APIFlask, current_app).spec, problems=PROBLEMS)


def _problems() -> str:
    """Every problem there is; where the types of problems lead."""
    return _page()


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def _described(spec: Any) -> Any:
    """What the library cannot know: our problems, and the key of repeated requests."""
    spec.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if method in ("get", "post", "put"):
                _describe(operation, method, path)
    return spec


def _describe(operation: dict[str, Any], method: str, path: str) -> None:
    body = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = operation["responses"]
    for status in sorted({status for status, _ in PROBLEMS.values()}):
        words = "; ".join(name for name, (code, _) in PROBLEMS.items() if code == status)
        responses[str(status)] = {"description": words, "content": body}
    if method != "get" and not path.endswith("/preview"):
        required = path.endswith("/announcements")
        operation.setdefault("parameters", []).append({**announcements.KEY, "required": required})
