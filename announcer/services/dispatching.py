"""What is due: beginning steps that may start, and leasing batches to the queue.

The dispatcher calls :func:`look` and :func:`claim` in a loop; any number of dispatchers may.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, groupby, islice
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.engine import GateClosed
from announcer.db.models import (
    AnnouncementRow,
    BatchRow,
    DeliveryRow,
    RevisionRow,
    StepRow,
    TurnRow,
)
from announcer.domain.announcement import Content
from announcer.domain.errors import N_
from announcer.domain.plan import AnnouncementFacts, Wait
from announcer.domain.policy import Policy
from announcer.domain.schedule import quiet_until
from announcer.domain.step import StepState
from announcer.logs import get_logger
from announcer.people.lookup import Addressee, addressees
from announcer.services import changes, following, meeting, pace, records, settling, situation
from announcer.services.changes import Told
from announcer.services.installation import Installation

log = get_logger("announcer.dispatching")

#: How many recipients one lease covers.
BATCH = 100
#: So many batches are written down in one statement: enough, and no large organisation's all.
FIXED_AT_ONCE = 50
#: A message that reached no worker within this time is sent again.
QUEUE_LEASE = timedelta(seconds=60)
#: How many messages may be out in each queue; more would only wait in Redis instead of here.
OUTSTANDING = 64
#: A waiting step is looked at this often even when nothing told us to; what wakes it early is
#: an approval, a release, a settled step or its own time.
LOOK_AGAIN = timedelta(minutes=10)
#: The database refused what `may_start` allowed: somebody else was there first. Soon again.
REFUSED_AGAIN = timedelta(seconds=2)
#: Why a step is stopped that nobody took in time.
TOO_LATE = N_("senare än policyn tillåter")


@dataclass(frozen=True)
class Claimed:
    """A batch that was leased to the queue; ``urgent`` names the queue."""

    batch: UUID
    urgent: bool


def look(installation: Installation, limit: int = 200) -> int:
    """Begin every due step that may start; returns how many began. None does while the database's
    clock is not to be trusted."""
    if installation.pace is not None:
        with installation.database.transaction("look at the clock") as session:
            pace.is_steady(session, installation.pace)
    with installation.database.reading() as session:
        if situation.standstill_since(session):
            return 0
        due = session.execute(
            select(StepRow.id, StepRow.urgent)
            .where(
                StepRow.state == StepState.WAITING.value,
                StepRow.look_at <= select(func.announcer.announcer_now()).scalar_subquery(),
            )
            .order_by(StepRow.urgent.desc(), StepRow.look_at)
            .limit(limit)
        ).all()
    # By themselves: what is urgent does not wait until the recipients of all others are written.
    return sum(
        _begin_or_postpone(installation, [step for step, urgent in due if urgent is first])
        for first in (True, False)
    )


def upcoming(installation: Installation) -> float | None:
    """Seconds until the next waiting step or batch falls due; None where none will by itself.

    What is due already and could not begin is not counted: it is looked at with every poll.
    """
    moment = select(func.announcer.announcer_now()).scalar_subquery()
    step = select(func.min(StepRow.look_at)).where(
        StepRow.state == StepState.WAITING.value, StepRow.look_at > moment
    )
    batches = (
        select(func.min(BatchRow.due_at))
        .where(BatchRow.state == "ready", BatchRow.urgent == urgent, BatchRow.due_at > moment)
        .scalar_subquery()
        for urgent in (True, False)
    )
    with installation.database.reading() as session:
        first = session.scalar(select(func.least(step.scalar_subquery(), *batches)))
        return None if first is None else (first - engine.now(session)).total_seconds()


def _begin_or_postpone(installation: Installation, due: Sequence[UUID]) -> int:
    """Begin what may begin, all in one transaction; how many did.

    Where one cannot, each is asked by itself, so that it keeps no other from beginning.
    """
    if not due:
        return 0
    try:
        with installation.database.transaction("begin step") as session:
            return _begin(session, installation, due)
    except Exception as error:
        if len(due) > 1:
            return sum(_begin_or_postpone(installation, [step]) for step in due)
        if not isinstance(error, GateClosed):
            raise
    with installation.database.transaction("postpone step") as session:
        row = session.get_one(StepRow, due[0])
        row.look_at = engine.now(session) + REFUSED_AGAIN
    return 0


def _begin(session: Session, installation: Installation, due: Sequence[UUID]) -> int:
    # Once more, in the very transaction: the clock may jump between two looks at it.
    if not pace.is_steady(session, installation.pace):
        return 0
    about = select(StepRow.announcement).where(StepRow.id.in_(due))
    rows = session.scalars(
        select(AnnouncementRow)
        .where(AnnouncementRow.id.in_(about))
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    facts = situation.facts_of_all(session, rows)
    steps = session.scalars(
        select(StepRow).where(
            StepRow.id.in_(due),
            StepRow.state == StepState.WAITING.value,
            StepRow.announcement.in_(facts),
        )
    ).all()
    now = engine.now(session)
    begun = [step for step in steps if _may_begin(session, installation, step, facts, now)]
    _start(session, installation, rows, begun, facts)
    return len(begun)


def _may_begin(
    session: Session,
    installation: Installation,
    step: StepRow,
    facts: Mapping[UUID, AnnouncementFacts],
    now: datetime,
) -> bool:
    """Asks the gate; a step that may not is looked at again when it says."""
    verdict = installation.gate(step.key, facts[step.announcement], now)
    if verdict.allowed:
        row = session.get_one(AnnouncementRow, step.announcement)
        policy = records.policy_of(session, installation, row)
        quiet = quiet_until(policy, facts[step.announcement].steps[step.key], now)
        if quiet is None:
            return True
        step.look_at = quiet
        return False
    if verdict.reasons[0].wait is Wait.TOO_LATE:
        stop(session, step, TOO_LATE)
    step.look_at = verdict.until or now + LOOK_AGAIN
    return False


def stop(session: Session, step: StepRow, reason: str) -> None:
    """Hold one step until a person resumes the announcement; ``reason`` is a message id."""
    step.held_at, step.held_reason, step.stopped = engine.now(session), reason, True
    records.append(session, step.announcement, "step held", None, step=step.key, why=reason)
    log.warning("step stopped", step=step.key, channel=step.channel, said=reason)


def _start(
    session: Session,
    installation: Installation,
    rows: Sequence[AnnouncementRow],
    steps: Sequence[StepRow],
    facts: Mapping[UUID, AnnouncementFacts],
) -> None:
    """The steps are under way; from here their recipients are fixed."""
    about = {row.id: row for row in rows}
    for step in steps:
        step.state, step.look_at = StepState.SENDING.value, None
    begun = [(step.announcement, _begun(facts[step.announcement], step)) for step in steps]
    records.append_all(session, "step begun", begun)
    reached = _Reached(session)
    has = _Has(session)
    batches: list[_Batch] = []
    for step in steps:
        row = about[step.announcement]
        log.info("step begun", announcement=row.public_id, step=step.key, channel=step.channel)
        if step.channel == "meeting":
            policy = records.policy_of(session, installation, row)
            meeting.fix_units(session, policy, row, step)
            continue
        content = records.text_of(session.get_one(RevisionRow, step.revision))
        policy = records.policy_of(session, installation, row)
        if step.about is not None:
            changes.take_over(session, step)
            told = changes.concerned(session, policy, step, content)
        else:
            people = has.not_yet(step, reached.by(step, row, policy, content.languages))
            before = has.not_yet(step, following.told_before(session, policy, row, step))
            told = [Told("", one, without_page=False) for one in people]
            # Those who were only told before: the page is not for them.
            told += [Told("", one, without_page=True) for one in before]
        batches += _batches(step, content, told)
        if not told:
            settling.settle(session, row, step)
    for first in range(0, len(batches), FIXED_AT_ONCE):
        _fix(session, installation, batches[first : first + FIXED_AT_ONCE])


def _begun(facts: AnnouncementFacts, step: StepRow) -> dict[str, object]:
    """For the record: which step, and what it went ahead of because that was not practical."""
    ahead = facts.went_ahead_of(step.key)
    return {"step": step.key} | ({"ahead_of": list(ahead)} if ahead else {})


class _Reached:
    """Whom steps reach, asked once for all that have the same audience in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[object, ...], list[Addressee]] = {}

    def by(
        self, step: StepRow, row: AnnouncementRow, policy: Policy, languages: tuple[str, ...]
    ) -> list[Addressee]:
        audience = tuple(step.audience)
        key = (row.policy, step.channel, audience, row.unit, languages)
        if key not in self._known:
            self._known[key] = addressees(
                self._session, policy, step.channel, audience, row.unit, languages
            )
        return self._known[key]


class _Has:
    """Who was named in an earlier step of the same announcement and channel: nobody gets it twice
    because audiences overlap. Whoever is asked for here counts as named."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._keys: dict[tuple[UUID, str], set[str]] = {}

    def not_yet(self, step: StepRow, people: list[Addressee]) -> list[Addressee]:
        """Of ``people``, those who have not got it or are not about to."""
        about = (step.announcement, step.channel)
        if about not in self._keys:
            self._keys[about] = already_named(self._session, step)
        has = self._keys[about]
        left = [one for one in people if one.key not in has]
        has.update(one.key for one in left)
        return left


def already_named(session: Session, step: StepRow) -> set[str]:
    """The keys of those who are recipients of its announcement in the step's channel, or were of
    a text of it that was corrected since."""
    query = (
        select(DeliveryRow.recipient)
        .join(StepRow, StepRow.id == DeliveryRow.step)
        .where(StepRow.announcement == step.announcement, DeliveryRow.channel == step.channel)
    )
    return set(session.scalars(query))


class _Batch(NamedTuple):
    """A batch that is to be, of a step and its people in one language."""

    id: UUID
    step: StepRow
    number: int
    language: str
    people: list[Addressee]
    without_page: bool


def _batches(step: StepRow, content: Content, told: list[Told]) -> Iterator[_Batch]:
    """In one language each, and of those who had one message before, that they answer to."""

    def language(one: Told) -> str:
        known = one.person.language in content.languages
        return one.person.language if known else content.language

    def kind(one: Told) -> tuple[bool, str, str]:
        return one.without_page, language(one), one.group

    numbers = count()
    for (without_page, spoken, _), members in groupby(sorted(told, key=kind), key=kind):
        people = (one.person for one in members)
        while chunk := list(islice(people, BATCH)):
            yield _Batch(uuid4(), step, next(numbers), spoken, chunk, without_page)


#: One statement for some thousands of rows. What a recipient shares with everybody else
#: of the batch comes from the batch and its step.
_FIX = text("""
    INSERT INTO announcer.delivery
      (id, batch, step, revision, channel, recipient, address, language, message_id, withdraws,
       state)
    SELECT r.id, b.id, s.id, s.revision, s.channel, r.recipient, r.address, b.language,
      r.message_id, s.kind = 'withdrawal', 'pending'
    FROM unnest(
      CAST(:ids AS uuid[]), CAST(:batches AS uuid[]), CAST(:recipients AS text[]),
      CAST(:addresses AS text[]), CAST(:message_ids AS text[])
    ) AS r (id, batch, recipient, address, message_id)
    JOIN announcer.batch b ON b.id = r.batch
    JOIN announcer.step s ON s.id = b.step
""")


def _fix(session: Session, installation: Installation, batches: Sequence[_Batch]) -> None:
    """Write down who gets it, all pending."""
    now = engine.now(session)
    session.execute(
        insert(BatchRow),
        [
            {
                "id": batch.id,
                "step": batch.step.id,
                "number": batch.number,
                "language": batch.language,
                "urgent": batch.step.urgent,
                "without_page": batch.without_page,
                "state": "ready",
                "due_at": now,
            }
            for batch in batches
        ],
    )
    rows = [
        (
            delivery := uuid4(),
            batch.id,
            one.key,
            one.address,
            _message_id(installation, batch, delivery),
        )
        for batch in batches
        for one in batch.people
    ]
    names = ("ids", "batches", "recipients", "addresses", "message_ids")
    session.execute(_FIX, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _message_id(installation: Installation, batch: _Batch, delivery: UUID) -> str:
    one_each = installation.channels[batch.step.channel].batch_size == 1
    return f"<{delivery if one_each else batch.id}@{installation.mail_domain}>"


def claim(installation: Installation) -> list[Claimed]:
    """Lease due batches to the queues, as far as these have room."""
    claimed: list[Claimed] = []
    with installation.database.transaction("claim") as session:
        # One at a time: two dispatchers that count at once would both fill the same room.
        session.execute(select(TurnRow).where(TurnRow.what == "claim").with_for_update())
        if situation.standstill_since(session):
            return []
        for urgent in (True, False):
            claimed += [Claimed(batch, urgent) for batch in _lease(session, urgent=urgent)]
    return claimed


def _lease(session: Session, *, urgent: bool) -> Sequence[UUID]:
    out = select(func.count()).where(BatchRow.state == "queued", BatchRow.urgent == urgent)
    room = OUTSTANDING - (session.scalar(out) or 0)
    if room < OUTSTANDING / 2:
        return []  # they have enough to do; a look for each that is done costs more than it
    due = (
        select(BatchRow.id)
        .join(StepRow, StepRow.id == BatchRow.step)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(
            BatchRow.state == "ready",
            BatchRow.urgent == urgent,
            BatchRow.due_at <= select(func.announcer.announcer_now()).scalar_subquery(),
            StepRow.held_at.is_(None),
            changes.may_go(),
        )
        .order_by(BatchRow.due_at)
        .limit(room)
        .with_for_update(of=BatchRow, skip_locked=True)
    )
    batches = session.scalars(due).all()
    if batches:
        session.execute(
            update(BatchRow)
            .where(BatchRow.id.in_(batches))
            .values(state="queued", lease_until=func.announcer.announcer_now() + QUEUE_LEASE)
            .execution_options(synchronize_session=False)
        )
    return batches
