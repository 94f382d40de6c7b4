"""The kinds of announcement, and the way each goes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from announcer.domain.notation import Duration
from announcer.domain.policy.approval import Approval
from announcer.domain.policy.channels import ChannelName
from announcer.domain.policy.content import ContentRules, LeastNotice
from announcer.domain.policy.strict import Strict, Words
from announcer.domain.policy.windows import At, Window
from announcer.domain.step import Strength


class Release(Strict):
    """The step waits, when its window is over, until one of these roles releases it.

    ``out_of_hours`` are further roles that may while ``hours`` are closed (the duty officer);
    ``ceiling`` is how long it may wait, from then on, before a person is called.
    """

    by: tuple[str, ...] = Field(min_length=1)
    out_of_hours: tuple[str, ...] = ()
    hours: str | None = None
    ceiling: Duration | None = None


class Event(Strict):
    """Something that must have happened, and that a person says has happened (MBL 11 §, for one,
    wants a negotiation before a decision). Its name in the policy is what people read.

    ``needs`` is what they must write with it. With ``percent`` it opens by itself when the notice
    is up in that share of the workplaces that have a board. ``ceiling`` is how long a step may
    wait for it alone before a person is called.
    """

    opened_by: tuple[str, ...] = Field(min_length=1)
    needs: Literal["nothing", "note", "reference"] = "nothing"
    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    ceiling: Duration | None = None
    source: str = ""


class Briefing(Strict):
    """What whoever leads a meeting has in their hand: message, questions, what not to promise.

    Those of ``for`` can read and print it ``before`` the meeting, and not sooner.
    """

    before: Duration = timedelta(hours=1)
    for_: tuple[str, ...] = Field(alias="for", min_length=1)


class Invitation(Strict):
    """Those of ``for`` who lead the meeting have it in their calendars, for ``length``: when, and
    not what about."""

    for_: tuple[str, ...] = Field(alias="for", min_length=1)
    length: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(hours=8))] = timedelta(
        minutes=30
    )


class Step(Strict):
    """One channel of a class. ``when`` says if it is there always or only when the writer names
    its audience or its channel."""

    channel: ChannelName
    audience: str | None = None
    after: tuple[str, ...] = ()
    when: Literal["always", "audience", "channel"] = "always"
    before_intranet: bool = False
    window: Window | None = None
    at: At | None = None
    #: Events that must have happened, by their names in ``[events]``.
    gates: tuple[str, ...] = ()
    #: How firmly the steps after this one wait for it.
    strength: Strength = Strength.MUST
    #: How long it may take, once it may begin or was meant to be, before a person is called.
    ceiling: Duration | None = None
    release: Release | None = None
    ticked_by: tuple[str, ...] = ()
    #: Whether a meeting is one, or one in each unit that it concerns.
    held: Literal["once", "per unit"] = "once"
    briefing: Briefing | None = None
    invitation: Invitation | None = None
    greatest_lateness: Duration | None = None
    source: str = ""


class MessageClass(Strict):
    """A kind of announcement, with the way it goes."""

    title: Words
    source: str = ""
    approval: Approval | None = None
    #: Who may write in this class, where not everyone may; unit's own messages: its own people.
    written_by: tuple[str, ...] = ()
    urgent: bool = False
    #: Whether it tells of a decision that is to come or of one that is taken; a writer is asked.
    decision: Literal["coming", "taken"] | None = None
    #: Whether the lead of staff runs on while the announcement or a step is paused.
    countdown_when_held: Literal["goes_on", "stops"] = "goes_on"
    #: So long before the news is known anyway, whoever may act is asked: go now?
    ask_before_known: Duration | None = None
    greatest_lateness: Duration = timedelta(days=1)
    content: ContentRules = ContentRules()
    #: How long before the decision it tells of staff have it on the intranet (policy section 5).
    least_notice: LeastNotice | None = None
    steps: Mapping[str, Step] = Field(min_length=1)

    @property
    def for_own_unit_only(self) -> bool:
        """Whether it needs no approval and therefore reaches one unit only."""
        return self.approval is None

    def leader(self, key: str) -> str:
        """The step whose moment ``key`` has: itself, or the one it is at the same time as."""
        return self._led_by(key)[-1]

    def _led_by(self, key: str) -> list[str]:
        """``key``, the step it is at the same time as, the one that that is, and so on."""
        found = [key]
        while (other := self._same_time_as(found[-1])) and other in self.steps:
            if other in found:
                break  # a circle, which loading refuses
            found.append(other)
        return found

    def _same_time_as(self, key: str) -> str | None:
        window = self.steps[key].window
        return window.same_time_as if window else None

    def window_of(self, key: str) -> Window | None:
        """The window of a step, or of the one it is at the same time as."""
        return self.steps[self.leader(key)].window

    def gates_of(self, key: str) -> tuple[str, ...]:
        """The events a step waits for, with those of every step it is at the same time as."""
        every = (gate for name in self._led_by(key) for gate in self.steps[name].gates)
        return tuple(dict.fromkeys(every))
