"""What goes in and comes out, as the OpenAPI document shows it."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apiflask import Schema
from apiflask.fields import UUID, AwareDateTime, Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp
from marshmallow import ValidationError

from announcer.domain.announcement import Content, Question, Translation
from announcer.domain.attachment import LARGEST_ATTACHMENT, MOST_ATTACHMENTS, attached
from announcer.domain.change import CorrectionKind
from announcer.domain.content_faults import (
    LONGEST_ANSWER,
    LONGEST_BODY,
    LONGEST_LINE,
    LONGEST_QUESTION,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    MOST_QUESTIONS,
)
from announcer.domain.translating import CHECKED
from announcer.services.correcting import LONGEST as LONGEST_WHAT
from announcer.services.holding import LONGEST_TOLD
from announcer.services.returning import LONGEST_REASON

#: Characters of base64 for the largest file.
LARGEST_BASE64 = (LARGEST_ATTACHMENT + 2) // 3 * 4
LANGUAGE = Regexp(r"^[a-z]{2}\Z", error="two small letters, as in ISO 639-1")
NAME = Length(1, 80)
#: Nothing can say more than PostgreSQL can hold: no NUL, and no half of a pair of UTF-16.
NO_NUL = Regexp(r"^[^\x00\ud800-\udfff]*\Z", error="a character that cannot be stored")
#: The first and last year have moments that do not exist in UTC.
A_DATE = Range(
    min=datetime(2, 1, 1, tzinfo=UTC),
    max=datetime(9998, 12, 31, tzinfo=UTC),
    error="a time that no calendar reaches",
)


class TranslationIn(Schema):
    """The text in another language; without a body: title and summary only."""

    title = String(required=True, validate=[Length(1, LONGEST_TITLE), NO_NUL])
    summary = String(load_default="", validate=[Length(max=LONGEST_SUMMARY), NO_NUL])
    body = String(load_default="", validate=[Length(max=LONGEST_BODY), NO_NUL])
    checked = Boolean(
        load_default=False,
        metadata={"description": "it fits the text as it is now, although it did not change"},
    )


class AttachmentIn(Schema):
    """A file. ``alt`` says what a picture shows and is needed for every picture."""

    name = String(required=True, validate=[Length(1, 120), NO_NUL])
    content = String(
        required=True,
        validate=Length(1, LARGEST_BASE64),
        metadata={"description": "the bytes in base64 (RFC 4648 section 4)"},
    )
    alt = String(load_default="", validate=[Length(max=LONGEST_SUMMARY), NO_NUL])


class QuestionIn(Schema):
    """What is likely to be asked in a meeting, and the answer."""

    question = String(required=True, validate=[Length(1, LONGEST_QUESTION), NO_NUL])
    answer = String(required=True, validate=[Length(1, LONGEST_ANSWER), NO_NUL])


class TextIn(Schema):
    """An announcement's text, and whom it is for."""

    class_name = String(required=True, data_key="class", validate=[NAME, NO_NUL])
    unit = String(required=True, validate=[NAME, NO_NUL])
    title = String(required=True, validate=[Length(1, LONGEST_TITLE), NO_NUL])
    summary = String(load_default="", validate=[Length(max=LONGEST_SUMMARY), NO_NUL])
    body = String(
        load_default="",
        validate=[Length(max=LONGEST_BODY), NO_NUL],
        metadata={"description": "Markdown"},
    )
    audience = List(
        String(validate=[NAME, NO_NUL]),
        required=True,
        validate=Length(1, 50),
        metadata={"description": "names of audiences in the policy, or codes of units"},
    )
    contact = String(
        load_default="",
        validate=[Length(max=LONGEST_LINE), NO_NUL],
        metadata={"description": "who answers questions; may be left out where a topic is named"},
    )
    topic = String(
        load_default="",
        validate=[Length(max=60), NO_NUL],
        metadata={"description": "one of the policy's spokespersons' topics"},
    )
    follows = String(
        load_default="",
        validate=[Length(max=80), NO_NUL],
        metadata={"description": "the public id of the announcement that it tells the rest of"},
    )
    language = String(load_default="sv", validate=LANGUAGE)
    record_number = String(load_default="", validate=[Length(max=LONGEST_LINE), NO_NUL])
    decision_at = AwareDateTime(load_default=None, allow_none=True, validate=A_DATE)
    known_at = AwareDateTime(load_default=None, allow_none=True, validate=A_DATE)
    channels = List(String(validate=[NAME, NO_NUL]), load_default=list, validate=Length(max=10))
    translations = Dict(
        keys=String(validate=LANGUAGE),
        values=Nested(TranslationIn),
        load_default=dict,
        validate=Length(max=10),
    )
    attachments = List(
        Nested(AttachmentIn), load_default=list, validate=Length(max=MOST_ATTACHMENTS)
    )
    questions = List(
        Nested(QuestionIn),
        load_default=list,
        validate=Length(max=MOST_QUESTIONS),
        metadata={"description": "for those who lead its meetings, and nobody else"},
    )
    not_to_promise = String(
        load_default="",
        validate=[Length(max=LONGEST_ANSWER), NO_NUL],
        metadata={"description": "the same"},
    )


def content_of(given: Mapping[str, Any]) -> Content:
    """What was given, as the domain knows it. Raises `Refusal` for a file that cannot be taken."""
    return Content(
        class_name=given["class_name"],
        unit=given["unit"],
        title=given["title"].strip(),
        summary=given["summary"].strip(),
        body=given["body"].strip(),
        audience=tuple(given["audience"]),
        contact=given["contact"].strip(),
        topic=given["topic"].strip(),
        follows=given["follows"].strip(),
        language=given["language"],
        record_number=given["record_number"].strip(),
        decision_at=given["decision_at"],
        known_at=given["known_at"],
        channels=tuple(given["channels"]),
        translations={
            language: Translation(
                one["title"], one["summary"], one["body"], CHECKED if one["checked"] else ""
            )
            for language, one in given["translations"].items()
        },
        attachments=tuple(
            attached(one["name"], _bytes(one["content"]), one["alt"])
            for one in given["attachments"]
        ),
        questions=tuple(
            Question(one["question"].strip(), one["answer"].strip()) for one in given["questions"]
        ),
        not_promised=given["not_to_promise"].strip(),
    )


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValidationError({"json": {"attachments": ["not base64"]}}) from None


class WhyIn(Schema):
    """The reason, which stands in the record."""

    why = String(required=True, validate=[Length(1, 500), NO_NUL])


class WithdrawalIn(WhyIn):
    """The reason, and a sentence by language for those inside who have had the text; whoever has it
    outside is told in fixed words."""

    tell = Dict(
        keys=String(validate=[Length(2, 12), NO_NUL]),
        values=String(validate=[Length(max=LONGEST_TOLD), NO_NUL]),
        load_default=dict,
    )


class CorrectionIn(TextIn):
    """The right text, what kind of correction it is, and what changed: a sentence by language."""

    kind = String(required=True, validate=OneOf([one.value for one in CorrectionKind]))
    what = Dict(
        keys=String(validate=[Length(2, 12), NO_NUL]),
        values=String(validate=[Length(max=LONGEST_WHAT), NO_NUL]),
        load_default=dict,
    )


class Corrected(Schema):
    """What became of a correction: ``applied`` where nobody need approve it; ``again`` where it
    waits already. ``findings`` are in the caller's language and keep nothing back."""

    public_id = String(required=True)
    content_hash = String(required=True)
    applied = Boolean(required=True)
    again = Boolean(required=True)
    findings = List(String(), required=True)


class ReasonIn(Schema):
    """What must be changed. The author reads it; it is weeded with the drafts."""

    why = String(required=True, validate=[Length(1, LONGEST_REASON), NO_NUL])


class ResumeIn(Schema):
    """A step of the plan, for that alone; empty for everything."""

    step = String(load_default="", validate=[Length(max=200), NO_NUL])


class HoldIn(ResumeIn):
    """The reason, which stands in the record, and perhaps one step."""

    why = String(required=True, validate=[Length(1, 500), NO_NUL])


class ApprovalIn(Schema):
    """Which text is approved: the hash that was read."""

    content_hash = String(required=True, validate=Regexp(r"^[0-9a-f]{64}\Z"))


class NoteIn(Schema):
    """A note for the record."""

    note = String(load_default="", validate=[Length(max=500), NO_NUL])


class HeldIn(NoteIn):
    """A note for the record, and the unit that held the meeting where each holds its own; it may be
    left out by whoever leads only one."""

    unit = String(load_default="", validate=[Length(max=300), NO_NUL])


class EventIn(Schema):
    """What has happened, by the policy's name, and what is to stand with it."""

    event = String(required=True, validate=[Length(1, 300), NO_NUL])
    note = String(load_default="", validate=[Length(max=500), NO_NUL])


class BoardIn(Schema):
    """A workplace, as the directory calls it."""

    workplace = String(required=True, validate=[Length(1, 300), NO_NUL])


class Boards(Schema):
    """On how many boards a notice is up, and of how many."""

    public_id = String(required=True)
    up = Integer(required=True)
    of = Integer(required=True)


class PageIn(Schema):
    """How much of a list."""

    limit = Integer(load_default=50, validate=Range(1, 200))
    finished = Boolean(load_default=False, truthy={"true", "1"}, falsy={"false", "0"})


class HandedIn(Schema):
    """What became of a text. ``again``: this very text was handed in before; ``findings`` are in
    the caller's language and keep nothing back."""

    public_id = String(required=True)
    state = String(required=True)
    again = Boolean(required=True)
    findings = List(String(), required=True)


class Done(Schema):
    """It is done. ``changed`` is false where it was so already."""

    public_id = String(required=True)
    changed = Boolean(required=True)


class Opening(Schema):
    """Something that people open, and the policy's roles that may."""

    wait = String(required=True)
    event = String(required=True)
    roles = List(String(), required=True)


class UnitHeld(Schema):
    """A unit that holds a meeting of its own, and whether it has."""

    unit = String(required=True)
    held = Boolean(required=True)


class Step(Schema):
    """One step. Moments are RFC 3339 in UTC; ``waits_for`` is in the caller's language. ``units``
    are those of a meeting that is held in each."""

    key = String(required=True)
    channel = String(required=True)
    kind = String(
        required=True, metadata={"description": "``first``, ``correction`` or ``withdrawal``"}
    )
    audience = List(String(), required=True)
    external = Boolean(required=True)
    state = String(required=True)
    held = Boolean(required=True)
    meant_for = String(required=True, allow_none=True)
    earliest = String(required=True, allow_none=True)
    latest = String(required=True, allow_none=True)
    late = Boolean(required=True)
    started_at = String(required=True, allow_none=True)
    confirmed_at = String(required=True, allow_none=True)
    settled_at = String(required=True, allow_none=True)
    waits = List(String(), required=True)
    waits_for = List(String(), required=True)
    openings = List(Nested(Opening), required=True)
    recipients = Dict(keys=String(), values=Integer(), required=True)
    units = List(Nested(UnitHeld), required=True)


class GivenOut(Schema):
    """An approval. ``by_author``: their last word; ``stood_in``: by a stand-in."""

    roles = List(String(), required=True)
    at = String(required=True)
    by_author = Boolean(required=True)
    stood_in = Boolean(required=True)


class GivenBackOut(Schema):
    """The text was given back to its author."""

    reason = String(required=True)
    roles = List(String(), required=True)
    at = String(required=True)


class ApprovalOut(Schema):
    """Who has approved the newest text and who is missing, while it waits for approval.

    ``missing`` has a list for each person who is missing: the roles of which one is enough.
    ``nobody`` has those that nobody can fill; ``says`` is all of it in the caller's language.
    """

    given = List(Nested(GivenOut), required=True)
    missing = List(List(String()), required=True)
    nobody = List(List(String()), required=True)
    waits_for_author = Boolean(required=True)
    given_back = Nested(GivenBackOut, required=True, allow_none=True)
    says = List(String(), required=True)


class Status(Schema):
    """Where an announcement is."""

    id = UUID(required=True)
    public_id = String(required=True)
    title = String(required=True)
    class_name = String(required=True, data_key="class")
    unit = String(required=True)
    state = String(required=True)
    held = Boolean(required=True)
    content_hash = String(required=True)
    known_at = String(required=True, allow_none=True)
    corrected_since = String(required=True, allow_none=True)
    approval = Nested(ApprovalOut, required=True, allow_none=True)
    steps = List(Nested(Step), required=True)
    untranslated = List(String(), required=True)


class Record(Schema):
    """What happened, oldest first, as it was written down."""

    events = List(Dict(keys=String()), required=True)


class StatusList(Schema):
    """Announcements, newest first."""

    announcements = List(Nested(Status), required=True)


class Text(Schema):
    """A text as it stands."""

    public_id = String(required=True)
    content_hash = String(required=True)
    language = String(required=True)
    texts = List(Dict(keys=String(), values=String()), required=True)
    contact = String(required=True)
    topic = String(required=True)
    answers = Dict(keys=String(), values=String(), required=True)
    record_number = String(required=True)
    attachments = List(Dict(keys=String(), values=String()), required=True)


class Planned(Schema):
    """A step that there would be, and when it would go at the earliest."""

    key = String(required=True)
    channel = String(required=True)
    external = Boolean(required=True)
    earliest = String(required=True)
    waits_for = List(String(), required=True)
    late = Boolean(required=True)


class Preview(Schema):
    """What would happen if the page were confirmed now. Nothing is stored."""

    content_hash = String(required=True)
    steps = List(Nested(Planned), required=True)
    findings = List(String(), required=True)


class GateOut(Schema):
    """A meeting that a person says was held, or an event that a person says has happened."""

    kind = String(required=True)
    key = String(required=True)
    open = Boolean(required=True)
    can_be_opened = Boolean(required=True)
    by = List(String(), required=True)


class Gates(Schema):
    """What people open."""

    gates = List(Nested(GateOut), required=True)


class Briefing(Schema):
    """What whoever leads a meeting has in their hand."""

    text = Nested(Text, required=True)
    questions = List(Nested(QuestionIn), required=True)
    not_to_promise = String(required=True)
    on_the_intranet = Boolean(required=True)


class HandoverIn(Schema):
    """Which handover: local time, as ``2026-12-08T13:30``; the next one where it is left out."""

    at = String(load_default="", validate=Regexp(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d)?\Z"))


class HandoverLine(Schema):
    """Something that came since the last handover."""

    public_id = String(required=True)
    title = String(required=True)
    summary = String(required=True)
    contact = String(required=True)
    exercise = Boolean(required=True)
    correction = Boolean(required=True)
    at = String(required=True)


class HandoverOut(Schema):
    """What is handed over where the key's person works. ``at`` is null where nobody hands over."""

    workplace = String(required=True)
    at = String(required=True, allow_none=True)
    since = String(required=True, allow_none=True)
    news = List(Nested(HandoverLine), required=True)


class PlaceIn(Schema):
    """The people of a unit who work at a workplace; without a unit, the key's person's own."""

    workplace = String(required=True, validate=[Length(1, 300), NO_NUL])
    unit = String(load_default="", validate=[Length(max=300), NO_NUL])


class CodeMade(Schema):
    """A code for a shared phone. It is in no other answer, and no repeat of the request gets it."""

    code = String(required=True)


class CodeOut(Schema):
    """A code that is valid, without itself."""

    fingerprint = String(required=True)
    workplace = String(required=True)
    unit = String(required=True)
    expires_at = String(required=True)


class Codes(Schema):
    """The codes that are valid where the key's person makes them."""

    codes = List(Nested(CodeOut), required=True)


class CodeRevoked(Schema):
    """The code reads nothing any more."""

    workplace = String(required=True)
    unit = String(required=True)
