"""The channels that a policy may name: those that come with Announcer, and what is installed beside."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo

from announcer.domain.audience import Reach
from announcer.domain.channel import BUILT_IN, INTRANET, MEETING, ChannelKind, Kinds


def known(context: Any) -> Kinds:
    """The channels that a policy is read with; pydantic's validation context, where one is given."""
    return context["channels"] if context else BUILT_IN


def _is_known(name: str, found: ValidationInfo) -> str:
    kinds = known(found.context)
    if name not in kinds:
        raise ValueError(
            f"the channels are {_listed(kinds)}. Name one of them, or install the package that "
            "brings this one"
        )
    return name


def _is_sent(name: str, found: ValidationInfo) -> str:
    sent = [one for one in known(found.context) if one not in (INTRANET.name, MEETING.name)]
    if name not in sent:
        raise ValueError(f"something is sent through {_listed(sent)}. Name one of them")
    return name


def _listed(names: Iterable[str]) -> str:
    *most, last = map(repr, names)
    return f"{', '.join(most)} or {last}"


ChannelName = Annotated[str, AfterValidator(_is_known)]
#: One through which something is sent: not a page, and not people who meet.
SentChannel = Annotated[str, AfterValidator(_is_sent)]


def with_absent(table: Mapping[str, Any], kinds: Kinds) -> Kinds:
    """``kinds`` with those that a policy's stored table names and that are not installed (any more).

    So that what was announced under it can still be read. Each is named as the policy names it, and
    leaves the house where its audience is outside; nothing can be sent through it.
    """
    missing = dict(_absent(table, kinds))
    return {**kinds, **missing} if missing else kinds


def _absent(table: Mapping[str, Any], kinds: Kinds) -> Iterator[tuple[str, ChannelKind]]:
    audiences = table.get("audiences", {})
    for message_class in table.get("classes", {}).values():
        for step in message_class.get("steps", {}).values():
            name = step.get("channel")
            if isinstance(name, str) and name not in kinds:
                reach = audiences.get(step.get("audience"), {}).get("reach")
                outside = reach in {one.value for one in Reach if one.external}
                yield name, ChannelKind(name, name, external=outside)
