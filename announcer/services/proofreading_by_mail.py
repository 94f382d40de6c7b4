"""Mail to a colleague who is asked to read a draft: that somebody asks, and nothing of what or who.

Leased to the queue and to a worker by its due time, as a call is (`announcer.services.calling_by_mail`):
what a killed worker had sent goes again under the same Message-ID.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import Select, func, select

from announcer.db import engine
from announcer.db.models import PersonRow, ProofreadingRow
from announcer.domain.announcement import Content
from announcer.domain.delivery import Edition, Job, Outcome, Recipient
from announcer.domain.errors import N_
from announcer.render.catalogue import translator
from announcer.services import situation
from announcer.services.calling_by_mail import AT_ONCE, CHANNEL, GIVE_UP, LEASE, again_after
from announcer.services.installation import Installation

TITLE = N_("En kollega ber dig läsa en text")
ASKS = N_("Texten är inte inlämnad än.")
OPEN = N_("Logga in och öppna ”Mina”. Där läser du texten och skriver vad du tycker, om du hinner.")


@dataclass(frozen=True)
class _Letter:
    """One asking in a worker's hands."""

    asked: UUID
    job: Job


def claim(installation: Installation) -> list[UUID]:
    """Lease the mails that are due to the queue; what they are about, by id."""
    with installation.database.reading() as session:
        due = _due().limit(AT_ONCE)
        if session.scalars(due).first() is None or situation.is_restored(session):
            return []
    with installation.database.transaction("claim readers") as session:
        rows = session.scalars(_due().limit(AT_ONCE).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.due_at = engine.now(session) + LEASE
        return [row.id for row in rows]


def _due() -> Select[ProofreadingRow]:
    now = select(func.announcer.announcer_now()).scalar_subquery()
    return (
        select(ProofreadingRow)
        .where(ProofreadingRow.due_at <= now)
        .order_by(ProofreadingRow.due_at)
    )


def deliver(installation: Installation, asked: UUID) -> None:
    """Mail whoever is asked. What is taken back, sent or done with does nothing."""
    letter = _take(installation, asked)
    if letter is None:
        return
    installation.database.point(f"{CHANNEL}: before send")
    outcomes = installation.channels[CHANNEL].deliver(letter.job)
    installation.database.point(f"{CHANNEL}: after send")
    _record(installation, letter, outcomes.values())


def _take(installation: Installation, asked: UUID) -> _Letter | None:
    """A transaction of its own: no session is open while the mail server is talked to."""
    with installation.database.transaction("take reader") as session:
        row = session.get(ProofreadingRow, asked, with_for_update=True)
        if row is None or row.due_at is None or situation.is_restored(session):
            return None
        reader = session.get_one(PersonRow, row.reader)
        if not reader.email or reader.left_at is not None:
            row.due_at = None
            return None
        row.attempts += 1
        row.due_at = engine.now(session) + LEASE
        return _Letter(row.id, _job(installation, row, reader.email, reader.language))


def _job(installation: Installation, row: ProofreadingRow, address: str, language: str) -> Job:
    channel = installation.channels[CHANNEL]
    edition = _edition(installation, row, language)
    to = Recipient(str(row.reader), address, language, edition.message_id)
    return Job(edition, channel.compose(edition), (to,), attempt=row.attempts - 1)


def _edition(installation: Installation, row: ProofreadingRow, language: str) -> Edition:
    translate = translator(language)
    return Edition(
        content=Content(
            class_name="",
            unit="",
            title=translate(TITLE),
            summary=translate(ASKS),
            body=translate(OPEN),
            audience=(),
            contact="",
            language=language,
        ),
        language=language,
        sender=installation.sender,
        public_id="",
        page_url=f"{installation.base_url}/mina",
        # The same bytes at every try.
        at=row.asked_at.replace(microsecond=0),
        message_id=f"<{uuid5(row.id, row.asked_at.isoformat())}@{installation.mail_domain}>",
    )


def _record(installation: Installation, letter: _Letter, outcomes: Iterable[Outcome]) -> None:
    """Due again where it may yet arrive; else nothing is left to send. Nobody's record."""
    with installation.database.transaction("record reader") as session:
        row = session.get(ProofreadingRow, letter.asked, with_for_update=True)
        if row is None or row.asked_at.replace(microsecond=0) != letter.job.edition.at:
            return  # taken back, or asked anew meanwhile: that is another mail
        now = engine.now(session)
        again = again_after(outcomes, late=now > row.asked_at + GIVE_UP)
        row.due_at = now + again if again else None
