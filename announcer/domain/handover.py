"""The hours at which one shift hands over to the next, at one workplace."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from announcer.domain.calendar import in_utc

#: So many days back a sheet can be made again.
DAYS_BACK = 3


@dataclass(frozen=True)
class Handover:
    """One of them; ``since`` is the one before. Both aware UTC."""

    at: datetime
    since: datetime

    def name(self, zone: ZoneInfo) -> str:
        """What stands in addresses: local time, ``2026-12-08T13:30``."""
        return self.at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def handovers(clocks: Iterable[time], now: datetime, zone: ZoneInfo) -> list[Handover]:
    """The next one after ``now`` (aware) and those of the last `DAYS_BACK` days, newest first;
    none where nobody hands over. ``clocks`` are local times."""
    today = now.astimezone(zone).date()
    hours = sorted(
        {
            in_utc(today + timedelta(days=day), clock, zone)
            for day in range(-DAYS_BACK - 1, 2)
            for clock in clocks
        }
    )
    found = [Handover(at, since) for since, at in pairwise(hours)]
    coming = [one for one in found if one.at > now][:1]
    return [*coming, *reversed([one for one in found if one.at <= now])]
