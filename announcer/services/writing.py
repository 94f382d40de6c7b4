"""Handing in and changing a text; nothing that was accepted is lost, nothing is taken in twice."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, RevisionBlobRow, RevisionRow
from announcer.domain.announcement import AnnouncementState, Attachment, Content
from announcer.domain.attachment import NO_ALT, faults_together, is_picture
from announcer.domain.audience import Person
from announcer.domain.content_rules import findings, missing_languages
from announcer.domain.errors import N_, BadSubmission, NotAllowed, Refusal
from announcer.domain.manuscript import faults_of
from announcer.domain.policy import Policy
from announcer.domain.schedule import Forecast, make_plan
from announcer.domain.translating import bound
from announcer.lean import OnFirstUse
from announcer.people.lookup import load_units
from announcer.render.glyphs import is_visible
from announcer.services import approvals, approvers, following, planning, records
from announcer.services.answering import with_answers
from announcer.services.approvals import NOT_YOURS
from announcer.services.installation import Installation

if TYPE_CHECKING:
    from announcer.render import media
else:  # what opens files is not for the dispatcher, which corrects texts that have some
    media = OnFirstUse("announcer.render.media")


@dataclass(frozen=True)
class Submitted:
    """What became of a submission; ``again`` when this very text was handed in before.

    ``findings`` are what its writer should know, though nothing is kept back for it.
    """

    id: UUID
    public_id: str
    state: AnnouncementState
    again: bool = False
    findings: tuple[Refusal, ...] = ()


class EditedMeanwhile(Refusal):
    """Somebody else changed the text since it was opened to be changed."""


@dataclass(frozen=True)
class Opened:
    """A content whose files have been looked into, and what was wrong with them."""

    content: Content
    faults: tuple[Refusal, ...]


def opened(content: Content) -> Opened:
    """The content with its files as they are stored. Takes seconds for large files, so that no
    transaction waits for it."""
    faults = list(faults_together(content.attachments))
    if faults:  # nothing of so much is opened
        return Opened(content, tuple(faults))
    files = []
    for attachment in content.attachments:
        try:
            files.append(_safe(attachment))
        except Refusal as fault:
            faults.append(fault)
    return Opened(replace(content, attachments=tuple(files)), tuple(faults))


def _safe(attachment: Attachment) -> Attachment:
    """The file cleaned. Raises `Refusal`, also for a picture that says nothing to who cannot see."""
    found = media.safe(attachment)
    if is_picture(found) and not is_visible(found.alt):
        raise Refusal(NO_ALT, name=found.name)
    return found


def check(
    session: Session,
    installation: Installation,
    actor: Person,
    look: Opened,
    revised: AnnouncementRow | None = None,
) -> Content:
    """The content as it can be taken in; ``revised`` is the announcement whose text it replaces.

    Raises `BadSubmission` with every fault at once.
    """
    before = records.text_of(records.text_in_force(session, revised.id)) if revised else None
    content = bound(look.content, before)
    content = with_answers(content, installation.policy)
    before_it: tuple[Refusal, ...] = ()
    try:
        content = following.completed(session, installation, actor, content, revised)
    except Refusal as fault:
        before_it = (fault,)
    faults = faults_of(content, installation.policy, load_units(session), engine.now(session))
    if not faults:
        try:
            make_plan(installation.policy, content, load_units(session))
            may_write(installation.policy, content, actor)
            _refuse_nobody(session, installation, content, actor, revised)
        except Refusal as fault:
            faults.append(fault)
    faults += (*before_it, *look.faults)
    if faults:
        raise BadSubmission(tuple(faults))
    return content


def _refuse_nobody(
    session: Session,
    installation: Installation,
    content: Content,
    actor: Person,
    revised: AnnouncementRow | None,
) -> None:
    """Raise `NotAllowed` where nobody could approve it, by the policy that it is approved under."""
    if revised is None:
        policy, authors = installation.policy, frozenset((actor.pseudonym,))
    else:
        policy = records.policy_of(session, installation, revised)
        authors = frozenset((actor.pseudonym, revised.author))
    if content.class_name in policy.classes:
        approvers.refuse_nobody(session, policy, content.class_name, content.unit, authors)


def may_write(policy: Policy, content: Content, actor: Person) -> None:
    """Raise `NotAllowed` unless ``actor`` may write in this class for this unit."""
    message_class = policy.classes[content.class_name]
    if message_class.written_by and not policy.has_role(
        actor, message_class.written_by, content.unit
    ):
        raise NotAllowed(
            N_("”{klass}” skrivs av {roles}. Välj en annan klass eller be dem."),
            klass=message_class.title,
            roles=", ".join(policy.roles[role].title for role in message_class.written_by),
        )
    if message_class.for_own_unit_only and any(
        name in policy.audiences for name in content.audience
    ):
        raise Refusal(
            N_("”{klass}” går bara till en enhet. Ta bort de andra målgrupperna."),
            klass=message_class.title,
        )


def preview(
    installation: Installation, actor: Person, content: Content
) -> tuple[Content, list[Forecast], tuple[Refusal, ...]]:
    """The content as it would be taken in, each step with its earliest moment (aware UTC) if the
    page were confirmed now, and what its writer should know. Stores nothing. Raises
    `BadSubmission`."""
    look = opened(content)
    with installation.database.reading() as session:
        content = check(session, installation, actor, look)
        policy, now = installation.policy, engine.now(session)
        plan = planning.forecast_of(session, policy, content, now)
        return content, plan, notes_on(session, installation, look, content)


def notes_on(
    session: Session, installation: Installation, look: Opened, content: Content
) -> tuple[Refusal, ...]:
    """What the writer should know, though nothing is kept back for it."""
    policy, now = installation.policy, engine.now(session)
    goes_on = following.findings(session, installation, look.content, content)
    return (*findings(content, policy, now), *goes_on)


def submit(installation: Installation, actor: Person, content: Content) -> Submitted:
    """Take in a text. Without an approval in its class it is planned at once.

    Handing in the same text again changes nothing and answers with the first one's id.
    Raises `BadSubmission`.
    """
    look = opened(content)
    with installation.database.transaction("submit") as session:
        # One submission of one person at a time: a second click finds what the first one made.
        session.execute(select(engine.advisory_lock(f"submit {actor.pseudonym}")))
        content = check(session, installation, actor, look)
        said = notes_on(session, installation, look, content)
        if before := _same(session, actor, content):
            state = AnnouncementState(before.state)
            return Submitted(before.id, before.public_id, state, again=True, findings=said)
        row = AnnouncementRow(
            id=uuid4(),
            public_id=planning.new_public_id(),
            class_name=content.class_name,
            unit=content.unit,
            author=actor.pseudonym,
            submitted_hash=content.content_hash,
            policy=planning.keep_policy(session, installation),
        )
        session.add(row)
        session.flush()
        add_revision(session, row, actor, content, number=1)
        detail = _said_of(content, installation.policy)
        records.append(session, row.id, "submitted", actor.pseudonym, **detail)
        if installation.policy.classes[content.class_name].approval is None:
            planning.plan(session, installation, row)
        result = Submitted(row.id, row.public_id, AnnouncementState(row.state), findings=said)
    installation.wake()
    return result


def _said_of(content: Content, policy: Policy) -> dict[str, object]:
    """What the record says of a text: its hash, and which required languages it goes without."""
    without = missing_languages(content, policy)
    return {"content": content.content_hash, **({"without": list(without)} if without else {})}


def _same(session: Session, actor: Person, content: Content) -> AnnouncementRow | None:
    return session.scalar(
        select(AnnouncementRow).where(
            AnnouncementRow.author == actor.pseudonym,
            AnnouncementRow.submitted_hash == content.content_hash,
            AnnouncementRow.state != AnnouncementState.WITHDRAWN.value,
        )
    )


def add_revision(
    session: Session, row: AnnouncementRow, actor: Person, content: Content, number: int
) -> RevisionRow:
    """Keep a text, with its files, as the announcement's newest; not yet approved."""
    revision = RevisionRow(
        id=uuid4(),
        announcement=row.id,
        number=number,
        content=content.as_json(),
        content_hash=content.content_hash,
        author=actor.pseudonym,
    )
    session.add(revision)
    session.flush()
    for sha256 in {records.keep_blob(session, a.content) for a in content.attachments}:
        session.add(RevisionBlobRow(revision=revision.id, sha256=sha256))
    session.flush()
    return revision


def edit(
    installation: Installation,
    actor: Person,
    reference: str,
    content: Content,
    based_on: str = "",
) -> Submitted:
    """Replace the text while it waits for approval; approvals of the old text count no more.

    ``based_on`` is the content hash (hex) of the text that was changed; empty: whichever is newest.
    Raises `NotAllowed` for others than the author and who may approve, `EditedMeanwhile` where that
    is not the newest any more, `Refusal` once approved.
    """
    look = opened(content)
    with installation.database.transaction("edit") as session:
        row = records.find(session, reference, lock=True)
        policy = records.policy_of(session, installation, row)
        _refuse_edit(session, policy, actor, row)
        content = check(session, installation, actor, look, row)
        if (content.class_name, content.unit) != (row.class_name, row.unit):
            raise Refusal(
                N_("Klass och enhet går inte att byta. Dra tillbaka och lämna in på nytt.")
            )
        newest = records.newest_revision(session, row.id)
        if newest.content_hash != content.content_hash:
            if based_on not in ("", newest.content_hash):
                raise EditedMeanwhile(
                    N_("Någon annan har ändrat texten sedan du öppnade den. Inget är skrivet över.")
                )
            add_revision(session, row, actor, content, number=newest.number + 1)
            detail = _said_of(content, policy)
            records.append(session, row.id, "edited", actor.pseudonym, **detail)
        said = notes_on(session, installation, look, content)
        return Submitted(row.id, row.public_id, AnnouncementState(row.state), findings=said)


def _refuse_edit(session: Session, policy: Policy, actor: Person, row: AnnouncementRow) -> None:
    """Raise `Refusal` once the text is approved, `NotAllowed` where ``actor`` may not change it."""
    if row.state != AnnouncementState.IN_REVIEW.value:
        raise Refusal(
            N_(
                "Texten är redan godkänd och går inte att skriva om. Pausa och dra tillbaka den, eller skriv en ny."
            )
        )
    if not approvals.may_change(session, policy, actor, row):
        raise NotAllowed(NOT_YOURS)
