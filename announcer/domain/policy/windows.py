"""How long staff are ahead, and when a step is meant to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from announcer.domain.calendar import WorkingCalendar, next_clock
from announcer.domain.notation import Clock, Duration
from announcer.domain.policy.strict import Strict

#: What a window can be counted in; a policy gives exactly one of them.
KINDS = ("duration", "working", "clock", "handover", "same_time_as")


@dataclass(frozen=True)
class Almanac:
    """What windows are counted with: working calendars by the name of their hours, and the local
    times at which each affected workplace hands over from shift to shift (none for day work)."""

    calendars: Mapping[str, WorkingCalendar]
    zone: ZoneInfo
    handovers: Mapping[str, tuple[time, ...]] = field(default_factory=dict)


class Window(Strict):
    """How long staff are ahead, counted from the confirmed intranet page.

    One of: ``duration`` (elapsed time), ``working`` (open time in ``hours``), ``clock`` (local
    time on the next working day of ``hours``), ``handover`` (every affected shift has handed over
    since), or ``same_time_as`` (another step's moment). ``minimum`` and ``maximum`` are elapsed
    time and hold whatever the rest comes to.
    """

    duration: Duration | None = None
    working: Duration | None = None
    clock: Clock | None = None
    handover: bool | None = None
    same_time_as: str | None = None
    hours: str | None = None
    minimum: Duration | None = None
    maximum: Duration | None = None

    @property
    def kinds(self) -> list[str]:
        """Which of :data:`KINDS` it gives."""
        return [kind for kind in KINDS if getattr(self, kind) not in (None, False)]

    def floor(self) -> timedelta:
        """The least elapsed time this window can give on any day, clock changes included."""
        least = self.duration or self.working or timedelta(0)
        if self.clock is not None:
            since_midnight = timedelta(hours=self.clock.hour, minutes=self.clock.minute)
            least = max(timedelta(0), since_midnight - timedelta(hours=1))
        return self._bounded(least)

    def ends(self, confirmed: datetime, almanac: Almanac) -> datetime:
        """When a window that began at ``confirmed`` (aware UTC) is over, aware UTC."""
        # A zone may change by more than the hour that `floor` allows for (Antarctica/Troll).
        return max(
            confirmed + self._bounded(self._counted(confirmed, almanac) - confirmed),
            confirmed + self.floor(),
        )

    def _counted(self, confirmed: datetime, almanac: Almanac) -> datetime:
        if self.duration is not None:
            return confirmed + self.duration
        if self.handover:
            nexts = [
                next_clock(confirmed, t, almanac.zone) for t in almanac.handovers.values() if t
            ]
            return max(nexts, default=confirmed)
        calendar = almanac.calendars[self.hours or ""]
        if self.working is not None:
            return calendar.after_working_time(confirmed, self.working)
        assert self.clock is not None  # noqa: S101 - the others are told apart above
        return calendar.next_working_day_at(confirmed, self.clock)

    def _bounded(self, lead: timedelta) -> timedelta:
        least = max(lead, self.minimum or timedelta(0))
        return min(least, self.maximum) if self.maximum is not None else least


class At(Strict):
    """When a step is meant to be, reckoned backwards from the moment the news is known anyway.

    Either ``before_known`` (elapsed time), or ``clock`` on the ``days_before``-th working day of
    ``hours`` before that moment's date (0: on that very date). Where the writer names no such
    moment, the step is not bound to any.
    """

    before_known: Duration | None = None
    days_before: Annotated[int, Field(ge=0, le=60)] | None = None
    clock: Clock | None = None
    hours: str | None = None

    def moment(self, known_at: datetime, almanac: Almanac) -> datetime:
        """The moment itself, aware UTC; ``known_at`` is aware."""
        if self.before_known is not None:
            return known_at - self.before_known
        assert self.clock is not None  # noqa: S101 - asked of the policy when it is loaded
        calendar = almanac.calendars[self.hours or ""]
        return calendar.working_day_before(known_at, self.days_before or 0, self.clock)
