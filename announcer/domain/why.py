"""Why a step of a plan goes when it does: the window it waits for, and the days that do not count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from announcer.domain.calendar import WorkingCalendar, day_matches
from announcer.domain.errors import N_
from announcer.domain.plan import Reason, Wait
from announcer.domain.policy import Policy, Window
from announcer.domain.schedule import Forecast
from announcer.domain.step import PlannedStep

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Foreseen:
    """A step as it would go, before anything has happened, and why then.

    ``at`` is the earliest moment (aware UTC); None where an event or a person sets it. With
    ``hangs`` it may be later than that: somebody releases it, or it comes after what hangs.
    """

    step: PlannedStep
    at: datetime | None
    hangs: bool
    reasons: tuple[Reason, ...]
    #: Staff would learn it here only after it is known anyway.
    late: bool = False


def foresee(policy: Policy, class_name: str, plan: Sequence[Forecast]) -> list[Foreseen]:
    """Each step of ``plan`` (in its order) with its reasons."""
    confirmed = next(one.earliest for one in plan if one.step.channel == "intranet")
    found: dict[str, Foreseen] = {}
    for one in plan:
        step = one.step
        hangs = bool(one.waits) or any(found[key].hangs for key in step.after)
        # No clock says when people meet or something happens; an hour it is meant for does.
        unknown = (step.channel == "meeting" or step.gates) and step.meant_for is None
        found[step.key] = Foreseen(
            step,
            None if unknown else one.earliest,
            hangs,
            why_then(policy, class_name, step, confirmed, one.earliest),
            late=one.late,
        )
    return list(found.values())


def why_then(
    policy: Policy,
    class_name: str,
    step: PlannedStep,
    confirmed: datetime,
    earliest: datetime,
) -> tuple[Reason, ...]:
    """Why ``step`` can begin at ``earliest`` if the page is confirmed at ``confirmed`` (aware UTC).

    Values of the sentences are what a reader's language must put into words: amounts as timedelta,
    clock times as time, days as date, moments as datetime.
    """
    besides = (
        *_meant(step),
        *(Reason(Wait.EVENT, N_("Väntar på: {event}."), {"event": event}) for event in step.gates),
    )
    if step.channel == "intranet":
        return (
            *besides,
            Reason(Wait.CONFIRMATION, N_("Kontrolleras innan något annat går."), {}),
        )
    if step.channel == "meeting":
        held = N_("Hålls av en människa, som säger till när det är gjort.")
        return (*besides, Reason(Wait.STEP, held, {}))
    reasons = (
        *besides,
        *_lead(policy, class_name, step, confirmed, earliest),
        *_quiet(policy, step, earliest),
        *silent(step, earliest),
        *_released(policy, step),
    )
    soon = N_("Går så snart sidan är uppe och kontrollerad.")
    return reasons or (Reason(Wait.CONFIRMATION, soon, {}),)


def _meant(step: PlannedStep) -> Iterator[Reason]:
    if step.meant_for is not None:
        meant = N_("Tidigast {moment}, räknat baklänges från när nyheten blir känd ändå.")
        yield Reason(Wait.WINDOW, meant, {"moment": step.meant_for})


def is_day_off(policy: Policy, day: date, class_name: str = "") -> bool:
    """Whether nobody at all is at work on a local date, of those whose hours the windows of a class
    are counted in; where it counts in none, or no class is named, of all but a duty desk."""
    found = policy.classes.get(class_name)
    windows = [step.window for step in found.steps.values() if step.window] if found else []
    hours = {window.hours for window in windows if window.hours}
    by_day = {name for name, one in policy.calendar.hours.items() if not one.every_day}
    asked = hours or by_day or set(policy.calendars)
    return not any(policy.calendars[name].is_working_day(day) for name in asked)


def _lead(
    policy: Policy,
    class_name: str,
    step: PlannedStep,
    confirmed: datetime,
    earliest: datetime,
) -> Iterator[Reason]:
    window = policy.classes[class_name].window_of(step.key)
    if window is None or not (window.floor() or window.handover):
        return
    yield _window(window, external=step.external)
    yield from _bounds(window)
    calendar = policy.calendars.get(window.hours or "")
    if calendar is None:
        return
    if window.working is not None:
        yield from _closed_at_first(calendar, confirmed)
        yield from _half_days(calendar, confirmed, earliest)
    yield from _days_off(calendar, confirmed, earliest)


def _window(window: Window, *, external: bool) -> Reason:
    if window.working is not None:
        ahead = N_("Personalen har försprång i {amount} arbetstid.")
        waits = N_("Väntar {amount} arbetstid.")
        values: dict[str, object] = {"amount": window.working}
    elif window.clock is not None:
        ahead = N_("Personalen har försprång till klockan {clock} nästa arbetsdag.")
        waits = N_("Väntar till klockan {clock} nästa arbetsdag.")
        values = {"clock": window.clock}
    elif window.handover:
        ahead = N_("Personalen har försprång tills varje skift har lämnat över.")
        waits, values = N_("Väntar tills varje skift har lämnat över."), {}
    else:
        ahead, waits = N_("Personalen har försprång i {amount}."), N_("Väntar {amount}.")
        values = {"amount": window.duration}
    return Reason(Wait.WINDOW, ahead if external else waits, values)


def _bounds(window: Window) -> Iterator[Reason]:
    """What holds whatever the rest comes to."""
    if window.minimum is not None:
        yield Reason(Wait.WINDOW, N_("Minst {amount}."), {"amount": window.minimum})
    if window.maximum is not None:
        yield Reason(Wait.WINDOW, N_("Högst {amount}."), {"amount": window.maximum})


def _closed_at_first(calendar: WorkingCalendar, confirmed: datetime) -> Iterator[Reason]:
    opens = calendar.after_working_time(confirmed, timedelta(0))
    if opens > confirmed:
        closed = N_("Det är stängt när sidan kommer upp. Arbetstiden räknas från {opens}.")
        yield Reason(Wait.WINDOW, closed, {"opens": opens})


def _half_days(
    calendar: WorkingCalendar, confirmed: datetime, earliest: datetime
) -> Iterator[Reason]:
    for day in _days(calendar, confirmed, earliest):
        for half, closes in calendar.half_days:
            if day_matches(half, day) and calendar.is_working_day(day):
                short = N_("{day} är en halvdag som slutar klockan {closes}.")
                yield Reason(Wait.WINDOW, short, {"day": day, "closes": closes})


def _days_off(
    calendar: WorkingCalendar, confirmed: datetime, earliest: datetime
) -> Iterator[Reason]:
    """One sentence for each run of days on which nobody is at work."""
    runs: list[list[date]] = []
    for day in _days(calendar, confirmed, earliest):
        if calendar.is_working_day(day):
            continue
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        if len(run) == 1:
            yield Reason(Wait.WINDOW, N_("{day} är ingen arbetsdag."), {"day": run[0]})
        else:
            values = {"first": run[0], "last": run[-1]}
            yield Reason(Wait.WINDOW, N_("{first} till {last} är inga arbetsdagar."), values)


def _days(calendar: WorkingCalendar, confirmed: datetime, earliest: datetime) -> list[date]:
    """The local dates that pass until the step's own."""
    first, last = (moment.astimezone(calendar.zone).date() for moment in (confirmed, earliest))
    return [first + n * _DAY for n in range((last - first).days)]


def silent(step: PlannedStep, earliest: datetime) -> Iterator[Reason]:
    """The black-out at whose end it goes."""
    for one in step.silences:
        if one.ends == earliest:
            why = N_("Inget går ut här förrän {until}: {why}.")
            yield Reason(Wait.BLACKOUT, why, {"until": one.ends, "why": one.why})


def _quiet(policy: Policy, step: PlannedStep, earliest: datetime) -> Iterator[Reason]:
    """Where ``earliest`` is the end of the hours in which people sleep."""
    if policy.quiet_until(step, earliest - timedelta(microseconds=1)) == earliest:
        sleeping = N_("Inget skickas nattetid. Väntar till {until}.")
        yield Reason(Wait.QUIET, sleeping, {"until": earliest})


def _released(policy: Policy, step: PlannedStep) -> Iterator[Reason]:
    if step.release_by:
        titles = ", ".join(policy.roles[role].title for role in step.release_by)
        yield Reason(Wait.RELEASE, N_("Släpps för hand av {roles}."), {"roles": titles})
