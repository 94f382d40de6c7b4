"""The plan of an announcement, and the first place of the gate: may this step start?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from announcer.domain.announcement import AnnouncementState
from announcer.domain.channel import TITLES
from announcer.domain.errors import N_
from announcer.domain.step import (
    ApprovalRule,
    StepFacts,
    StepKind,
    StepState,
    Strength,
    after_silences,
    silence_at,
)

#: Titles, Swedish message ids, by the names that policies write.
CHANNEL_NAMES: Mapping[str, str] = TITLES


class Wait(StrEnum):
    """What a step can be waiting for."""

    #: Somebody must approve this very text.
    APPROVAL = "approval"
    #: Everything stands still until a person has looked.
    STANDSTILL = "standstill"
    #: The announcement or the step is paused, or was withdrawn.
    HELD = "held"
    WITHDRAWN = "withdrawn"
    #: A correction waits to be approved: meanwhile nothing goes out.
    CORRECTION = "correction"
    #: Another step must be settled first.
    STEP = "step"
    #: Something must have happened, and a person says that it has.
    EVENT = "event"
    #: People have not met yet.
    MEETING = "meeting"
    #: The intranet page has not been read back.
    CONFIRMATION = "confirmation"
    #: People sleep.
    QUIET = "quiet"
    #: Staff are ahead until a time.
    WINDOW = "window"
    #: Nothing is sent through this channel at this time.
    BLACKOUT = "blackout"
    #: The information unit releases by hand.
    RELEASE = "release"
    #: Later than the policy allows: a person decides.
    TOO_LATE = "too_late"
    #: It has begun already.
    BEGUN = "begun"


@dataclass(frozen=True)
class Reason:
    """One thing a step waits for, as a Swedish message id with its values."""

    wait: Wait
    message: str
    values: Mapping[str, object]
    until: datetime | None = None

    def say(self, translate: Callable[[str], str], moment: Callable[[object], object] = str) -> str:
        """The sentence in the language that ``translate`` speaks.

        A value that is itself a message id (a channel's name) is translated too; ``moment`` puts
        the other values, times among them, into words.
        """
        words = {
            name: translate(value) if isinstance(value, str) and value else moment(value)
            for name, value in self.values.items()
        }
        return translate(self.message).format(**words)


@dataclass(frozen=True)
class Verdict:
    """The gate's answer. ``since`` is when the last condition was met; no reasons means go."""

    reasons: tuple[Reason, ...]
    since: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Whether the step may start now."""
        return not self.reasons

    @property
    def until(self) -> datetime | None:
        """The earliest moment worth asking again, where only time is missing; else None."""
        moments = [reason.until for reason in self.reasons]
        return max(m for m in moments if m) if moments and all(moments) else None


@dataclass(frozen=True)
class AnnouncementFacts:
    """An announcement as it stands now; all moments are aware UTC.

    ``approved_at`` is when the *current* text had the approval its class asks for;
    ``confirmed_at`` is when the database recorded that its page had been read back.
    """

    state: AnnouncementState
    steps: Mapping[str, StepFacts]
    planned_at: datetime | None = None
    approved_at: datetime | None = None
    confirmed_at: datetime | None = None
    #: When the alarm of a declared crisis let everything else go without a confirmed page.
    alarmed_at: datetime | None = None
    held_at: datetime | None = None
    resumed_at: datetime | None = None
    #: The page has another text now, neither read back nor alarmed about; ``confirmed_at`` is the
    #: first's.
    page_is_new: bool = False
    #: Since when a correction waits; and when the last one was decided, whatever was decided.
    corrected_since: datetime | None = None
    corrected_at: datetime | None = None
    withdrawn_at: datetime | None = None
    #: What has happened of that which steps wait for, and since when.
    events: Mapping[str, datetime] = field(default_factory=dict)
    #: Since when nothing at all is sent; None in ordinary times.
    standstill_since: datetime | None = None

    @property
    def opened_at(self) -> datetime | None:
        """From when on something may follow the page: confirmed, or in a declared crisis alarmed."""
        known = (moment for moment in (self.confirmed_at, self.alarmed_at) if moment)
        return min(known, default=None)

    def went_ahead_of(self, key: str) -> tuple[str, ...]:
        """The steps that should have come before ``key`` and are not settled all the same."""
        if self.steps[key].planned.kind is StepKind.WITHDRAWAL:
            return ()
        return tuple(
            name
            for name, before in self.earlier(self.steps[key]).items()
            if before.settled_at is None and before.planned.channel != "intranet"
        )

    def earlier(self, step: StepFacts) -> Mapping[str, StepFacts]:
        """The steps that ``step`` comes after: those that it names, and whatever corrects these. Of
        notices that a text is withdrawn, those outside the ones inside, and no other step."""
        if step.planned.kind is StepKind.WITHDRAWAL:
            return {
                key: one
                for key, one in self.steps.items()
                if one.planned.kind is StepKind.WITHDRAWAL
                and step.planned.external
                and not one.planned.external
            }
        return {
            key: one
            for key, one in self.steps.items()
            if one.planned.named in step.planned.after or key in step.planned.after
        }


Gate = Callable[[str, AnnouncementFacts, datetime], Verdict]


def may_start(key: str, facts: AnnouncementFacts, now: datetime) -> Verdict:
    """Whether step ``key`` may start at ``now`` (aware UTC); if not, all that it waits for."""
    step = facts.steps[key]
    if step.state is not StepState.WAITING:
        return Verdict((Reason(Wait.BEGUN, N_("Steget har redan börjat."), {}),))
    if step.planned.kind is StepKind.WITHDRAWAL:
        return _may_tell(facts, step)
    if facts.state is AnnouncementState.WITHDRAWN:
        return Verdict((Reason(Wait.WITHDRAWN, N_("Meddelandet är tillbakadraget."), {}),))
    reasons = (
        *_standing(facts, step),
        *_earlier_steps(facts, step),
        *_events(facts, step),
        *_its_time(facts, step, now),
    )
    if reasons:
        return Verdict(reasons)
    met = since(facts, step)
    if met and now > met + step.planned.greatest_lateness:
        late = N_("Det är för sent för att gå ut av sig självt. En människa måste bestämma.")
        return Verdict((Reason(Wait.TOO_LATE, late, {}),), met)
    return Verdict((), met)


def _may_tell(facts: AnnouncementFacts, step: StepFacts) -> Verdict:
    """A notice that a text is withdrawn waits for no window: inside first, then outside. One that a
    person gave up is not waited for: whoever acts on what does not hold is told."""
    done = (StepState.SETTLED, StepState.WITHDRAWN)
    reasons = [
        *_standstill(facts),
        *_stopped(step),
        *_on_its_way(step),
        *(_after(one) for one in facts.earlier(step).values() if one.state not in done),
    ]
    return Verdict(tuple(reasons), facts.withdrawn_at)


def _on_its_way(step: StepFacts) -> list[Reason]:
    """Who had a text is known when nothing of it is on its way any more."""
    if not step.on_its_way:
        return []
    return [Reason(Wait.STEP, N_("Väntar på det som är på väg ut just nu."), {})]


def _standing(facts: AnnouncementFacts, step: StepFacts) -> list[Reason]:
    """The announcement itself: not approved, paused; or everything stands still."""
    reasons = _standstill(facts)
    if facts.state is AnnouncementState.IN_REVIEW or (
        step.planned.approval is not ApprovalRule.NONE and facts.approved_at is None
    ):
        reasons.append(Reason(Wait.APPROVAL, N_("Väntar på att texten godkänns."), {}))
    if facts.held_at is not None:
        reasons.append(Reason(Wait.HELD, N_("Meddelandet är pausat."), {}))
    if facts.corrected_since is not None:
        waits = N_("Väntar på att en rättelse godkänns.")
        reasons.append(Reason(Wait.CORRECTION, waits, {"since": facts.corrected_since}))
    return [*reasons, *_stopped(step), *_on_its_way(step)]


def _standstill(facts: AnnouncementFacts) -> list[Reason]:
    if facts.standstill_since is None:
        return []
    still = N_("Allt står stilla sedan {since}, tills någon har sett efter vad som skulle gå.")
    return [Reason(Wait.STANDSTILL, still, {"since": facts.standstill_since})]


def _stopped(step: StepFacts) -> list[Reason]:
    if step.held_at is None:
        return []
    return [Reason(Wait.HELD, N_("Steget är stoppat: {reason}"), {"reason": step.held_reason})]


def _earlier_steps(facts: AnnouncementFacts, step: StepFacts) -> list[Reason]:
    """Every inside step that this one comes after must be settled, unless it need not be.

    Of steps that wait for each other the first is named: it is what all of them wait for.
    """
    waited_for = {
        key: before
        for key, before in facts.earlier(step).items()
        if is_waited_for(before) and before.planned.channel != "intranet"
    }
    return [
        _after(before)
        for before in waited_for.values()
        if waited_for.keys().isdisjoint(before.planned.after)
    ]


def _after(before: StepFacts) -> Reason:
    return Reason(
        Wait.STEP,
        N_("Väntar på steget före: {channel}."),
        {"channel": CHANNEL_NAMES.get(before.planned.channel, before.planned.channel)},
    )


def is_waited_for(step: StepFacts) -> bool:
    """Whether those after ``step`` must wait for it still."""
    return (
        step.state is not StepState.SETTLED
        and step.planned.strength is not Strength.IF_PRACTICAL
        and step.passed_over_at is None
    )


def _events(facts: AnnouncementFacts, step: StepFacts) -> list[Reason]:
    """Whatever must have happened."""
    return [
        Reason(Wait.EVENT, N_("Väntar på: {event}."), {"event": event})
        for event in step.planned.gates
        if event not in facts.events
    ]


def _its_time(facts: AnnouncementFacts, step: StepFacts, now: datetime) -> list[Reason]:
    """The page read back, the window over, the hour come, released."""
    if step.planned.channel == "meeting" and step.planned.before_intranet:
        return []
    first = step.planned.channel == "intranet"
    unread = facts.opened_at is None or facts.page_is_new
    if not first and (unread or step.not_before is None):
        waits = N_("Väntar på att sidan är uppe på intranätet och kontrollerad.")
        return [Reason(Wait.CONFIRMATION, waits, {}), *_release(step)]
    reasons = _silence(facts, step, now)
    opens = _opens(facts, step)
    # What the black-out moved has its reason already.
    if opens and now < opens and not any(one.ends == opens for one in step.planned.silences):
        waits = (
            N_("Personalen först, till {until}.")
            if step.planned.external
            else N_("Väntar till {until}.")
        )
        reasons.append(Reason(Wait.WINDOW, waits, {"until": opens}, until=opens))
    return [*reasons, *_release(step)]


def _silence(facts: AnnouncementFacts, step: StepFacts, now: datetime) -> list[Reason]:
    """The black-out that it would begin in, unless a person let it begin all the same."""
    silences = step.planned.silences
    opens = _opens(facts, step)
    found = None if step.lifted_to else silence_at(silences, now)
    if found is None and opens and now < opens:
        found = next((one for one in silences if one.ends == opens), None)
    if found is None:
        return []
    quiet = N_("Inget går ut här förrän {until}: {why}.")
    return [Reason(Wait.BLACKOUT, quiet, {"until": found.ends, "why": found.why}, until=found.ends)]


def _opens(facts: AnnouncementFacts, step: StepFacts) -> datetime | None:
    """From when a step may begin; a person's lift counts, but never before the page."""
    # Whoever has met has met, also before the hour that was meant for it.
    meant_for = None if step.planned.channel == "meeting" else step.planned.meant_for
    if step.lifted_to is not None:
        bounds = [step.lifted_to, step.not_before, facts.opened_at]
    elif step.not_before is not None and facts.opened_at is not None:
        earliest = facts.opened_at + step.planned.floor
        bounds = [step.not_before, earliest, meant_for]
    else:
        bounds = [meant_for]
    return max((moment for moment in bounds if moment), default=None)


def waits_for_people(facts: AnnouncementFacts, step: StepFacts) -> list[Reason]:
    """What a step waits for that somebody must say or do, whatever the clock shows."""
    held = step.planned.channel == "meeting" and step.state is not StepState.SETTLED
    meeting = Reason(Wait.MEETING, N_("Väntar på att mötet har hållits."), {})
    return [*_events(facts, step), *([meeting] if held else []), *_release(step)]


def _release(step: StepFacts) -> list[Reason]:
    if not step.planned.release_by or step.released_at is not None:
        return []
    waits = N_("Väntar på att någon släpper det till medierna.")
    return [Reason(Wait.RELEASE, waits, {"roles": ", ".join(step.planned.release_by)})]


def since(facts: AnnouncementFacts, step: StepFacts) -> datetime | None:
    """When the last condition was met. A pause moves it: what was resumed is not late."""
    if step.planned.kind is StepKind.WITHDRAWAL:
        return facts.withdrawn_at
    earlier = facts.earlier(step).values()
    moments = [
        facts.planned_at,
        facts.approved_at,
        facts.resumed_at,
        facts.corrected_at,
        step.not_before,
        _opens(facts, step),
        step.released_at,
        step.resumed_at,
        *(facts.events.get(event) for event in step.planned.gates),
        *(one.passed_over_at for one in earlier),
        *(one.settled_at for one in earlier),
    ]
    met = max((moment for moment in moments if moment), default=None)
    # What could not begin because of a black-out is not late when that is over.
    return met if met is None or step.lifted_to else after_silences(step.planned.silences, met)
