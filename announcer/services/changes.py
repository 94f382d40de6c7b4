"""What became of a text that some have had: what they are told of it, and who they are."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from announcer.db.models import (
    AnnouncementRow,
    BatchRow,
    CorrectionRow,
    DeliveryRow,
    RevisionRow,
    StepRow,
    WithdrawalRow,
)
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.change import Change, ChangeKind, CorrectionKind
from announcer.domain.channel import Addresses
from announcer.domain.delivery import DeliveryState
from announcer.domain.policy import Policy
from announcer.domain.step import StepKind
from announcer.people.lookup import Addressee
from announcer.people.reached import HAVE_IT, still_somebodys
from announcer.services import records

#: The reply of a recipient who was given up because the text was corrected before it reached them.
CORRECTED = "the text was corrected"
#: What is there to be read by whoever comes, and wakes nobody.
PAGES = ("intranet", "newsroom")
#: What is made anew with every correction: nobody is told by it that something was wrong.
SILENT = (*PAGES, "poster", "visitors_board")


def may_go() -> ColumnElement[bool]:
    """Whether work of a step may go as far as its announcement is concerned: no pause, no
    withdrawal, no correction that waits. A notice of a withdrawal always may."""
    return or_(
        StepRow.kind == StepKind.WITHDRAWAL.value,
        and_(
            AnnouncementRow.held_at.is_(None),
            AnnouncementRow.state != AnnouncementState.WITHDRAWN.value,
            ~exists().where(
                CorrectionRow.announcement == AnnouncementRow.id,
                CorrectionRow.applied_at.is_(None),
                CorrectionRow.taken_back_at.is_(None),
            ),
        ),
    )


def try_no_more(session: Session, step: StepRow) -> None:
    """Nobody is tried again by itself with a text that has been corrected since."""
    if is_overtaken(session, step):
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.step == step.id, DeliveryRow.next_try_at.is_not(None))
            .values(next_try_at=None)
            .execution_options(synchronize_session=False)
        )


def is_overtaken(session: Session, step: StepRow) -> bool:
    """Whether a correction has put another text into the place of the step's."""
    if step.kind == StepKind.WITHDRAWAL.value:
        return False
    mine = aliased(RevisionRow)
    query = (
        select(CorrectionRow.revision)
        .join(RevisionRow, RevisionRow.id == CorrectionRow.revision)
        .where(CorrectionRow.announcement == step.announcement)
        .where(CorrectionRow.applied_at.is_not(None))
        .where(mine.id == step.revision, RevisionRow.number > mine.number)
    )
    return session.scalars(query.limit(1)).first() is not None


class Told(NamedTuple):
    """Whom a step that is about another takes to, in the order and the groups that they had that
    one in; ``without_page`` may not read the page."""

    group: str
    person: Addressee
    without_page: bool


def concerned(session: Session, policy: Policy, step: StepRow, content: Content) -> list[Told]:
    """Exactly those who had the text of the step that this one is about; of the first kind, those
    whom that never reached. On boards, in the languages that there is a right text in."""
    query = (
        select(
            DeliveryRow.batch,
            DeliveryRow.recipient,
            DeliveryRow.address,
            DeliveryRow.language,
            BatchRow.without_page,
        )
        .join(BatchRow, BatchRow.id == DeliveryRow.batch)
        .where(DeliveryRow.step == step.about, *_which(step))
        .order_by(BatchRow.number, DeliveryRow.recipient)
    )
    if step.kind == StepKind.CORRECTION.value:
        query = query.where(DeliveryRow.recipient.not_in(_know_already(session, step)))
    found = [
        Told(str(batch), Addressee(key, address, language), without_page)
        for batch, key, address, language, without_page in session.execute(query)
    ]
    if policy.channels[step.channel].addresses is Addresses.BOARD:
        return [one for one in found if one.person.language in content.languages]
    return found


def _which(step: StepRow) -> Iterator[ColumnElement[bool]]:
    if step.channel == "intranet":
        return
    yield DeliveryRow.recipient.not_like("weeded %")
    yield still_somebodys(step.external)
    if step.kind == StepKind.FIRST.value:
        given_up = DeliveryState.ABANDONED.value
        yield or_(
            DeliveryRow.state == DeliveryState.DEFERRED.value,
            and_(DeliveryRow.state == given_up, DeliveryRow.reply == CORRECTED),
        )
    else:
        yield DeliveryRow.state.in_(HAVE_IT)


def _know_already(session: Session, step: StepRow) -> list[str]:
    """Who has had every real correction so far, of those who had the step's text."""
    real = max(
        (number for number, said in _corrections(session, step) if said is CorrectionKind.REAL),
        default=0,
    )
    return list(
        session.scalars(
            select(DeliveryRow.recipient)
            .join(StepRow, StepRow.id == DeliveryRow.step)
            .join(RevisionRow, RevisionRow.id == StepRow.revision)
            .where(
                StepRow.about == step.about,
                StepRow.kind == StepKind.CORRECTION.value,
                StepRow.id != step.id,
                StepRow.channel.not_in(PAGES),
                RevisionRow.number >= real,
                DeliveryRow.state.in_(HAVE_IT),
            )
        )
    )


def _corrections(session: Session, step: StepRow) -> list[tuple[int, CorrectionKind]]:
    """The numbers of the texts that took each other's place, and what kind of correction each is."""
    rows = session.execute(
        select(RevisionRow.number, CorrectionRow.kind)
        .join(CorrectionRow, CorrectionRow.revision == RevisionRow.id)
        .where(RevisionRow.announcement == step.announcement, CorrectionRow.applied_at.is_not(None))
    )
    return [(number, CorrectionKind(kind)) for number, kind in rows]


def give_up(session: Session, steps: Sequence[StepRow]) -> None:
    """Whoever the old text has not reached does not get it any more; who may have it is not tried
    again. What is on its way at this moment is not touched."""
    about = DeliveryRow.step.in_([step.id for step in steps])
    waiting = (DeliveryState.PENDING.value, DeliveryState.DEFERRED.value)
    for which, values in (
        (
            DeliveryRow.state.in_(waiting),
            {"state": DeliveryState.ABANDONED.value, "next_try_at": None, "reply": CORRECTED},
        ),
        (DeliveryRow.state == DeliveryState.IN_DOUBT.value, {"next_try_at": None}),
    ):
        session.execute(
            update(DeliveryRow)
            .where(about, which)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def take_over(session: Session, step: StepRow) -> None:
    """A step that takes the rest of another begins: that one tries nobody any more."""
    if step.kind == StepKind.FIRST.value and step.about is not None:
        give_up(session, [session.get_one(StepRow, step.about)])


def change_of(session: Session, row: AnnouncementRow, step: StepRow) -> Change | None:
    """What the step's recipients are told of a text that they had; None for what is new to them."""
    if step.kind == StepKind.FIRST.value or step.about is None:
        return None
    first = session.get_one(StepRow, step.about)
    title = _titles(session, first)
    if step.kind == StepKind.WITHDRAWAL.value:
        # Nobody has approved the sentence: it stays inside.
        said = None if step.external else session.get(WithdrawalRow, row.id)
        at = row.withdrawn_at or row.created_at
        return Change(ChangeKind.WITHDRAWN, at, said.what if said else {}, title)
    correction = session.get_one(CorrectionRow, step.revision)
    at = correction.applied_at or correction.proposed_at
    return Change(ChangeKind.CORRECTED, at, _what(session, first, step), title)


def had(session: Session, step: StepRow, recipient: str) -> str:
    """The Message-ID of what somebody had, of the step that this one is about; empty for nothing."""
    query = select(DeliveryRow.message_id).where(
        DeliveryRow.step == step.about, DeliveryRow.recipient == recipient
    )
    return session.scalar(query) or ""


def _titles(session: Session, first: StepRow) -> dict[str, str]:
    content = records.text_of(session.get_one(RevisionRow, first.revision))
    return {language: content.text_in(language).title for language in content.languages}


def _what(session: Session, first: StepRow, step: StepRow) -> dict[str, str]:
    """What changed since they were told last, in each language; of several corrections, all."""
    known = 0 if step.channel in PAGES else _told_last(session, step)
    query = (
        select(RevisionRow)
        .join(CorrectionRow, CorrectionRow.revision == RevisionRow.id)
        .where(
            RevisionRow.announcement == step.announcement,
            CorrectionRow.applied_at.is_not(None),
            RevisionRow.number > max(known, session.get_one(RevisionRow, first.revision).number),
        )
        .order_by(RevisionRow.number)
    )
    said = [records.text_of(one).correction for one in session.scalars(query)]
    newest = records.text_of(session.get_one(RevisionRow, step.revision))
    sentences = {
        language: " ".join(s for one in said if one and (s := one.what.get(language)))
        for language in newest.languages
    }
    return {language: words for language, words in sentences.items() if words}


def _told_last(session: Session, step: StepRow) -> int:
    """The number of the text that everybody who had the first one was given after it, if any."""
    unfinished = exists().where(
        DeliveryRow.step == StepRow.id, DeliveryRow.state == DeliveryState.ABANDONED.value
    )
    numbers = session.scalars(
        select(RevisionRow.number)
        .join(StepRow, StepRow.revision == RevisionRow.id)
        .where(
            StepRow.about == step.about,
            StepRow.kind == StepKind.CORRECTION.value,
            StepRow.id != step.id,
            ~unfinished,
        )
    )
    return max(numbers, default=0)
