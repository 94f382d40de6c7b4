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
    #: Those of the staff whom all of the audience's words fit.
    STAFF = "staff"
    #: An imported list of offices: elected members, union representatives. They do not read the
    #: intranet.
    GROUP = "group"
    #: No list is imported: a person tells them, and ticks it (service users, relatives).
    TOLD = "told"
    #: The newsrooms of the press list; policy section 6.1.
    PRESS = "press"
    #: Whoever reads the public web; policy section 6.1.
    PUBLIC = "public"

    @property
    def external(self) -> bool:
        """Whether telling them means that the news has left the house."""
        return self in (Reach.PRESS, Reach.PUBLIC)

    @property
    def employed(self) -> bool:
        """Whether these are people of the directory of staff, who read the intranet."""
        return self in (Reach.ALL_STAFF, Reach.STAFF)


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
    #: The identity provider's, of those that the policy knew when this person last signed in.
    groups: tuple[str, ...] = ()

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


#: In place of a unit's code: the announcement's own unit, alone or with those below it.
OWN, BELOW = "own", "below"


@dataclass(frozen=True)
class Reader:
    """Whoever reads, known by nothing else than what decides what they may read.

    ``position`` is the directory's word for it. What is empty fits nothing but what is meant for
    everyone.
    """

    unit: str = ""
    workplace: str = ""
    position: str = ""
    language: str = ""


@dataclass(frozen=True)
class Selection:
    """Some of the staff: those whom every list that is not empty fits. All empty: everyone."""

    units: tuple[str, ...] = ()
    workplaces: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def is_everyone(self) -> bool:
        """Whether nobody is left out."""
        return self == Selection()

    def units_of(self, own: str, units: Units) -> frozenset[str]:
        """The codes of the units that it names, for an announcement of the unit ``own``."""
        named = (own if name == BELOW else name for name in self.units if name != OWN)
        alone = {own} if OWN in self.units else set()
        return units.reached_by(tuple(named)) | alone

    def admits(self, reader: Reader, own: str, units: Units) -> bool:
        """Whether ``reader`` is one of them, for an announcement of the unit ``own``."""
        return (
            (not self.units or reader.unit in self.units_of(own, units))
            and (not self.workplaces or reader.workplace in self.workplaces)
            and (not self.positions or reader.position in self.positions)
            and (not self.languages or reader.language in self.languages)
        )

    def someone(self, own: str, units: Units) -> Reader:
        """The rights that one of them has, and no others."""
        named = sorted(self.units_of(own, units))
        return Reader(
            unit=named[0] if named else "",
            workplace=next(iter(self.workplaces), ""),
            position=next(iter(self.positions), ""),
            language=next(iter(self.languages), ""),
        )


#: Audiences of the staff, by the names that a policy gives them.
Staff = Mapping[str, Selection]


def may_read(
    reader: Reader, audience: tuple[str, ...], author_unit: str, units: Units, staff: Staff
) -> bool:
    """The one visibility rule of the intranet, for pages, attachments, posters and feeds alike.

    A colleague reads what is meant for an audience of the staff that they belong to, what is meant
    for their unit or one above it, and what their own unit wrote.
    """
    if any(name in staff and staff[name].admits(reader, author_unit, units) for name in audience):
        return True
    return reader.unit == author_unit or reader.unit in units.reached_by(audience)


def reader_in(audience: tuple[str, ...], author_unit: str, units: Units, staff: Staff) -> Reader:
    """The rights of the narrowest part of an audience; what the read-back reads with."""
    for name in audience:
        if name in units.by_code:
            return Reader(unit=name)
    narrow = (staff[name] for name in audience if name in staff and not staff[name].is_everyone)
    return next((one.someone(author_unit, units) for one in narrow), Reader())


def concerns(
    unit: str, audience: tuple[str, ...], author_unit: str, units: Units, staff: Staff
) -> bool:
    """Whether an announcement is about one unit rather than everybody."""
    if unit == author_unit or unit in units.reached_by(audience):
        return True
    return any(unit in staff[n].units_of(author_unit, units) for n in audience if n in staff)
