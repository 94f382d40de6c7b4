"""A story: announcements that belong together, each telling what became of the one before.

Whoever was told before is told after. That never means anybody outside the house: what leaves it
does so because the writer named them, or because the class always tells them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, RevisionRow, StepRow
from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import BELOW, OWN, Person
from announcer.domain.channel import Addresses
from announcer.domain.errors import N_, Refusal
from announcer.domain.policy import Policy
from announcer.domain.policy.order import is_external
from announcer.domain.schedule import is_wanted
from announcer.domain.step import StepState
from announcer.people.lookup import Addressee, addressees, load_units
from announcer.people.reached import reached_by
from announcer.services import reading, records
from announcer.services.installation import Installation
from announcer.services.reading import Listed

#: So many can be chosen from, the newest.
MOST = 60
#: No story is longer; whoever makes one in a ring is found on the way.
LONGEST = 100
NOT_THERE = N_(
    "Det finns inget meddelande ”{follows}” att fortsätta på. Välj ett som du kan se, eller lämna tomt."
)
IN_A_RING = N_(
    "Meddelandet ”{follows}” fortsätter på det här. Välj ett tidigare, eller lämna tomt."
)
TOLD_BEFORE = N_("{audience} fick veta det förra och får det här också.")
PRESS_BEFORE = N_("Medierna fick det förra: ska de få det här? De får det bara om du väljer dem.")


@dataclass(frozen=True)
class Chapter:
    """An announcement that another can tell the rest of."""

    public_id: str
    title: str


def choices(installation: Installation, actor: Person) -> list[Chapter]:
    """What a text by ``actor`` can tell the rest of, newest first: what they handed in and what they
    read on the intranet; for the information unit everything."""
    with installation.database.reading() as session:
        query = (
            select(AnnouncementRow)
            .where(
                AnnouncementRow.state != AnnouncementState.WITHDRAWN.value,
                _is_seen_by(session, installation, actor),
            )
            .order_by(AnnouncementRow.created_at.desc())
            .limit(MOST)
        )
        return [Chapter(row.public_id, _text(session, row).title) for row in session.scalars(query)]


def _is_seen_by(
    session: Session, installation: Installation, actor: Person, public_id: str = ""
) -> ColumnElement[bool]:
    policy = installation.policy
    if policy.has_role(actor, policy.information_unit, ""):
        return true()
    reader = reading.reader_of(actor)
    up = reading.visible(session, installation, reader, public_id=public_id)
    return or_(
        AnnouncementRow.author == actor.pseudonym,
        AnnouncementRow.id.in_([line.id for line in up[:MOST]]),
    )


def _text(session: Session, row: AnnouncementRow) -> Content:
    return records.text_of(records.text_in_force(session, row.id))


def completed(
    session: Session,
    installation: Installation,
    actor: Person,
    content: Content,
    revised: AnnouncementRow | None = None,
) -> Content:
    """The content with whom of the house the text before it was for; ``revised`` is the announcement
    whose text it replaces.

    Raises `Refusal`, alike for an announcement that there is not and one that ``actor`` may not see.
    """
    if not content.follows:
        return content
    earlier = _earlier(session, installation, actor, content)
    if revised is not None and revised.id in set(_story(session, earlier.id)):
        raise Refusal(IN_A_RING, follows=content.follows)
    # An exercise frightens nobody whom it does not name.
    told = () if content.exercise else _told_before(session, installation.policy, content, earlier)
    added = tuple(told)
    return replace(content, audience=tuple(dict.fromkeys((*content.audience, *added))))


def _earlier(
    session: Session, installation: Installation, actor: Person, content: Content
) -> AnnouncementRow:
    found = session.scalar(
        select(AnnouncementRow).where(
            AnnouncementRow.public_id == content.follows,
            _is_seen_by(session, installation, actor, content.follows),
        )
    )
    if found is None:
        raise Refusal(NOT_THERE, follows=content.follows[:80])
    return found


def _story(session: Session, last: UUID) -> Iterator[UUID]:
    """An announcement, the one before it, and so on to the first."""
    about: UUID | None = last
    for _ in range(LONGEST):
        if about is None:
            return
        yield about
        about = records.text_in_force(session, about).follows


def _told_before(
    session: Session, policy: Policy, content: Content, earlier: AnnouncementRow
) -> Iterator[str]:
    """Names of those inside whom the earlier text named and this policy still knows. What means
    "our own unit" means other people in another unit's text."""
    units = load_units(session)
    steps = policy.classes[content.class_name].steps.values() if _known(policy, content) else ()
    asked_for = {step.audience for step in steps if step.when == "audience"}
    for name in _text(session, earlier).audience:
        selection = policy.staff.get(name)
        ours = selection is not None and not {OWN, BELOW}.isdisjoint(selection.units)
        if (
            name in units.by_code
            or (selection is not None and not (ours and earlier.unit != content.unit))
            or (policy.is_group(name) and name in asked_for)
        ):
            yield name


def _known(policy: Policy, content: Content) -> bool:
    return content.class_name in policy.classes


def findings(
    session: Session, installation: Installation, given: Content, content: Content
) -> Iterator[Refusal]:
    """What the writer should know of how ``content`` goes on from the text before it; ``given`` is
    what they wrote themselves."""
    if not content.follows:
        return
    policy = installation.policy
    added = [name for name in content.audience if name not in given.audience]
    if added:
        titles = (_title(session, policy, name) for name in added)
        yield Refusal(TOLD_BEFORE, audience=", ".join(titles))
    if not _tells_the_press(policy, content) and _went_out(session, content.follows):
        yield Refusal(PRESS_BEFORE)


def _title(session: Session, policy: Policy, name: str) -> str:
    units = load_units(session).by_code
    return policy.audiences[name].title if name in policy.audiences else units[name].name


def _tells_the_press(policy: Policy, content: Content) -> bool:
    steps = policy.classes[content.class_name].steps.values()
    return any(is_external(policy, step) and is_wanted(policy, content, step) for step in steps)


def _went_out(session: Session, public_id: str) -> bool:
    """Whether the announcement was for anybody outside, and was not withdrawn before it left."""
    query = (
        select(StepRow.id)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(
            AnnouncementRow.public_id == public_id,
            StepRow.external,
            StepRow.state != StepState.WITHDRAWN.value,
        )
    )
    return session.scalars(query.limit(1)).first() is not None


def told_before(
    session: Session, policy: Policy, row: AnnouncementRow, step: StepRow
) -> list[Addressee]:
    """Whom the announcement before this one has reached in the step's channel and no step of this
    plan reaches: the last step in the channel takes them with it. Nobody outside is among them."""
    about = session.scalar(select(RevisionRow.follows).where(RevisionRow.id == step.revision))
    if about is None or step.external:
        return []
    same = [
        one
        for one in records.steps_of(session, row.id)
        if one.channel == step.channel and one.about is None
    ]
    if step.id != same[-1].id:
        return []
    # Whoever carries a phone that is off now is not woken by what goes on from something else.
    if policy.channels[step.channel].addresses is Addresses.PHONE:
        return []
    content = records.text_of(session.get_one(RevisionRow, step.revision))
    if content.exercise:
        return []
    reached = {
        person.key
        for one in same
        for person in addressees(
            session, policy, one.channel, tuple(one.audience), row.unit, content.languages
        )
    }
    before = reached_by(session, about, step.channel)
    return [one for one in before if one.address and one.key not in reached]


def linked(session: Session, line: Listed, lines: Sequence[Listed]) -> list[Listed]:
    """Of ``lines``, what a page goes on from and what goes on from it, oldest first: what is up,
    confirmed and not withdrawn. Whether somebody may read them is for the reader's rights to say."""
    before = session.scalar(select(RevisionRow.follows).where(RevisionRow.id == line.revision))
    after = set(session.scalars(select(RevisionRow.id).where(RevisionRow.follows == line.id)))
    found = [
        one
        for one in lines
        if (one.id == before or one.revision in after) and one.confirmed_at and not one.withdrawn_at
    ]
    return sorted(found, key=lambda one: one.published_at)
