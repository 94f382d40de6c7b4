"""Who may do something, and who can be told."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from announcer.domain.audience import Person, Reach, Selection
from announcer.domain.notation import Duration
from announcer.domain.policy.channels import ChannelName
from announcer.domain.policy.strict import Strict, Words

#: No code outlives a change of phones.
LONGEST_LIFE = timedelta(days=400)
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class Role(Strict):
    """Who may do something: people of a unit (``own``: the announcement's), in a position, in a group
    of the identity provider; of all that are given."""

    title: Words
    unit: str | None = None
    position: str | None = None
    group: Words | None = None

    def is_held_by(self, person: Person, announcement_unit: str, about: UUID | None = None) -> bool:
        """Whether ``person`` has this role towards an announcement of ``announcement_unit``, in
        their own right or as a stand-in; ``about`` is the announcement, where there is one."""
        return any(self.fits(one, announcement_unit) for one in person.rights(about))

    def fits(self, person: Person, announcement_unit: str) -> bool:
        """Whether ``person`` has this role in their own right."""
        unit = announcement_unit if self.unit == "own" else self.unit
        return (
            (unit is None or person.unit == unit)
            and (self.position is None or person.role == self.position)
            and (self.group is None or self.group in person.groups)
        )


class Audience(Strict):
    """A name that a writer can put in ``audience``, beside the unit codes.

    With ``reach = "staff"`` it is those whom every list that is given fits.
    """

    title: Words
    reach: Reach
    #: Codes; ``own`` is the announcement's unit, ``below`` that and every unit under it.
    units: tuple[Words, ...] = ()
    workplaces: tuple[Words, ...] = ()
    #: The directory's words for them, for example ``chef``.
    positions: tuple[Words, ...] = ()
    languages: tuple[LanguageCode, ...] = ()
    #: Channels that these people always get, whatever a writer chooses.
    mandatory: tuple[ChannelName, ...] = ()
    source: str = ""

    @property
    def selection(self) -> Selection:
        """Whom of the staff it is."""
        return Selection(self.units, self.workplaces, self.positions, self.languages)


class WorkplaceCodes(Strict):
    """Who makes the code that lets a shared phone read the news of a workplace, beside the
    administrators and the information unit; and how long one lasts."""

    by: tuple[str, ...] = ()
    life: Annotated[Duration, Field(gt=timedelta(0), le=LONGEST_LIFE)] = timedelta(days=180)
