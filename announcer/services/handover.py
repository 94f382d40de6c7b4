"""The handover sheet: what is new at a workplace since its shift took over, for the next one.

It is made of what is on the intranet and was found there, by the rule that pages are read by. Who
looked at it or printed it is recorded nowhere (TF 3 kap. 5 §).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import WorkplaceRow
from announcer.domain.audience import Reader
from announcer.domain.errors import N_, NotFound
from announcer.domain.handover import Handover, handovers
from announcer.render.catalogue import translator
from announcer.render.handover import Gone, News, paper
from announcer.services import reading
from announcer.services.installation import Installation
from announcer.services.reading import Article, Listed


@dataclass(frozen=True)
class Sheet:
    """What is handed over at a workplace: what came, urgent first and then in the order in which it
    came; and what was taken away."""

    workplace: str
    handover: Handover
    articles: tuple[Article, ...]
    withdrawn: tuple[Listed, ...]


def of_workplace(
    session: Session, installation: Installation, workplace: str, now: datetime
) -> list[Handover]:
    """The next handover and the last ones at a workplace, newest first; none in an office."""
    row = session.get(WorkplaceRow, workplace)
    return handovers(row.handovers if row else (), now, installation.policy.zone)


def sheet(installation: Installation, reader: Reader, name: str = "") -> Sheet:
    """What is handed over where ``reader`` works: at the next handover, or at the one with this
    name. Raises `NotFound` where there is none."""
    with installation.database.reading() as session:
        known = of_workplace(session, installation, reader.workplace, engine.now(session))
        zone = installation.policy.zone
        for one in known:
            if name in ("", one.name(zone)):
                return _sheet(session, installation, reader, one)
    raise NotFound(N_("Ingen lämnar över då på din arbetsplats. Välj en av tiderna på sidan."))


def _sheet(
    session: Session, installation: Installation, reader: Reader, handover: Handover
) -> Sheet:
    def is_of_it(moment: datetime | None) -> bool:
        return moment is not None and handover.since < moment <= handover.at

    seen = [
        line
        for line in reading.visible(session, installation, of_everyone_there(reader))
        if line.confirmed_at is not None
    ]
    came = [one for one in seen if not one.withdrawn_at and is_of_it(one.confirmed_at)]
    classes = installation.policy.classes

    def first(line: Listed) -> tuple[bool, datetime]:
        urgent = line.class_name in classes and classes[line.class_name].urgent
        return not urgent, line.published_at

    came.sort(key=first)
    return Sheet(
        workplace=reader.workplace,
        handover=handover,
        articles=tuple(reading.load(session, installation, came)),
        withdrawn=tuple(one for one in seen if is_of_it(one.withdrawn_at)),
    )


def of_everyone_there(reader: Reader) -> Reader:
    """What everybody of the unit who works there may read: the sheet lies on a table."""
    return Reader(unit=reader.unit, workplace=reader.workplace)


def printed(installation: Installation, found: Sheet, names: Sequence[str], language: str) -> bytes:
    """The sheet as a PDF (A5). ``names`` are those of the units that wrote what was withdrawn."""
    classes = installation.policy.classes
    news = [
        News(
            content=one.content,
            kind=_kind(installation, one.listed),
            is_correction=one.listed.corrected_at is not None,
            urgent=one.listed.class_name in classes and classes[one.listed.class_name].urgent,
            at=one.listed.confirmed_at or one.listed.published_at,
        )
        for one in found.articles
    ]
    gone = [
        Gone(name, one.withdrawn_at)
        for name, one in zip(names, found.withdrawn, strict=True)
        if one.withdrawn_at
    ]
    return paper(
        installation.sender,
        found.workplace,
        found.handover,
        news,
        gone,
        language,
        translator(language),
    )


def _kind(installation: Installation, line: Listed) -> str:
    found = installation.policy.classes.get(line.class_name)
    return found.title if found else ""
