"""Declaring a crisis, telling more of it, and saying that it is over: each goes at once.

Who declares approves by it, where the policy lets go of approval beforehand; somebody else looks at
it afterwards (`announcer.services.crises`). An exercise goes the same way and stays in the house.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import AnnouncementRow, CrisisRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import Person
from announcer.domain.content_rules import approval_faults, findings, language_in_words
from announcer.domain.declaring import Declaration, Kind, crisis_of, written
from announcer.domain.errors import N_, BadSubmission, Refusal
from announcer.domain.manuscript import faults_of
from announcer.domain.policy import Policy
from announcer.domain.schedule import Forecast, make_plan
from announcer.domain.translating import bound
from announcer.people.lookup import addressees, load_units
from announcer.render.catalogue import moment_in_words, translator
from announcer.services import calling, planning, records, reviewing, writing
from announcer.services.answering import with_answers
from announcer.services.installation import Installation

#: Within this a second tap is the first one once more.
A_TAP = timedelta(minutes=15)
MAY = N_("En kris utlyses av {roles}.")


@dataclass(frozen=True)
class Reach:
    """One step as it would go, and how many it goes to as things stand; None: whoever comes by."""

    forecast: Forecast
    count: int | None


@dataclass(frozen=True)
class Preview:
    """What would go where. ``findings`` are what the declarer should know; nothing waits for it."""

    content: Content
    reach: tuple[Reach, ...]
    findings: tuple[Refusal, ...]
    vma: str


@dataclass(frozen=True)
class Declared:
    """What became of a declaration; ``again`` when it had been made before."""

    public_id: str
    state: AnnouncementState
    again: bool = False


def require_declarer(installation: Installation, actor: Person) -> Person:
    """In whose right ``actor`` declares. Raises `NotAllowed`, or `Refusal` without any crisis."""
    roles = crisis_of(installation.policy).declared_by
    return installation.require(actor, roles, actor.unit, MAY)


def may_declare(installation: Installation, actor: Person) -> bool:
    """Whether ``actor`` could declare a crisis now."""
    crisis = installation.policy.crisis
    roles = crisis.declared_by if crisis else ()
    return installation.policy.has_role(actor, roles, actor.unit)


def preview(installation: Installation, actor: Person, said: Declaration) -> Preview:
    """What would go where, if it were declared now. Stores nothing. Raises `Refusal`."""
    require_declarer(installation, actor)
    with installation.database.reading() as session:
        content = _text(session, installation, actor, _going_on(session, installation, said))
        policy, now = installation.policy.declared, engine.now(session)
        plan = planning.forecast_of(session, policy, content, now)
        return Preview(
            content,
            tuple(_reach(session, policy, content, one) for one in plan),
            (*findings(content, policy, now), *_left_out(said, content)),
            crisis_of(policy).vma,
        )


def _reach(session: Session, policy: Policy, content: Content, one: Forecast) -> Reach:
    step = one.step
    people = addressees(
        session, policy, step.channel, step.audience, content.unit, content.languages
    )
    counted = bool(people) and all(person.address for person in people)
    return Reach(one, len(people) if counted else None)


def _left_out(said: Declaration, content: Content) -> list[Refusal]:
    """Languages that what differs is not written in."""
    if not any(words.strip() for words in said.what.values()):
        return []
    missing = N_("Det du skrev till finns inte på {language}. Resten av texten gör det.")
    return [
        Refusal(missing, language=language_in_words(language))
        for language in content.languages
        if not said.what.get(language, "").strip()
    ]


def declare(installation: Installation, actor: Person, said: Declaration) -> Declared:
    """It has happened: the text goes as the policy says, past every queue.

    The same declaration again changes nothing and answers with the first one's id. Raises
    `NotAllowed`, `Refusal`, or `BadSubmission` with every fault at once.
    """
    right = require_declarer(installation, actor)
    with installation.database.transaction("declare crisis") as session:
        # One at a time: a second tap finds what the first one made.
        session.execute(select(engine.advisory_lock("declare crisis")))
        said = _going_on(session, installation, said)
        content = _text(session, installation, actor, said)
        if before := _same(session, installation, actor, said, content):
            return Declared(before.public_id, AnnouncementState(before.state), again=True)
        row = _announcement(session, installation, actor, content)
        about = records.find(session, said.follows).id if said.follows else row.id
        area = " ".join(said.area.split())
        session.add(
            CrisisRow(
                announcement=row.id,
                about=about,
                kind=said.kind.value,
                template=said.template,
                area=area,
                look_at=engine.now(session),
            )
        )
        session.flush()
        session.get_one(CrisisRow, about).look_at = engine.now(session)
        records.append(
            session,
            row.id,
            _EVENTS[said.kind],
            actor.pseudonym,
            template=said.template,
            exercise=said.exercise,
            **records.in_right_of(actor, right),
        )
        _approve(session, installation, actor, row)
        result = Declared(row.public_id, AnnouncementState(row.state))
    installation.wake()
    return result


#: What the record calls each.
_EVENTS = {
    Kind.DECLARED: "crisis declared",
    Kind.UPDATE: "crisis told further",
    Kind.LIFTED: "crisis lifted",
}


def _text(
    session: Session, installation: Installation, actor: Person, said: Declaration
) -> Content:
    """The text as it is taken in. Raises `Refusal`, or `BadSubmission` with every fault."""
    policy, now = installation.policy.declared, engine.now(session)
    told = _with_promise(installation, written(policy, said, actor.unit, now))
    content = with_answers(bound(told), policy)
    faults = faults_of(content, policy, load_units(session), now)
    faults += approval_faults(content, policy, now)
    if faults:
        raise BadSubmission(tuple(faults))
    make_plan(policy, content, load_units(session))
    return content


def _with_promise(installation: Installation, content: Content) -> Content:
    """When there is more to tell stands in the text itself, in each language: on the page, in mail,
    on paper and outside alike."""
    promised, zone = content.next_information, installation.sender.time_zone
    if promised is None:
        return content

    def with_it(words: str, language: str) -> str:
        sentence = translator(language)(N_("Nästa information senast {when}."))
        return f"{words} {sentence.format(when=moment_in_words(promised, zone, language))}"

    return replace(
        content,
        summary=with_it(content.summary, content.language),
        translations={
            language: replace(text, summary=with_it(text.summary, language))
            for language, text in content.translations.items()
        },
    )


def _going_on(session: Session, installation: Installation, said: Declaration) -> Declaration:
    """What is told further is about the announcement that it began with, whose place and template
    it has, and is for whoever that was for. Raises `Refusal`."""
    if said.kind is Kind.DECLARED:
        return said
    first = begun_with(session, said.follows)
    row = session.get_one(AnnouncementRow, first.about)
    if is_lifted(session, first.about):
        raise Refusal(N_("Faran är redan över."))
    text = records.text_of(records.text_in_force(session, row.id))
    return replace(
        said,
        template=first.template,
        area=said.area or first.area,
        exercise=text.exercise,
        follows=row.public_id,
        told=() if text.exercise else _known(installation.policy, text, session),
    )


def _known(policy: Policy, text: Content, session: Session) -> tuple[str, ...]:
    """Audiences of the first text that there still are."""
    units = load_units(session).by_code
    return tuple(one for one in text.audience if one in policy.audiences or one in units)


def begun_with(session: Session, reference: str) -> CrisisRow:
    """The crisis that an announcement belongs to. Raises `NotFound`, or `Refusal` where it was not
    declared as one."""
    row = records.find(session, reference)
    found = session.get(CrisisRow, row.id)
    if found is None:
        raise Refusal(N_("Det här meddelandet hör inte till någon kris."))
    return session.get_one(CrisisRow, found.about)


def is_lifted(session: Session, about: UUID) -> bool:
    """Whether somebody has said that it is over, and did not withdraw that."""
    query = (
        select(CrisisRow.announcement)
        .join(AnnouncementRow, AnnouncementRow.id == CrisisRow.announcement)
        .where(
            CrisisRow.about == about,
            CrisisRow.kind == Kind.LIFTED.value,
            AnnouncementRow.state != AnnouncementState.WITHDRAWN.value,
        )
    )
    return session.scalars(query.limit(1)).first() is not None


def _same(
    session: Session,
    installation: Installation,
    actor: Person,
    said: Declaration,
    content: Content,
) -> AnnouncementRow | None:
    """What ``actor`` said before, in the same words. The promised hour may have moved on since a first
    tap: it makes no other crisis of it."""
    theirs = select(AnnouncementRow).where(
        AnnouncementRow.author == actor.pseudonym,
        AnnouncementRow.state != AnnouncementState.WITHDRAWN.value,
    )
    found = session.scalar(theirs.where(AnnouncementRow.submitted_hash == content.content_hash))
    given = said.next_information is not None and said.kind is not Kind.DECLARED
    if found or content.next_information is None or given:
        return found
    now = engine.now(session)
    recent = theirs.where(AnnouncementRow.declared, AnnouncementRow.created_at > now - A_TAP)
    for row in session.scalars(recent):
        promised = records.text_of(records.text_in_force(session, row.id)).next_information
        if promised is None or promised <= now:
            continue
        then = _text(session, installation, actor, replace(said, next_information=promised))
        if then.content_hash == row.submitted_hash:
            return row
    return None


def _announcement(
    session: Session, installation: Installation, actor: Person, content: Content
) -> AnnouncementRow:
    row = AnnouncementRow(
        id=uuid4(),
        public_id=planning.new_public_id(),
        class_name=content.class_name,
        unit=content.unit,
        author=actor.pseudonym,
        submitted_hash=content.content_hash,
        policy=planning.keep_policy(session, installation),
        declared=True,
    )
    session.add(row)
    session.flush()
    writing.add_revision(session, row, actor, content, number=1)
    records.append(session, row.id, "submitted", actor.pseudonym, content=content.content_hash)
    return row


def _approve(
    session: Session, installation: Installation, actor: Person, row: AnnouncementRow
) -> None:
    """Planned in this very transaction where the declarer is enough; else whoever approves is
    called."""
    policy = records.policy_of(session, installation, row)
    missing = reviewing.say_yes(session, policy, actor, row)
    if missing:
        calling.call(
            session, row, "crisis approval", missing, N_("En kris väntar på att texten godkänns.")
        )
    else:
        planning.plan(session, installation, row)


def texts_of(session: Session, about: UUID) -> Sequence[tuple[CrisisRow, AnnouncementRow, Content]]:
    """Everything that was told of a crisis, oldest first, as it stands: no correction that waits."""
    query = (
        select(CrisisRow, AnnouncementRow)
        .join(AnnouncementRow, AnnouncementRow.id == CrisisRow.announcement)
        .where(CrisisRow.about == about)
        .order_by(CrisisRow.at)
    )
    return [
        (crisis, row, records.text_of(records.text_in_force(session, row.id)))
        for crisis, row in session.execute(query)
    ]


def promised(session: Session, about: UUID) -> datetime | None:
    """When there is more to tell at the latest, as it was promised last (aware UTC); None where
    it is over or everything was withdrawn."""
    if is_lifted(session, about):
        return None
    told = [
        text.next_information
        for _, row, text in texts_of(session, about)
        if row.state != AnnouncementState.WITHDRAWN.value
    ]
    return told[-1] if told else None
