"""Stand-ins: who has another's roles from when until when, or for one announcement alone.

Rows are history and stay: who stood in for whom is asked long afterwards.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from announcer.db import engine
from announcer.db.models import AnnouncementRow, PersonRow, StandInRow
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.people.lookup import find_person
from announcer.services import records, status
from announcer.services.installation import Installation

#: Whoever is away for longer has a successor, not a stand-in.
LONGEST = timedelta(days=366)
HISTORY = 200


@dataclass(frozen=True)
class StandIn:
    """One line of the list. People are ids of the directory; moments are aware UTC.

    ``announcement`` is the public id of the only one it is for, empty for all.
    """

    id: UUID
    who: str
    for_whom: str
    announcement: str
    starts: datetime
    ends: datetime
    revoked_at: datetime | None
    is_over: bool


def day(words: str, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """A local day or moment as people write it: ``2026-12-21``, ``2026-12-21T12:00``. Aware.

    A day begins at midnight; where it is the ``last`` one, it counts to its end. Raises `Refusal`.
    """
    words = words.strip()
    try:
        if len(words) > len("2026-12-21"):
            moment = datetime.fromisoformat(words)
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        on = date.fromisoformat(words) + timedelta(days=last)
        return datetime.combine(on, time(), zone)
    except (ValueError, OverflowError):
        raise Refusal(
            N_("”{words}” är ingen dag. Skriv den som 2026-12-21."), words=words[:40]
        ) from None


def appoint(
    installation: Installation,
    actor: Person,
    who: str,
    for_whom: str,
    ends: datetime,
    starts: datetime | None = None,
    announcement: str = "",
) -> UUID:
    """Let ``who`` have the roles of ``for_whom`` (ids in the directory) until ``ends`` (aware).

    People name their own stand-in, the information unit anybody's, administrators anybody's but
    not themselves; nobody lends what they have been lent. With ``announcement`` it is for that one
    only. Said twice it is one. Returns its id. Raises `NotAllowed`, `NotFound`, or `Refusal`.
    """
    with installation.database.transaction("appoint stand in") as session:
        stand_in, absent = find_person(session, who), find_person(session, for_whom)
        _require_own_or_information_unit(installation, actor, absent.pseudonym)
        _refuse_to_themselves(installation, actor, stand_in.pseudonym, absent.pseudonym)
        about = _about(session, installation, actor, announcement)
        if stand_in.pseudonym == absent.pseudonym:
            raise Refusal(N_("Ingen kan ersätta sig själv. Välj en kollega."))
        # Before the time is asked: of two at once the later one begins later.
        session.execute(select(engine.advisory_lock(f"stand-in for {absent.pseudonym}")))
        now = engine.now(session)
        begins = max(starts, now) if starts else now
        if not timedelta(0) < ends - begins <= LONGEST:
            raise Refusal(
                N_("Ersättaren behöver en sista dag som inte har varit, högst ett år bort.")
            )
        same = session.scalar(
            select(StandInRow.id).where(
                StandInRow.who == stand_in.pseudonym,
                StandInRow.for_whom == absent.pseudonym,
                StandInRow.announcement.is_not_distinct_from(about.id if about else None),
                StandInRow.from_at <= begins,
                StandInRow.until_at == ends,
                StandInRow.revoked_at.is_(None),
            )
        )
        if same:
            return same
        row = StandInRow(
            id=uuid4(),
            who=stand_in.pseudonym,
            for_whom=absent.pseudonym,
            announcement=about.id if about else None,
            from_at=begins,
            until_at=ends,
            appointed_by=actor.pseudonym,
        )
        session.add(row)
        if about:
            records.append(
                session,
                about.id,
                "delegated",
                actor.pseudonym,
                to=str(stand_in.pseudonym),
                acting_for=str(absent.pseudonym),
                until=ends.isoformat(),
            )
        return row.id


def _about(
    session: Session, installation: Installation, actor: Person, reference: str
) -> AnnouncementRow | None:
    """Raises `NotFound` alike for what there is not and what does not concern the actor."""
    if not reference:
        return None
    status.seen_by(installation, actor, reference)
    return records.find(session, reference)


def _require_own_or_information_unit(
    installation: Installation, actor: Person, whose: UUID
) -> None:
    if actor.pseudonym == whose:
        return
    policy = installation.policy
    roles = (*policy.information_unit, *policy.administrators)
    if not policy.has_role(actor.alone, roles, ""):
        raise NotAllowed(
            N_("Du kan utse din egen ersättare. Andras utses av dem själva eller av {roles}."),
            roles=installation.titles(roles),
        )


def _refuse_to_themselves(
    installation: Installation, actor: Person, who: UUID, for_whom: UUID
) -> None:
    """Whoever only administers gives themselves nobody's power."""
    policy = installation.policy
    given = actor.pseudonym == who and actor.pseudonym != for_whom
    if given and not policy.has_role(actor.alone, policy.information_unit, ""):
        raise NotAllowed(N_("Du kan inte utse dig själv till någon annans ersättare."))


def revoke(installation: Installation, actor: Person, reference: str) -> None:
    """The stand-in has the other's roles no more, at once.

    By either of the two, and by the information unit. Raises `NotAllowed`, or `NotFound`.
    """
    with installation.database.transaction("revoke stand in") as session:
        row = _one(session, reference)
        if actor.pseudonym != row.who:
            _require_own_or_information_unit(installation, actor, row.for_whom)
        if row.revoked_at is None:
            row.revoked_at = engine.now(session)  # stamped anew by the database
            row.revoked_by = actor.pseudonym
            if row.announcement:
                records.append(
                    session,
                    row.announcement,
                    "delegation revoked",
                    actor.pseudonym,
                    to=str(row.who),
                    acting_for=str(row.for_whom),
                )


def _one(session: Session, reference: str) -> StandInRow:
    """Locked, after the announcement that it is for: so does an approval, which asks for both."""
    try:
        row = session.get(StandInRow, UUID(reference))
    except ValueError:
        row = None
    if row is None:
        raise NotFound(N_("Det finns ingen sådan ersättare."))
    if row.announcement:
        records.find(session, str(row.announcement), lock=True)
    session.refresh(row, with_for_update=True)
    return row


def listed(installation: Installation, actor: Person, *, history: bool = False) -> list[StandIn]:
    """Who stands in, or will: for this person or as this person; for the information unit all.

    ``history``: also what is over, the newest first, at most `HISTORY`.
    """
    policy = installation.policy
    everybody = policy.has_role(actor.alone, policy.information_unit, "")
    with installation.database.reading() as session:
        now = engine.now(session)
        stand_in, absent = aliased(PersonRow), aliased(PersonRow)
        query = (
            select(
                StandInRow, stand_in.directory_id, absent.directory_id, AnnouncementRow.public_id
            )
            .join(stand_in, stand_in.pseudonym == StandInRow.who)
            .join(absent, absent.pseudonym == StandInRow.for_whom)
            .outerjoin(AnnouncementRow, AnnouncementRow.id == StandInRow.announcement)
            .order_by(StandInRow.from_at.desc(), StandInRow.id)
            .limit(HISTORY)
        )
        if not everybody:
            query = query.where(_mine(actor))
        if not history:
            query = query.where(StandInRow.revoked_at.is_(None), StandInRow.until_at > now)
        return [_line(now, *found) for found in session.execute(query)]


def _mine(actor: Person) -> ColumnElement[bool]:
    return or_(StandInRow.who == actor.pseudonym, StandInRow.for_whom == actor.pseudonym)


def _line(
    now: datetime, row: StandInRow, who: str, for_whom: str, public_id: str | None
) -> StandIn:
    over = row.revoked_at is not None or row.until_at <= now
    return StandIn(
        id=row.id,
        who=who,
        for_whom=for_whom,
        announcement=public_id or "",
        starts=row.from_at,
        ends=row.until_at,
        revoked_at=row.revoked_at,
        is_over=over,
    )
