"""One step of a plan: one channel, one audience, and where it is."""

from collections.abc import Mapping
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
    #: The announcement was withdrawn before the step was settled.
    WITHDRAWN = "withdrawn"


STEP_TRANSITIONS: Mapping[StepState, frozenset[StepState]] = {
    StepState.WAITING: frozenset({StepState.SENDING, StepState.WITHDRAWN}),
    StepState.SENDING: frozenset({StepState.SETTLED, StepState.WITHDRAWN}),
    StepState.SETTLED: frozenset(),
    StepState.WITHDRAWN: frozenset(),
}


class ApprovalRule(StrEnum):
    """Whose approval of this very text a step needs."""

    #: None: a unit's own message.
    NONE = "none"
    #: Somebody who may approve, possibly the author.
    ANY = "any"
    #: Somebody who may approve and is not the author.
    OTHER = "other"


@dataclass(frozen=True)
class PlannedStep:
    """A step as the policy and the content make it; nothing here changes once it is planned.

    ``floor`` is the least time between confirmation and start that any calendar can give;
    ``release_by`` and ``ticked_by`` name roles of the policy, empty where the step goes by itself.
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
