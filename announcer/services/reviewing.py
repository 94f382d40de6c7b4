"""Approval: bound to one text, by somebody the policy names."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, ApprovalRow, RevisionRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.domain.policy import Policy
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
            N_("Det här godkänns av {roles}."),
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


def waiting_for(installation: Installation, actor: Person) -> list[AnnouncementRow]:
    """What this person could approve now, oldest first."""
    with installation.database.reading() as session:
        rows = session.scalars(
            select(AnnouncementRow)
            .where(AnnouncementRow.state == AnnouncementState.IN_REVIEW.value)
            .order_by(AnnouncementRow.created_at)
            .limit(500)
        )
        return [
            row
            for row in rows
            if may_approve(
                records.policy_of(session, installation, row),
                actor,
                row,
                records.newest_revision(session, row.id).author,
            )
        ]


@dataclass(frozen=True)
class Proposal:
    """A text that waits for approval; ``can_approve`` is about the person who asked."""

    public_id: str
    content: Content
    content_hash: str
    can_approve: bool


def proposals_for(installation: Installation, actor: Person) -> list[Proposal]:
    """What this person could approve now, oldest first, with its text."""
    ids = [row.public_id for row in waiting_for(installation, actor)]
    return [proposal(installation, actor, public_id) for public_id in ids]


def proposal(installation: Installation, actor: Person, reference: str) -> Proposal:
    """The newest text of an announcement, for its author, who approves it and the information
    unit. Raises `NotFound` alike for everybody else."""
    missing = N_("Sidan finns inte.")
    with installation.database.reading() as session:
        try:
            row = records.find(session, reference)
        except NotFound:
            raise NotFound(missing) from None
        revision = records.newest_revision(session, row.id)
        policy = records.policy_of(session, installation, row)
        approval = policy.classes[row.class_name].approval
        roles = (*policy.information_unit, *(approval.by if approval else ()))
        if actor.pseudonym not in (row.author, revision.author) and not policy.has_role(
            actor, roles, row.unit
        ):
            raise NotFound(missing)
        return Proposal(
            public_id=row.public_id,
            content=records.content_of(session, revision),
            content_hash=revision.content_hash,
            can_approve=row.state == AnnouncementState.IN_REVIEW.value
            and may_approve(policy, actor, row, revision.author),
        )
