"""The plan of an announcement, and the first place of the gate: may this step start?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import NO_UNITS, Units
from announcer.domain.errors import N_, Refusal
from announcer.domain.policy import MessageClass, Policy, Step
from announcer.domain.policy.order import ancestors, is_external
from announcer.domain.step import ApprovalRule, PlannedStep, StepFacts, StepState

CHANNEL_NAMES: Mapping[str, str] = {
    "intranet": N_("Intranätet"),
    "email": N_("E-post till personalen"),
    "poster": N_("Affisch på personaltavlan"),
    "meeting": N_("Möte"),
    "press": N_("Pressmeddelande"),
    "newsroom": N_("Nyhetsrummet"),
}


def make_plan(policy: Policy, content: Content, units: Units = NO_UNITS) -> tuple[PlannedStep, ...]:
    """The steps of ``content`` under ``policy``, each after what it waits for.

    ``units`` says which unit lies above which, for chains of approval.
    Raises `Refusal` where the writer asks for an audience or a channel the class does not have.
    """
    message_class = policy.classes[content.class_name]
    chosen = {k: s for k, s in message_class.steps.items() if _is_wanted(policy, content, s)}
    _refuse_unreachable(policy, content, message_class, chosen)
    planned = [_planned(policy, content, message_class, key, frozenset(chosen)) for key in chosen]
    return tuple(_approved(message_class, content, units, _in_order(planned)))


def _is_wanted(policy: Policy, content: Content, step: Step) -> bool:
    if step.channel == "intranet":
        return True
    if step.when == "audience" and step.audience not in content.audience:
        return False
    if step.when == "channel" and step.channel not in content.channels:
        return False
    return not content.channels or step.channel in content.channels or is_external(policy, step)


def _refuse_unreachable(
    policy: Policy, content: Content, message_class: MessageClass, chosen: Mapping[str, Step]
) -> None:
    reached = {step.audience for step in chosen.values() if step.audience}
    for name in content.audience:
        if policy.is_external(name) and name not in reached:
            raise Refusal(
                N_("”{klass}” går aldrig till {audience}. Ta bort målgruppen eller byt klass."),
                klass=message_class.title,
                audience=policy.audiences[name].title,
            )
    there = {step.channel for step in message_class.steps.values()}
    for channel in content.channels:
        if channel not in there:
            raise Refusal(
                N_("”{klass}” har inte kanalen {channel}. Välj bland: {channels}."),
                klass=message_class.title,
                channel=channel,
                channels=", ".join(sorted(there)),
            )


def _planned(
    policy: Policy, content: Content, cls: MessageClass, key: str, chosen: frozenset[str]
) -> PlannedStep:
    step = cls.steps[key]
    external = is_external(policy, step)
    inside = tuple(name for name in content.audience if not policy.is_external(name))
    return PlannedStep(
        key=key,
        channel=step.channel,
        audience=(step.audience,) if step.audience else inside,
        external=external,
        before_intranet=step.before_intranet,
        # What a left-out step waited for, its followers wait for: all ancestors that are there.
        after=tuple(sorted(ancestors(cls.steps, key) & chosen)),
        floor=step.window.floor() if step.window else timedelta(0),
        approval=ApprovalRule.OTHER,
        release_by=step.release.by if step.release else (),
        ticked_by=step.ticked_by,
        greatest_lateness=step.greatest_lateness or cls.greatest_lateness,
        urgent=cls.urgent or step.channel == "intranet",
        source=step.source or cls.source,
    )


def _approved(
    message_class: MessageClass, content: Content, units: Units, steps: list[PlannedStep]
) -> list[PlannedStep]:
    """The same steps, with the approvals that the text needs: all of them need the same."""
    if message_class.approval is None:
        return [replace(step, approval=ApprovalRule.NONE, approvals=0) for step in steps]
    chain = message_class.approval.chain_of(content.unit, units)
    return [
        replace(
            step,
            approval=ApprovalRule.ANY if chain.author_alone else ApprovalRule.OTHER,
            approvals=len(chain.seats),
            author_last=chain.author_last,
        )
        for step in steps
    ]


def _in_order(steps: list[PlannedStep]) -> list[PlannedStep]:
    return sorted(steps, key=lambda step: len(step.after))


def not_before(
    policy: Policy, class_name: str, step: PlannedStep, confirmed: datetime
) -> datetime | None:
    """When the window of ``step`` is over if the page was confirmed at ``confirmed`` (aware UTC).

    None for the page itself and for what may come before it.
    """
    if step.channel == "intranet" or step.before_intranet:
        return None
    window = policy.classes[class_name].steps[step.key].window
    return window.ends(confirmed, policy.calendars) if window else confirmed


class Wait(StrEnum):
    """What a step can be waiting for."""

    #: Somebody must approve this very text.
    APPROVAL = "approval"
    #: Everything stands still until a person has looked.
    STANDSTILL = "standstill"
    #: The announcement or the step is paused, or was withdrawn.
    HELD = "held"
    WITHDRAWN = "withdrawn"
    #: Another step must be settled first.
    STEP = "step"
    #: The intranet page has not been read back.
    CONFIRMATION = "confirmation"
    #: Staff are ahead until a time.
    WINDOW = "window"
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
    held_at: datetime | None = None
    resumed_at: datetime | None = None
    #: Since when nothing at all is sent; None in ordinary times.
    standstill_since: datetime | None = None


Gate = Callable[[str, AnnouncementFacts, datetime], Verdict]


def may_start(key: str, facts: AnnouncementFacts, now: datetime) -> Verdict:
    """Whether step ``key`` may start at ``now`` (aware UTC); if not, all that it waits for."""
    step = facts.steps[key]
    if step.state is not StepState.WAITING:
        return Verdict((Reason(Wait.BEGUN, N_("Steget har redan börjat."), {}),))
    if facts.state is AnnouncementState.WITHDRAWN:
        return Verdict((Reason(Wait.WITHDRAWN, N_("Meddelandet är tillbakadraget."), {}),))
    reasons = (
        *_standing(facts, step),
        *_earlier_steps(facts, step),
        *_after_confirmation(facts, step, now),
    )
    if reasons:
        return Verdict(reasons)
    since = _since(facts, step)
    if since and now > since + step.planned.greatest_lateness:
        late = N_("Det är för sent för att gå ut av sig självt. En människa måste bestämma.")
        return Verdict((Reason(Wait.TOO_LATE, late, {}),), since)
    return Verdict((), since)


def _standing(facts: AnnouncementFacts, step: StepFacts) -> list[Reason]:
    """The announcement itself: not approved, paused; or everything stands still."""
    reasons = []
    if facts.standstill_since is not None:
        still = N_("Allt står stilla sedan {since}, tills någon har sett efter vad som skulle gå.")
        reasons.append(Reason(Wait.STANDSTILL, still, {"since": facts.standstill_since}))
    if facts.state is AnnouncementState.IN_REVIEW or (
        step.planned.approval is not ApprovalRule.NONE and facts.approved_at is None
    ):
        reasons.append(Reason(Wait.APPROVAL, N_("Väntar på att texten godkänns."), {}))
    if facts.held_at is not None:
        reasons.append(Reason(Wait.HELD, N_("Meddelandet är pausat."), {}))
    if step.held_at is not None:
        reasons.append(
            Reason(
                Wait.HELD,
                N_("Steget är stoppat: {reason}"),
                {"reason": step.held_reason},
            )
        )
    return reasons


def _earlier_steps(facts: AnnouncementFacts, step: StepFacts) -> list[Reason]:
    """Every inside step that this one comes after must be settled."""
    return [
        Reason(
            Wait.STEP,
            N_("Väntar på steget före: {channel}."),
            {"channel": CHANNEL_NAMES.get(before.planned.channel, before.planned.channel)},
        )
        for key in step.planned.after
        if (before := facts.steps[key]).state is not StepState.SETTLED
        and before.planned.channel != "intranet"
    ]


def _after_confirmation(facts: AnnouncementFacts, step: StepFacts, now: datetime) -> list[Reason]:
    """The page read back, the window over, released."""
    if step.planned.channel == "intranet" or step.planned.before_intranet:
        return []
    if facts.confirmed_at is None or step.not_before is None:
        waits = N_("Väntar på att sidan är uppe på intranätet och kontrollerad.")
        return [Reason(Wait.CONFIRMATION, waits, {}), *_release(step)]
    reasons = []
    opens = max(step.not_before, facts.confirmed_at + step.planned.floor)
    if now < opens:
        waits = (
            N_("Personalen först, till {until}.")
            if step.planned.external
            else N_("Väntar till {until}.")
        )
        reasons.append(Reason(Wait.WINDOW, waits, {"until": opens}, until=opens))
    return [*reasons, *_release(step)]


def _release(step: StepFacts) -> list[Reason]:
    if not step.planned.release_by or step.released_at is not None:
        return []
    waits = N_("Väntar på att någon släpper det till medierna.")
    return [Reason(Wait.RELEASE, waits, {"roles": ", ".join(step.planned.release_by)})]


def _since(facts: AnnouncementFacts, step: StepFacts) -> datetime | None:
    """When the last condition was met. A pause moves it: what was resumed is not late."""
    moments = [
        facts.planned_at,
        facts.approved_at,
        facts.resumed_at,
        step.not_before,
        step.released_at,
        step.resumed_at,
        *(facts.steps[key].settled_at for key in step.planned.after),
    ]
    return max((moment for moment in moments if moment), default=None)
