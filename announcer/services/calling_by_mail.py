"""Calls by mail: to everyone who has one of the called roles, until all have been sent it.

Like every other work a call is leased to the queue and to a worker, and comes back when the lease
runs out. What a killed worker had sent goes again under the same Message-ID; no call is lost.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, CallRow
from announcer.domain.announcement import Content
from announcer.domain.delivery import DeliveryState, Edition, Job, Outcome, Recipient
from announcer.domain.errors import N_
from announcer.domain.policy import Policy
from announcer.logs import get_logger
from announcer.people.lookup import Holder, holders
from announcer.render.catalogue import moment_in_words, translator
from announcer.services import inviting, records, situation
from announcer.services.calling import open_calls, roles_of, titles, values_of
from announcer.services.installation import Installation

log = get_logger("announcer.calling")

CHANNEL = "email"
#: How long the queue, and then a worker, has for a call before it is tried again.
LEASE = timedelta(seconds=60)
#: When nobody has the role, or no address of theirs was taken, the lists are asked again.
NOBODY_AGAIN = timedelta(minutes=10)
#: An address that cannot be reached for so long is given up (RFC 5321 section 4.5.4.1).
GIVE_UP = timedelta(days=5)
#: So many calls go to the queue in one round.
AT_ONCE = 20


@dataclass(frozen=True)
class _Letters:
    """A call in a worker's hands: what goes to whom, with each one's pseudonym for a key."""

    call: UUID
    announcement: UUID
    jobs: tuple[Job, ...]


def claim(installation: Installation) -> list[UUID]:
    """Lease the calls that are due to the queue; their ids."""
    due = (
        open_calls()
        .with_only_columns(CallRow.id)
        .where(
            CallRow.sent_at.is_(None),
            CallRow.due_at <= select(func.announcer.announcer_now()).scalar_subquery(),
        )
        .order_by(CallRow.due_at)
        .limit(AT_ONCE)
    )
    with installation.database.reading() as session:
        if session.scalars(due).first() is None or situation.is_restored(session):
            return []
    with installation.database.transaction("claim calls") as session:
        rows = session.scalars(
            select(CallRow)
            .where(CallRow.id.in_(due.scalar_subquery()))
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.due_at = engine.now(session) + LEASE
        return [row.id for row in rows]


def deliver(installation: Installation, call: UUID) -> None:
    """Mail a call to whoever was not sent it yet. One that was answered or sent does nothing."""
    letters = _take(installation, call)
    if letters is None:
        return
    channel = installation.channels[CHANNEL]
    outcomes: dict[str, Outcome] = {}
    for job in letters.jobs:
        installation.database.point(f"{CHANNEL}: before send")
        outcomes |= channel.deliver(job)
        installation.database.point(f"{CHANNEL}: after send")
    _record(installation, letters, outcomes)


def _take(installation: Installation, call: UUID) -> _Letters | None:
    """A transaction of its own: no session is open while the mail server is talked to."""
    with installation.database.transaction("take call") as session:
        found = session.execute(
            open_calls()
            .where(CallRow.id == call, CallRow.sent_at.is_(None))
            .with_for_update(of=CallRow)
        ).one_or_none()
        if found is None or situation.is_restored(session):
            return None
        called, row = found
        policy = records.policy_of(session, installation, row)
        people = [
            one
            for one in _people(session, policy, called, row)
            if one.person.pseudonym not in called.reached
        ]
        called.attempts += 1
        called.due_at = engine.now(session) + LEASE
        if not people:
            called.due_at = engine.now(session) + NOBODY_AGAIN
            log.warning("nobody can be called", announcement=row.public_id, what=called.what)
            return None
        if called.calendar is not None:
            jobs = tuple(_invitations(installation, called, row, people))
        else:
            jobs = tuple(_jobs(session, installation, called, row, people))
        return _Letters(call, row.id, jobs)


def _people(
    session: Session, policy: Policy, called: CallRow, row: AnnouncementRow
) -> Iterable[Holder]:
    if called.calendar is not None:
        return inviting.people(session, policy, row, called)
    unit = called.unit or row.unit
    return holders(session, policy, roles_of(policy, called), unit, row.id)


def _invitations(
    installation: Installation, called: CallRow, row: AnnouncementRow, people: list[Holder]
) -> Iterator[Job]:
    """One message each: a calendar takes what names its owner (RFC 5546 section 3.2.2)."""
    channel = installation.channels[CHANNEL]
    for one in people:
        spoken = one.person.language
        edition = inviting.edition(installation, called, row, one, spoken)
        to = Recipient(str(one.person.pseudonym), one.email, spoken, edition.message_id)
        yield Job(edition, channel.compose(edition), (to,), attempt=called.attempts - 1)


def _jobs(
    session: Session,
    installation: Installation,
    called: CallRow,
    row: AnnouncementRow,
    people: list[Holder],
) -> Iterator[Job]:
    """One message for each language, for as many at a time as the channel takes."""
    channel = installation.channels[CHANNEL]

    def language(holder: Holder) -> str:
        return holder.person.language

    for spoken, members in groupby(sorted(people, key=language), key=language):
        edition = _edition(session, installation, called, row, spoken)
        artefact = channel.compose(edition)
        while some := list(islice(members, channel.batch_size)):
            yield Job(
                edition=edition,
                artefact=artefact,
                recipients=tuple(
                    Recipient(str(one.person.pseudonym), one.email, spoken, edition.message_id)
                    for one in some
                ),
                attempt=called.attempts - 1,
            )


def _edition(
    session: Session,
    installation: Installation,
    called: CallRow,
    row: AnnouncementRow,
    language: str,
) -> Edition:
    """The call as a letter: who is called and about what, the sentence, and where to take it.

    Nothing of the text: it is read where its reader's rights are asked.
    """
    translate = translator(language)
    content = records.text_of(records.text_in_force(session, row.id))
    text = content.text_in(language)
    policy = records.policy_of(session, installation, row)
    take = N_("Öppna sidan och tryck på ”Jag tar det”, så vet de andra att någon gör det.")
    return Edition(
        content=Content(
            class_name=row.class_name,
            unit=row.unit,
            title=f"{titles(policy, called)}: {text.title}",
            summary=_sentence(installation, called, language),
            body=translate(take),
            audience=(),
            contact="",
            language=language,
            exercise=content.exercise,
        ),
        language=language,
        sender=installation.sender,
        public_id=row.public_id,
        page_url=f"{installation.base_url}/du-behovs",
        # The same bytes at every try.
        at=called.made_at.replace(microsecond=0),
        message_id=f"<{called.id}.{language}@{installation.mail_domain}>",
    )


def _sentence(installation: Installation, called: CallRow, language: str) -> str:
    translate, zone = translator(language), installation.sender.time_zone
    words = {
        name: moment_in_words(value, zone, language)
        if isinstance(value, datetime)
        else translate(value)
        if isinstance(value, str)
        else value
        for name, value in values_of(called).items()
    }
    return translate(called.message).format(**words)


def _record(installation: Installation, letters: _Letters, outcomes: Mapping[str, Outcome]) -> None:
    """Write down who was sent it; due again for the others, at their own time."""
    with installation.database.transaction("record call") as session:
        # The announcement first, as whoever takes the call does: neither waits for the other.
        records.find(session, str(letters.announcement), lock=True)
        called = session.get_one(CallRow, letters.call, with_for_update=True)
        now = engine.now(session)
        taken = [UUID(key) for key, one in outcomes.items() if one.state is DeliveryState.ACCEPTED]
        called.reached = [*called.reached, *taken]
        again = again_after(outcomes.values(), late=now > called.made_at + GIVE_UP)
        if again is None and called.reached:
            called.sent_at = now
        else:
            called.due_at = now + (again or NOBODY_AGAIN)
        records.append(
            session,
            called.announcement,
            "call mailed",
            None,
            call=called.what,
            artefacts=sorted({records.keep_blob(session, job.artefact) for job in letters.jobs}),
            outcome=dict(sorted(Counter(one.state.value for one in outcomes.values()).items())),
        )


def again_after(outcomes: Iterable[Outcome], *, late: bool) -> timedelta | None:
    """After how long the first is tried again; None where nobody is. A doubtful one is: a second
    copy under the same Message-ID is better than nobody who comes."""
    waits = [
        one.retry_after or LEASE
        for one in outcomes
        if one.state in (DeliveryState.DEFERRED, DeliveryState.IN_DOUBT) and not late
    ]
    return min(waits, default=None)
