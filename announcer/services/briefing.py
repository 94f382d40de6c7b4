"""What whoever leads a meeting has in their hand: the message, likely questions, what not to
promise, and when the media get it.

It is shown to those who ask for it and sent to nobody. Who read or printed it is recorded nowhere
(TF 3 kap. 5 §).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, StepRow
from announcer.domain.announcement import AnnouncementState, Attachment, Content
from announcer.domain.audience import Person
from announcer.domain.briefing import is_open
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_, NotFound
from announcer.domain.policy import Policy
from announcer.domain.step import StepState
from announcer.render.briefing import Moments, paper
from announcer.render.catalogue import translator
from announcer.services import meeting, records, situation, status
from announcer.services.installation import Installation


@dataclass(frozen=True)
class Briefing:
    """One briefing for whoever asked. ``early``: the page is not up, nothing is in writing yet."""

    public_id: str
    content: Content
    moments: Moments
    early: bool


@dataclass(frozen=True)
class Line:
    """A briefing in a list; ``meant_for`` (aware UTC) is when the meeting is, where that is known."""

    public_id: str
    title: str
    meant_for: datetime | None


def of(installation: Installation, actor: Person, reference: str) -> Briefing:
    """The briefing of an announcement: at any time for its author and the information unit, and for
    those who lead its meetings when it is time. Raises `NotFound` alike for everybody else."""
    nothing = NotFound(N_("Sidan finns inte."))
    with installation.database.reading() as session:
        try:
            row = records.find(session, reference)
        except NotFound:
            raise nothing from None
        policy = records.policy_of(session, installation, row)
        watches = policy.has_role(actor, policy.information_unit, row.unit, row.id)
        if watches or actor.pseudonym == row.author:
            step = next(_with_briefing(session, policy, row), None)
        else:
            step = next(_led_by(session, installation, row, actor), None)
            if step is None:
                raise nothing
        if row.withdrawn_at is not None:
            raise nothing
        # A correction that waits is in nobody's hand.
        revision = records.text_in_force(session, row.id)
        content = records.content_of(session, revision)
        meets_at = (step.meant_for or step.not_before) if step else None
    return _briefing(status.of(installation, reference), meets_at, content)


def _briefing(
    found: status.AnnouncementStatus, meets_at: datetime | None, content: Content
) -> Briefing:
    pages = [one for one in found.steps if one.channel == "intranet"]
    confirmed = min((one.confirmed_at for one in pages if one.confirmed_at), default=None)
    outside = [one for one in found.steps if one.external]
    waiting = [one.earliest for one in outside if one.earliest]
    moments = Moments(
        meeting=meets_at,
        page_is_up=confirmed is not None,
        media=min(waiting, default=None),
        media_ever=bool(outside),
        media_begun=any(one.started_at for one in outside),
    )
    return Briefing(found.public_id, content, moments, early=confirmed is None)


def is_readable(installation: Installation, actor: Person, reference: str) -> bool:
    """Whether there is a briefing that this person may read now."""
    try:
        of(installation, actor, reference)
    except NotFound:
        return False
    return True


def printed(installation: Installation, found: Briefing, language: str) -> bytes:
    """The same as a PDF of one page, in ``language``."""
    content = found.content
    edition = Edition(
        content=content,
        language=language if language in content.languages else content.language,
        sender=installation.sender,
        public_id=found.public_id,
        page_url=f"{installation.base_url}/genomgang/{found.public_id}",
        at=_now(installation).replace(microsecond=0),
    )
    return paper(edition, found.moments, translator(language))


def attachment(found: Briefing, name: str) -> Attachment:
    """A file of the text. Raises `NotFound`."""
    for one in found.content.attachments:
        if one.name == name:
            return one
    raise NotFound(N_("Bilagan finns inte."))


def _now(installation: Installation) -> datetime:
    with installation.database.reading() as session:
        return engine.now(session)


def open_for(installation: Installation, actor: Person) -> list[Line]:
    """The briefings that this person can read because they lead a meeting, the next one first."""
    under_way = (
        select(AnnouncementRow)
        .join(StepRow, StepRow.announcement == AnnouncementRow.id)
        .where(
            AnnouncementRow.state == AnnouncementState.ACTIVE.value,
            StepRow.channel == "meeting",
            StepRow.state.in_((StepState.WAITING.value, StepState.SENDING.value)),
        )
        .order_by(AnnouncementRow.planned_at)
        .distinct()
    )
    with installation.database.reading() as session:
        found = [
            Line(
                row.public_id,
                records.text_of(records.text_in_force(session, row.id)).title,
                step.meant_for or step.not_before,
            )
            for row in session.scalars(under_way)
            for step in _led_by(session, installation, row, actor)
        ]
    once = {line.public_id: line for line in reversed(found)}
    return sorted(once.values(), key=lambda line: (line.meant_for is None, line.meant_for))


def _with_briefing(session: Session, policy: Policy, row: AnnouncementRow) -> Iterator[StepRow]:
    steps = policy.classes[row.class_name].steps
    for step in records.steps_of(session, row.id):
        if (written := steps.get(step.key)) and written.briefing:
            yield step


def _led_by(
    session: Session, installation: Installation, row: AnnouncementRow, actor: Person
) -> Iterator[StepRow]:
    policy, now = records.policy_of(session, installation, row), engine.now(session)
    facts = situation.facts_of(session, row)
    for step in _with_briefing(session, policy, row):
        briefing = policy.classes[row.class_name].steps[step.key].briefing
        if (
            briefing
            and is_open(step.key, facts, briefing.before, now)
            and meeting.leaders(session, policy, row, step, briefing.for_)(actor)
        ):
            yield step
