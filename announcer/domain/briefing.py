"""When whoever leads a meeting can read what they are to tell."""

from datetime import datetime, timedelta

from announcer.domain.announcement import AnnouncementState
from announcer.domain.plan import AnnouncementFacts, may_start
from announcer.domain.step import StepState


def is_open(key: str, facts: AnnouncementFacts, before: timedelta, now: datetime) -> bool:
    """Whether the briefing of the meeting ``key`` can be read at ``now`` (aware UTC).

    From ``before`` ahead of the meeting on, and only where nothing but the clock keeps the meeting
    itself: what is not approved, is paused, is being corrected, was withdrawn or waits for an event or
    for the page is in nobody's hand.
    """
    step = facts.steps[key]
    if facts.state in (AnnouncementState.IN_REVIEW, AnnouncementState.WITHDRAWN):
        return False
    if facts.held_at or step.held_at or facts.standstill_since or facts.corrected_since:
        return False
    hour = step.planned.meant_for
    if hour is not None and now < hour - before:
        return False
    if step.state in (StepState.SENDING, StepState.SETTLED):
        return True
    return any(may_start(key, facts, moment).allowed for moment in (now, now + before))
