"""Correcting what is planned already."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from announcer.domain.audience import Person
from announcer.domain.change import CorrectionKind
from announcer.services import correcting, reviewing
from announcer.services.installation import Installation
from announcer.services.tokens import Scope
from web.api import schemas
from web.api.access import actor, installation
from web.api.announcements import blueprint, carried_out, done, known, needs, text_of
from web.api.problems import speaking


@blueprint.get("/<public_id>/correction")
@needs(Scope.READ)
@blueprint.output(schemas.Text)
@blueprint.doc(summary="Read the text that is to be approved", operation_id="read_correction")
def read_correction(public_id: str) -> dict[str, Any]:
    """Of a correction that waits; else the text in force. For its author, who approves it and the
    information unit."""
    return text_of(public_id, reviewing.proposal(installation(), actor(), public_id).content)


@blueprint.post("/<public_id>/correction")
@needs(Scope.WRITE)
@blueprint.input(schemas.CorrectionIn)
@blueprint.output(schemas.Corrected)
@blueprint.doc(summary="Correct", operation_id="correct")
def correct(public_id: str, json_data: dict[str, Any]) -> Response:
    """Of what is planned already. It waits for approval, and nothing goes out until then."""
    known(public_id)
    content = schemas.content_of(json_data)
    kind, what = CorrectionKind(json_data["kind"]), json_data["what"]

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        made = correcting.propose(inside, person, public_id, content, kind, what)
        return {
            "public_id": public_id,
            "content_hash": made.content_hash,
            "applied": made.applied,
            "again": made.again,
            "findings": [finding.say(speaking()) for finding in made.findings],
        }

    return carried_out(act)


@blueprint.post("/<public_id>/correction/take-back")
@needs(Scope.WRITE)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Take a correction back", operation_id="take_back_correction")
def take_back_correction(public_id: str) -> Response:
    """All goes on with the text in force."""
    known(public_id)
    return carried_out(
        lambda inside, person: done(public_id, correcting.take_back(inside, person, public_id))
    )
