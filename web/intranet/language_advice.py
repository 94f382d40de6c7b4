"""Advice on the words of a text: beside it while it is written, and for whoever approves it."""

from collections.abc import Iterator, Sequence

from announcer.domain.announcement import Content
from announcer.logs import get_logger
from announcer.people.workplaces import workplaces_of_staff
from announcer.plain_language import hunspell
from announcer.plain_language.looking import Advice, advice
from announcer.plain_language.spelling import Answer, Spelling, names_of, spelling
from web.intranet.access import config, installation, kept, looking, units

_log = get_logger("announcer.spelling")


def on(content: Content) -> Advice:
    """What there is to say of a text. A note to one unit has no summary, so none is missed."""
    policy = installation().policy
    found = policy.classes.get(content.class_name)
    with_summary = not (found and found.for_own_unit_only)
    return advice(content, with_summary=with_summary, gaps=policy.gaps)


def spelling_of(content: Content) -> Spelling:
    """The words of a text that the installed dictionaries do not have."""
    try:
        return spelling(content, kept("names", lambda: names_of(_names())), _ask)
    except hunspell.NoAnswer as why:
        _log.warning("spelling could not be checked", said=str(why))
        return Spelling((), answered=False)


def _ask(language: str, words: Sequence[str], most: int) -> Answer | None:
    country = installation().policy.organisation.country
    known = hunspell.dictionary(config().dictionaries, language, country)
    if known is None or hunspell.program() is None:
        return None
    return hunspell.misspelt(words, known, most)


def _names() -> Iterator[str]:
    """What the organisation and its parts are called."""
    policy = installation().policy
    house = policy.organisation
    yield from (house.name, house.short_name, house.address)
    yield from (unit.name for unit in units().by_code.values())
    yield from workplaces_of_staff(looking())
    for named in (policy.roles, policy.audiences, policy.classes):
        yield from (one.title for one in named.values())
    for one in policy.spokespersons:
        yield from (one.topic, one.title)
