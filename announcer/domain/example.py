"""An announcement that nobody wrote, to show what a class of the policy does."""

from announcer.domain.announcement import Content
from announcer.domain.policy import Policy
from announcer.domain.schedule import is_wanted


def example_of(
    policy: Policy,
    class_name: str,
    audiences: tuple[str, ...] = (),
    channels: tuple[str, ...] = (),
) -> Content:
    """One to the audiences named; to everyone that the class can reach where none is."""
    steps = [step for step in policy.classes[class_name].steps.values() if step.audience]
    everyone = tuple(str(step.audience) for step in steps)
    asked = Content(class_name, "", "", "", "", everyone, "", channels=channels)
    reached = dict.fromkeys(str(s.audience) for s in steps if is_wanted(policy, asked, s))
    outside = tuple(n for n in audiences or reached if not policy.is_staff(n))
    inside = tuple(n for n in audiences if policy.is_staff(n))
    # Somebody inside is always told.
    inside = inside or tuple(n for n in policy.audiences if policy.is_staff(n))[:1]
    return Content(class_name, "", "", "", "", (*inside, *outside), "", channels=channels)
