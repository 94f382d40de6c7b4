"""A company's or a department's policy under its owner's: it may only be stricter.

Each rule is one comparison, in one of the tuples below: it gets the owner's part and ours, and yields
what ours allows beyond it, as key, fault and fix. A new rule of the language adds one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from announcer.domain.policy.approval import Approval, Chain
from announcer.domain.policy.classes import MessageClass
from announcer.domain.policy.content import Notice
from announcer.domain.policy.layered_steps import STEP_COMPARISONS, StepPair, listed
from announcer.domain.policy.model import Policy
from announcer.domain.policy.windows import Window


@dataclass(frozen=True)
class ClassPair:
    """A class as the owner has it, and as we have it."""

    owner: Policy
    ours: Policy
    was: MessageClass
    now: MessageClass


def layer_faults(owner: Policy, ours: Policy) -> list[str]:
    """Everything that ``ours`` allows and ``owner`` does not: key, fault and fix."""
    known: dict[tuple[Window, Window], datetime | None] = {}
    faults = [fault for compare in POLICY_COMPARISONS for fault in compare(owner, ours)]
    for name, now in ours.classes.items():
        key = f"classes.{name}"
        if (was := owner.classes.get(name)) is None:
            faults.append(
                f"{key}: the owner has no such class. Use one of {listed(owner.classes)}."
            )
            continue
        pair = ClassPair(owner, ours, was, now)
        faults += [f"{key}.{fault}" for one in CLASS_COMPARISONS for fault in one(pair)]
        for step in now.steps:
            steps = StepPair(owner, ours, was, now, step, known)
            found = (fault for one in STEP_COMPARISONS for fault in one(steps))
            faults += [f"{key}.steps.{step}.{fault}" for fault in found]
    return faults


# The whole ----------------------------------------------------------------------------------


def _roles(owner: Policy, ours: Policy) -> Iterator[str]:
    """A role that the owner has is narrowed by the same things; whom they name is our own matter."""
    for name, now in ours.roles.items():
        was = owner.roles.get(name)
        for key in ("unit", "position") if was else ():
            if getattr(was, key) is not None and getattr(now, key) is None:
                yield f"roles.{name}.{key}: the owner narrows the role by it. Add it."
        if was and now.unit == "own" != was.unit and was.unit is not None:
            yield f"roles.{name}.unit: every unit would have it, at the owner one has. Name the unit."


def _information_unit(owner: Policy, ours: Policy) -> Iterator[str]:
    yield from more_roles("information_unit", owner.information_unit, ours.information_unit)


def _mandatory(owner: Policy, ours: Policy) -> Iterator[str]:
    """By name, and for every other name of the same people."""
    for name, now in ours.audiences.items():
        for other, was in owner.audiences.items():
            if other != name and was.reach is not now.reach:
                continue
            if fewer := [one for one in was.mandatory if one not in now.mandatory]:
                yield f"audiences.{name}.mandatory: the owner has {listed(fewer)}. Add it."


def _audiences(owner: Policy, ours: Policy) -> Iterator[str]:
    for name, now in ours.audiences.items():
        was = owner.audiences.get(name)
        if was is None:
            continue
        if was.reach is not now.reach:
            yield f'audiences.{name}.reach: is "{was.reach.value}" at the owner. Write that.'
        elif was.selection != now.selection:
            yield f"audiences.{name}: is for other people than at the owner. Give it another name."


def _blackouts(owner: Policy, ours: Policy) -> Iterator[str]:
    for was in owner.blackouts:
        then = was.silence(owner.zone)
        for name in was.classes or tuple(ours.classes):
            for channel in was.channels:
                if name not in ours.classes or (
                    ours.classes[name].urgent and was.lifted_for_urgent
                ):
                    continue
                if not any(
                    one.concerns(name, channel)
                    and one.silence(ours.zone).begins <= then.begins
                    and then.ends <= one.silence(ours.zone).ends
                    and one.lifted_for_urgent <= was.lifted_for_urgent
                    for one in ours.blackouts
                ):
                    yield (
                        f"blackouts: the owner has one for {channel!r} in {name!r} ({was.why}). "
                        "Copy it here."
                    )


def _quiet(owner: Policy, ours: Policy) -> Iterator[str]:
    was, now = owner.quiet, ours.quiet
    if was and (
        now is None
        or (now.begins, now.ends) != (was.begins, was.ends)
        or not set(was.channels) <= set(now.channels)
    ):
        yield (
            f'quiet: the owner has "{was.begins:%H:%M}" to "{was.ends:%H:%M}" for '
            f"{listed(was.channels)}. Write the same; further channels may be added."
        )


def _boards(owner: Policy, ours: Policy) -> Iterator[str]:
    was, now = owner.boards, ours.boards
    if was is None:
        return
    if now is None:
        yield "boards: the owner has it. Copy it."
    elif now.ready > was.ready or now.hours not in (None, was.hours):
        yield f"boards.ready: is {was.ready} at the owner, in its hours. Write that or sooner."


def _duty(owner: Policy, ours: Policy) -> Iterator[str]:
    yield from more_roles("duty.by", owner.duty.by, ours.duty.by)
    if ours.duty.again > owner.duty.again:
        yield f"duty.again: is {owner.duty.again} at the owner. Write that or sooner."


def _workplace_codes(owner: Policy, ours: Policy) -> Iterator[str]:
    was, now = owner.workplace_codes, ours.workplace_codes
    yield from more_roles("workplace_codes.by", was.by, now.by)
    if now.life > was.life:
        yield f"workplace_codes.life: is {was.life} at the owner. Write that or less."


def _events(owner: Policy, ours: Policy) -> Iterator[str]:
    for name, now in ours.events.items():
        was = owner.events.get(name)
        if was is None:
            continue
        yield from more_roles(f"events.{name}.opened_by", was.opened_by, now.opened_by)
        if was.needs not in ("nothing", now.needs):
            yield f'events.{name}.needs: is "{was.needs}" at the owner. Write that.'
        if now.percent is not None and now.percent < (was.percent or 101):
            yield f"events.{name}.percent: opens sooner than at the owner. Raise or remove it."


def _limits(owner: Policy, ours: Policy) -> Iterator[str]:
    if fewer := [w for w in owner.limits.never if w.casefold() not in _folded(ours.limits.never)]:
        yield f"limits.words: the owner has {listed(fewer)} too. Add it."
    for key in ("longest_title", "longest_summary"):
        was, now = getattr(owner.limits, key), getattr(ours.limits, key)
        if was is not None and (now is None or now > was):
            yield f"limits.{key}: is {was} at the owner. Write that or less."


def _crisis(owner: Policy, ours: Policy) -> Iterator[str]:
    was, now = owner.crisis, ours.crisis
    if now is None:
        return
    if was is None:
        yield "crisis: nobody declares one at the owner. Remove it."
        return
    for key in ("declared_by", "classes", "reviewed_by", "lifts"):
        if more := [one for one in getattr(now, key) if one not in getattr(was, key)]:
            yield f"crisis.{key}: the owner does not name {listed(more)}. Remove it."
    if now.wait is not None and (was.wait is None or now.wait < was.wait):
        yield "crisis.wait: the page gets more time at the owner. Write as much, or remove it."
    if fewer := [one for one in was.languages if one not in now.languages]:
        yield f"crisis.languages: the owner has {listed(fewer)}. Add it."
    if was.vma and not now.vma:
        yield "crisis.vma: the owner says who may order one. Say it too."
    for key in ("next_information", "review_within"):
        if getattr(now, key) > getattr(was, key):
            yield f"crisis.{key}: is {getattr(was, key)} at the owner. Write that or less."


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def _answers(owner: Policy, ours: Policy) -> Iterator[str]:
    was, now = owner.answers, ours.answers
    if was and (now is None or now.within > was.within or (now.hours and not was.hours)):
        yield f"answers: the owner answers within {was.within}. Promise that or sooner."
    if owner.spokespersons and not ours.spokespersons:
        yield "spokespersons: the owner has some, and a direct number on all that goes out. Add one."


def more_roles(key: str, was: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """A fault where ours has roles that the owner's has not."""
    if more := [role for role in now if role not in was]:
        yield f"{key}: the owner does not name {listed(more)}. Remove it."


POLICY_COMPARISONS: tuple[Callable[[Policy, Policy], Iterator[str]], ...] = (
    _roles,
    _workplace_codes,
    _information_unit,
    _audiences,
    _mandatory,
    _blackouts,
    _quiet,
    _duty,
    _boards,
    _events,
    _limits,
    _answers,
    _crisis,
)


# Classes ------------------------------------------------------------------------------------


def _approval(pair: ClassPair) -> Iterator[str]:
    was, now = pair.was.approval, pair.now.approval
    if was is None or was == now:
        return
    if now is None:
        yield "approval: the owner asks for one. Add it."
        return
    for key, chain in (("approval", now), *_units(now)):
        for other in _replaced(was, now, key):
            yield from _chain(key, other, chain)


def _units(approval: Approval) -> list[tuple[str, Chain]]:
    return [(f"approval.units.{code}", chain) for code, chain in approval.units.items()]


def _replaced(was: Approval, now: Approval, key: str) -> list[Chain]:
    """The owner's chains that a chain of ours could stand in for; which unit lies above which is
    not known here."""
    theirs = dict(_units(was))
    if key in theirs:
        return [theirs[key]]
    ours = dict(_units(now))
    if key == "approval":
        return [was, *(chain for unit, chain in theirs.items() if unit not in ours)]
    return [was, *theirs.values()]


def _chain(key: str, was: Chain, now: Chain) -> Iterator[str]:
    if not _fills(was.seats, now.seats):
        wanted = ", ".join(" or ".join(seat) for seat in was.seats)
        yield f"{key}: fewer people approve than at the owner, who asks for {wanted}. Add them."
    if now.author_alone and not was.author_alone:
        yield f"{key}.author_alone: at the owner the author is not enough. Remove it."
    if was.author_last and not now.author_last:
        yield f"{key}.author_last: the owner gives the author the last word. Add it."


def _fills(wanted: Sequence[Sequence[str]], seats: Sequence[Sequence[str]]) -> bool:
    """Whether whoever fills ``seats`` fills each of ``wanted`` with another person."""
    if not wanted:
        return True
    first, *others = wanted
    return any(
        set(seat) <= set(first) and _fills(others, [*seats[:n], *seats[n + 1 :]])
        for n, seat in enumerate(seats)
    )


def _written_by(pair: ClassPair) -> Iterator[str]:
    was, now = pair.was.written_by, pair.now.written_by
    if was and not now:
        yield f"written_by: the owner lets only {listed(was)} write. Add it."
    elif was:
        yield from more_roles("written_by", was, now)


def _urgent(pair: ClassPair) -> Iterator[str]:
    if pair.now.urgent and not pair.was.urgent:
        yield "urgent: is no emergency at the owner. Remove it."


def _content(pair: ClassPair) -> Iterator[str]:
    was, now = pair.was.content, pair.now.content
    for key in ("needs", "languages", "complementary", "same_time"):
        if fewer := [one for one in getattr(was, key) if one not in getattr(now, key)]:
            yield f"content.{key}: the owner has {listed(fewer)}. Add it."
    if was.without == "hold" and now.without != "hold" and was.languages:
        yield 'content.without: is "hold" at the owner. Write that.'
    if was.stale == "hold" and now.stale != "hold":
        yield 'content.stale: is "hold" at the owner. Write that.'


def _notice(pair: ClassPair) -> Iterator[str]:
    was, now = pair.was.least_notice, pair.now.least_notice
    if was is None:
        return
    if now is None:
        yield "least_notice: the owner has one. Add it."
    elif _kind(was) != _kind(now) or _amount(was) > _amount(now):
        yield f"least_notice: is {_amount(was)} at the owner, counted alike. Write that or more."
    elif was.working and pair.owner.calendar != pair.ours.calendar:
        yield "least_notice: our hours are not the owner's. Count it as a duration, and longer."
    if now and was.strict and not now.strict:
        yield "least_notice.strict: is true at the owner. Write that."


def _kind(notice: Notice) -> object:
    return (notice.duration is None, notice.hours)


def _amount(notice: Notice) -> timedelta:
    return notice.duration or notice.working or timedelta(0)


CLASS_COMPARISONS: tuple[Callable[[ClassPair], Iterator[str]], ...] = (
    _approval,
    _written_by,
    _urgent,
    _content,
    _notice,
)
