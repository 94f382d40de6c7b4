"""Hours in which nothing is sent to people who sleep."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from announcer.domain.calendar import in_utc, next_clock
from announcer.domain.notation import Clock
from announcer.domain.policy.channels import SentChannel
from announcer.domain.policy.strict import Strict

if TYPE_CHECKING:
    from announcer.domain.policy.model import Policy


class Quiet(Strict):
    """No step in ``channels`` begins between two local times of day; what is urgent does."""

    begins: Clock
    ends: Clock
    channels: tuple[SentChannel, ...] = ("email",)
    source: str = ""

    def over(self, channel: str, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet that ``moment`` (aware) lies in is over, aware UTC; None outside it."""
        if channel not in self.channels:
            return None
        today = moment.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            begins = in_utc(day, self.begins, zone)
            ends = next_clock(begins, (self.ends,), zone)
            if begins <= moment < ends:
                return ends
        return None


def quiet_faults(policy: "Policy") -> Iterator[str]:
    """What cannot be meant."""
    quiet = policy.quiet
    if quiet is None:
        return
    if quiet.begins == quiet.ends:
        yield "quiet.ends: is the same time as begins. Write when it is over."
    for name, message_class in policy.classes.items():
        for key, step in message_class.steps.items():
            lateness = step.greatest_lateness or message_class.greatest_lateness
            bound = step.channel in quiet.channels and not message_class.urgent
            if bound and lateness < _longest(quiet):
                yield (
                    f"classes.{name}.steps.{key}.greatest_lateness: is shorter than the quiet "
                    "hours, and would be too late every morning. Lengthen it."
                )


def _longest(quiet: Quiet) -> timedelta:
    """With the hour more of a night in which the clock is set back."""
    day = datetime(2000, 1, 1)  # noqa: DTZ001 - only the difference counts
    begins = datetime.combine(day, quiet.begins)
    ends = datetime.combine(day, quiet.ends)
    return (ends - begins) % timedelta(days=1) + timedelta(hours=1)
