"""What an audience can be, and through which channels it can be told."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from announcer.domain.audience import Reach
from announcer.domain.channel import MEETING, Addresses, ChannelKind

if TYPE_CHECKING:
    from announcer.domain.policy.classes import MessageClass, Step
    from announcer.domain.policy.model import Policy


def _inside(kind: ChannelKind) -> bool:
    """Whether it is for colleagues; what is said of channels that leave the house stands beside."""
    return not kind.external and kind is not MEETING


#: Channels that do not get to an audience, and what does.
_WRONG: Mapping[Reach, tuple[Callable[[ChannelKind], bool], str]] = {
    Reach.GROUP: (
        lambda kind: _inside(kind) and kind.addresses is not Addresses.MAIL,
        "a group reads neither the intranet nor the boards. Use 'email' or 'meeting'",
    ),
    Reach.TOLD: (
        _inside,
        "nobody's address is known; a person tells them and ticks it. Use 'meeting'",
    ),
    Reach.PUBLIC: (
        lambda kind: kind.addresses is Addresses.PRESS_LIST,
        "it goes to newsrooms. Use 'newsroom', or an audience with reach = 'press'",
    ),
}
_NARROWING = ("units", "workplaces", "positions", "languages")


def audience_faults(policy: "Policy") -> Iterator[str]:
    """Audiences that are narrowed and cannot be, or would be everybody: key, fault and fix."""
    for name, audience in policy.audiences.items():
        narrowed = [key for key in _NARROWING if getattr(audience, key)]
        if audience.reach is not Reach.STAFF:
            for key in narrowed:
                yield (
                    f"audiences.{name}.{key}: only reach = 'staff' can be narrowed. "
                    'Remove it, or write reach = "staff".'
                )
        elif not narrowed:
            yield (
                f"audiences.{name}.reach: everybody would be in it. Add "
                f'{", ".join(_NARROWING[:-1])} or {_NARROWING[-1]}, or write reach = "all_staff".'
            )


def reach_faults(policy: "Policy", message_class: "MessageClass", step: "Step") -> Iterator[str]:
    """An audience that a step's channel does not get to."""
    audience = policy.audiences.get(step.audience or "")
    if audience is None:
        return
    is_wrong, way = _WRONG.get(audience.reach, (lambda _: False, ""))
    if is_wrong(policy.channels[step.channel]):
        yield f"channel: {step.channel!r} does not get to {step.audience!r}: {way}."
    if audience.reach is Reach.GROUP and message_class.approval is None:
        yield (
            "approval: what goes to people who are not employed needs somebody's approval. "
            "Add it to the class."
        )
