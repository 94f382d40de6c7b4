"""How soon a paper hangs on a board, and who is called where it does not."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from announcer.domain.calendar import WorkingCalendar
from announcer.domain.notation import Duration, quoted
from announcer.domain.policy.hours import hours_faults
from announcer.domain.policy.strict import Strict

if TYPE_CHECKING:
    from announcer.domain.policy.model import Policy


class Boards(Strict):
    """What is to be done at a board is done within ``ready``, open time of ``hours`` where these are
    given. Then those of ``by`` are called who have the role in the unit whose people work there;
    where that does not help, whoever is on duty as well."""

    ready: Duration
    by: tuple[str, ...] = Field(min_length=1)
    hours: str | None = None
    source: str = ""

    def late_at(self, since: datetime, calendars: Mapping[str, WorkingCalendar]) -> datetime:
        """When a task is late that somebody can do from ``since`` on (aware UTC)."""
        if self.hours is None:
            return since + self.ready
        return calendars[self.hours].after_working_time(since, self.ready)


def board_faults(policy: "Policy") -> Iterator[str]:
    """What cannot be meant."""
    if policy.boards is None:
        return
    for name in policy.boards.by:
        if name not in policy.roles:
            yield f"boards.by: there is no role {name!r}. Add [roles.{quoted(name)}]."
    if policy.boards.ready <= timedelta(0):
        yield 'boards.ready: nobody is as quick. Write for example "4 h".'
    if policy.boards.hours is not None:
        yield from hours_faults(policy, "boards", policy.boards.hours)
