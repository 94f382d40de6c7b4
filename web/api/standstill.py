"""Everything stands still: what would go where, and letting it go on."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Float, Integer, List, Nested, String

from announcer.services import restoring
from announcer.services.restoring import Going, Standstill
from announcer.services.tokens import Scope
from web.api.access import actor, auth, installation
from web.api.announcements import rfc3339
from web.api.problems import speaking

blueprint = APIBlueprint("standstill", __name__, url_prefix="/v1/standstill", tag="Standstill")


class GoingOut(Schema):
    """A step that would go. ``goes`` is in the caller's language; ``held`` is true where it waits
    for a person afterwards too."""

    public_id = String(required=True)
    title = String(required=True)
    step = String(required=True)
    channel = String(required=True)
    goes = String(required=True)
    recipients = Integer(required=True)
    earliest = String(required=True, allow_none=True)
    held = Boolean(required=True)
    needs_release = Boolean(required=True)


class StandstillOut(Schema):
    """``stands`` is false in ordinary times, and all else empty. ``public`` are the public ids that
    the newsroom shows, ``unapproved`` those that wait for an approval."""

    stands = Boolean(required=True)
    since = String(required=True, allow_none=True)
    reason = String(required=True)
    known_until = String(required=True, allow_none=True)
    doubts = Integer(required=True)
    going = List(Nested(GoingOut), required=True)
    public = List(String(), required=True)
    unapproved = List(String(), required=True)


class Ended(Schema):
    """How long everything stood still."""

    seconds = Float(required=True)


@blueprint.get("")
@blueprint.auth_required(auth, roles=[Scope.READ.value])
@blueprint.output(StandstillOut)
@blueprint.doc(summary="What stands still", operation_id="standstill")
def one() -> dict[str, Any]:
    """Since when and why, and what would go where when it is ended."""
    restoring.require_watcher(installation(), actor())
    return _shown(restoring.standing(installation()))


@blueprint.post("/end")
@blueprint.auth_required(auth, roles=[Scope.CONTROL.value])
@blueprint.output(Ended)
@blueprint.doc(summary="Let everything go on", operation_id="end_standstill")
def end() -> dict[str, Any]:
    """What is held or in doubt still waits for its own answer."""
    return {"seconds": restoring.go_on(installation(), actor()).total_seconds()}


def _shown(found: Standstill | None) -> dict[str, Any]:
    return {
        "stands": found is not None,
        "since": rfc3339(found.since) if found else None,
        "reason": found.reason if found else "",
        "known_until": rfc3339(found.known_until) if found and found.known_until else None,
        "doubts": found.doubts if found else 0,
        "going": [_going(one) for one in found.going] if found else [],
        "public": [public_id for public_id, _ in found.public] if found else [],
        "unapproved": [public_id for public_id, _ in found.unapproved] if found else [],
    }


def _going(one: Going) -> dict[str, Any]:
    return {
        "public_id": one.public_id,
        "title": one.title,
        "step": one.key,
        "channel": one.channel,
        "goes": one.goes.say(speaking()),
        "recipients": one.recipients,
        "earliest": rfc3339(one.earliest) if one.earliest else None,
        "held": one.held,
        "needs_release": one.needs_release,
    }
