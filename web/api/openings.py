"""What people open: meetings held, things that have happened, what need not be waited for."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from announcer.domain.audience import Person
from announcer.domain.plan import Wait
from announcer.services import briefing, bringing_forward, happening, holding, status
from announcer.services.installation import Installation
from announcer.services.status import AnnouncementStatus
from announcer.services.tokens import Scope
from web.api import schemas
from web.api.access import actor, installation
from web.api.announcements import blueprint, carried_out, done, known, needs, text_of


@blueprint.get("/<public_id>/briefing")
@needs(Scope.READ)
@blueprint.output(schemas.Briefing)
@blueprint.doc(summary="What whoever leads a meeting has in their hand", operation_id="briefing")
def brief(public_id: str) -> dict[str, Any]:
    """For those who lead its meetings, when it is time; for its author and the information unit."""
    found = briefing.of(installation(), actor(), public_id)
    return {
        "text": text_of(public_id, found.content),
        "questions": [
            {"question": one.question, "answer": one.answer} for one in found.content.questions
        ],
        "not_to_promise": found.content.not_promised,
        "on_the_intranet": found.moments.page_is_up,
    }


@blueprint.get("/<public_id>/gates")
@needs(Scope.READ)
@blueprint.output(schemas.Gates)
@blueprint.doc(summary="What people open", operation_id="gates")
def gates(public_id: str) -> dict[str, Any]:
    """The meetings of the plan, and what must have happened and has not."""
    found = status.seen_by(installation(), actor(), public_id)
    meetings = [
        {
            "kind": "meeting",
            "key": step.key,
            "open": step.settled_at is not None,
            "can_be_opened": step.can_tick,
            "by": list(step.ticked_by),
        }
        for step in found.steps
        if step.channel == "meeting"
    ]
    return {"gates": meetings + _events(found)}


def _events(found: AnnouncementStatus) -> list[dict[str, Any]]:
    waited_for = {
        opening.event: opening
        for step in found.steps
        for opening in step.openings
        if opening.wait is Wait.EVENT
    }
    return [
        {
            "kind": "event",
            "key": event,
            "open": False,
            "can_be_opened": True,
            "by": list(opening.roles),
        }
        for event, opening in waited_for.items()
    ]


@blueprint.post("/<public_id>/gates/<key>")
@needs(Scope.GATES)
@blueprint.input(schemas.HeldIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Say that a meeting was held", operation_id="open_gate")
def open_gate(public_id: str, key: str, json_data: dict[str, Any]) -> Response:
    """What waited for the meeting goes on."""
    known(public_id)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        note, unit = json_data["note"], json_data["unit"]
        holding.tick(inside, person, public_id, key, note, unit)
        return done(public_id)

    return carried_out(act)


@blueprint.post("/<public_id>/events")
@needs(Scope.GATES)
@blueprint.input(schemas.EventIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Say that something has happened", operation_id="happened")
def happened(public_id: str, json_data: dict[str, Any]) -> Response:
    """What waited for it goes on. It may be said early."""
    known(public_id)
    event, note = json_data["event"], json_data["note"]
    return carried_out(
        lambda inside, person: done(
            public_id, happening.happened(inside, person, public_id, event, note)
        )
    )


@blueprint.post("/<public_id>/boards")
@needs(Scope.GATES)
@blueprint.input(schemas.BoardIn)
@blueprint.output(schemas.Boards)
@blueprint.doc(summary="Say that a notice is up", operation_id="board_up")
def board_up(public_id: str, json_data: dict[str, Any]) -> Response:
    """On how many boards it is now, and of how many."""
    known(public_id)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        up, of = happening.board_up(inside, person, public_id, json_data["workplace"])
        return {"public_id": public_id, "up": up, "of": of}

    return carried_out(act)


@blueprint.post("/<public_id>/steps/<key>/pass-over")
@needs(Scope.CONTROL)
@blueprint.input(schemas.WhyIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Do not wait for a step", operation_id="pass_over")
def pass_over(public_id: str, key: str, json_data: dict[str, Any]) -> Response:
    """Whatever comes after it goes on; the step itself too."""
    known(public_id)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        bringing_forward.pass_over(inside, person, public_id, key, json_data["why"])
        return done(public_id)

    return carried_out(act)


@blueprint.post("/<public_id>/go-now")
@needs(Scope.CONTROL)
@blueprint.input(schemas.WhyIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Tell the inside now", operation_id="go_now")
def go_now(public_id: str, json_data: dict[str, Any]) -> Response:
    """Because it becomes known anyway; what leaves the house keeps its least lead."""
    known(public_id)
    return carried_out(
        lambda inside, person: done(
            public_id, bool(bringing_forward.go_now(inside, person, public_id, json_data["why"]))
        )
    )


@blueprint.post("/<public_id>/already-out")
@needs(Scope.CONTROL)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="The news is out already", operation_id="already_out")
def already_out(public_id: str) -> Response:
    """What remains inside goes at once, the media right behind. Nothing asks who told."""
    known(public_id)
    return carried_out(
        lambda inside, person: done(
            public_id, bool(bringing_forward.already_out(inside, person, public_id))
        )
    )


@blueprint.post("/<public_id>/hand-out")
@needs(Scope.CONTROL)
@blueprint.output(schemas.Text)
@blueprint.doc(summary="Hand the text out", operation_id="hand_out")
def hand_out(public_id: str) -> Response:
    """The approved text, to hand over; the inside is told at once. Nothing asks who wants it."""
    known(public_id)
    return carried_out(
        lambda inside, person: text_of(
            public_id, bringing_forward.hand_out(inside, person, public_id)
        )
    )
