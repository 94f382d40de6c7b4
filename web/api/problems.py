"""Errors as problem details (RFC 9457), in the caller's language and without anything inside."""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, g, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests

from announcer.db.engine import GateClosed
from announcer.domain.errors import N_, BadSubmission, NotAllowed, NotFound, Refusal
from announcer.render.catalogue import translator
from announcer.services.idempotency import KeyInUse, KeyReused
from web.shared.faults import note

MEDIA_TYPE = "application/problem+json"
LANGUAGES = ("sv", "fi", "en")
#: Name, status and title of every problem there is; the name is the end of its type.
PROBLEMS: Mapping[str, tuple[int, str]] = {
    "malformed": (400, N_("Begäran går inte att tolka")),
    "no-key": (400, N_("Idempotency-Key saknas")),
    "not-signed-in": (401, N_("Nyckeln saknas eller gäller inte")),
    "not-allowed": (403, N_("Det här får nyckeln inte användas till")),
    "not-found": (404, N_("Det finns inte")),
    "wrong-method": (405, N_("Adressen tar inte emot det")),
    "in-progress": (409, N_("Samma begäran behandlas just nu")),
    "refused": (409, N_("Det går inte så som det står till nu")),
    "gate-closed": (409, N_("Läget har ändrats")),
    "too-large": (413, N_("Begäran är för stor")),
    "wrong-type": (415, N_("Skicka application/json")),
    "invalid": (422, N_("Något i begäran är fel")),
    "key-reused": (422, N_("Idempotency-Key är redan använd")),
    "too-many": (429, N_("För många begäranden")),
    "broken": (500, N_("Något gick fel hos oss")),
}
_OF_STATUS = {status: name for name, (status, _) in reversed(tuple(PROBLEMS.items()))}
_OF_REFUSAL: Sequence[tuple[type[Refusal], str]] = (
    (BadSubmission, "invalid"),
    (NotAllowed, "not-allowed"),
    (NotFound, "not-found"),
    (KeyInUse, "in-progress"),
    (KeyReused, "key-reused"),
    (Refusal, "refused"),
)


def speaking() -> Callable[[str], str]:
    """Translates into the caller's language: the key's person's, else the one asked for."""
    return translator(language())


def language() -> str:
    """Two letters."""
    holder = g.get("holder")
    asked = holder.person.language if holder else ""
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "sv"


def problem(
    name: str, detail: str = "", findings: Sequence[Mapping[str, str]] = (), **headers: str
) -> Response:
    """A problem by its name in :data:`PROBLEMS`; ``headers`` with ``_`` for ``-``."""
    status, title = PROBLEMS[name]
    body: dict[str, Any] = {
        "type": f"/api/v1/problems#{name}",
        "title": speaking()(title),
        "status": status,
    }
    if detail:
        body["detail"] = detail
    if findings:
        body["findings"] = list(findings)
    response = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype=MEDIA_TYPE)
    response.headers["Content-Language"] = language()
    for header, value in headers.items():
        response.headers[header.replace("_", "-")] = value
    return response


def explain(app: APIFlask) -> None:
    """Every error becomes a problem."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(GateClosed, lambda _: problem("gate-closed"))
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)
    app.error_processor(_of_apiflask)


def _refused(error: Refusal) -> Response:
    name = next(name for kind, name in _OF_REFUSAL if isinstance(error, kind))
    if not isinstance(error, BadSubmission):
        return problem(name, error.say(speaking()))
    findings = [{"detail": finding.say(speaking())} for finding in error.findings]
    return problem(name, error.say(speaking()), findings)


def _invalid(error: ValidationError) -> Response:
    return problem("invalid", findings=_pointed(error.messages, ""))


def _of_apiflask(error: HTTPError) -> Response:
    name = _OF_STATUS.get(error.status_code, "malformed")
    findings = _pointed(error.detail, "") if error.status_code == 422 else ()
    return problem(name, findings=findings)


def _pointed(messages: Any, pointer: str) -> list[dict[str, str]]:
    """Faults by where they are (RFC 6901)."""
    if isinstance(messages, Mapping):
        return [
            found
            for key, inner in messages.items()
            for found in _pointed(
                inner, pointer if not pointer and key in ("json", "query") else f"{pointer}/{key}"
            )
        ]
    words = messages if isinstance(messages, list) else [messages]
    return [{"pointer": pointer or "/", "detail": str(word)} for word in words]


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    other = "broken" if code >= HTTPStatus.INTERNAL_SERVER_ERROR else "malformed"
    response = problem(_OF_STATUS.get(code, other))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    if isinstance(error, TooManyRequests):
        response.headers.setdefault("Retry-After", "60")
    return response


def _broken(error: Exception) -> Response:
    note(error)
    g.pop("holder", None)
    return problem("broken")
