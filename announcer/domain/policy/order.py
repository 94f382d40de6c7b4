"""The promise, asked of a policy before any announcement exists: first inside.

A policy under which anything external, or anything in writing, could come before the intranet
page that has been read back is not a policy Announcer can run (policy section 5: "Intern
kommunikation går före extern kommunikation").
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from announcer.domain.notation import quoted
from announcer.domain.policy.approval import chain_faults, chains
from announcer.domain.policy.audiences import audience_faults, reach_faults
from announcer.domain.policy.blackouts import blackout_faults
from announcer.domain.policy.boards import board_faults
from announcer.domain.policy.content import content_rule_faults
from announcer.domain.policy.crisis import crisis_faults
from announcer.domain.policy.duty import duty_faults
from announcer.domain.policy.hours import hours_faults, time_faults
from announcer.domain.policy.quiet import quiet_faults
from announcer.domain.policy.spokespersons import spokesperson_faults
from announcer.domain.policy.templates import template_faults
from announcer.domain.step import Strength

if TYPE_CHECKING:
    from announcer.domain.policy.approval import Approval
    from announcer.domain.policy.classes import MessageClass, Step
    from announcer.domain.policy.model import Policy


def ordering_faults(policy: "Policy") -> list[str]:
    """Every way in which a policy could break the promise or cannot run: key, fault and fix."""
    faults = [
        *_role_faults(policy),
        *_event_faults(policy),
        *quiet_faults(policy),
        *duty_faults(policy),
        *board_faults(policy),
        *blackout_faults(policy),
        *audience_faults(policy),
    ]
    for name, message_class in policy.classes.items():
        faults += [f"classes.{name}.{fault}" for fault in _class_faults(policy, message_class)]
    return [
        *faults,
        *content_rule_faults(policy),
        *spokesperson_faults(policy),
        *crisis_faults(policy),
        *template_faults(policy),
    ]


def ancestors(steps: Mapping[str, "Step"], key: str) -> frozenset[str]:
    """Every step that ``key`` comes after, directly or through others; a cycle includes itself.

    A step that is at the same time as another comes after whatever that one comes after.
    """
    found: set[str] = set()
    asked: set[str] = set()
    left = [key]
    while left:
        name = left.pop()
        if name in asked or name not in steps:
            continue
        asked.add(name)
        found.update(steps[name].after)
        left += steps[name].after
        if (window := steps[name].window) and window.same_time_as:
            left.append(window.same_time_as)
    return frozenset(found & steps.keys())


def _role_faults(policy: "Policy") -> Iterator[str]:
    for key in ("information_unit", "administrators", "auditors"):
        for name in getattr(policy, key):
            if name not in policy.roles:
                yield f"{key}: there is no role {name!r}. Add [roles.{quoted(name)}]."
    yield from _missing_roles(policy, "workplace_codes.by", policy.workplace_codes.by)
    for name, role in policy.roles.items():
        if role.unit is None and role.position is None and role.group is None:
            yield f"roles.{name}: everybody would have it. Add unit, position, group or several."


def _event_faults(policy: "Policy") -> Iterator[str]:
    for name, event in policy.events.items():
        for fault in _missing_roles(policy, "opened_by", event.opened_by):
            yield f"events.{quoted(name)}.{fault}"


def _class_faults(policy: "Policy", message_class: "MessageClass") -> Iterator[str]:
    steps = message_class.steps
    pages = [key for key, step in steps.items() if step.channel == "intranet"]
    if len(pages) != 1:
        yield (
            f"steps: needs exactly one step with channel 'intranet', has {len(pages)}. "
            "Whatever is announced is on the intranet first (policy section 5)."
        )
        return
    if message_class.approval is not None:
        yield from _approval_faults(policy, message_class.approval)
    yield from _missing_roles(policy, "written_by", message_class.written_by)
    for key, step in steps.items():
        for fault in (
            *_reference_faults(policy, steps, step),
            *time_faults(policy, message_class, key, step),
            *_gate_faults(policy, step),
            *_promise_faults(policy, steps, key, pages[0]),
            *_people_faults(policy, message_class, key, step),
            *reach_faults(policy, message_class, step),
        ):
            yield f"steps.{key}.{fault}"


def _approval_faults(policy: "Policy", approval: "Approval") -> Iterator[str]:
    yield from chain_faults(approval)
    for key, chain in chains(approval):
        yield from _missing_roles(policy, f"{key}.by", chain.by)
        yield from _missing_roles(policy, f"{key}.each", chain.each)
        yield from _missing_roles(policy, f"{key}.informs", chain.informs)


def _reference_faults(policy: "Policy", steps: Mapping[str, "Step"], step: "Step") -> Iterator[str]:
    for name in step.after:
        if name not in steps:
            yield f"after: there is no step {name!r}. The steps are {', '.join(sorted(steps))}."
    if step.audience is not None and step.audience not in policy.audiences:
        table = f"[audiences.{quoted(step.audience)}]"
        yield f"audience: there is no audience {step.audience!r}. Add {table}."
    if step.when == "audience" and step.audience is None:
        yield "when: 'audience' needs an audience to wait for. Add audience, or remove when."


def _gate_faults(policy: "Policy", step: "Step") -> Iterator[str]:
    for name in step.gates:
        if name not in policy.events:
            yield f"gates: there is no event {name!r}. Add [events.{quoted(name)}]."
    first_or_outside = step.channel == "intranet" or is_external(policy, step)
    if step.strength is not Strength.MUST and first_or_outside:
        yield (
            "strength: whatever comes after the intranet or the media must wait for them. "
            "Remove it; only other steps inside can be weaker."
        )


def is_external(policy: "Policy", step: "Step") -> bool:
    """Whether a step leaves the house, by its channel or by its audience."""
    named = step.audience is not None and policy.is_external(step.audience)
    return named or policy.channels[step.channel].external


def _promise_faults(
    policy: "Policy", steps: Mapping[str, "Step"], key: str, page: str
) -> Iterator[str]:
    step, before = steps[key], ancestors(steps, key)
    external = is_external(policy, step)
    if key in before:
        yield f"after: the step waits for itself through {', '.join(step.after)}. Break the circle."
    if key == page or step.before_intranet:
        yield from _first_faults(step, page, before, external)
    if key != page and not step.before_intranet and page not in before:
        yield (
            f"after: this could go out before the intranet page is confirmed. "
            f'Set after = ["{page}"] (policy section 5: internal before external).'
        )
    if key == page:
        yield from (
            f"after: the intranet cannot wait for {name!r}; only for a meeting with "
            "before_intranet = true. Remove it."
            for name in sorted(before)
            if name != key and not steps[name].before_intranet
        )
    if not external:
        outside = [name for name in sorted(before) if is_external(policy, steps[name])]
        if outside:
            yield f"after: staff cannot wait for {outside[0]!r}, which is external. Remove it."


def _first_faults(step: "Step", page: str, before: frozenset[str], external: bool) -> Iterator[str]:
    """What the page and the meetings before it cannot have."""
    if step.before_intranet and (step.channel != "meeting" or external):
        yield (
            "before_intranet: only a meeting between people may come before the intranet. "
            f'Remove it and set after = ["{page}"].'
        )
    if step.before_intranet and page in before:
        yield f"before_intranet: the step comes after {page!r}. Remove one of the two."
    if step.window or step.release:
        yield "window, release: nothing is counted or released before the intranet. Remove them."


def _people_faults(
    policy: "Policy", message_class: "MessageClass", key: str, step: "Step"
) -> Iterator[str]:
    external = is_external(policy, step)
    if external and step.channel not in policy.outside:
        yield (
            f"channel: {step.channel!r} is an inside channel; people outside get "
            f"{' or '.join(map(repr, policy.outside))}."
        )
    if step.channel in policy.outside and not (
        step.audience and step.audience in policy.audiences and policy.is_external(step.audience)
    ):
        yield "audience: name an external audience; nothing leaves the house by default."
    if external and message_class.window_of(key) is None:
        yield 'window: say how long staff are ahead, for example window = { duration = "2 h" }.'
    if external and message_class.approval is None:
        yield "approval: what leaves the house needs somebody's approval. Add it to the class."
    yield from _meeting_faults(policy, step)
    if release := step.release:
        yield from _missing_roles(policy, "release.by", release.by)
        yield from _missing_roles(policy, "release.out_of_hours", release.out_of_hours)
        if release.out_of_hours or release.hours is not None:
            yield from hours_faults(policy, "release", release.hours)
        if release.hours is not None and not release.out_of_hours:
            yield "release.out_of_hours: say which roles may release while hours are closed."
        if step.window and step.window.same_time_as:
            yield "release: it is released with the step it is at the same time as. Remove it."
    yield from _missing_roles(policy, "ticked_by", step.ticked_by)


def _meeting_faults(policy: "Policy", step: "Step") -> Iterator[str]:
    """A meeting needs somebody who says that it was held; one in each unit needs units, too."""
    if step.channel == "meeting" and not step.ticked_by:
        yield "ticked_by: say which role ticks that the meeting was held."
    if step.briefing and step.channel != "meeting":
        yield "briefing: only a meeting has one. Remove it."
    elif step.briefing:
        yield from _missing_roles(policy, "briefing.for", step.briefing.for_)
    yield from _invitation_faults(policy, step)
    if step.held == "once":
        return
    if step.channel != "meeting":
        yield "held: only a meeting is held in each unit. Remove it."
    elif step.audience is not None and not policy.is_staff(step.audience):
        yield 'held: these people belong to no unit. Write "once", or remove it.'
    elif not any(policy.roles[r].unit == "own" for r in step.ticked_by if r in policy.roles):
        yield 'held: name a role with unit = "own" in ticked_by, who says it of their own unit.'


def _invitation_faults(policy: "Policy", step: "Step") -> Iterator[str]:
    if step.invitation is None:
        return
    if step.channel != "meeting":
        yield "invitation: only to a meeting. Remove it."
    elif step.at is None and step.window is None:
        yield "invitation: nobody knows when the meeting is. Add at or window."
    yield from _missing_roles(policy, "invitation.for", step.invitation.for_)


def _missing_roles(policy: "Policy", key: str, roles: tuple[str, ...]) -> Iterator[str]:
    for role in roles:
        if role not in policy.roles:
            yield f"{key}: there is no role {role!r}. Add [roles.{quoted(role)}] or name another."
