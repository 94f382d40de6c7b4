"""Comments on a text that waits for approval: what is said of which words, and that it is seen to."""

from typing import Any

from flask import Response

from announcer.services import commenting, reviewing
from announcer.services.commenting import Comment
from announcer.services.tokens import Scope
from web.api import schemas_of_comments as schemas
from web.api.access import actor, installation
from web.api.announcements import blueprint, carried_out, done, known, needs, rfc3339
from web.api.schemas import Done


@blueprint.get("/<public_id>/comments")
@needs(Scope.READ)
@blueprint.output(schemas.Comments)
@blueprint.doc(summary="What is said of a text", operation_id="comments")
def comments(public_id: str) -> dict[str, Any]:
    """Of its newest text, while it waits for approval; for whoever may read it then."""
    content = reviewing.proposal(installation(), actor(), public_id).content
    found = commenting.of(installation(), actor(), public_id, content)
    return {"content_hash": content.content_hash, "comments": [_as_json(one) for one in found]}


def _as_json(one: Comment) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "field": one.field,
        "quote": one.quote,
        "moved_away": one.is_moved_away,
        "words": one.words,
        "roles": list(one.roles),
        "mine": one.mine,
        "at": rfc3339(one.at),
        "done": one.is_done,
    }


@blueprint.post("/<public_id>/comments")
@needs(Scope.WRITE)
@blueprint.input(schemas.CommentIn)
@blueprint.output(Done)
@blueprint.doc(summary="Say something of a text", operation_id="comment")
def comment(public_id: str, json_data: dict[str, Any]) -> Response:
    """Of the text with this hash: of the words that are quoted, or of all of it."""
    known(public_id)
    content = reviewing.proposal(installation(), actor(), public_id).content
    read, words, quote = (json_data[name] for name in ("content_hash", "words", "quote"))
    return carried_out(
        lambda inside, person: done(
            public_id,
            commenting.comment(
                inside, person, public_id, read, words, commenting.passage_of(content, quote)
            ),
        )
    )


@blueprint.post("/<public_id>/comments/<comment>/done")
@needs(Scope.WRITE)
@blueprint.output(Done)
@blueprint.doc(summary="Tick a comment off", operation_id="tick_off_comment")
def tick_off(public_id: str, comment: str) -> Response:
    """By whoever wrote the text, may change it, or said it."""
    known(public_id)
    return carried_out(
        lambda inside, person: done(
            public_id,
            commenting.tick_off(inside, person, public_id, commenting.ids_of([comment])) > 0,
        )
    )
