"""An unfinished text as it would go: nothing is asked of it, nothing is kept, nobody is told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from announcer.db import engine
from announcer.domain.announcement import Content
from announcer.domain.audience import Person
from announcer.domain.content_faults import LONGEST_BODY, LONGEST_SUMMARY, LONGEST_TITLE
from announcer.domain.delivery import Edition
from announcer.domain.errors import Refusal
from announcer.domain.policy import Policy
from announcer.domain.schedule import Forecast
from announcer.domain.translating import bound
from announcer.people.lookup import load_units
from announcer.services import following, planning, writing
from announcer.services.answering import with_answers
from announcer.services.installation import Installation

#: The page of a text that is not handed in has no address of its own.
NOT_YET = "forhandsgranskning"
#: No plan is reckoned from a day further away: it is a year that somebody is still typing.
FURTHEST = timedelta(days=3 * 365)


@dataclass(frozen=True)
class Sketch:
    """What there is of a text. ``plan`` is empty while none can be made, which ``why_not`` explains;
    its moments (aware UTC) are reckoned as if the page were up at ``now``."""

    content: Content
    plan: tuple[Forecast, ...]
    now: datetime
    why_not: Refusal | None = None


def sketch(installation: Installation, actor: Person, content: Content) -> Sketch:
    """``content`` as far as it has come, with those of its files that can be taken in."""
    policy = installation.policy
    look = writing.opened(bound(_cut(content)))
    with installation.database.reading() as session:
        units = load_units(session)
        now = engine.now(session)
        content = _sound(look.content, policy, {*policy.audiences, *units.by_code}, now)
        if content.unit not in units.by_code:
            content = replace(content, unit=actor.unit)
        try:
            content = following.completed(session, installation, actor, content)
            plan = planning.forecast_of(session, policy, content, now)
        except Refusal as fault:
            return Sketch(content, (), now, fault)
    return Sketch(content, tuple(plan), now)


def _sound(content: Content, policy: Policy, known: set[str], now: datetime) -> Content:
    """The content without what is no audience, and without moments that no plan can be made of."""
    return with_answers(
        replace(
            content,
            audience=tuple(one for one in content.audience if one in known),
            known_at=_soon(content.known_at, now),
            decision_at=_soon(content.decision_at, now),
        ),
        policy,
    )


def _cut(content: Content) -> Content:
    """As much of its texts as can be handed in: what is longer costs more to look at than it tells."""
    return replace(
        content,
        title=content.title[:LONGEST_TITLE],
        summary=content.summary[:LONGEST_SUMMARY],
        body=content.body[:LONGEST_BODY],
        translations={
            language: replace(
                text,
                title=text.title[:LONGEST_TITLE],
                summary=text.summary[:LONGEST_SUMMARY],
                body=text.body[:LONGEST_BODY],
            )
            for language, text in content.translations.items()
        },
    )


def _soon(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and now <= moment <= now + FURTHEST else None


def edition_of(
    installation: Installation, found: Sketch, language: str, *, outside: bool
) -> Edition:
    """What readers would get in ``language``; those ``outside`` are given no address within."""
    return Edition(
        content=found.content,
        language=language,
        sender=installation.sender,
        public_id=NOT_YET,
        page_url="" if outside else f"{installation.base_url}/nyheter/{NOT_YET}",
        at=found.now.replace(microsecond=0),
        message_id=f"<{NOT_YET}@{installation.mail_domain}>",
        to=installation.policy.organisation.email if outside else "",
    )
