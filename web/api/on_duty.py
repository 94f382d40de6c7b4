"""What whoever is on duty decides: what was stopped, and what nobody knows about."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from announcer.domain.audience import Person
from announcer.services import doubts, resolving, stopped
from announcer.services.doubts import DoubtfulStep
from announcer.services.installation import Installation
from announcer.services.resolving import Exit
from announcer.services.stopped import After, Stopped
from announcer.services.tokens import Scope
from web.api import schemas, schemas_on_duty
from web.api.access import actor, installation
from web.api.announcements import blueprint, carried_out, done, known, needs, rfc3339
from web.api.problems import speaking


@blueprint.get("/stopped")
@needs(Scope.READ)
@blueprint.output(schemas_on_duty.StoppedList)
@blueprint.doc(summary="What was stopped", operation_id="stopped")
def stopped_steps() -> dict[str, Any]:
    """Steps that came too late or were broken off, and wait for a person: what would go where."""
    return {"stopped": [_stopped(one) for one in stopped.waiting(installation(), actor())]}


def _stopped(one: Stopped) -> dict[str, Any]:
    return {
        "public_id": one.public_id,
        "title": one.title,
        "step": one.step,
        "channel": one.channel,
        "external": one.external,
        "goes": one.goes.say(speaking()),
        "recipients": one.to,
        "begun": one.begun,
        "why": speaking()(one.reason),
        "stopped_at": rfc3339(one.stopped_at),
        "due_since": rfc3339(one.due_since) if one.due_since else None,
        "late_seconds": int(one.late_by.total_seconds()) if one.late_by else None,
        "followers": list(one.followers),
        "can_go_on": one.can_go_on,
        "can_be_moved": one.can_be_moved,
    }


@blueprint.get("/in-doubt")
@needs(Scope.READ)
@blueprint.output(schemas_on_duty.DoubtList)
@blueprint.doc(summary="What nobody knows about", operation_id="doubts")
def in_doubt() -> dict[str, Any]:
    """Steps with recipients of whom nobody knows if it reached them; newsrooms are named."""
    return {"doubts": [_doubt(one) for one in doubts.waiting(installation(), actor())]}


def _doubt(one: DoubtfulStep) -> dict[str, Any]:
    return {
        "public_id": one.public_id,
        "title": one.title,
        "step": one.step,
        "channel": one.channel,
        "external": one.external,
        "recipients": one.recipients,
        "waiting": one.waiting,
        "since": rfc3339(one.since),
        "next_at": rfc3339(one.next_at) if one.next_at else None,
        "reply": one.reply,
        "named": [unsure.recipient for unsure in one.named],
        "can_look": one.can_look,
        "can_go_again": one.can_go_again,
    }


def _decided(public_id: str, act: Callable[[Installation, Person], object]) -> Response:
    known(public_id)

    def carry_out(inside: Installation, person: Person) -> Mapping[str, Any]:
        act(inside, person)
        return done(public_id)

    return carried_out(carry_out)


@blueprint.post("/<public_id>/steps/<key>/send-now")
@needs(Scope.CONTROL)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Send what was stopped now", operation_id="send_now")
def send_now(public_id: str, key: str) -> Response:
    """It goes on as if it had fallen due now."""
    return _decided(
        public_id, lambda inside, person: stopped.send_now(inside, person, public_id, key)
    )


@blueprint.post("/<public_id>/steps/<key>/plan-anew")
@needs(Scope.CONTROL)
@blueprint.input(schemas_on_duty.AtIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Send what was stopped at another time", operation_id="plan_anew")
def plan_anew(public_id: str, key: str, json_data: dict[str, Any]) -> Response:
    """It goes then, as if it had been meant for then."""
    at = json_data["at"]
    return _decided(
        public_id, lambda inside, person: stopped.plan_anew(inside, person, public_id, key, at)
    )


@blueprint.post("/<public_id>/steps/<key>/give-up")
@needs(Scope.CONTROL)
@blueprint.input(schemas_on_duty.GiveUpIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Do not send what was stopped", operation_id="give_up")
def give_up(public_id: str, key: str, json_data: dict[str, Any]) -> Response:
    """It goes to nobody any more; ``after`` says what becomes of that which waits for it."""
    why = json_data["why"]
    after = After(json_data["after"]) if json_data["after"] else None
    return _decided(
        public_id,
        lambda inside, person: stopped.give_up(inside, person, public_id, key, why, after),
    )


@blueprint.post("/<public_id>/steps/<key>/resolve")
@needs(Scope.CONTROL)
@blueprint.input(schemas_on_duty.ExitIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="End a step's doubts", operation_id="resolve")
def resolve(public_id: str, key: str, json_data: dict[str, Any]) -> Response:
    """For everyone of the step who is in doubt: it arrived, again, or let it be."""
    way_out = Exit(json_data["exit"])
    return _decided(
        public_id,
        lambda inside, person: resolving.resolve_step(inside, person, public_id, key, way_out),
    )


@blueprint.post("/<public_id>/steps/<key>/look-again")
@needs(Scope.CONTROL)
@blueprint.output(schemas_on_duty.LookedOut)
@blueprint.doc(summary="Look if it arrived", operation_id="look_again")
def look_again(public_id: str, key: str) -> Response:
    """Where the channel can look; whoever has it is in doubt no longer. Nothing is sent."""
    known(public_id)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        found = doubts.look_again(inside, person, public_id, key)
        return {"public_id": public_id, "there": found.there, "of": found.of}

    return carried_out(act)
