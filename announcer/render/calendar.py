"""An invitation as calendar programs read it: iCalendar, with the organisation's own time zone."""

from collections.abc import Callable
from datetime import UTC, date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.domain.invitation import Invitation
from announcer.lean import OnFirstUse

if TYPE_CHECKING:
    import icalendar
else:  # most mails are no invitations
    icalendar = OnFirstUse("icalendar")

Translate = Callable[[str], str]


def ics(edition: Edition, invitation: Invitation, translate: Translate) -> str:
    """The calendar object, CRLF line ends; the same edition gives the same text.

    Neither headline nor public id is in it, and nobody is asked for an answer.
    """
    sender = edition.sender
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Announcer//Announcer//SV")
    calendar.add("version", "2.0")
    calendar.add("method", invitation.method)
    calendar.add_component(_event(edition, invitation, translate))
    if sender.time_zone != "UTC":
        year = invitation.begins.year
        calendar.add_missing_timezones(date(year - 1, 1, 1), date(year + 2, 1, 1))
    whole: bytes = calendar.to_ical()
    return whole.decode()


def _event(edition: Edition, invitation: Invitation, translate: Translate) -> "icalendar.Event":
    zone, sender = ZoneInfo(edition.sender.time_zone), edition.sender
    organizer = icalendar.vCalAddress(f"mailto:{sender.email}")
    organizer.params["CN"] = sender.name
    attendee = icalendar.vCalAddress(f"mailto:{invitation.attendee}")
    # Nobody answers it: who comes is nobody's business but theirs.
    attendee.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
    event = icalendar.Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", edition.at.astimezone(UTC))
    event.add("dtstart", invitation.begins.astimezone(zone))
    event.add("dtend", (invitation.begins + invitation.length).astimezone(zone))
    event.add("summary", translate(N_("Genomgång")))
    event.add("description", edition.content.body)
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("organizer", organizer)
    event.add("attendee", attendee)
    return event
