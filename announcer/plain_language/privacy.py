"""What may tell too much of somebody: identity numbers, and words of health (GDPR articles 9 and 87)."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files

from announcer.domain.errors import N_
from announcer.plain_language.finding import Finding, Kind, Part
from announcer.plain_language.sentences import Word

_NUMBER = re.compile(r"(?<![\d-])((?:18|19|20)?\d{2})(\d{2})(\d{2}) ?[-+–]? ?(\d{4})(?!\d)")
#: A coordination number has sixty added to the day (folkbokföringslagen 18 a §).
_COORDINATION = 60
_HEALTH = tuple(
    files("announcer.plain_language").joinpath("health_words.txt").read_text("utf-8").split()
)


def numbers(text: str, part: Part) -> Iterator[Finding]:
    """Personal identity numbers and coordination numbers: a date that exists and a right last
    digit."""
    for found in _NUMBER.finditer(text):
        year, month, day, last = found.groups()
        if _is_date(year, int(month), int(day)) and _is_right(year[-2:] + month + day + last):
            yield Finding(
                Kind.PERSONAL_NUMBER,
                part,
                *found.span(),
                N_("”{words}” ser ut som ett personnummer. Ta bort det om det inte måste stå här."),
                {"words": found[0]},
            )


def _is_date(year: str, month: int, day: int) -> bool:
    day -= _COORDINATION if day > _COORDINATION else 0
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    return any(_exists(one, month, day) for one in years)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


def _is_right(digits: str) -> bool:
    """The last digit as it is reckoned from the others (Luhn)."""
    doubled = [int(one) * (2 - place % 2) for place, one in enumerate(digits)]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def health(words: Iterable[Word], part: Part) -> Iterator[Finding]:
    """Words of somebody's health. Of one in general they are harmless; who writes knows."""
    for word in words:
        if word.text.lower().startswith(_HEALTH):
            yield Finding(
                Kind.HEALTH,
                part,
                word.start,
                word.end,
                N_(
                    "”{words}” kan säga något om någons hälsa. Går det att förstå vem det handlar om, ta bort det."
                ),
                {"words": word.text},
            )
