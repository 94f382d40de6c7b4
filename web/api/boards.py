"""Staff boards: what is to be put up, replaced and taken down."""

from collections.abc import Mapping
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import List, Nested, String
from apiflask.validators import OneOf
from flask import Response

from announcer.domain.audience import Person
from announcer.domain.board import BoardKind, Task
from announcer.services import boards
from announcer.services.installation import Installation
from announcer.services.tokens import Scope
from web.api import schemas
from web.api.access import actor, auth, installation
from web.api.announcements import carried_out, done

blueprint = APIBlueprint("boards", __name__, url_prefix="/v1/boards", tag="Boards")


class TaskOut(Schema):
    """A notice on a board, and on which local day somebody can be there next; ``shown`` goes back
    with the word that it is done, which is about this text and nothing newer."""

    public_id = String(required=True)
    title = String(required=True)
    task = String(required=True, validate=OneOf(list(Task)))
    day = String(required=True)
    shown = String(required=True)


class BoardOut(Schema):
    """A board and what is to be done there."""

    id = String(required=True)
    workplace = String(required=True)
    name = String(required=True)
    kind = String(required=True, validate=OneOf(list(BoardKind)))
    paper = String(required=True)
    tasks = List(Nested(TaskOut), required=True)


class BoardList(Schema):
    """Those where the key's person works; all of them for the information unit."""

    boards = List(Nested(BoardOut), required=True)


class BoardDoneIn(Schema):
    """Which announcement it is about, and what the list of tasks showed of it."""

    public_id = String(required=True, validate=[schemas.NAME, schemas.NO_NUL])
    shown = String(required=True, validate=[schemas.NAME, schemas.NO_NUL])


@blueprint.get("")
@blueprint.auth_required(auth, roles=[Scope.READ.value])
@blueprint.output(BoardList)
@blueprint.doc(summary="Staff boards and their tasks", operation_id="boards")
def listed() -> dict[str, Any]:
    """Tasks follow from the plan as it stands and from what was last said to hang there."""
    return {
        "boards": [
            {
                "id": str(board.id),
                "workplace": board.workplace,
                "name": board.name,
                "kind": board.kind,
                "paper": board.paper,
                "tasks": [
                    {
                        "public_id": task.public_id,
                        "title": task.title,
                        "task": task.task.value,
                        "day": task.day.isoformat(),
                        "shown": task.shown,
                    }
                    for task in board.tasks
                ],
            }
            for board in boards.at_my_workplace(installation(), actor())
        ]
    }


@blueprint.post("/<board>/done")
@blueprint.auth_required(auth, roles=[Scope.GATES.value])
@blueprint.input(BoardDoneIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Say that a board's task is done", operation_id="board_done")
def board_done(board: str, json_data: dict[str, Any]) -> Response:
    """Put up, replaced or taken down, whatever was to be done."""
    public_id, shown = json_data["public_id"], json_data["shown"]

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        boards.done(inside, person, board, public_id, shown)
        return done(public_id)

    return carried_out(act)
