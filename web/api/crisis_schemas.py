"""What goes in and comes out about crises, as the OpenAPI document shows it."""

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length

from announcer.domain.declaring import LONGEST_ADDITION, LONGEST_AREA
from announcer.services.crises import LONGEST_NOTE
from web.api.schemas import A_DATE, LANGUAGE, NAME, NO_NUL


class FurtherIn(Schema):
    """What differs, by language, and when there is more at the latest (the policy's time where it
    is left out)."""

    what = Dict(
        keys=String(validate=LANGUAGE),
        values=String(validate=[Length(max=LONGEST_ADDITION), NO_NUL]),
        load_default=dict,
    )
    next_information = AwareDateTime(load_default=None, allow_none=True, validate=A_DATE)


class DeclarationIn(FurtherIn):
    """A template of the policy, and the place it is about."""

    template = String(required=True, validate=[NAME, NO_NUL])
    area = String(load_default="", validate=[Length(max=LONGEST_AREA), NO_NUL])
    exercise = Boolean(load_default=False)


class ReviewIn(Schema):
    """What the review showed."""

    note = String(required=True, validate=[Length(1, LONGEST_NOTE), NO_NUL])


class ReachOut(Schema):
    """A step, and how many it goes to as things stand; null: whoever comes by."""

    channel = String(required=True)
    external = Boolean(required=True)
    recipients = Integer(required=True, allow_none=True)


class CrisisPreview(Schema):
    """What would go where, and who may order a VMA: never from here."""

    title = String(required=True)
    steps = List(Nested(ReachOut), required=True)
    findings = List(String(), required=True)
    vma = String(required=True)
    next_information = String(required=True, allow_none=True)


class TookOut(Schema):
    """How long after the declaration a step was done, in seconds; null: not yet."""

    channel = String(required=True)
    recipients = Integer(required=True)
    seconds = Float(required=True, allow_none=True)


class ToldOut(Schema):
    """One text of a crisis; ``alarmed_at`` where its page could not be confirmed in time."""

    public_id = String(required=True)
    kind = String(required=True)
    at = String(required=True)
    withdrawn = Boolean(required=True)
    alarmed_at = String(required=True, allow_none=True)
    steps = List(Nested(TookOut), required=True)


class CrisisOut(Schema):
    """A crisis from its declaration to its review."""

    public_id = String(required=True)
    title = String(required=True)
    exercise = Boolean(required=True)
    declared_at = String(required=True)
    lifted_at = String(required=True, allow_none=True)
    next_information = String(required=True, allow_none=True)
    review_before = String(required=True)
    reviewed_at = String(required=True, allow_none=True)
    told = List(Nested(ToldOut), required=True)


class CrisisList(Schema):
    """The newest first."""

    crises = List(Nested(CrisisOut), required=True)
