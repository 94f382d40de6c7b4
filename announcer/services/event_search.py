"""The record of events of all announcements: searched, given out as a file, and checked.

Nothing about reading is in it, because nothing about reading is kept (TF 3 kap. 5 §). Whoever is not
in today's directory stands in it as a pseudonym: they have left, were erased, or have protected
identity by now.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, EventRow, PersonRow, RevisionRow
from announcer.domain.audience import Person
from announcer.domain.errors import N_, Refusal
from announcer.services import verifying
from announcer.services.installation import Installation

#: Events in one file; a longer time is given out in parts.
LARGEST_FILE = 20_000
#: Whoever acts for no person: the programs themselves.
SYSTEM = "system"
_payload = cast(EventRow.payload, JSONB)
_what, _who, _at = (_payload[name].astext for name in ("what", "who", "at"))


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is empty fits everything. ``announcement`` is a public id, ``who`` an
    id of the directory, a pseudonym or `SYSTEM`; ``since`` and ``until`` are aware."""

    announcement: str = ""
    what: str = ""
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Event:
    """One line. ``who`` and ``acting_for`` are ids of the directory or pseudonyms, empty for the
    programs; ``at`` is aware UTC. ``payload`` is the line as it was sealed."""

    announcement: str
    seq: int
    what: str
    who: str
    acting_for: str
    at: datetime
    detail: dict[str, Any]
    payload: str
    previous: str
    sha256: str


def may_see(installation: Installation, actor: Person) -> bool:
    """Whether this person sees the record: the information unit and the auditors do."""
    return installation.policy.has_role(actor, _readers(installation), "")


def _readers(installation: Installation) -> tuple[str, ...]:
    return (*installation.policy.information_unit, *installation.policy.auditors)


def _require(installation: Installation, actor: Person) -> None:
    installation.require(actor, _readers(installation), "", N_("Det här kan bara {roles} se."))


def page(
    installation: Installation, actor: Person, wanted: Wanted, number: int, size: int
) -> tuple[list[Event], int]:
    """Page ``number`` (from 1) of what is wanted, newest first, and how many there are in all.

    Raises `NotAllowed`.
    """
    _require(installation, actor)
    with installation.database.reading() as session:
        names = _names(session)
        query = _query(names, wanted)
        total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        rows = session.execute(query.offset((number - 1) * size).limit(size))
        return [_event(names, public_id, row) for row, public_id in rows], total


def titles(installation: Installation, actor: Person, found: Iterable[Event]) -> dict[str, str]:
    """What the announcements of these events are called now, by public id; those whose text was
    weeded are left out. Raises `NotAllowed`."""
    _require(installation, actor)
    query = (
        select(AnnouncementRow.public_id, RevisionRow.content)
        .join(RevisionRow, RevisionRow.announcement == AnnouncementRow.id)
        .where(
            AnnouncementRow.public_id.in_({one.announcement for one in found}),
            RevisionRow.weeded_under == "",
        )
        .order_by(RevisionRow.number)
    )
    with installation.database.reading() as session:
        rows = session.execute(query).all()
    return {public_id: json.loads(content)["title"] for public_id, content in rows}


def kinds(installation: Installation, actor: Person) -> list[str]:
    """Everything that ever happened, by its word in the chain. Raises `NotAllowed`."""
    _require(installation, actor)
    with installation.database.reading() as session:
        return sorted(session.scalars(select(_what).distinct()))


def is_whole(installation: Installation, actor: Person, announcement: str = "") -> bool:
    """Whether every chain agrees with itself, or that of one announcement. Raises `NotAllowed`."""
    _require(installation, actor)
    with installation.database.reading() as session:
        of_one = select(AnnouncementRow.id).where(AnnouncementRow.public_id == announcement)
        about = session.scalar(of_one) if announcement else None
        return next(verifying.broken_chains(session, about), None) is None


def as_csv(installation: Installation, actor: Person, wanted: Wanted) -> bytes:
    """What is wanted, oldest first, for a spreadsheet. Raises `NotAllowed`, `Refusal`."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(("at", "announcement", "seq", "what", "who", "acting_for", "detail", "sha256"))
    for one in _exported(installation, actor, wanted):
        detail = json.dumps(one.detail, ensure_ascii=False, sort_keys=True)
        table.writerow(
            (
                *(_rfc3339(one.at), one.announcement, one.seq, one.what, one.who or SYSTEM),
                *(one.acting_for, detail, one.sha256),
            )
        )
    return out.getvalue().encode("utf-8-sig")  # Excel takes it for UTF-8 by that mark alone


def as_json_lines(installation: Installation, actor: Person, wanted: Wanted) -> bytes:
    """The same with all that is needed to check a chain: each ``sha256`` is that of ``previous``
    and ``payload`` one after the other."""
    lines = (
        json.dumps(
            {
                "announcement": one.announcement,
                "seq": one.seq,
                "at": _rfc3339(one.at),
                "what": one.what,
                "who": one.who or None,
                "acting_for": one.acting_for or None,
                "payload": one.payload,
                "previous": one.previous,
                "sha256": one.sha256,
            },
            ensure_ascii=False,
        )
        for one in _exported(installation, actor, wanted)
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _exported(installation: Installation, actor: Person, wanted: Wanted) -> Iterable[Event]:
    found, total = page(installation, actor, wanted, 1, LARGEST_FILE)
    if total > LARGEST_FILE:
        raise Refusal(
            N_(
                "Det är {total} händelser, och högst {most} får plats i en fil. Välj en kortare tid."
            ),
            total=total,
            most=LARGEST_FILE,
        )
    return reversed(found)


def _names(session: Session) -> dict[str, str]:
    """Ids of the directory by pseudonym, of those who work here."""
    query = select(PersonRow.pseudonym, PersonRow.directory_id).where(PersonRow.left_at.is_(None))
    return {str(pseudonym): name for pseudonym, name in session.execute(query)}


def _query(names: dict[str, str], wanted: Wanted) -> Select[EventRow, str]:
    query = (
        select(EventRow, AnnouncementRow.public_id)
        .join(AnnouncementRow, AnnouncementRow.id == EventRow.announcement)
        .order_by(_at.desc(), EventRow.announcement, EventRow.seq.desc())
    )
    return query.where(*_conditions(names, wanted))


def _conditions(names: dict[str, str], wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.announcement:
        yield AnnouncementRow.public_id == wanted.announcement
    if wanted.what:
        yield _what == wanted.what
    if wanted.who == SYSTEM:
        yield _who.is_(None)
    elif wanted.who:
        known = {name: pseudonym for pseudonym, name in names.items()}
        who = known.get(wanted.who, wanted.who)
        yield (_who == who) | (_payload["detail"]["acting_for"].astext == who)
    if wanted.since:
        yield _at >= cast(_stamp(wanted.since), Text)
    if wanted.until:
        yield _at < cast(_stamp(wanted.until), Text)


def _event(names: dict[str, str], public_id: str, row: EventRow) -> Event:
    said = json.loads(row.payload)
    detail = {key: _named(names, value) for key, value in (said["detail"] or {}).items()}
    return Event(
        announcement=public_id,
        seq=row.seq,
        what=said["what"],
        who=str(_named(names, said["who"] or "")),
        acting_for=str(detail.pop("acting_for", "")),
        at=datetime.fromisoformat(said["at"]),
        detail=detail,
        payload=row.payload,
        previous=row.previous,
        sha256=row.sha256,
    )


def _named(names: dict[str, str], value: object) -> object:
    return names.get(value, value) if isinstance(value, str) else value


def _stamp(moment: datetime) -> str:
    """As `append_event` writes it: such words sort as the moments do."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
