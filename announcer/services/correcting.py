"""Correcting a text that is planned: proposed, approved like the first, carried out once.

While a correction waits, nothing that has not gone out goes out. Taken back, all goes on with the
text in force.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, BatchRow, CorrectionRow, RevisionRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.change import Correction, CorrectionKind
from announcer.domain.content_rules import approval_faults, language_in_words
from announcer.domain.errors import N_, BadSubmission, NotAllowed, Refusal
from announcer.domain.policy import Policy
from announcer.services import approvals, planning, records, replanning, writing
from announcer.services.installation import Installation

#: Characters of the sentence that says what changed.
LONGEST = 300
ONLY_THEY = N_(
    "Bara den som skrev texten, den som ska godkänna den och {roles} får rätta den. Be någon av dem."
)
SAME = N_("Texten är densamma som den som gäller. Ändra det som är fel, eller låt bli att rätta.")
OTHER_PLAN = N_(
    "En rättelse går till dem som meddelandet redan är planerat för: klass, enhet, målgrupper, "
    "kanaler och tider går inte att ändra. Skriv ett nytt meddelande till dem som saknas."
)
IN_REVIEW = N_("Texten väntar på att godkännas och har inte gått ut. Skriv om den i stället.")
MEANWHILE = N_(
    "Texten har rättats sedan du öppnade den. Inget är rättat nu. Läs den nya texten och ta med det "
    "som ska stå kvar."
)
SAY_WHAT = N_(
    "Skriv i en mening på {language} vad som ändrades, med högst {limit} tecken. De som har fått "
    "fel text läser den."
)


class CorrectedMeanwhile(Refusal):
    """Somebody else corrected the text since it was opened to be corrected."""


@dataclass(frozen=True)
class Proposed:
    """What became of a correction: ``applied`` where it needed nobody's approval, ``again`` where
    the very same one waits already. ``findings`` keep nothing back."""

    id: UUID
    public_id: str
    content_hash: str
    applied: bool
    again: bool = False
    findings: tuple[Refusal, ...] = ()


def propose(
    installation: Installation,
    actor: Person,
    reference: str,
    content: Content,
    kind: CorrectionKind,
    what: Mapping[str, str],
    based_on: str = "",
) -> Proposed:
    """Propose ``content`` instead of the text in force; ``what`` says in each language of the text,
    in a sentence, what changed (a minor one may say nothing).

    ``based_on`` is what `newest` was for its writer; empty: whatever it is. A correction that waited
    is replaced. By the author, those who approve and the information unit. Raises `NotAllowed`,
    `BadSubmission` with every fault at once, `CorrectedMeanwhile`, or `Refusal`.
    """
    look = writing.opened(content)
    with installation.database.transaction("correct") as session:
        row = records.under_way(session, reference)
        policy = records.policy_of(session, installation, row)
        right = _right(session, policy, row, actor)
        if row.state == AnnouncementState.IN_REVIEW.value:
            raise Refusal(IN_REVIEW)
        content = _fit(session, installation, row, actor, look, kind, what)
        waiting = records.open_correction(session, row.id)
        if waiting and newest(session, row) == content.content_hash:
            return Proposed(row.id, row.public_id, content.content_hash, applied=False, again=True)
        _refuse_stale(session, row, based_on)
        if waiting:
            _take_back(session, row, waiting, actor)
        correction = _keep(session, row, actor, right, content)
        applied = approvals.chain_of(session, policy, row.class_name, row.unit) is None
        if applied:
            replanning.correct(session, installation, row, correction)
        said = writing.notes_on(session, installation, look, content)
        result = Proposed(row.id, row.public_id, content.content_hash, applied, findings=said)
    installation.wake()
    return result


def preview(
    installation: Installation,
    actor: Person,
    reference: str,
    content: Content,
    kind: CorrectionKind,
    what: Mapping[str, str],
    based_on: str = "",
) -> tuple[Content, tuple[Refusal, ...]]:
    """The correction as it would be taken in, and what its writer should know: also what would keep
    it from being approved. Stores nothing. Raises as :func:`propose`."""
    look = writing.opened(content)
    with installation.database.reading() as session:
        row = records.find(session, reference)
        policy = records.policy_of(session, installation, row)
        _right(session, policy, row, actor)
        content = _fit(session, installation, row, actor, look, kind, what)
        _refuse_stale(session, row, based_on)
        unfit = approval_faults(content, policy, engine.now(session))
        return content, (*unfit, *writing.notes_on(session, installation, look, content))


def newest(session: Session, row: AnnouncementRow) -> str:
    """The content hash (hex) of the correction that waits, else of the text in force."""
    waiting = records.open_correction(session, row.id)
    if waiting:
        return session.get_one(RevisionRow, waiting.revision).content_hash
    return records.text_in_force(session, row.id).content_hash


def _refuse_stale(session: Session, row: AnnouncementRow, based_on: str) -> None:
    if based_on not in ("", newest(session, row)):
        raise CorrectedMeanwhile(MEANWHILE)


def _fit(
    session: Session,
    installation: Installation,
    row: AnnouncementRow,
    actor: Person,
    look: writing.Opened,
    kind: CorrectionKind,
    what: Mapping[str, str],
) -> Content:
    """The content as it can be taken in. Raises `BadSubmission`, or `Refusal`."""
    in_force = records.content_of(session, records.text_in_force(session, row.id))
    # What no writer gives stays as it was declared.
    given = {name: getattr(in_force, name) for name in _DECLARED}
    look = replace(look, content=replace(look.content, **given))
    content = writing.check(session, installation, actor, look, row)
    _refuse_unfit(in_force, content)
    return replace(content, correction=_said(content, kind, what))


def _right(session: Session, policy: Policy, row: AnnouncementRow, actor: Person) -> Person:
    """In whose right ``actor`` corrects. Raises `NotAllowed`."""
    if actor.pseudonym == row.author:
        return actor
    chain = approvals.chain_of(session, policy, row.class_name, row.unit)
    roles = (*(chain.approvers if chain else ()), *policy.information_unit)
    right = policy.in_whose_right(actor, roles, row.unit, row.id)
    if right is None:
        raise NotAllowed(ONLY_THEY, roles=policy.titles(policy.information_unit))
    return right


def is_theirs(session: Session, policy: Policy, row: AnnouncementRow, actor: Person) -> bool:
    """Whether ``actor`` is one of those who may correct an announcement, whatever its state."""
    try:
        _right(session, policy, row, actor)
    except NotAllowed:
        return False
    return True


def may_correct(installation: Installation, actor: Person, reference: str) -> bool:
    """Whether ``actor`` may correct this announcement now. Raises `NotFound`."""
    with installation.database.reading() as session:
        row = records.find(session, reference)
        planned = (AnnouncementState.ACTIVE.value, AnnouncementState.COMPLETED.value)
        policy = records.policy_of(session, installation, row)
        return row.state in planned and is_theirs(session, policy, row, actor)


#: What a plan was made from, which a correction leaves alone.
_PLANNED = (
    "class_name",
    "unit",
    "audience",
    "channels",
    "known_at",
    "decision_at",
    "follows",
    "language",
)
#: What was declared with a crisis: an hour that was promised is changed by telling more.
_DECLARED = ("exercise", "next_information")


def _refuse_unfit(in_force: Content, content: Content) -> None:
    if any(getattr(content, name) != getattr(in_force, name) for name in _PLANNED):
        raise Refusal(OTHER_PLAN)
    if replace(content, correction=None) == replace(in_force, correction=None):
        raise Refusal(SAME)


def _said(content: Content, kind: CorrectionKind, what: Mapping[str, str]) -> Correction:
    """Raises `BadSubmission` for each language in which readers are not told what changed."""
    sentences = {one: " ".join(what.get(one, "").split()) for one in content.languages}
    faults = tuple(_faults(kind, sentences))
    if faults:
        raise BadSubmission(faults)
    return Correction(kind, {one: words for one, words in sentences.items() if words})


def _faults(kind: CorrectionKind, sentences: Mapping[str, str]) -> Iterator[Refusal]:
    for language, words in sentences.items():
        missing = kind is CorrectionKind.REAL and not words
        if missing or len(words) > LONGEST or not words.isprintable():
            yield Refusal(SAY_WHAT, language=language_in_words(language), limit=LONGEST)


def _keep(
    session: Session, row: AnnouncementRow, actor: Person, right: Person, content: Content
) -> CorrectionRow:
    number = records.newest_revision(session, row.id).number + 1
    revision = writing.add_revision(session, row, actor, content, number)
    assert content.correction is not None  # noqa: S101 - it was put there
    correction = CorrectionRow(
        revision=revision.id,
        announcement=row.id,
        kind=content.correction.kind.value,
        proposed_by=actor.pseudonym,
    )
    session.add(correction)
    records.append(
        session,
        row.id,
        "correction proposed",
        actor.pseudonym,
        content=content.content_hash,
        kind=content.correction.kind.value,
        **records.in_right_of(actor, right),
    )
    return correction


def take_back(installation: Installation, actor: Person, reference: str) -> bool:
    """Take a correction back that waits: all goes on with the text in force. Returns False where
    none waits. Raises `NotAllowed`."""
    with installation.database.transaction("take back correction") as session:
        row = records.find(session, reference, lock=True)
        right = _right(session, records.policy_of(session, installation, row), row, actor)
        waiting = records.open_correction(session, row.id)
        if waiting is None:
            return False
        _take_back(session, row, waiting, actor, right)
        _go_on(session, row)
    installation.wake()
    return True


def _take_back(
    session: Session,
    row: AnnouncementRow,
    waiting: CorrectionRow,
    actor: Person,
    right: Person | None = None,
) -> None:
    waiting.taken_back_by, waiting.taken_back_at = actor.pseudonym, engine.now(session)
    records.append(
        session,
        row.id,
        "correction taken back",
        actor.pseudonym,
        content=session.get_one(RevisionRow, waiting.revision).content_hash,
        **records.in_right_of(actor, right or actor),
    )


def _go_on(session: Session, row: AnnouncementRow) -> None:
    """What stood still is not late."""
    steps = [step.id for step in records.steps_of(session, row.id)]
    session.execute(
        update(BatchRow)
        .where(BatchRow.step.in_(steps), BatchRow.state == "ready")
        .where(BatchRow.due_at < engine.now(session))
        .values(due_at=engine.now(session))
        .execution_options(synchronize_session=False)
    )
    planning.wake(session, row)


def taken_back_by_withdrawal(session: Session, row: AnnouncementRow, actor: Person) -> None:
    """An announcement is withdrawn: what was to correct it is of no use."""
    waiting = records.open_correction(session, row.id)
    if waiting is not None:
        _take_back(session, row, waiting, actor)
