"""Approval: bound to one text, by somebody the policy names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, ApprovalRow, CorrectionRow, RevisionRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.approving import Seat
from announcer.domain.audience import Person
from announcer.domain.content_rules import approval_faults, findings
from announcer.domain.errors import N_, BadSubmission, NotAllowed, NotFound, Refusal
from announcer.domain.policy import Policy
from announcer.domain.schedule import Forecast
from announcer.services import approvals, approvers, planning, records, replanning, returning
from announcer.services.approvals import Approving, Right, Standing
from announcer.services.installation import Installation


def approve(
    installation: Installation, actor: Person, reference: str, content_hash: str = ""
) -> bool:
    """Approve the text with ``content_hash`` (hex; empty: the newest).

    It is planned when everybody has whom its chain names. Returns False where this person's
    approval changed nothing: two people at once is no error. Raises `NotAllowed`, or `Refusal`
    where the text has changed since it was read, was given back, or somebody else is next.
    """
    with installation.database.transaction("approve") as session:
        row = records.find(session, reference, lock=True)
        policy = records.policy_of(session, installation, row)
        found = _approving(session, policy, row)
        right = _right_to_approve(policy, actor, found)
        if content_hash and content_hash != found.revision.content_hash:
            raise Refusal(
                N_("Texten har ändrats sedan du läste den. Läs den nya texten och godkänn den.")
            )
        if row.state == AnnouncementState.WITHDRAWN.value:
            raise Refusal(N_("Meddelandet är tillbakadraget."))
        correction = records.open_correction(session, row.id)
        in_review = row.state == AnnouncementState.IN_REVIEW.value or correction is not None
        if not in_review or found.has_said(actor):
            return False
        _refuse_untimely(policy, found, right)
        _refuse_unfit(policy, found.revision, engine.now(session))
        _keep(session, actor, found, right)
        if _approving(session, policy, row).complete:
            if correction is None:
                planning.plan(session, installation, row)
            else:
                replanning.correct(session, installation, row, correction)
    installation.wake()
    return True


def say_yes(
    session: Session, policy: Policy, actor: Person, row: AnnouncementRow
) -> tuple[str, ...]:
    """Whoever declares a crisis says yes to its text, as far as they may; the roles that are missing
    still, none where it may be planned."""
    found = approvals.look(session, policy, row, records.newest_revision(session, row.id))
    if found is None:
        return ()
    right = approvals.helping(found, approvals.rights_of(policy, actor, found))
    if right is not None and found.chain.author_alone:
        _keep(session, actor, found, right)
        found = _approving(session, policy, row)
    return tuple(dict.fromkeys(role for seat in found.missing for role in seat))


def _approving(session: Session, policy: Policy, row: AnnouncementRow) -> Approving:
    """Raises `Refusal` where the class needs no approval."""
    found = approvals.look(session, policy, row, records.newest_revision(session, row.id))
    if found is None:
        raise Refusal(N_("Det här meddelandet behöver inget godkännande."))
    return found


def _right_to_approve(policy: Policy, actor: Person, found: Approving) -> Right | None:
    """In whose right ``actor`` approves; None for the author's last word. Raises `NotAllowed`."""
    chain = found.chain
    if chain.author_last and actor.pseudonym == found.row.author:
        return None
    rights = approvals.rights_of(policy, actor, found)
    if not rights:
        raise NotAllowed(
            N_("Det här måste godkännas av {roles}."),
            roles=", ".join(policy.roles[role].title for role in chain.approvers),
        )
    if not chain.author_alone and actor.pseudonym in found.authors:
        raise NotAllowed(N_("Den som har skrivit texten kan inte godkänna den. Be en kollega."))
    return approvals.helping(found, rights) or rights[0]


def _refuse_untimely(policy: Policy, found: Approving, right: Right | None) -> None:
    """Raise `Refusal` where the text was given back, or this approval would fill no seat."""
    if found.given_back is not None:
        raise Refusal(
            N_(
                "Texten är återlämnad: {reason} Den kan godkännas när den har ändrats eller när "
                "den som lämnade tillbaka den har ångrat det."
            ),
            reason=found.given_back.reason,
        )
    if right is None and found.missing:
        raise Refusal(
            N_("Du har sista ordet. Först godkänns texten av: {roles}."),
            roles=in_words(policy, found.missing),
        )
    if right is not None and not found.missing:
        raise Refusal(N_("Alla andra har godkänt texten. Nu saknas bara den som skrev den."))
    if right is not None and approvals.helping(found, [right]) is None:
        raise Refusal(
            N_("Din roll har redan godkänt texten. Den väntar på: {roles}."),
            roles=in_words(policy, found.missing),
        )


def _refuse_unfit(policy: Policy, revision: RevisionRow, now: datetime) -> None:
    """Raise `BadSubmission` where the policy keeps this very text from being approved now."""
    if faults := approval_faults(records.text_of(revision), policy, now):
        raise BadSubmission(tuple(faults))


def in_words(policy: Policy, seats: Sequence[Seat]) -> str:
    """Seats by the titles of their roles: of what a stroke parts, one is enough."""
    return ", ".join(" / ".join(policy.roles[role].title for role in seat) for seat in seats)


def _keep(session: Session, actor: Person, found: Approving, right: Right | None) -> None:
    roles = right.roles if right else ()
    lent = right is not None and right.person.pseudonym != actor.pseudonym
    session.add(
        ApprovalRow(
            revision=found.revision.id,
            approver=actor.pseudonym,
            content_hash=found.revision.content_hash,
            roles=list(roles),
            acting_for=right.person.pseudonym if right and lent else None,
        )
    )
    records.append(
        session,
        found.row.id,
        "approved",
        actor.pseudonym,
        content=found.revision.content_hash,
        roles=list(roles),
        **records.in_right_of(actor, right.person if right else actor),
    )


def may_approve(policy: Policy, actor: Person, found: Approving) -> bool:
    """Whether ``actor`` could approve this text now; what the approve page shows a button for."""
    if found.given_back is not None or found.has_said(actor):
        return False
    if found.chain.author_last and actor.pseudonym == found.row.author:
        return not found.missing
    if not found.chain.author_alone and actor.pseudonym in found.authors:
        return False
    return approvals.helping(found, approvals.rights_of(policy, actor, found)) is not None


@dataclass(frozen=True)
class Proposal:
    """A text that waits for approval; what ``can_…`` says is about the person who asked.

    ``plan`` is each step with its earliest moment (aware UTC) if the page were confirmed now;
    ``standing`` is None where the class needs no approval. ``informs``: they are only told.
    ``findings`` keep nothing back, ``unfit`` keeps the text from being approved as it is.
    """

    public_id: str
    content: Content
    content_hash: str
    in_review: bool
    can_approve: bool
    can_give_back: bool
    can_take_back: bool
    can_rewrite: bool
    informs: bool
    standing: Standing | None
    plan: list[Forecast]
    findings: tuple[Refusal, ...] = ()
    unfit: tuple[Refusal, ...] = ()
    #: Of a correction that waits: the text in force, which it would take the place of.
    instead_of: Content | None = None


def waiting_for(installation: Installation, actor: Person) -> list[Proposal]:
    """What this person could approve now, oldest first."""
    return [one for one in concerning(installation, actor) if one.can_approve]


def concerning(installation: Installation, actor: Person) -> list[Proposal]:
    """Everything in review that this person may read, oldest first."""
    with installation.database.reading() as session:
        rows = session.scalars(
            select(AnnouncementRow)
            .where(
                or_(
                    AnnouncementRow.state == AnnouncementState.IN_REVIEW.value,
                    AnnouncementRow.id.in_(_corrected()),
                )
            )
            .order_by(AnnouncementRow.created_at)
            .limit(500)
        )
        found = [_proposal(session, installation, actor, row) for row in rows]
        return [one for one in found if one]


def _corrected() -> Select[UUID]:
    """What has a correction that waits."""
    return select(CorrectionRow.announcement).where(
        CorrectionRow.applied_at.is_(None), CorrectionRow.taken_back_at.is_(None)
    )


def proposal(installation: Installation, actor: Person, reference: str) -> Proposal:
    """The newest text of an announcement, for its author, who approves it, who is told of it and
    the information unit. Raises `NotFound` alike for everybody else."""
    with installation.database.reading() as session:
        try:
            row = records.find(session, reference)
        except NotFound:
            found = None
        else:
            found = _proposal(session, installation, actor, row, nobody=True)
    if found is None:
        raise NotFound(N_("Sidan finns inte."))
    return found


def _proposal(
    session: Session,
    installation: Installation,
    actor: Person,
    row: AnnouncementRow,
    *,
    nobody: bool = False,
) -> Proposal | None:
    """None where ``actor`` may not read it. ``nobody``: the directory is asked who is left."""
    correction = records.open_correction(session, row.id)
    revision = (
        records.text_in_force(session, row.id)
        if correction is None
        else session.get_one(RevisionRow, correction.revision)
    )
    policy = records.policy_of(session, installation, row)
    found = approvals.look(session, policy, row, revision)
    chain = found.chain if found else None
    approves = policy.has_role(actor, chain.approvers if chain else (), row.unit, row.id)
    concerned = (
        actor.pseudonym in (row.author, revision.author)
        or approves
        or policy.has_role(actor, policy.information_unit, row.unit, row.id)
    )
    told = policy.has_role(actor, chain.informs if chain else (), row.unit, row.id)
    if not concerned and not told:
        return None
    content = records.content_of(session, revision)
    in_review = row.state == AnnouncementState.IN_REVIEW.value or correction is not None
    return Proposal(
        public_id=row.public_id,
        content=content,
        content_hash=revision.content_hash,
        in_review=in_review,
        can_approve=bool(in_review and found and may_approve(policy, actor, found)),
        can_give_back=bool(in_review and found and returning.may_give_back(policy, actor, found)),
        can_take_back=bool(in_review and found and returning.may_take_back(actor, found)),
        can_rewrite=in_review
        and correction is None
        and (actor.pseudonym == row.author or approves),
        informs=told and not approves,
        standing=_standing(session, policy, found, nobody and in_review),
        plan=planning.forecast_of(session, policy, content, engine.now(session)),
        findings=tuple(findings(content, policy, engine.now(session))),
        unfit=tuple(approval_faults(content, policy, engine.now(session))) if in_review else (),
        instead_of=_instead_of(session, row, correction),
    )


def _instead_of(
    session: Session, row: AnnouncementRow, correction: CorrectionRow | None
) -> Content | None:
    if correction is None:
        return None
    return records.content_of(session, records.text_in_force(session, row.id))


def _standing(
    session: Session, policy: Policy, found: Approving | None, nobody: bool
) -> Standing | None:
    if found is None:
        return None
    if nobody:
        return approvers.standing(session, policy, found)
    return approvals.standing(policy, found)
