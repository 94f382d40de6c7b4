"""How long staff are ahead."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from announcer.domain.calendar import WorkingCalendar
from announcer.domain.notation import Clock, Duration
from announcer.domain.policy.strict import Strict


class Window(Strict):
    """How long staff are ahead, counted from the confirmed intranet page.

    One of: ``duration`` (elapsed time), ``working`` (open time in ``hours``), or ``clock`` (local
    time on the next working day of ``hours``).
    """

    duration: Duration | None = None
    working: Duration | None = None
    clock: Clock | None = None
    hours: str | None = None

    def floor(self) -> timedelta:
        """The least elapsed time this window can give on any day, clock changes included."""
        if self.clock is not None:
            since_midnight = timedelta(hours=self.clock.hour, minutes=self.clock.minute)
            return max(timedelta(0), since_midnight - timedelta(hours=1))
        return self.duration or self.working or timedelta(0)

    def ends(self, confirmed: datetime, calendars: Mapping[str, WorkingCalendar]) -> datetime:
        """When a window that began at ``confirmed`` (aware UTC) is over, aware UTC."""
        if self.duration is not None:
            return confirmed + self.duration
        calendar = calendars[self.hours or ""]
        if self.working is not None:
            return calendar.after_working_time(confirmed, self.working)
        assert self.clock is not None  # noqa: S101 - the model allows exactly one of the three
        # A zone may change by more than the hour that `floor` allows for (Antarctica/Troll).
        return max(calendar.next_working_day_at(confirmed, self.clock), confirmed + self.floor())
