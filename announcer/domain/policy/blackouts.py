"""Times in which nothing is sent through some channels: an election day, a national mourning."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field

from announcer.domain.policy.channels import SentChannel
from announcer.domain.policy.strict import Strict, Words
from announcer.domain.step import Silence

if TYPE_CHECKING:
    from announcer.domain.policy.model import Policy


def _moment(value: object, *, through: bool) -> datetime:
    """A local day or moment; ``through`` a day is its end, else its beginning."""
    if isinstance(value, datetime):
        return value
    try:
        # No other ISO spelling: what a person would not read as a date is a slip of the pen.
        if not isinstance(value, str) or not re.match(
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![^T ])", value
        ):
            raise ValueError
        if len(value) == len("2026-12-24"):
            day = date.fromisoformat(value)
            return datetime.combine(day + timedelta(days=through), time.min)
        return datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise ValueError(
            'write a day or a moment in quotation marks, "2026-12-24" or "2026-12-24T16:00"'
        ) from None


Begins = Annotated[datetime, BeforeValidator(lambda value: _moment(value, through=False))]
Ends = Annotated[datetime, BeforeValidator(lambda value: _moment(value, through=True))]


class Blackout(Strict):
    """No step in ``channels`` of ``classes`` (all, where none is named) begins from the first
    moment to the second; a day that ends it counts whole. What is urgent begins."""

    model_config = ConfigDict(populate_by_name=False)

    begins: Begins = Field(alias="from")
    until: Ends
    why: Words
    channels: tuple[SentChannel, ...] = ("press", "newsroom", "visitors_board")
    classes: tuple[str, ...] = ()
    #: Whether classes for emergencies go all the same. Only where none is concerned can it be false.
    lifted_for_urgent: bool = True
    source: str = ""

    def concerns(self, class_name: str, channel: str) -> bool:
        """Whether steps of a class in a channel wait for it, urgent or not."""
        return channel in self.channels and (not self.classes or class_name in self.classes)

    def silence(self, zone: ZoneInfo) -> Silence:
        """The time itself, in UTC."""
        return Silence(_utc(self.begins, zone), _utc(self.until, zone), self.why)


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def silences_of(policy: "Policy", class_name: str, channel: str) -> tuple[Silence, ...]:
    """The times in which a step of this class in this channel does not begin."""
    urgent = policy.classes[class_name].urgent
    return tuple(
        one.silence(policy.zone)
        for one in policy.blackouts
        if one.concerns(class_name, channel) and not (urgent and one.lifted_for_urgent)
    )


def blackout_faults(policy: "Policy") -> Iterator[str]:
    """What cannot be meant, and what would keep an emergency from the public."""
    for number, one in enumerate(policy.blackouts):
        key = f"blackouts.{number}"
        silence = one.silence(policy.zone)
        if silence.begins >= silence.ends:
            yield f"{key}.until: is not after from. Write when it is over."
        for name in one.classes:
            if name not in policy.classes:
                yield f"{key}.classes: there is no class {name!r}. Name one of the classes."
        if one.lifted_for_urgent:
            continue
        for name, message_class in policy.classes.items():
            steps = message_class.steps.values()
            if message_class.urgent and any(one.concerns(name, s.channel) for s in steps):
                yield (
                    f"{key}.lifted_for_urgent: would hold back {name!r}, which is for emergencies "
                    "(LIVSFS 2022:12 section 32). Remove it, or name other classes."
                )
