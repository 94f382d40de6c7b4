"""A whole policy as it was decided, and the questions that are asked of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr

from announcer.domain.audience import Person, Reach, Selection
from announcer.domain.calendar import WorkingCalendar, day_matches, public_holidays
from announcer.domain.channel import BUILT_IN, Kinds
from announcer.domain.notation import Duration
from announcer.domain.policy.blackouts import Blackout
from announcer.domain.policy.boards import Boards
from announcer.domain.policy.channels import known
from announcer.domain.policy.classes import Event, MessageClass
from announcer.domain.policy.content import Limits
from announcer.domain.policy.crisis import Crisis, as_declared
from announcer.domain.policy.duty import Duty
from announcer.domain.policy.house import WEEKDAYS, Calendar, Organisation
from announcer.domain.policy.people import Audience, Role, WorkplaceCodes
from announcer.domain.policy.quiet import Quiet
from announcer.domain.policy.spokespersons import Answers, Spokesperson
from announcer.domain.policy.strict import Strict, Words
from announcer.domain.policy.templates import TextTemplate
from announcer.domain.policy.windows import Almanac
from announcer.domain.step import PlannedStep


class Retention(Strict):
    """What is weeded, and under which decision (arkivlagen section 10); nothing without one.

    Times run from when an announcement is completed or withdrawn.
    """

    decision: Words
    #: Texts that were rewritten or never approved (TF 2 kap. 12 §); the record keeps their hashes.
    drafts: Duration | None = None
    #: To whom something was sent, and the mails to newsrooms, which name them.
    recipients: Duration | None = None


class Policy(Strict):
    """A whole policy. Load one with :func:`~announcer.domain.policy.loading.load_policy`; the constructor checks shapes only."""

    name: Words
    source: str = ""
    organisation: Organisation
    calendar: Calendar
    roles: Mapping[str, Role]
    audiences: Mapping[str, Audience]
    information_unit: tuple[str, ...] = Field(min_length=1)
    #: Who keeps the organisation's lists and names anybody's stand-in but never themselves, and has
    #: no other power by it.
    administrators: tuple[str, ...] = ()
    #: Who sees where everything is and its record, and changes nothing.
    auditors: tuple[str, ...] = ()
    workplace_codes: WorkplaceCodes = WorkplaceCodes()
    events: Mapping[str, Event] = Field(default_factory=dict)
    classes: Mapping[str, MessageClass] = Field(min_length=1)
    quiet: Quiet | None = None
    duty: Duty = Duty()
    boards: Boards | None = None
    blackouts: tuple[Blackout, ...] = ()
    limits: Limits = Limits()
    spokespersons: tuple[Spokesperson, ...] = ()
    answers: Answers | None = None
    retention: Retention | None = None
    crisis: Crisis | None = None
    templates: Mapping[Words, TextTemplate] = Field(default_factory=dict)
    _channels: Kinds = PrivateAttr(default=BUILT_IN)

    def model_post_init(self, context: Any, /) -> None:
        """Remember the channels that it was read with."""
        self._channels = known(context)

    @property
    def channels(self) -> Kinds:
        """The channels that it may name, with what each says of itself."""
        return self._channels

    @cached_property
    def declared(self) -> "Policy":
        """The same policy as it holds for a declared crisis."""
        return as_declared(self)

    def is_day_off(self, day: date) -> bool:
        """Whether nobody is at work in the organisation on this local date, by its own calendar."""
        own = any(day_matches(name, day) for name in self.calendar.days_off)
        return own or day in public_holidays(self.organisation.country, day.year)

    @cached_property
    def calendars(self) -> Mapping[str, WorkingCalendar]:
        """The working calendars by the name of their hours."""

        def never(_day: date) -> bool:
            return False

        half_days = tuple((half.day, half.closes) for half in self.calendar.half_days)
        return {
            name: WorkingCalendar(
                zone=self.zone,
                hours={n: getattr(hours, day) for n, day in enumerate(WEEKDAYS)},
                is_day_off=never if hours.every_day else self.is_day_off,
                half_days=() if hours.every_day else half_days,
            )
            for name, hours in self.calendar.hours.items()
        }

    def almanac(self, handovers: Mapping[str, tuple[time, ...]] | None = None) -> Almanac:
        """What its windows are counted with; ``handovers`` are local times by workplace."""
        return Almanac(self.calendars, self.zone, handovers or {})

    def quiet_until(self, step: PlannedStep, moment: datetime) -> datetime | None:
        """When the quiet hours are over in which ``step`` would begin at ``moment`` (aware); None
        where it may begin then."""
        if self.quiet is None or step.urgent:
            return None
        return self.quiet.over(step.channel, moment, self.zone)

    @cached_property
    def gaps(self) -> frozenset[str]:
        """Every gap of its templates, with its brackets, in small letters."""
        return frozenset(gap.lower() for one in self.templates.values() for gap in one.gaps)

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.organisation.time_zone)

    @cached_property
    def staff(self) -> Mapping[str, Selection]:
        """The audiences of people who are employed, by name."""
        return {n: a.selection for n, a in self.audiences.items() if a.reach.employed}

    def is_staff(self, audience: str) -> bool:
        """Whether an audience's name means people who are employed; a unit's code does."""
        return audience not in self.audiences or self.audiences[audience].reach.employed

    def staff_among(self, audiences: Iterable[str]) -> tuple[str, ...]:
        """Those of the names that mean people who are employed."""
        return tuple(filter(self.is_staff, audiences))

    def is_group(self, audience: str) -> bool:
        """Whether an audience's name means an imported list of offices."""
        return audience in self.audiences and self.audiences[audience].reach is Reach.GROUP

    @property
    def open_to_all(self) -> frozenset[str]:
        """Names of audiences that mean everyone employed."""
        return frozenset(n for n, a in self.audiences.items() if a.reach is Reach.ALL_STAFF)

    def is_external(self, audience: str) -> bool:
        """Whether an audience's name means people outside."""
        return audience in self.audiences and self.audiences[audience].reach.external

    @cached_property
    def channels_used(self) -> frozenset[str]:
        """Names of the channels that its classes have a step in."""
        classes = self.classes.values()
        return frozenset(step.channel for one in classes for step in one.steps.values())

    @property
    def outside(self) -> tuple[str, ...]:
        """Names of the channels that leave the house, whoever is addressed."""
        return tuple(name for name, kind in self.channels.items() if kind.external)

    def has_role(
        self, person: Person, roles: Iterable[str], unit: str, about: UUID | None = None
    ) -> bool:
        """Whether ``person`` has any of ``roles`` towards an announcement of ``unit``, also as a
        stand-in; ``about`` is the announcement, for whoever stands in for that one only.

        A role that this policy does not know is nobody's.
        """
        known = (self.roles[name] for name in roles if name in self.roles)
        return any(role.is_held_by(person, unit, about) for role in known)

    def in_whose_right(
        self, person: Person, roles: Iterable[str], unit: str, about: UUID | None = None
    ) -> Person | None:
        """Who has any of ``roles``: ``person``, else one whom they stand in for, else None."""
        wanted = [self.roles[name] for name in roles if name in self.roles]
        holders = (
            one for one in person.rights(about) if any(role.fits(one, unit) for role in wanted)
        )
        return next(holders, None)

    def titles(self, roles: Iterable[str]) -> str:
        """The titles of roles, for a sentence; of one that this policy does not know, its name."""
        return ", ".join(self.roles[r].title if r in self.roles else r for r in roles)


def canonical(table: Mapping[str, Any]) -> str:
    """A policy's table as canonical JSON: what is stored, and what its hash is taken of."""
    return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def policy_hash(table: Mapping[str, Any]) -> str:
    """Hex SHA-256 of a policy's table; the name an announcement remembers its policy by."""
    return hashlib.sha256(canonical(table).encode()).hexdigest()
