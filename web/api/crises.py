"""Crises: declared, told further, over, and looked at afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from announcer.domain.audience import Person
from announcer.domain.declaring import Declaration, Kind
from announcer.services import crises, declaring
from announcer.services.crises import CrisisStatus
from announcer.services.installation import Installation
from announcer.services.tokens import Scope
from web.api import crisis_schemas, schemas
from web.api.access import actor, auth, installation
from web.api.announcements import carried_out, done, rfc3339
from web.api.problems import speaking

blueprint = APIBlueprint("crises", __name__, url_prefix="/v1/crises", tag="Crises")


@blueprint.get("")
@blueprint.auth_required(auth, roles=[Scope.READ.value])
@blueprint.output(crisis_schemas.CrisisList)
@blueprint.doc(summary="Every crisis and exercise", operation_id="crises")
def listed() -> dict[str, Any]:
    """The newest first."""
    return {"crises": [_shown(one) for one in crises.all_of(installation(), actor())]}


@blueprint.get("/<crisis>")
@blueprint.auth_required(auth, roles=[Scope.READ.value])
@blueprint.output(crisis_schemas.CrisisOut)
@blueprint.doc(summary="What was told when", operation_id="crisis")
def one(crisis: str) -> dict[str, Any]:
    """With how long each step took since it was declared, in seconds."""
    return _shown(crises.of(installation(), actor(), crisis))


@blueprint.post("/preview")
@blueprint.auth_required(auth, roles=[Scope.WRITE.value])
@blueprint.input(crisis_schemas.DeclarationIn)
@blueprint.output(crisis_schemas.CrisisPreview)
@blueprint.doc(summary="See what would go where", operation_id="preview_crisis")
def preview(json_data: dict[str, Any]) -> dict[str, Any]:
    """Stores nothing."""
    found = declaring.preview(installation(), actor(), _said(json_data))
    return {
        "title": found.content.title,
        "findings": [one.say(speaking()) for one in found.findings],
        "vma": found.vma,
        "next_information": _at(found.content.next_information),
        "steps": [
            {
                "channel": one.forecast.step.channel,
                "external": one.forecast.step.external,
                "recipients": one.count,
            }
            for one in found.reach
        ],
    }


@blueprint.post("")
@blueprint.auth_required(auth, roles=[Scope.CONTROL.value])
@blueprint.input(crisis_schemas.DeclarationIn)
@blueprint.output(schemas.Done, status_code=201)
@blueprint.doc(summary="Declare a crisis, or begin an exercise", operation_id="declare_crisis")
def declare(json_data: dict[str, Any]) -> Response:
    """It goes at once. The same again changes nothing."""
    return _declared(_said(json_data), code=201)


@blueprint.post("/<crisis>/updates")
@blueprint.auth_required(auth, roles=[Scope.CONTROL.value])
@blueprint.input(crisis_schemas.FurtherIn)
@blueprint.output(schemas.Done, status_code=201)
@blueprint.doc(summary="Tell more", operation_id="update_crisis")
def update(crisis: str, json_data: dict[str, Any]) -> Response:
    """To whoever was told before."""
    return _declared(_further(Kind.UPDATE, crisis, json_data), code=201)


@blueprint.post("/<crisis>/lifted")
@blueprint.auth_required(auth, roles=[Scope.CONTROL.value])
@blueprint.input(crisis_schemas.FurtherIn)
@blueprint.output(schemas.Done, status_code=201)
@blueprint.doc(summary="Say that the danger is over", operation_id="lift_crisis")
def lift(crisis: str, json_data: dict[str, Any]) -> Response:
    """To whoever was told before."""
    return _declared(_further(Kind.LIFTED, crisis, json_data), code=201)


@blueprint.post("/<crisis>/review")
@blueprint.auth_required(auth, roles=[Scope.APPROVE.value])
@blueprint.input(crisis_schemas.ReviewIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Close a crisis with a note", operation_id="review_crisis")
def review(crisis: str, json_data: dict[str, Any]) -> Response:
    """By somebody else than whoever declared it."""

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        return done(crisis, crises.review(inside, person, crisis, json_data["note"]))

    return carried_out(act)


def _declared(said: Declaration, code: int) -> Response:
    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        made = declaring.declare(inside, person, said)
        return done(made.public_id, not made.again)

    return carried_out(act, code=code)


def _said(given: Mapping[str, Any]) -> Declaration:
    return Declaration(
        template=given["template"],
        area=given["area"],
        what=given["what"],
        next_information=given["next_information"],
        exercise=given["exercise"],
    )


def _further(kind: Kind, public_id: str, given: Mapping[str, Any]) -> Declaration:
    return Declaration(
        template="",
        what=given["what"],
        next_information=given["next_information"],
        kind=kind,
        follows=public_id,
    )


def _at(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def _shown(found: CrisisStatus) -> dict[str, Any]:
    return {
        "public_id": found.public_id,
        "title": found.title,
        "exercise": found.exercise,
        "declared_at": rfc3339(found.declared_at),
        "lifted_at": _at(found.lifted_at),
        "next_information": _at(found.next_information),
        "review_before": rfc3339(found.review_before),
        "reviewed_at": _at(found.review.at if found.review else None),
        "told": [
            {
                "public_id": text.public_id,
                "kind": text.kind.value,
                "at": rfc3339(text.at),
                "withdrawn": text.withdrawn,
                "alarmed_at": _at(text.alarmed_at),
                "steps": [
                    {
                        "channel": step.channel,
                        "recipients": step.reached,
                        "seconds": step.after.total_seconds() if step.after is not None else None,
                    }
                    for step in text.steps
                ],
            }
            for text in found.told
        ],
    }
