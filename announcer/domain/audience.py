"""Who can be told, who may see, and who has which role."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
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
    #: Those whose roles this person has as well, at the moment they were looked up.
    stands_for: tuple["StandsFor", ...] = field(default=(), compare=False)

    def rights(self, about: UUID | None = None) -> tuple["Person", ...]:
        """This person and everyone they stand in for, where ``about`` is the announcement.

        What was lent is not lent on: those whom the others stand in for are not there.
        """
        lent = (s.person for s in self.stands_for if s.announcement in (None, about))
        return (self, *lent)

    @property
    def alone(self) -> "Person":
        """This person with what is their own."""
        return replace(self, stands_for=())

    def without(self, lenders: Collection[UUID]) -> "Person":
        """This person without what these have lent them."""
        left = tuple(s for s in self.stands_for if s.person.pseudonym not in lenders)
        return replace(self, stands_for=left)


@dataclass(frozen=True)
class StandsFor:
    """Whose roles somebody has for a time; for one announcement only, where one is named."""

    person: Person
    announcement: UUID | None = None


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

    def upwards(self, code: str) -> tuple[str, ...]:
        """The unit itself, the unit above it, and so on to the top."""
        found: list[str] = []
        while code and code not in found:
            found.append(code)
            code = self.by_code[code].parent if code in self.by_code else ""
        return tuple(found)

    def reached_by(self, audience: tuple[str, ...]) -> frozenset[str]:
        """The codes of all units whose people belong to the unit codes in ``audience``."""
        return frozenset().union(*(self.below(code) for code in audience if code in self.by_code))


#: A tree without branches.
NO_UNITS = Units({})


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
