"""An invitation to a meeting, as a calendar has it (RFC 5545, RFC 5546)."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Invitation:
    """One event in the calendar of one person. ``uid`` stays the same for ever; ``sequence`` grows
    with each change (RFC 5545 section 3.8.7.4). Moments are aware UTC.

    It says when, and not what about: calendars are shared, searched and shown on walls.
    """

    uid: str
    sequence: int
    begins: datetime
    length: timedelta
    cancelled: bool = False
    #: The address of whoever it is for.
    attendee: str = ""

    @property
    def method(self) -> str:
        """What a calendar program is asked to do with it (RFC 5546 section 1.4)."""
        return "CANCEL" if self.cancelled else "REQUEST"
