"""Invitations: whoever leads a meeting has its hour in their calendar, and nothing of what it is about.

An invitation is a call (`announcer.services.calling`): a row that is leased, mailed to everyone it is for
and mailed again after a crash, under the same Message-ID. A calendar takes the same UID and sequence once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, CallRow, StepRow
from announcer.domain.announcement import Content
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.domain.invitation import Invitation
from announcer.domain.policy import Policy
from announcer.domain.step import StepState
from announcer.people.lookup import Holder, everyone_by_mail
from announcer.render.catalogue import moment_in_words, translator
from announcer.services import calling, meeting, records
from announcer.services.installation import Installation


@dataclass(frozen=True)
class _Told:
    """What the calendars were told last, and whose: pseudonyms of all who were reached."""

    sequence: int
    begins: datetime
    length: timedelta
    cancelled: bool
    reached: frozenset[UUID]


def keep_up(session: Session, policy: Policy, row: AnnouncementRow, now: datetime) -> int:
    """Invite to what has an hour, move what has another one, cancel what was withdrawn; how many
    invitations were made. The caller holds the announcement's row."""
    steps = policy.classes[row.class_name].steps
    return sum(
        _keep_up(session, row, step, now, invitation.for_, invitation.length)
        for step in records.steps_of(session, row.id)
        if (planned := steps.get(step.key)) and (invitation := planned.invitation)
    )


def _keep_up(
    session: Session,
    row: AnnouncementRow,
    step: StepRow,
    now: datetime,
    roles: tuple[str, ...],
    length: timedelta,
) -> int:
    told = _told(session, step)
    if step.state == StepState.WITHDRAWN.value or row.withdrawn_at is not None:
        # What was never told is not cancelled: that would tell it.
        if told is None or told.cancelled or told.begins <= now or not told.reached:
            return 0
        return _invite(session, row, step, roles, told.begins, told.length, told, cancelled=True)
    begins = step.meant_for or step.not_before
    if begins is None or step.state == StepState.SETTLED.value:
        return 0
    begins = begins.astimezone(UTC).replace(second=0, microsecond=0)
    if begins <= now or (told and (told.begins, told.length) == (begins, length)):
        return 0
    return _invite(session, row, step, roles, begins, length, told)


def _invite(
    session: Session,
    row: AnnouncementRow,
    step: StepRow,
    roles: tuple[str, ...],
    begins: datetime,
    length: timedelta,
    told: _Told | None,
    *,
    cancelled: bool = False,
) -> int:
    sequence = told.sequence + 1 if told else 0
    calendar: dict[str, str | int | bool] = {
        "sequence": sequence,
        "begins": begins.isoformat(),
        "minutes": length // timedelta(minutes=1),
        "cancelled": cancelled,
    }
    what = f"invitation: {step.key} {sequence}"
    return int(calling.invite(session, row, step, what, roles, calendar))


def _invitations(session: Session, step: StepRow) -> list[CallRow]:
    """Every invitation to a meeting, the newest first."""
    query = select(CallRow).where(CallRow.step == step.id, CallRow.calendar.is_not(None))
    found = session.scalars(query).all()
    return sorted(found, key=lambda one: int((one.calendar or {})["sequence"]), reverse=True)


def _told(session: Session, step: StepRow) -> _Told | None:
    found = _invitations(session, step)
    if not found or found[0].calendar is None:
        return None
    last = found[0].calendar
    return _Told(
        sequence=int(last["sequence"]),
        begins=datetime.fromisoformat(last["begins"]),
        length=timedelta(minutes=int(last["minutes"])),
        cancelled=bool(last["cancelled"]),
        reached=frozenset(one for call in found for one in call.reached),
    )


def people(
    session: Session, policy: Policy, row: AnnouncementRow, called: CallRow
) -> Iterator[Holder]:
    """Whom an invitation is for: those who lead the meeting, and those who have it in their calendar
    already; a cancellation is for these alone."""
    step = session.get_one(StepRow, called.step)
    has_it = {one for call in _invitations(session, step) for one in call.reached}
    cancelled = bool((called.calendar or {})["cancelled"])
    leads = meeting.leaders(session, policy, row, step, tuple(called.roles))
    for one in everyone_by_mail(session):
        if one.person.pseudonym in has_it or (not cancelled and leads(one.person)):
            yield one


def edition(
    installation: Installation, called: CallRow, row: AnnouncementRow, one: Holder, language: str
) -> Edition:
    """The invitation as a letter to one person. Neither headline nor public id is in it: mailboxes
    and calendars are shared and searched, and the page is not up."""
    translate, zone = translator(language), installation.sender.time_zone
    calendar = called.calendar or {}
    begins = datetime.fromisoformat(calendar["begins"])
    if calendar["cancelled"]:
        title, body = N_("Inställt: genomgång {when}"), N_("Genomgången blir inte av.")
    else:
        title = N_("Genomgång {when}")
        body = N_("Du håller en genomgång. Det du ska säga står under ”Mina” när det är dags.")
    return Edition(
        content=Content(
            class_name=row.class_name,
            unit=row.unit,
            title=translate(title).format(when=moment_in_words(begins, zone, language)),
            summary=translate(body),
            body=translate(body),
            audience=(),
            contact="",
            language=language,
        ),
        language=language,
        sender=installation.sender,
        public_id="",
        page_url=f"{installation.base_url}/mina",
        # The same bytes at every try.
        at=called.made_at.replace(microsecond=0),
        message_id=f"<{uuid5(called.id, str(one.person.pseudonym))}@{installation.mail_domain}>",
        invitation=Invitation(
            uid=f"{called.step}@{installation.mail_domain}",
            sequence=int(calendar["sequence"]),
            begins=begins,
            length=timedelta(minutes=int(calendar["minutes"])),
            cancelled=bool(calendar["cancelled"]),
            attendee=one.email,
        ),
    )
