"""Giving a text back: it stays in review, with a reason, until it is changed or taken up again."""

import hashlib
from uuid import uuid4

from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, ReturnRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, Refusal
from announcer.domain.policy import Policy
from announcer.services import approvals, records
from announcer.services.approvals import Approving
from announcer.services.installation import Installation

LONGEST_REASON = 1_000


def give_back(installation: Installation, actor: Person, reference: str, reason: str) -> bool:
    """Give the newest text back to its author: nobody approves it until somebody changes it, or
    until this is taken back. Returns False where it was given back already.

    Raises `NotAllowed` for whoever may not approve it, and `Refusal` without a reason.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Refusal(
            N_("Skriv varför texten lämnas tillbaka, med högst {limit} tecken."),
            limit=LONGEST_REASON,
        )
    with installation.database.transaction("give back") as session:
        row, policy, found = _in_review(session, installation, reference)
        if not may_give_back(policy, actor, found) and found.given_back is None:
            raise NotAllowed(N_("Bara den som får godkänna texten kan lämna tillbaka den."))
        if found.given_back is not None:
            return False
        right = approvals.rights_of(policy, actor, found)[0]
        lent = records.in_right_of(actor, right.person)
        session.add(
            ReturnRow(
                id=uuid4(),
                revision=found.revision.id,
                actor=actor.pseudonym,
                acting_for=right.person.pseudonym if lent else None,
                roles=list(right.roles),
                reason=reason,
            )
        )
        # The reason is about a draft and is weeded with it (TF 2 kap. 12 §); the hash stays.
        records.append(
            session,
            row.id,
            "given back",
            actor.pseudonym,
            content=found.revision.content_hash,
            reason_sha256=hashlib.sha256(reason.encode()).hexdigest(),
            roles=list(right.roles),
            **lent,
        )
    return True


def take_back(installation: Installation, actor: Person, reference: str) -> bool:
    """Take a return back: the same text can be approved again, and approvals it had count again.

    Returns False where there is nothing to take back. Raises `NotAllowed` for others than who
    gave it back and whoever stands in for them.
    """
    with installation.database.transaction("take back") as session:
        row, _policy, found = _in_review(session, installation, reference)
        if found.given_back is None:
            return False
        if not may_take_back(actor, found):
            raise NotAllowed(
                N_(
                    "Bara den som lämnade tillbaka texten kan ångra det. Ändra texten, så kan den "
                    "godkännas på nytt."
                )
            )
        open_ = session.get_one(ReturnRow, found.given_back.id)
        open_.taken_back_by = actor.pseudonym
        open_.taken_back_at = row.created_at  # stamped anew by the database
        records.append(
            session,
            row.id,
            "return taken back",
            actor.pseudonym,
            content=found.revision.content_hash,
        )
    return True


def may_give_back(policy: Policy, actor: Person, found: Approving) -> bool:
    """Whether ``actor`` could give this text back now: somebody who approves and did not write."""
    if found.given_back is not None or actor.pseudonym in found.authors:
        return False
    return bool(approvals.rights_of(policy, actor, found))


def may_take_back(actor: Person, found: Approving) -> bool:
    """Whether ``actor`` gave the text back, or stands in for whoever did."""
    if found.given_back is None:
        return False
    rights = {one.pseudonym for one in actor.rights(found.row.id)}
    return found.given_back.actor in rights


def _in_review(
    session: Session, installation: Installation, reference: str
) -> tuple[AnnouncementRow, Policy, Approving]:
    """The announcement, locked. Raises `Refusal` where nothing of it waits for approval."""
    row = records.find(session, reference, lock=True)
    policy = records.policy_of(session, installation, row)
    found = approvals.look(session, policy, row, records.newest_revision(session, row.id))
    if found is None:
        raise Refusal(N_("Det här meddelandet behöver inget godkännande."))
    if (
        row.state != AnnouncementState.IN_REVIEW.value
        and records.open_correction(session, row.id) is None
    ):
        raise Refusal(N_("Texten väntar inte på godkännande längre."))
    return row, policy, found
