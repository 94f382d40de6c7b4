"""Weeding under a named decision (arkivlagen section 10), with the owner's credentials.

What was approved and the chain of hashes stay; what is weeded leaves an event that names the
decision. The app's role has no right to any of this.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import (
    CompoundSelect,
    Select,
    Text,
    cast,
    delete,
    func,
    literal,
    select,
    text,
    union,
    update,
)
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.engine import Database
from announcer.db.models import (
    AnnouncementRow,
    BlobRow,
    CallRow,
    CorrectionRow,
    DeliveryRow,
    ReturnRow,
    RevisionBlobRow,
    RevisionRow,
    StepRow,
)
from announcer.domain.errors import SetupError
from announcer.domain.policy import Policy
from announcer.services import records

#: Tables whose gate refuses that anything on record changes.
GUARDED = ("revision", "delivery", "returned")


def weed(owner: Database, policy: Policy) -> Counter[str]:
    """Weed what the policy's decision says and is due; how many texts and recipients.

    Raises `SetupError` where the policy names no decision: then nothing may be weeded.
    """
    rules = policy.retention
    if rules is None:
        raise SetupError(
            "The policy has no [retention]: without a decision nothing is weeded. Add it, with "
            "decision = the number and date of your organisation's decision."
        )
    done: Counter[str] = Counter()
    with owner.transaction("weed") as session:
        for table in GUARDED:
            session.execute(text(f"ALTER TABLE announcer.{table} DISABLE TRIGGER gate"))
        for about in _closed(session, rules.drafts):
            done["drafts"] += _weed_drafts(session, about, rules.decision)
        for about in _closed(session, rules.recipients):
            done["recipients"] += _weed_recipients(session, about, rules.decision)
        _drop_orphans(session)
        for table in GUARDED:
            session.execute(text(f"ALTER TABLE announcer.{table} ENABLE TRIGGER gate"))
    return done


def _closed(session: Session, after: timedelta | None) -> Sequence[UUID]:
    """Announcements that were completed or withdrawn at least so long ago."""
    if after is None:
        return ()
    closed = func.coalesce(AnnouncementRow.withdrawn_at, AnnouncementRow.completed_at)
    return session.scalars(
        select(AnnouncementRow.id).where(closed <= engine.now(session) - after)
    ).all()


def _weed_drafts(session: Session, about: UUID, decision: str) -> int:
    """Texts of this announcement that no step was planned from, and that no correction has taken
    the place of before anything had gone."""
    planned: CompoundSelect[UUID] = union(
        select(StepRow.revision).where(StepRow.announcement == about),
        select(CorrectionRow.revision).where(
            CorrectionRow.announcement == about, CorrectionRow.applied_at.is_not(None)
        ),
        _first_planned(about),
    )
    drafts = session.scalars(
        select(RevisionRow.id).where(
            RevisionRow.announcement == about,
            RevisionRow.weeded_under == "",
            RevisionRow.id.not_in(planned),
        )
    ).all()
    reasons = _weed_reasons(session, about)
    if not drafts and not reasons:
        return 0
    session.execute(delete(RevisionBlobRow).where(RevisionBlobRow.revision.in_(drafts)))
    session.execute(
        update(RevisionRow)
        .where(RevisionRow.id.in_(drafts))
        .values(content="", weeded_under=decision)
        .execution_options(synchronize_session=False)
    )
    return _on_record(session, about, "drafts weeded", decision, len(drafts))


def _first_planned(about: UUID) -> Select[UUID]:
    """The text that the plan was made from, if one was: the last that was no correction."""
    corrections = select(CorrectionRow.revision).where(CorrectionRow.announcement == about)
    return (
        select(RevisionRow.id)
        .join(AnnouncementRow, AnnouncementRow.id == RevisionRow.announcement)
        .where(
            RevisionRow.announcement == about,
            AnnouncementRow.planned_at.is_not(None),
            RevisionRow.id.not_in(corrections),
        )
        .order_by(RevisionRow.number.desc())
        .limit(1)
    )


def _weed_reasons(session: Session, about: UUID) -> int:
    """Why texts were given back: comments on drafts, whatever became of the text."""
    texts = select(RevisionRow.id).where(RevisionRow.announcement == about)
    gone = session.execute(
        update(ReturnRow)
        .where(ReturnRow.revision.in_(texts), ReturnRow.reason != "")
        .values(reason="")
        .execution_options(synchronize_session=False)
        .returning(ReturnRow.id)
    )
    return len(gone.all())


def _weed_recipients(session: Session, about: UUID, decision: str) -> int:
    """To whom this announcement was sent and who was called about it, and the bytes of mails that
    name their recipient."""
    steps = select(StepRow.id).where(StepRow.announcement == about)
    named = update(DeliveryRow).where(DeliveryRow.step.in_(steps), DeliveryRow.address != "")
    press = select(StepRow.id).where(StepRow.announcement == about, StepRow.external)
    unlinked = session.execute(
        named.where(DeliveryRow.step.in_(press))
        .values(artefact=None)
        .execution_options(synchronize_session=False)
        .returning(DeliveryRow.id)
    )
    unlinked.all()
    gone = session.execute(
        named.values(
            address="", recipient=literal("weeded ") + cast(DeliveryRow.id, Text), reply=""
        )
        .execution_options(synchronize_session=False)
        .returning(DeliveryRow.id)
    ).all()
    session.execute(update(CallRow).where(CallRow.announcement == about).values(reached=[]))
    return _on_record(session, about, "recipients weeded", decision, len(gone)) if gone else 0


def _on_record(session: Session, about: UUID, what: str, decision: str, count: int) -> int:
    records.append(session, about, what, None, decision=decision, count=count)
    return count


def _drop_orphans(session: Session) -> None:
    """Bytes that nothing refers to any more."""
    used = select(RevisionBlobRow.sha256).union(
        select(DeliveryRow.artefact).where(DeliveryRow.artefact.is_not(None))
    )
    session.execute(
        delete(BlobRow)
        .where(BlobRow.sha256.not_in(used))
        .execution_options(synchronize_session=False)
    )
