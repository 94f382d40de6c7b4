"""What a declared crisis needs the clock for: the alarm, the promised time, the review afterwards."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import (
    AlarmRow,
    AnnouncementRow,
    CrisisReviewRow,
    CrisisRow,
    DeliveryRow,
    StandstillRow,
    StepRow,
)
from announcer.domain.announcement import AnnouncementState
from announcer.domain.declaring import Kind, crisis_of
from announcer.domain.errors import N_
from announcer.domain.policy import Policy
from announcer.domain.policy.crisis import Crisis
from announcer.domain.step import StepState
from announcer.logs import get_logger
from announcer.services import calling, declaring, planning, records, situation
from announcer.services.installation import Installation

log = get_logger("announcer.crisis")

#: The page may begin or be confirmed meanwhile.
LOOK_AGAIN = timedelta(seconds=5)
#: A review that nobody has closed is called for once a day.
REVIEW_AGAIN = timedelta(days=1)
AT_ONCE = 20


def watch(installation: Installation) -> int:
    """Raise the alarms that are due and call whoever must be called; how many crises were asked."""
    with installation.database.reading() as session:
        due = session.scalars(
            select(CrisisRow.announcement)
            .where(CrisisRow.look_at <= select(func.announcer.announcer_now()).scalar_subquery())
            .order_by(CrisisRow.look_at)
            .limit(AT_ONCE)
        ).all()
    for announcement in due:
        with installation.database.transaction("watch crisis") as session:
            row = session.scalar(
                select(AnnouncementRow)
                .where(AnnouncementRow.id == announcement)
                .with_for_update(key_share=True, skip_locked=True)
            )
            if row is not None:
                _watch(session, installation, row)
    return len(due)


def _watch(session: Session, installation: Installation, row: AnnouncementRow) -> None:
    found = session.get_one(CrisisRow, row.id)
    policy, now = records.policy_of(session, installation, row), engine.now(session)
    moments = [_alarm(session, installation, row, policy, now)]
    if found.kind == Kind.DECLARED.value:
        moments += [
            _remind(session, row, policy, now),
            _call_for_review(session, row, found, policy, now),
        ]
    found.look_at = min((moment for moment in moments if moment), default=None)


def _alarm(
    session: Session,
    installation: Installation,
    row: AnnouncementRow,
    policy: Policy,
    now: datetime,
) -> datetime | None:
    """Raise the alarm where the page has had its time; else when it is asked next, None for never."""
    wait = crisis_of(policy).wait
    if wait is None or row.state in (
        AnnouncementState.WITHDRAWN.value,
        AnnouncementState.COMPLETED.value,
    ):
        return None
    page = _page(session, row)
    if page is None or page.state == StepState.WAITING.value or page.started_at is None:
        return now + LOOK_AGAIN
    if page.confirmed_at is not None or session.get(AlarmRow, page.id) is not None:
        return None
    since = _tried_since(session, row, page)
    if since is None:
        return now + LOOK_AGAIN
    if now < since + wait:
        return since + wait
    _raise_alarm(session, installation, row, policy, page)
    return None


def _tried_since(session: Session, row: AnnouncementRow, page: StepRow) -> datetime | None:
    """Since when the page that has begun could have been read back: not while it, its announcement or
    everything stood still, nor while a correction waited. None while that lasts, and where nobody has
    tried."""
    facts = situation.facts_of(session, row)
    still = facts.held_at or page.held_at or facts.corrected_since or facts.standstill_since
    tried = select(DeliveryRow.id).where(DeliveryRow.step == page.id, DeliveryRow.attempts > 0)
    if still or session.scalars(tried.limit(1)).first() is None:
        return None
    went_on = session.scalar(select(func.max(StandstillRow.ended_at)))
    moments = (
        page.started_at,
        page.resumed_at,
        facts.resumed_at,
        facts.corrected_at,
        went_on,
    )
    return max((moment for moment in moments if moment), default=None)


def _page(session: Session, row: AnnouncementRow) -> StepRow | None:
    """The page of the newest text that was planned."""
    pages = [one for one in records.steps_of(session, row.id) if one.channel == "intranet"]
    return pages[-1] if pages else None


def _raise_alarm(
    session: Session,
    installation: Installation,
    row: AnnouncementRow,
    policy: Policy,
    page: StepRow,
) -> None:
    """Everything that waits for the page alone goes; the page itself is tried on and on."""
    alarm = AlarmRow(step=page.id)
    session.add(alarm)
    session.flush()
    session.refresh(alarm, ["at"])
    records.append(session, row.id, "page alarmed", None, step=page.key)
    planning.open_windows(session, installation, row, alarm.at)
    planning.wake(session, row)
    calling.call(
        session,
        row,
        f"alarm:{page.key}",
        in_charge(policy),
        N_(
            "Sidan på intranätet gick inte att kontrollera. Allt annat går ut ändå, utan att vänta "
            "på den. Sidan prövas igen tills den är uppe."
        ),
        step=page,
    )
    log.warning("page alarmed", announcement=row.public_id, step=page.key)


def in_charge(policy: Policy) -> tuple[str, ...]:
    """Whoever is called while a crisis lasts."""
    return tuple(dict.fromkeys((*crisis_of(policy).declared_by, *policy.information_unit)))


def _remind(
    session: Session, row: AnnouncementRow, policy: Policy, now: datetime
) -> datetime | None:
    """Before the time that was promised, and when it passes; when that is, None for never."""
    promised = declaring.promised(session, row.id)
    if promised is None:
        return None
    soon = promised - crisis_of(policy).remind
    if now < soon:
        return soon
    if now < promised:
        message = N_("Nästa information är utlovad till {promised}. Skriv den nu.")
        _call_about(
            session, row, policy, f"information soon {promised.isoformat()}", message, promised
        )
        return promised
    message = N_("Nästa information var utlovad till {promised} och har inte kommit.")
    _call_about(session, row, policy, f"information late {promised.isoformat()}", message, promised)
    return None


def _call_about(
    session: Session,
    row: AnnouncementRow,
    policy: Policy,
    what: str,
    message: str,
    promised: datetime,
) -> None:
    calling.call(session, row, what, in_charge(policy), message, promised=promised)


def _call_for_review(
    session: Session, row: AnnouncementRow, found: CrisisRow, policy: Policy, now: datetime
) -> datetime | None:
    """Once it is over, or the policy's time has passed: every day until somebody closes it."""
    if session.get(CrisisReviewRow, row.id) is not None:
        return None
    crisis = crisis_of(policy)
    due = _review_due(session, found, crisis)
    if now < due:
        return due
    day = (now - due) // REVIEW_AGAIN
    calling.call(
        session,
        row,
        f"crisis review {day}",
        crisis.reviewed_by,
        N_("Krisen från {declared} är inte granskad i efterhand. Läs vad som gick ut och avsluta."),
        declared=found.at,
    )
    return due + REVIEW_AGAIN * (day + 1)


def _review_due(session: Session, found: CrisisRow, crisis: Crisis) -> datetime:
    over = session.scalar(
        select(func.min(CrisisRow.at)).where(
            CrisisRow.about == found.about, CrisisRow.kind == Kind.LIFTED.value
        )
    )
    latest = found.at + crisis.review_within
    return min(over, latest) if over else latest
