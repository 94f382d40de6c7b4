"""Which steps of a plan hang on people: no clock says when they go."""

from announcer.domain.plan import AnnouncementFacts, is_waited_for, waits_for_people
from announcer.domain.step import StepState

_OPEN = (StepState.WAITING, StepState.SENDING)


def hanging(facts: AnnouncementFacts) -> frozenset[str]:
    """The steps that may begin later than the clock lets them, by key.

    Somebody has something to say or to do first: about the step, about one that it comes after, or
    about all of them.
    """
    everything = facts.held_at or facts.corrected_since or facts.standstill_since
    found: set[str] = set()
    for key, step in facts.steps.items():
        earlier = facts.earlier(step).items()
        if step.state in _OPEN and (
            everything
            or step.held_at
            or waits_for_people(facts, step)
            or any(name in found and is_waited_for(before) for name, before in earlier)
        ):
            found.add(key)
    return frozenset(found)
