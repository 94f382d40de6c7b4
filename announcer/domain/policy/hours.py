"""What is wrong with a window or an hour, before any announcement is counted with it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from announcer.domain.notation import quoted
from announcer.domain.policy.windows import KINDS

if TYPE_CHECKING:
    from announcer.domain.policy.classes import MessageClass, Step
    from announcer.domain.policy.model import Policy
    from announcer.domain.policy.windows import At, Window

#: A window must end within the year that a calendar looks ahead, however many days are off.
MOST_WEEKS = 26


def time_faults(
    policy: "Policy", message_class: "MessageClass", key: str, step: "Step"
) -> Iterator[str]:
    if step.window is not None:
        yield from _window_faults(policy, message_class, key, step.window)
    if step.at is not None:
        yield from _at_faults(policy, step.at)
        if step.window and step.window.same_time_as:
            yield "at: a step at the same time as another has no hour of its own. Remove it."


def _window_faults(
    policy: "Policy", message_class: "MessageClass", key: str, window: "Window"
) -> Iterator[str]:
    if len(window.kinds) != 1:
        yield f"window: give exactly one of {', '.join(KINDS)}."
    elif window.kinds[0] in ("working", "clock"):
        yield from hours_faults(policy, "window", window.hours)
        week = policy.calendar.hours.get(window.hours or "")
        if week and window.working and window.working > MOST_WEEKS * week.weekly() > timedelta(0):
            yield f"window.working: is over {MOST_WEEKS} weeks of {window.hours!r}. Shorten it."
    elif window.hours is not None:
        yield (
            f"window.hours: {window.kinds[0]} runs day and night. Remove hours, or write working."
        )
    if window.same_time_as is not None:
        yield from _same_time_faults(message_class, key, window)
    if window.handover and not window.minimum:
        yield (
            "window.minimum: say how long staff are ahead where nobody hands over, for example "
            'minimum = "2 h".'
        )
    if window.maximum is not None and (window.minimum or timedelta(0)) > window.maximum:
        yield "window.maximum: is shorter than minimum. Lengthen it, or shorten minimum."


def _same_time_faults(message_class: "MessageClass", key: str, window: "Window") -> Iterator[str]:
    other = window.same_time_as
    if other not in message_class.steps:
        yield (
            f"window.same_time_as: there is no step {other!r}. The steps are "
            f"{', '.join(sorted(message_class.steps))}."
        )
    elif window.minimum is not None or window.maximum is not None:
        yield f"window: {other!r} has minimum and maximum for both. Remove them here."
    elif (last := message_class.window_of(key)) and last.same_time_as in message_class.steps:
        yield f"window.same_time_as: {key!r} and {other!r} wait for each other. Break the circle."


def hours_faults(policy: "Policy", key: str, hours: str | None) -> Iterator[str]:
    if hours is None or hours not in policy.calendar.hours:
        yield f"{key}.hours: there are no hours {hours!r}. Add [calendar.hours.{quoted(hours or 'NAME')}]."
    elif not policy.calendar.hours[hours].weekly():
        yield f"{key}.hours: {hours!r} is never open. Give a weekday its hours."


def _at_faults(policy: "Policy", at: "At") -> Iterator[str]:
    counted = (at.days_before, at.clock)
    if at.before_known is not None:
        if at.hours is not None or counted != (None, None):
            yield "at: give before_known alone, or days_before with clock and hours."
    elif None in counted:
        yield ('at: give before_known = "1 h", or days_before = 1 with clock = "13:00" and hours.')
    else:
        yield from hours_faults(policy, "at", at.hours)
