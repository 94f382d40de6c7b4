"""Approval: bound to one text, by somebody the policy names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, ApprovalRow, RevisionRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.domain.policy import Policy
from announcer.domain.step import PlannedStep
from announcer.services import planning, records
from announcer.services.installation import Installation


def approve(
    installation: Installation, actor: Person, reference: str, content_hash: str = ""
) -> bool:
    """Approve the text with ``content_hash`` (hex; empty: the newest), which plans it.

    Returns False where it was approved already: two people at once is no error.
    Raises `NotAllowed`, or `Refusal` where the text has changed since it was read.
    """
    with installation.database.transaction("approve") as session:
        row = records.find(session, reference, lock=True)
        revision = records.newest_revision(session, row.id)
        _refuse_stranger(session, installation, actor, row, revision)
        if content_hash and content_hash != revision.content_hash:
            raise Refusal(
                N_("Texten har ändrats sedan du läste den. Läs den nya texten och godkänn den.")
            )
        if row.state != AnnouncementState.IN_REVIEW.value:
            if row.state == AnnouncementState.WITHDRAWN.value:
                raise Refusal(N_("Meddelandet är tillbakadraget."))
            return False
        session.add(
            ApprovalRow(
                revision=revision.id, approver=actor.pseudonym, content_hash=revision.content_hash
            )
        )
        records.append(session, row.id, "approved", actor.pseudonym, content=revision.content_hash)
        planning.plan(session, installation, row)
    installation.wake()
    return True


def _refuse_stranger(
    session: Session,
    installation: Installation,
    actor: Person,
    row: AnnouncementRow,
    revision: RevisionRow,
) -> None:
    policy = records.policy_of(session, installation, row)
    approval = policy.classes[row.class_name].approval
    if approval is None:
        raise Refusal(N_("Det här meddelandet behöver inget godkännande."))
    if not policy.has_role(actor, approval.by, row.unit):
        raise NotAllowed(
            N_("Det här måste godkännas av {roles}."),
            roles=", ".join(policy.roles[role].title for role in approval.by),
        )
    if not approval.author_alone and actor.pseudonym in (revision.author, row.author):
        raise NotAllowed(N_("Den som har skrivit texten kan inte godkänna den. Be en kollega."))


def may_approve(policy: Policy, actor: Person, row: AnnouncementRow, author: UUID) -> bool:
    """Whether ``actor`` could approve this text now; what the approve page shows a button for."""
    approval = policy.classes[row.class_name].approval
    return bool(
        approval
        and policy.has_role(actor, approval.by, row.unit)
        and (approval.author_alone or actor.pseudonym not in (author, row.author))
    )


@dataclass(frozen=True)
class Proposal:
    """A text that waits for approval; ``can_approve`` is about the person who asked.

    ``plan`` is each step with its earliest moment (aware UTC) if the page were confirmed now.
    """

    public_id: str
    content: Content
    content_hash: str
    can_approve: bool
    plan: list[tuple[PlannedStep, datetime]]


def waiting_for(installation: Installation, actor: Person) -> list[Proposal]:
    """What this person could approve now, oldest first."""
    with installation.database.reading() as session:
        rows = session.scalars(
            select(AnnouncementRow)
            .where(AnnouncementRow.state == AnnouncementState.IN_REVIEW.value)
            .order_by(AnnouncementRow.created_at)
            .limit(500)
        )
        found = [_proposal(session, installation, actor, row) for row in rows]
        return [one for one in found if one and one.can_approve]


def proposal(installation: Installation, actor: Person, reference: str) -> Proposal:
    """The newest text of an announcement, for its author, who approves it and the information
    unit. Raises `NotFound` alike for everybody else."""
    with installation.database.reading() as session:
        try:
            row = records.find(session, reference)
        except NotFound:
            found = None
        else:
            found = _proposal(session, installation, actor, row)
    if found is None:
        raise NotFound(N_("Sidan finns inte."))
    return found


def _proposal(
    session: Session, installation: Installation, actor: Person, row: AnnouncementRow
) -> Proposal | None:
    """None where ``actor`` may not read it."""
    revision = records.newest_revision(session, row.id)
    policy = records.policy_of(session, installation, row)
    approval = policy.classes[row.class_name].approval
    roles = (*policy.information_unit, *(approval.by if approval else ()))
    wrote = actor.pseudonym in (row.author, revision.author)
    if not wrote and not policy.has_role(actor, roles, row.unit):
        return None
    content = records.content_of(session, revision)
    return Proposal(
        public_id=row.public_id,
        content=content,
        content_hash=revision.content_hash,
        can_approve=row.state == AnnouncementState.IN_REVIEW.value
        and may_approve(policy, actor, row, revision.author),
        plan=planning.preview(policy, content, engine.now(session)),
    )
