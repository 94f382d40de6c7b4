"""How long something is waited for before a person is called, instead of for ever."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from announcer.domain.announcement import AnnouncementState
from announcer.domain.errors import N_
from announcer.domain.plan import CHANNEL_NAMES, AnnouncementFacts, Reason, Wait, may_start, since
from announcer.domain.policy import MessageClass, Policy
from announcer.domain.schedule import expected, who_releases
from announcer.domain.step import StepFacts, StepState


@dataclass(frozen=True)
class Patience:
    """Something that is waited for until ``ends`` (aware UTC), and who is called then.

    ``what`` stays the same while the same thing is waited for; ``message`` is a Swedish message id
    with its values; ``step`` is the key of the step it is about, empty for the whole.
    """

    what: str
    ends: datetime
    roles: tuple[str, ...]
    message: str
    values: Mapping[str, str | datetime]
    step: str = ""


def has_ceilings(message_class: MessageClass, policy: Policy) -> bool:
    """Whether an announcement of this class can ever come to call or invite somebody."""
    steps = message_class.steps.values()
    return message_class.ask_before_known is not None or any(
        step.ceiling
        or step.invitation
        or (step.release and step.release.ceiling)
        or any(policy.events[event].ceiling for event in step.gates)
        for step in steps
    )


def patience(
    policy: Policy,
    class_name: str,
    facts: AnnouncementFacts,
    known_at: datetime | None,
    now: datetime,
) -> list[Patience]:
    """Everything that is waited for as things stand, with its end; past or to come.

    What is paused, withdrawn or finished calls nobody: a person has looked at it already.
    """
    if facts.state is not AnnouncementState.ACTIVE or facts.held_at or facts.standstill_since:
        return []
    cls = policy.classes[class_name]
    found = list(_known_anyway(policy, class_name, facts, known_at, now))
    for key, step in facts.steps.items():
        if step.state in (StepState.SETTLED, StepState.WITHDRAWN) or step.held_at:
            continue
        found += _unfinished(policy, cls, key, facts, now)
        found += _waited_for(policy, class_name, key, facts, now)
    return found


def _known_anyway(
    policy: Policy,
    class_name: str,
    facts: AnnouncementFacts,
    known_at: datetime | None,
    now: datetime,
) -> Iterator[Patience]:
    ask = policy.classes[class_name].ask_before_known
    if known_at is None or ask is None:
        return
    late = expected(policy, class_name, facts, now)
    if any(
        late[key] > known_at or _hangs(facts, key, now)
        for key, step in facts.steps.items()
        if not step.planned.external and step.settled_at is None and step.passed_over_at is None
    ):
        yield Patience(
            "known anyway",
            known_at - ask,
            policy.information_unit,
            N_("Nyheten blir känd {known}, vad vi än gör. Ska personalen få veta den nu?"),
            {"known": known_at},
        )


def _hangs(facts: AnnouncementFacts, key: str, now: datetime) -> bool:
    """Whether a step that is not done waits for people, or for a page that does not come up."""
    step = facts.steps[key]
    people = step.planned.channel in ("intranet", "meeting")
    if step.planned.before_intranet or (people and step.state is StepState.SENDING):
        return True
    return any(reason.wait is Wait.EVENT for reason in may_start(key, facts, now).reasons)


def _unfinished(
    policy: Policy, cls: MessageClass, key: str, facts: AnnouncementFacts, now: datetime
) -> Iterator[Patience]:
    """A step that is not done in its time, counted from its hour or from when it could begin."""
    step, ceiling = facts.steps[key], cls.steps[facts.steps[key].planned.named].ceiling
    if ceiling is None or step.passed_over_at:
        return
    begins = step.planned.meant_for
    if begins is not None and facts.planned_at is not None:
        begins = max(begins, facts.planned_at)  # the hour may have passed before the plan was made
    elif step.state is StepState.SENDING or may_start(key, facts, now).allowed:
        begins = since(facts, step)
    if begins is None:
        return
    if step.planned.channel == "meeting":
        message = N_("Ingen har sagt att mötet har hållits. Det skulle ha varit klart {until}.")
        roles = (*step.planned.ticked_by, *policy.information_unit)
        values: dict[str, str | datetime] = {}
    else:
        message = N_("{channel} är inte klart. Det skulle ha varit det {until}.")
        roles = policy.information_unit
        values = {"channel": _name(step)}
    ends = begins + ceiling
    yield Patience(f"unfinished: {key}", ends, _once(roles), message, values | {"until": ends}, key)


def _waited_for(
    policy: Policy, class_name: str, key: str, facts: AnnouncementFacts, now: datetime
) -> Iterator[Patience]:
    """An event or a release that is the only thing a step still waits for."""
    step = facts.steps[key]
    reasons = may_start(key, facts, now).reasons
    begins = since(facts, step)
    if len(reasons) != 1 or begins is None:
        return
    (reason,) = reasons
    if reason.wait is Wait.EVENT:
        yield from _event(policy, reason, begins, key, step)
    elif reason.wait is Wait.RELEASE:
        cls = policy.classes[class_name]
        release = cls.steps[cls.leader(step.planned.named)].release
        if release and release.ceiling:
            yield Patience(
                "release",
                begins + release.ceiling,
                who_releases(policy, class_name, step.planned, now),
                N_("Det här väntar på att släppas till medierna, sedan {since}."),
                {"since": begins},
                key,
            )


def _event(
    policy: Policy, reason: Reason, begins: datetime, key: str, step: StepFacts
) -> Iterator[Patience]:
    name = str(reason.values["event"])
    event = policy.events[name]
    if event.ceiling:
        yield Patience(
            f"event: {name}",
            begins + event.ceiling,
            event.opened_by,
            N_("{channel} väntar bara på: {event}."),
            {"channel": _name(step), "event": name},
            key,
        )


def _name(step: StepFacts) -> str:
    return CHANNEL_NAMES.get(step.planned.channel, step.planned.channel)


def _once(roles: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(roles))
