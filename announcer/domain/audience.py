"""Who can be told, who may see, and who has which role."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from uuid import UUID


class Reach(StrEnum):
    """What kind of people an audience consists of."""

    #: Everyone employed; policy section 5.
    ALL_STAFF = "all_staff"
    #: The newsrooms of the press list; policy section 6.1.
    PRESS = "press"

    @property
    def external(self) -> bool:
        """Whether telling them means that the news has left the house."""
        return self is Reach.PRESS


@dataclass(frozen=True)
class Unit:
    """A part of the organisation; ``parent`` is the code of the unit above, or empty."""

    code: str
    name: str
    parent: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in or acts from the command line.

    ``pseudonym`` is what stands in the record; ``directory_id`` is how the directory of staff
    calls them; ``role`` is the directory's word for their position.
    """

    pseudonym: UUID
    directory_id: str
    unit: str
    workplace: str
    role: str
    language: str


@dataclass(frozen=True)
class Units:
    """The tree of units, by code."""

    by_code: Mapping[str, Unit]

    @cached_property
    def _below(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {code: {code} for code in self.by_code}
        for code in self.by_code:
            above, seen = self.by_code[code].parent, {code}
            while above in found and above not in seen:
                found[above].add(code)
                seen.add(above)
                above = self.by_code[above].parent
        return {code: frozenset(codes) for code, codes in found.items()}

    def below(self, code: str) -> frozenset[str]:
        """The unit itself and every unit under it."""
        return self._below.get(code, frozenset({code}))

    def reached_by(self, audience: tuple[str, ...]) -> frozenset[str]:
        """The codes of all units whose people belong to the unit codes in ``audience``."""
        return frozenset().union(*(self.below(code) for code in audience if code in self.by_code))


def may_read(
    unit: str, audience: tuple[str, ...], author_unit: str, units: Units, open_to: frozenset[str]
) -> bool:
    """The one visibility rule of the intranet, for pages, attachments, posters and feeds alike.

    A colleague in ``unit`` reads what is meant for all staff (``open_to`` holds the names of
    such audiences), what is meant for their unit or one above it, and what their own unit wrote.
    """
    if any(name in open_to for name in audience):
        return True
    return unit == author_unit or unit in units.reached_by(audience)
