"""From a policy and a text to the steps of a plan, and to when each could begin."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.audience import NO_UNITS, Units
from announcer.domain.channel import Addresses
from announcer.domain.errors import N_, Refusal, Term
from announcer.domain.plan import (
    CHANNEL_NAMES,
    AnnouncementFacts,
    Reason,
    is_waited_for,
    waits_for_people,
)
from announcer.domain.policy.blackouts import silences_of
from announcer.domain.policy.classes import MessageClass, Step
from announcer.domain.policy.model import Policy
from announcer.domain.policy.order import ancestors, is_external
from announcer.domain.step import (
    ApprovalRule,
    PlannedStep,
    StepFacts,
    StepKind,
    StepState,
    after_silences,
)

#: Local times of each affected workplace's handovers from shift to shift.
Handovers = Mapping[str, tuple[time, ...]]


def make_plan(policy: Policy, content: Content, units: Units = NO_UNITS) -> tuple[PlannedStep, ...]:
    """The steps of ``content`` under ``policy``, each after what it waits for.

    ``units`` says which unit lies above which, for chains of approval.
    Raises `Refusal` where the writer asks for an audience or a channel the class does not have.
    """
    message_class = policy.classes[content.class_name]
    chosen = {k: s for k, s in message_class.steps.items() if is_wanted(policy, content, s)}
    if content.exercise:
        chosen = {k: s for k, s in chosen.items() if _is_exercised(policy, s)}
    _refuse_unreachable(policy, content, message_class, chosen)
    planned = [_planned(policy, content, message_class, key, frozenset(chosen)) for key in chosen]
    readable = [_readable(policy, step, planned) for step in planned]
    return tuple(_approved(message_class, content, units, _in_order(readable)))


def _readable(policy: Policy, step: PlannedStep, plan: list[PlannedStep]) -> PlannedStep:
    """The page is for every colleague who is told in any step: what they are sent leads to it."""
    if step.channel != "intranet":
        return step
    told = [name for other in (step, *plan) for name in other.audience]
    return replace(step, audience=policy.staff_among(dict.fromkeys(told)))


def _is_exercised(policy: Policy, step: Step) -> bool:
    """Whether a step is there in an exercise: it stays in the house, and no paper hangs where
    somebody passes who does not know."""
    staff = step.audience is None or policy.is_staff(step.audience)
    board = policy.channels[step.channel].addresses is Addresses.BOARD
    return staff and not board and not is_external(policy, step)


def is_wanted(policy: Policy, content: Content, step: Step) -> bool:
    """Whether ``step`` is there for an announcement to these audiences, by these channels."""
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
        if not policy.is_staff(name) and name not in reached:
            ways = [step for step in message_class.steps.values() if step.audience == name]
            if ways:
                raise Refusal(
                    N_(
                        "{audience} nås genom {channel}, som du inte har valt. "
                        "Välj det också, eller ta bort målgruppen."
                    ),
                    audience=policy.audiences[name].title,
                    channel=Term(CHANNEL_NAMES[ways[0].channel]),
                )
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
    step, window = cls.steps[key], cls.window_of(key)
    external = is_external(policy, step)
    inside = policy.staff_among(content.audience)
    return PlannedStep(
        key=key,
        channel=step.channel,
        # Whom an exercise does not name, it does not frighten.
        audience=(step.audience,) if step.audience and not content.exercise else inside,
        external=external,
        before_intranet=step.before_intranet,
        # What a left-out step waited for, its followers wait for: all ancestors that are there.
        after=tuple(sorted(ancestors(cls.steps, key) & chosen)),
        floor=window.floor() if window else timedelta(0),
        approval=ApprovalRule.OTHER,
        release_by=release.by if (release := cls.steps[cls.leader(key)].release) else (),
        ticked_by=step.ticked_by,
        per_unit=step.held == "per unit",
        greatest_lateness=step.greatest_lateness or cls.greatest_lateness,
        urgent=cls.urgent or step.channel == "intranet",
        source=step.source or cls.source,
        strength=step.strength,
        gates=cls.gates_of(key),
        silences=silences_of(policy, content.class_name, step.channel),
        meant_for=_meant_for(policy, cls, key, content.known_at),
    )


def _meant_for(
    policy: Policy, cls: MessageClass, key: str, known_at: datetime | None
) -> datetime | None:
    at = cls.steps[cls.leader(key)].at
    return at.moment(known_at, policy.almanac()) if at and known_at else None


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
    policy: Policy,
    class_name: str,
    step: PlannedStep,
    confirmed: datetime,
    handovers: Handovers | None = None,
) -> datetime | None:
    """When the window of ``step``, and every black-out it would begin in, is over if the page was
    confirmed at ``confirmed`` (aware UTC).

    None for the page itself and for what may come before it. ``handovers`` are the local times at
    which each affected workplace hands over.
    """
    if step.channel == "intranet" or step.before_intranet:
        return None
    # What corrects a step comes after its window, with the page that has the right text.
    window = None if step.about else policy.classes[class_name].window_of(step.key)
    opens = window.ends(confirmed, policy.almanac(handovers)) if window else confirmed
    return after_silences(step.silences, opens)


def quiet_until(policy: Policy, step: StepFacts, moment: datetime) -> datetime | None:
    """When the night is over in which ``step`` would begin at ``moment`` (aware UTC); None where it
    may begin then. What a person brought forward goes at night too: they said now. And whoever acts
    on a text that is withdrawn is told before the morning."""
    if step.lifted_to is not None or step.planned.kind is StepKind.WITHDRAWAL:
        return None
    return policy.quiet_until(step.planned, moment)


def who_releases(
    policy: Policy, class_name: str, step: PlannedStep, now: datetime
) -> tuple[str, ...]:
    """The roles that may release a step at ``now`` (aware UTC): out of hours also those on duty."""
    message_class = policy.classes[class_name]
    release = message_class.steps[message_class.leader(step.named)].release
    if release and release.hours and not policy.calendars[release.hours].is_open(now):
        return (*step.release_by, *release.out_of_hours)
    return step.release_by


def who_opens_up(policy: Policy, class_name: str, now: datetime) -> tuple[str, ...]:
    """The roles that may say at ``now`` (aware UTC) that the news is out or was asked for: the
    information unit, and out of hours whoever may release then."""
    steps = policy.classes[class_name].steps.values()
    on_duty = [
        role
        for release in (step.release for step in steps)
        if release and release.hours and not policy.calendars[release.hours].is_open(now)
        for role in release.out_of_hours
    ]
    return tuple(dict.fromkeys((*policy.information_unit, *on_duty)))


def who_is_on_duty(policy: Policy, class_name: str, now: datetime) -> tuple[str, ...]:
    """The roles that decide at ``now`` (aware UTC) about what was stopped and what is in doubt: those
    who open up, and whoever the policy names besides."""
    return tuple(dict.fromkeys((*who_opens_up(policy, class_name, now), *policy.duty.by)))


def who_is_awake(policy: Policy, now: datetime) -> tuple[str, ...]:
    """The roles that decide at ``now`` (aware UTC) about what concerns all announcements alike and
    cannot wait: whoever is on duty for any of them, and whoever declares a crisis."""
    on_duty = (role for name in policy.classes for role in who_is_on_duty(policy, name, now))
    crisis = policy.crisis.declared_by if policy.crisis else ()
    return tuple(dict.fromkeys((*policy.information_unit, *on_duty, *crisis)))


@dataclass(frozen=True)
class Forecast:
    """A step with the earliest moment (aware UTC) at which it could begin, as the plan looks
    before anything has happened; ``waits`` are the people and events it waits for besides."""

    step: PlannedStep
    earliest: datetime
    waits: tuple[Reason, ...] = ()
    #: Staff would learn it here only after it is known anyway.
    late: bool = False


def forecast(
    policy: Policy, content: Content, approved: datetime, handovers: Handovers | None = None
) -> list[Forecast]:
    """What would happen when, if ``content`` were approved at ``approved`` (aware UTC), every
    page confirmed and every meeting held in the moment it was due. Raises `Refusal`."""
    steps = make_plan(policy, content)
    facts = AnnouncementFacts(
        AnnouncementState.ACTIVE, {step.key: StepFacts(step) for step in steps}
    )
    moments = expected(policy, content.class_name, facts, approved, handovers)
    return [
        Forecast(
            step,
            moments[step.key],
            tuple(waits_for_people(facts, facts.steps[step.key])),
            late=_is_late(content, step, moments[step.key]),
        )
        for step in steps
    ]


def _is_late(content: Content, step: PlannedStep, moment: datetime) -> bool:
    return content.known_at is not None and not step.external and moment > content.known_at


def expected(
    policy: Policy,
    class_name: str,
    facts: AnnouncementFacts,
    now: datetime,
    handovers: Handovers | None = None,
) -> dict[str, datetime]:
    """When each step began or could begin at the earliest (aware UTC), as things stand at
    ``now``: as if whatever waits for people were done in this moment."""
    found: dict[str, datetime] = {}
    confirmed = facts.opened_at or now
    for key, step in facts.steps.items():
        opens = step.not_before or not_before(
            policy, class_name, step.planned, confirmed, handovers
        )
        if step.settled_at:
            found[key] = step.settled_at
        else:
            earlier = facts.earlier(step).items()
            before = (found[k] for k, one in earlier if k in found and is_waited_for(one))
            hour = step.lifted_to or step.planned.meant_for
            earliest = max(moment for moment in (now, opens, hour, *before) if moment)
            begun = step.state is not StepState.WAITING
            if not begun and step.lifted_to is None:
                earliest = after_silences(step.planned.silences, earliest)
            quiet = None if begun else quiet_until(policy, step, earliest)
            found[key] = quiet or earliest
        if step.planned.channel == "intranet" and facts.opened_at is None:
            confirmed = found[key]
    return found
