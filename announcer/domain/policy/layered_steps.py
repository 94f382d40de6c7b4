"""A step under its owner's: not sooner, not with less before it, not by more people.

What leaves the house is compared with the owner's step of the same key; what is inside may be added
to, and may not be weakened where something outside waits for it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from announcer.domain.calendar import in_utc
from announcer.domain.policy.classes import MessageClass, Release, Step
from announcer.domain.policy.model import Policy
from announcer.domain.policy.order import ancestors, is_external
from announcer.domain.policy.windows import Window
from announcer.domain.step import Strength

#: Two years have every public holiday on several weekdays, and every clock change twice.
_FIRST_DAY = date(2027, 1, 1)
_DAYS = 731
#: Around the edges of ordinary hours, where windows differ most; local time.
_TIMES = (time(0), time(7, 15), time(11, 15), time(15, 45))
#: A shift that hands over once a day has done so by then, clock changes included.
_EVERY_SHIFT = timedelta(hours=25)
_STRENGTHS = (Strength.IF_PRACTICAL, Strength.SHOULD, Strength.MUST)


def listed(names: Iterable[str]) -> str:
    """Names for a sentence."""
    return ", ".join(repr(name) for name in names)


@dataclass(frozen=True)
class StepPair:
    """A step of ours in its class, and the owner's class that it is compared with."""

    owner: Policy
    ours: Policy
    was_in: MessageClass
    now_in: MessageClass
    key: str
    #: What the samples said of windows that other steps have too: asking takes a second.
    known: dict[tuple[Window, Window], datetime | None] = field(default_factory=dict)

    @cached_property
    def was(self) -> Step | None:
        """The owner's step; None where there is none."""
        return self.was_in.steps.get(self.key)

    @property
    def now(self) -> Step:
        """Our step."""
        return self.now_in.steps[self.key]

    @property
    def external(self) -> bool:
        """Whether ours leaves the house."""
        return is_external(self.ours, self.now)

    def before(self) -> tuple[frozenset[str], frozenset[str]]:
        """What the owner's and ours come after."""
        return ancestors(self.was_in.steps, self.key), ancestors(self.now_in.steps, self.key)


def _way(pair: StepPair) -> Iterator[str]:
    """Nothing leaves by a way that the owner does not have, and a key means one thing."""
    was, now = pair.was, pair.now
    if was is None:
        if pair.external:
            yield "channel: the owner lets nothing out by such a step. Use one of the owner's keys."
        return
    if was.channel != now.channel:
        yield f'channel: is "{was.channel}" at the owner. Give another channel another key.'
    if was.audience != now.audience:
        yield f"audience: is {was.audience!r} at the owner. Give another audience another key."
    if now.before_intranet and not was.before_intranet:
        yield "before_intranet: at the owner it comes after the page. Remove it."


def _choice(pair: StepPair) -> Iterator[str]:
    """Outside only where it was named; inside always where it always is."""
    was, now = pair.was, pair.now
    if was is None or was.when == now.when:
        return
    if pair.external and now.when == "always":
        yield f'when: is "{was.when}" at the owner: nothing goes out by default. Write that.'
    if not pair.external and was.when == "always":
        yield 'when: is "always" at the owner. Remove it.'


def _release(pair: StepPair) -> Iterator[str]:
    if pair.was is None:
        return
    was, now = _released(pair.was_in, pair.key), _released(pair.now_in, pair.key)
    if was is None:
        return
    if now is None:
        yield f"release: the owner has it released by {listed(was.by)}. Add it."
        return
    if more := [role for role in now.by if role not in was.by]:
        yield f"release.by: the owner does not name {listed(more)}. Remove it."
    if more := [r for r in now.out_of_hours if r not in (*was.by, *was.out_of_hours)]:
        yield f"release.out_of_hours: the owner does not name {listed(more)}. Remove it."
    elif now.out_of_hours and not _same_hours(pair, was.hours, now.hours):
        yield "release.hours: are not the owner's. Write the owner's, or remove out_of_hours."


def _released(message_class: MessageClass, key: str) -> Release | None:
    return message_class.steps[message_class.leader(key)].release


def _on_duty(pair: StepPair) -> Iterator[str]:
    """Whoever may release out of hours may then also say that news is out, in the whole class; also
    by a step that the owner releases otherwise, or has not."""
    now = pair.now.release
    if now is None or not now.out_of_hours:
        return
    theirs = {
        role
        for step in pair.was_in.steps.values()
        if (was := step.release) and _same_hours(pair, was.hours, now.hours)
        for role in was.out_of_hours
    }
    known = (*pair.owner.information_unit, *theirs)
    if more := [role for role in now.out_of_hours if role not in known]:
        yield (
            f"release.out_of_hours: would let {listed(more)} say that news is out, which the owner "
            "does not. Remove it."
        )


def _same_hours(pair: StepPair, was: str | None, now: str | None) -> bool:
    """Whether two names of hours mean the same on every day."""
    theirs, ours = pair.owner.calendar, pair.ours.calendar
    return (
        was == now
        and theirs.hours.get(was or "") == ours.hours.get(now or "")
        and (theirs.days_off, theirs.half_days) == (ours.days_off, ours.half_days)
        and pair.owner.organisation.country == pair.ours.organisation.country
        and pair.owner.organisation.time_zone == pair.ours.organisation.time_zone
    )


def _follows(pair: StepPair) -> Iterator[str]:
    if pair.was is None or not pair.external:
        return
    theirs, ours = pair.before()
    if missing := sorted(theirs - ours):
        yield f"after: at the owner it comes after {listed(missing)} too. Add it."


def _strength(pair: StepPair) -> Iterator[str]:
    was, now = pair.was, pair.now
    if was and _STRENGTHS.index(now.strength) < _STRENGTHS.index(was.strength):
        yield f'strength: is "{was.strength.value}" at the owner. Write that.'


def _gates(pair: StepPair) -> Iterator[str]:
    if pair.was is None:
        return
    theirs, ours = pair.was_in.gates_of(pair.key), pair.now_in.gates_of(pair.key)
    if missing := [event for event in theirs if event not in ours]:
        yield f"gates: at the owner it waits for {listed(missing)} too. Add it."


def _hour(pair: StepPair) -> Iterator[str]:
    """The hour it is meant for is the owner's, or nearer to when the news is known anyway."""
    if pair.was is None:
        return
    was = pair.was_in.steps[pair.was_in.leader(pair.key)].at
    now = pair.now_in.steps[pair.now_in.leader(pair.key)].at
    if was is None or was == now:
        return
    nearer = (
        now is not None
        and was.before_known is not None
        and now.before_known is not None
        and now.before_known <= was.before_known
    )
    if not nearer:
        yield "at: is not the owner's hour. Write the owner's."


def _ticked(pair: StepPair) -> Iterator[str]:
    theirs = pair.was.ticked_by if pair.was else ()
    more = [role for role in pair.now.ticked_by if role not in theirs]
    if theirs and more:
        yield f"ticked_by: the owner does not name {listed(more)}. Remove it."


def _held(pair: StepPair) -> Iterator[str]:
    if pair.was and pair.was.held == "per unit" and pair.now.held != "per unit":
        yield 'held: is "per unit" at the owner. Write that.'


def _briefing(pair: StepPair) -> Iterator[str]:
    """Nobody reads it sooner than at the owner, and nobody else."""
    was, now = pair.was.briefing if pair.was else None, pair.now.briefing
    if now is None or pair.was is None:
        return
    if was is None:
        yield "briefing: the owner lets nobody read it before the meeting. Remove it."
    elif more := [role for role in now.for_ if role not in was.for_]:
        yield f"briefing.for: the owner does not name {listed(more)}. Remove it."
    elif now.before > was.before:
        yield f"briefing.before: is {was.before} at the owner. Write that or less."


def _lateness(pair: StepPair) -> Iterator[str]:
    if pair.was is None:
        return
    was = pair.was.greatest_lateness or pair.was_in.greatest_lateness
    now = pair.now.greatest_lateness or pair.now_in.greatest_lateness
    if now > was:
        yield f"greatest_lateness: is {was} at the owner. Write that or less."


def _lead(pair: StepPair) -> Iterator[str]:
    """Staff are ahead by no less: by the floor, which the database holds, and on every sample."""
    was, now = pair.was_in.steps.get(pair.key), pair.now_in.window_of(pair.key)
    theirs = pair.was_in.window_of(pair.key) if was else None
    if theirs is None or now is None or not pair.external:
        return
    if now.floor() < theirs.floor():
        yield (
            f"window: staff are ahead by {now.floor()} at least, at the owner by "
            f"{theirs.floor()}. Lengthen it."
        )
    elif theirs.handover and not (_hands_over_alike(theirs, now) or now.floor() >= _EVERY_SHIFT):
        yield 'window.handover: the owner waits for every shift. Write that, or minimum = "25 h".'
    elif not _alike(pair, theirs, now) and (shorter := _shorter_at(pair, theirs, now)):
        yield (
            f"window: with the page up on {shorter.astimezone(pair.ours.zone):%Y-%m-%d at %H:%M} "
            "staff are ahead by less than at the owner. Lengthen it."
        )


def _hands_over_alike(was: Window, now: Window) -> bool:
    return bool(now.handover) and (
        now.maximum is None or (was.maximum is not None and now.maximum >= was.maximum)
    )


def _alike(pair: StepPair, was: Window, now: Window) -> bool:
    return was == now and (was.hours is None or _same_hours(pair, was.hours, now.hours))


def _shorter_at(pair: StepPair, was: Window, now: Window) -> datetime | None:
    """The first sample on which ours is over sooner."""
    if (was, now) not in pair.known:
        theirs, ours = pair.owner.almanac(), pair.ours.almanac()
        sooner = (
            confirmed
            for confirmed in _samples(pair.owner)
            if now.ends(confirmed, ours) < was.ends(confirmed, theirs)
        )
        pair.known[was, now] = next(sooner, None)
    return pair.known[was, now]


def _samples(owner: Policy) -> Iterator[datetime]:
    for number in range(_DAYS):
        day = _FIRST_DAY + timedelta(days=number)
        yield from (in_utc(day, clock, owner.zone).astimezone(UTC) for clock in _TIMES)


STEP_COMPARISONS: tuple[Callable[[StepPair], Iterator[str]], ...] = (
    _way,
    _choice,
    _release,
    _on_duty,
    _follows,
    _strength,
    _gates,
    _hour,
    _ticked,
    _held,
    _briefing,
    _lateness,
    _lead,
)
