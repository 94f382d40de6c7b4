"""Announcements: hand in, read, follow, approve, hold, release, withdraw."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from announcer.domain.announcement import Content
from announcer.domain.audience import Person
from announcer.domain.errors import NotFound
from announcer.services import (
    holding,
    reading,
    records,
    returning,
    reviewing,
    status,
    status_as_json,
    writing,
)
from announcer.services.idempotency import Answer, once
from announcer.services.installation import Installation
from announcer.services.status import AnnouncementStatus
from announcer.services.tokens import Scope
from announcer.services.writing import Submitted
from web.api import schemas
from web.api.access import actor, auth, holder, installation
from web.api.problems import problem, speaking

blueprint = APIBlueprint(
    "announcements", __name__, url_prefix="/v1/announcements", tag="Announcements"
)
LONGEST_KEY = 200
KEY: Mapping[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "Any text of your own, a new one for each new request. A repeat within 24 hours "
    "is not carried out again and gets the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}


def needs(scope: Scope) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The key must have this scope."""
    return blueprint.auth_required(auth, roles=[scope.value])


def carried_out(
    act: Callable[[Installation, Person], Mapping[str, Any]], *, code: int = 200
) -> Response:
    """Do it, once per Idempotency-Key where there is one."""
    caller = holder()

    def do(inside: Installation) -> Answer:
        found = act(inside, caller.person)
        if caller.system:
            _name_the_system(inside, str(found["public_id"]), caller.system)
        return Answer(code, json.dumps(found, ensure_ascii=False))

    key = request.headers.get("Idempotency-Key", "")
    if not key:
        answer = do(installation())
    elif len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
        return problem("malformed", "Idempotency-Key")
    else:
        body = f"{request.method} {request.path}\n".encode() + request.get_data()
        answer = once(installation(), caller.sha256, key, hashlib.sha256(body).hexdigest(), do)
        if answer.replayed is False:
            installation().wake()
    response = Response(answer.body, status=answer.status, mimetype="application/json")
    if answer.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _name_the_system(inside: Installation, public_id: str, system: str) -> None:
    """The record says which system a person's rights were used by."""
    with inside.database.transaction("name system") as session:
        row = records.find(session, public_id, lock=True)
        records.append(session, row.id, "by system", holder().person.pseudonym, system=system)


@blueprint.post("")
@needs(Scope.WRITE)
@blueprint.input(schemas.TextIn)
@blueprint.output(schemas.HandedIn, status_code=201)
@blueprint.doc(summary="Hand in a text", operation_id="submit")
def submit(json_data: dict[str, Any]) -> Response:
    """The text waits for approval, or is planned at once where its class needs none."""
    if not request.headers.get("Idempotency-Key"):
        return problem("no-key")
    content = schemas.content_of(json_data)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        return _handed_in(writing.submit(inside, person, content))

    return carried_out(act, code=201)


def _handed_in(done: Submitted) -> Mapping[str, Any]:
    return {
        "public_id": done.public_id,
        "state": done.state.value,
        "again": done.again,
        "findings": [finding.say(speaking()) for finding in done.findings],
    }


@blueprint.post("/preview")
@needs(Scope.WRITE)
@blueprint.input(schemas.TextIn)
@blueprint.output(schemas.Preview)
@blueprint.doc(summary="See what would happen", operation_id="preview")
def preview(json_data: dict[str, Any]) -> dict[str, Any]:
    """The plan, or every fault at once. Stores nothing."""
    content, plan, findings = writing.preview(
        installation(), actor(), schemas.content_of(json_data)
    )
    return {
        "content_hash": content.content_hash,
        "findings": [finding.say(speaking()) for finding in findings],
        "steps": [
            {
                "key": one.step.key,
                "channel": one.step.channel,
                "external": one.step.external,
                "earliest": rfc3339(one.earliest),
                "waits_for": [reason.say(speaking()) for reason in one.waits],
                "late": one.late,
            }
            for one in plan
        ],
    }


@blueprint.get("")
@needs(Scope.READ)
@blueprint.input(schemas.PageIn, location="query")
@blueprint.output(schemas.StatusList)
@blueprint.doc(summary="List", operation_id="list")
def listed(query_data: dict[str, Any]) -> dict[str, Any]:
    """What is under way, for the information unit; else one's own, newest first."""
    policy, limit, finished = installation().policy, query_data["limit"], query_data["finished"]
    if policy.has_role(actor(), (*policy.information_unit, *policy.auditors), ""):
        found = status.under_way(installation(), limit, finished=finished)
    else:
        found = status.by_author(installation(), actor().pseudonym, limit)
        found = [one for one in found if finished or one.state in ("in_review", "active")]
    return {"announcements": [_status(one) for one in found]}


@blueprint.get("/<public_id>")
@needs(Scope.READ)
@blueprint.output(schemas.Text)
@blueprint.doc(summary="Read a text", operation_id="read")
def read(public_id: str) -> dict[str, Any]:
    """The text, for its readers, its author, who approves it and the information unit."""
    return text_of(public_id, _readable(public_id))


def text_of(public_id: str, content: Content) -> dict[str, Any]:
    """A text as it is answered."""
    return {
        "public_id": public_id,
        "content_hash": content.content_hash,
        "language": content.language,
        "contact": content.contact,
        "topic": content.topic,
        "answers": dict(content.answers),
        "record_number": content.record_number,
        "texts": [
            {"language": one, "title": words.title, "summary": words.summary, "body": words.body}
            for one in content.languages
            for words in [content.text_in(one)]
        ],
        "attachments": [
            {"name": a.name, "media_type": a.media_type, "sha256": a.sha256, "alt": a.alt}
            for a in content.attachments
        ],
    }


def _readable(public_id: str) -> Content:
    with installation().database.reading() as session:
        try:
            rights = reading.reader_of(actor())
            page = reading.page(session, installation(), rights, public_id)
            if page.listed.withdrawn_at is None:
                return page.content
        except NotFound:
            pass  # not up for this person; they may still have written or approve it
    return reviewing.proposal(installation(), actor(), public_id).content


@blueprint.get("/<public_id>/status")
@needs(Scope.READ)
@blueprint.output(schemas.Status)
@blueprint.doc(summary="Where it is", operation_id="status")
def follow(public_id: str) -> dict[str, Any]:
    """Every step: what it waits for, when it goes at the earliest, who has been reached."""
    return _status(status.seen_by(installation(), actor(), public_id))


@blueprint.get("/<public_id>/record")
@needs(Scope.READ)
@blueprint.output(schemas.Record)
@blueprint.doc(summary="What happened", operation_id="record")
def record(public_id: str) -> dict[str, Any]:
    """The chain of events, for the information unit and the auditors. People are pseudonyms."""
    return {"events": status.record_of(installation(), actor(), public_id)}


def _status(found: AnnouncementStatus) -> dict[str, Any]:
    table = status_as_json.as_json(found, speaking())
    for step, row in zip(found.steps, table["steps"], strict=True):
        row["waits"] = [reason.wait.value for reason in step.reasons]
    return {**table, "class_name": table["class"]}


@blueprint.put("/<public_id>/text")
@needs(Scope.WRITE)
@blueprint.input(schemas.TextIn)
@blueprint.output(schemas.HandedIn)
@blueprint.doc(summary="Rewrite a text", operation_id="edit")
def edit(public_id: str, json_data: dict[str, Any]) -> Response:
    """While it waits for approval; approvals of the old text count no more."""
    known(public_id)
    content = schemas.content_of(json_data)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        return _handed_in(writing.edit(inside, person, public_id, content))

    return carried_out(act)


@blueprint.post("/<public_id>/approve")
@needs(Scope.APPROVE)
@blueprint.input(schemas.ApprovalIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Approve", operation_id="approve")
def approve(public_id: str, json_data: dict[str, Any]) -> Response:
    """Approve the very text with this hash; it is planned when everybody has who must."""
    known(public_id)
    return carried_out(
        lambda inside, person: done(
            public_id, reviewing.approve(inside, person, public_id, json_data["content_hash"])
        )
    )


@blueprint.post("/<public_id>/return")
@needs(Scope.APPROVE)
@blueprint.input(schemas.ReasonIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Give a text back", operation_id="return")
def give_back(public_id: str, json_data: dict[str, Any]) -> Response:
    """To its author, with a reason: it is approved by nobody until it is changed."""
    known(public_id)
    return carried_out(
        lambda inside, person: done(
            public_id, returning.give_back(inside, person, public_id, json_data["why"])
        )
    )


@blueprint.post("/<public_id>/return/take-back")
@needs(Scope.APPROVE)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Take a return back", operation_id="take_back")
def take_back(public_id: str) -> Response:
    """By whoever gave the text back: the same text can be approved again."""
    known(public_id)
    return carried_out(
        lambda inside, person: done(public_id, returning.take_back(inside, person, public_id))
    )


@blueprint.post("/<public_id>/hold")
@needs(Scope.CONTROL)
@blueprint.input(schemas.HoldIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Hold", operation_id="hold")
def hold(public_id: str, json_data: dict[str, Any]) -> Response:
    """Nothing more starts until it is resumed."""
    known(public_id)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        holding.hold(inside, person, public_id, json_data["why"], json_data["step"])
        return done(public_id)

    return carried_out(act)


@blueprint.post("/<public_id>/resume")
@needs(Scope.CONTROL)
@blueprint.input(schemas.ResumeIn, location="query")
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Resume", operation_id="resume")
def resume(public_id: str, query_data: dict[str, Any]) -> Response:
    """Lift the pause of the announcement and of each of its steps."""
    known(public_id)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        holding.resume(inside, person, public_id, query_data["step"])
        return done(public_id)

    return carried_out(act)


@blueprint.post("/<public_id>/release")
@needs(Scope.RELEASE)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Release to the media", operation_id="release")
def release(public_id: str) -> Response:
    """It goes when its window is over as well."""
    known(public_id)
    return carried_out(
        lambda inside, person: done(public_id, bool(holding.release(inside, person, public_id)))
    )


@blueprint.post("/<public_id>/withdraw")
@needs(Scope.CONTROL)
@blueprint.input(schemas.WithdrawalIn)
@blueprint.output(schemas.Done)
@blueprint.doc(summary="Withdraw", operation_id="withdraw")
def withdraw(public_id: str, json_data: dict[str, Any]) -> Response:
    """Nothing more starts, ever, and whoever had it is told; what was approved stays on record."""
    known(public_id)

    def act(inside: Installation, person: Person) -> Mapping[str, Any]:
        holding.withdraw(inside, person, public_id, json_data["why"], json_data["tell"])
        return done(public_id)

    return carried_out(act)


def known(public_id: str) -> None:
    """404, alike for what does not exist and what this person may not know of."""
    status.seen_by(installation(), actor(), public_id)


def done(public_id: str, changed: bool = True) -> Mapping[str, Any]:
    """The answer to what changed something, or would have."""
    return {"public_id": public_id, "changed": changed}


def rfc3339(moment: datetime) -> str:
    """An aware moment as the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")
