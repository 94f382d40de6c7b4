"""One step of a plan: one channel, one audience, and where it is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class StepState(StrEnum):
    """Where a step is. A pause is not a state: it lies on top of waiting or sending."""

    #: Not begun; `plan.may_start` says what it waits for.
    WAITING = "waiting"
    #: Begun: recipients are fixed, batches are going out.
    SENDING = "sending"
    #: Every recipient was tried once and none is under way. Deferred ones carry on behind it.
    SETTLED = "settled"
    #: The announcement was withdrawn before the step was settled, or the step came too late and a
    #: person gave it up.
    WITHDRAWN = "withdrawn"


STEP_TRANSITIONS: Mapping[StepState, frozenset[StepState]] = {
    StepState.WAITING: frozenset({StepState.SENDING, StepState.WITHDRAWN}),
    StepState.SENDING: frozenset({StepState.SETTLED, StepState.WITHDRAWN}),
    StepState.SETTLED: frozenset(),
    StepState.WITHDRAWN: frozenset(),
}


class StepKind(StrEnum):
    """What a step takes to people."""

    #: The text.
    FIRST = "first"
    #: The right text, to those who had a wrong one.
    CORRECTION = "correction"
    #: That the text they had is withdrawn.
    WITHDRAWAL = "withdrawal"


class ApprovalRule(StrEnum):
    """Whose approval of this very text a step needs."""

    #: None: a unit's own message.
    NONE = "none"
    #: Somebody who may approve, possibly the author.
    ANY = "any"
    #: Somebody who may approve and is not the author.
    OTHER = "other"


class Strength(StrEnum):
    """How firmly the steps after a step wait for it."""

    #: Always, until it is settled.
    MUST = "must"
    #: Until it is settled, or a person says why they need not.
    SHOULD = "should"
    #: Only as long as they wait for something else; then they go, and it goes at the same time or
    #: right after. That it came later is on record.
    IF_PRACTICAL = "if_practical"


@dataclass(frozen=True)
class Silence:
    """A time in which a step does not begin, and why; aware UTC, ``ends`` no longer in it."""

    begins: datetime
    ends: datetime
    why: str

    def covers(self, moment: datetime) -> bool:
        """Whether ``moment`` (aware) lies in it."""
        return self.begins <= moment < self.ends


def silence_at(silences: Iterable[Silence], moment: datetime) -> Silence | None:
    """The one that ``moment`` lies in; of several, the one that lasts longest."""
    there = [one for one in silences if one.covers(moment)]
    return max(there, key=lambda one: one.ends) if there else None


def after_silences(silences: Collection[Silence], moment: datetime) -> datetime:
    """The first moment from ``moment`` on that lies in none of them; never an earlier one."""
    while silence := silence_at(silences, moment):
        moment = silence.ends
    return moment


@dataclass(frozen=True)
class PlannedStep:
    """A step as the policy and the content make it; nothing here changes once it is planned.

    ``floor`` is the least time between confirmation and start that any calendar can give;
    ``meant_for`` (aware UTC) is reckoned backwards from when the news is known anyway;
    ``gates`` name events of the policy, ``release_by`` and ``ticked_by`` name roles of it, empty
    where the step goes by itself.
    """

    key: str
    channel: str
    audience: tuple[str, ...]
    external: bool
    before_intranet: bool
    after: tuple[str, ...]
    floor: timedelta
    approval: ApprovalRule
    release_by: tuple[str, ...]
    ticked_by: tuple[str, ...]
    greatest_lateness: timedelta
    urgent: bool
    source: str
    #: How many people's approvals of this text; under ``author_last`` the author says yes after.
    approvals: int = 1
    author_last: bool = False
    strength: Strength = Strength.MUST
    gates: tuple[str, ...] = ()
    meant_for: datetime | None = None
    #: When it does not begin, whatever else is fulfilled; a person's lift opens it.
    silences: tuple[Silence, ...] = ()
    #: A meeting that is held in each unit it concerns, and ticked there.
    per_unit: bool = False
    #: What was added later names the step of the plan that it is about, through whatever was added
    #: in between.
    kind: StepKind = StepKind.FIRST
    about: str = ""

    @property
    def named(self) -> str:
        """Under which key the policy knows it: what is about a step is as that step is."""
        return self.about or self.key


@dataclass(frozen=True)
class StepFacts:
    """A step as it stands now; what the gate looks at. All moments are aware UTC."""

    planned: PlannedStep
    state: StepState = StepState.WAITING
    not_before: datetime | None = None
    settled_at: datetime | None = None
    released_at: datetime | None = None
    held_at: datetime | None = None
    held_reason: str = ""
    resumed_at: datetime | None = None
    #: A person let it begin from then on, whatever its window or its hour says.
    lifted_to: datetime | None = None
    #: A person said why those after it need not wait for it any longer.
    passed_over_at: datetime | None = None
    #: Something of the step that it is about is on its way: who has it is not known yet.
    on_its_way: bool = False
