"""What workplaces have: the handover sheet, and the codes of the phones that they share."""

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint

from announcer.domain.errors import NotFound
from announcer.services import handover, reading, workplace_codes
from announcer.services.tokens import Scope
from web.api import schemas
from web.api.access import actor, auth, installation
from web.api.announcements import rfc3339

blueprint = APIBlueprint("workplaces", __name__, url_prefix="/v1", tag="Workplaces")


def needs(scope: Scope) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The key must have this scope."""
    return blueprint.auth_required(auth, roles=[scope.value])


@blueprint.get("/handover")
@needs(Scope.READ)
@blueprint.input(schemas.HandoverIn, location="query")
@blueprint.output(schemas.HandoverOut)
@blueprint.doc(summary="What is handed over", operation_id="handover")
def handed_over(query_data: dict[str, Any]) -> dict[str, Any]:
    """What came to the intranet since the shift took over, urgent first."""
    rights = reading.reader_of(actor())
    try:
        found = handover.sheet(installation(), rights, query_data["at"])
    except NotFound:
        if query_data["at"]:
            raise
        return {"workplace": rights.workplace, "at": None, "since": None, "news": []}
    return {
        "workplace": found.workplace,
        "at": rfc3339(found.handover.at),
        "since": rfc3339(found.handover.since),
        "news": [
            {
                "public_id": one.listed.public_id,
                "title": words.title,
                "summary": words.summary,
                "contact": one.content.contact,
                "exercise": one.content.exercise,
                "correction": one.listed.corrected_at is not None,
                "at": rfc3339(one.listed.confirmed_at or one.listed.published_at),
            }
            for one in found.articles
            for words in [one.content.text_in(actor().language)]
        ],
    }


@blueprint.get("/workplace-codes")
@needs(Scope.READ)
@blueprint.output(schemas.Codes)
@blueprint.doc(summary="Codes of shared phones", operation_id="workplace_codes")
def codes() -> dict[str, Any]:
    """Those that are valid where the key's person makes them, without the codes themselves."""
    return {
        "codes": [
            {
                "fingerprint": one.fingerprint,
                "workplace": one.place.workplace,
                "unit": one.place.unit,
                "expires_at": rfc3339(one.expires_at),
            }
            for one in workplace_codes.listed(installation(), actor())
        ]
    }


@blueprint.post("/workplace-codes")
@needs(Scope.CONTROL)
@blueprint.input(schemas.PlaceIn)
@blueprint.output(schemas.CodeMade, status_code=201)
@blueprint.doc(summary="Make a code", operation_id="make_workplace_code")
def make_code(json_data: dict[str, Any]) -> dict[str, Any]:
    """For a phone that many share. An Idempotency-Key is not looked at: that would keep the code."""
    workplace, unit = json_data["workplace"], json_data["unit"]
    return {"code": workplace_codes.make(installation(), actor(), workplace, unit)}


@blueprint.post("/workplace-codes/<fingerprint>/revoke")
@needs(Scope.CONTROL)
@blueprint.output(schemas.CodeRevoked)
@blueprint.doc(summary="Revoke a code", operation_id="revoke_workplace_code")
def revoke_code(fingerprint: str) -> dict[str, Any]:
    """Every phone stops reading at once."""
    place = workplace_codes.revoke(installation(), actor(), fingerprint)
    return {"workplace": place.workplace, "unit": place.unit}
