"""What goes in and comes out where whoever is on duty decides."""

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from web.api.schemas import A_DATE, NO_NUL


class StoppedOut(Schema):
    """A stopped step. ``goes`` and ``why`` are in the caller's language; ``followers`` are the
    channels of what waits for it, and ``can_go_on`` says whether that may go without it."""

    public_id = String(required=True)
    title = String(required=True)
    step = String(required=True)
    channel = String(required=True)
    external = Boolean(required=True)
    goes = String(required=True)
    recipients = Integer(required=True)
    begun = Boolean(required=True)
    why = String(required=True)
    stopped_at = String(required=True)
    due_since = String(required=True, allow_none=True)
    late_seconds = Integer(required=True, allow_none=True)
    followers = List(String(), required=True)
    can_go_on = Boolean(required=True)
    can_be_moved = Boolean(required=True)


class StoppedList(Schema):
    """What was stopped and the key's person can decide about, the longest stopped first."""

    stopped = List(Nested(StoppedOut), required=True)


class DoubtOut(Schema):
    """A step with recipients in doubt. Staff are a number; ``waiting`` are those who are not tried
    again by themselves."""

    public_id = String(required=True)
    title = String(required=True)
    step = String(required=True)
    channel = String(required=True)
    external = Boolean(required=True)
    recipients = Integer(required=True)
    waiting = Integer(required=True)
    since = String(required=True)
    next_at = String(required=True, allow_none=True)
    reply = String(required=True)
    named = List(String(), required=True)
    can_look = Boolean(required=True)
    can_go_again = Boolean(required=True)


class DoubtList(Schema):
    """What nobody knows about and the key's person can answer for, the oldest first."""

    doubts = List(Nested(DoubtOut), required=True)


class AtIn(Schema):
    """Another time: later than now, at most a year ahead."""

    at = AwareDateTime(required=True, validate=A_DATE)


class GiveUpIn(Schema):
    """Why it does not go; stands in the record. Where others wait for it, what becomes of them."""

    why = String(required=True, validate=[Length(1, 500), NO_NUL])
    after = String(load_default="", validate=OneOf(["", "go_on", "stop"]))


class ExitIn(Schema):
    """The way out of doubt."""

    exit = String(required=True, validate=OneOf(["sent", "again", "abandon"]))


class LookedOut(Schema):
    """How many have it, of how many that were looked for."""

    public_id = String(required=True)
    there = Integer(required=True)
    of = Integer(required=True)
