"""Whatever policy loads keeps the promise: first inside, and never before its window."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.calendar import NeverOpen, Opening, WorkingCalendar
from announcer.domain.notation import read_openings
from announcer.domain.plan import AnnouncementFacts, may_start
from announcer.domain.policy import Almanac, At, Window
from announcer.domain.schedule import make_plan, not_before
from announcer.domain.step import ApprovalRule, PlannedStep, StepFacts, StepState, Strength
from tests.unit.domain.example_policy import content, hallefors
from tests.unit.domain.random_policies import (
    MORNING,
    NOON,
    PAPER,
    amount,
    handovers,
    hours_before,
    leader,
    least_lead,
    leaves_the_house,
    loads,
    moments,
    ordinary,
    plans,
    short,
    tables_and_texts,
    usable_windows,
)


def waits_for(steps: dict[str, PlannedStep], key: str) -> set[str]:
    found: set[str] = set()
    left = [key]
    while left:
        for name in steps[left.pop()].after:
            if name not in found:
                found.add(name)
                left.append(name)
    return found


def test_every_plan_of_every_policy_that_loads_tells_staff_first() -> None:
    seen: Counter[str] = Counter()

    @ordinary
    @given(tables_and_texts())
    def check(drawn: tuple[dict[str, Any], Content]) -> None:
        raw, announced = drawn
        policy = loads(raw)
        seen["loaded" if policy else "refused"] += 1
        steps = {step.key: step for step in plans(policy, announced)} if policy else {}
        if not steps:
            return
        (page,) = (key for key, step in steps.items() if step.channel == "intranet")
        told: list[str] = []
        for key, step in steps.items():
            outside = leaves_the_house(raw, announced.class_name, key)
            before = waits_for(steps, key)
            assert step.external is outside
            assert before <= set(told), "a plan is in an order in which it can be carried out"
            assert ("press" in step.audience) is outside, "nobody outside is told by default"
            if outside or step.channel in PAPER:
                assert page in step.after
                assert not step.before_intranet
            if outside or key == page:
                assert step.strength is Strength.MUST
            if outside:
                assert step.approval is not ApprovalRule.NONE
                assert step.approvals > 0
                seen["external"] += 1
            else:
                assert not any(steps[name].external for name in before)
            told.append(key)

    check()
    assert seen["loaded"] > 20, "the property is about policies that load"
    assert seen["refused"] > 20
    assert seen["external"] > 10


def as_openings(minutes: list[int]) -> tuple[Opening, ...]:
    times = [time(minute // 60, minute % 60) for minute in sorted(minutes)]
    return read_openings(tuple(zip(times[::2], times[1::2], strict=False)))


#: Of one weekday: up to three openings anywhere in the day, in order.
openings = st.lists(st.integers(0, 1439), unique=True, max_size=6).map(as_openings)


zones = st.sampled_from(
    ["Europe/Stockholm", "Australia/Lord_Howe", "America/Havana", "Antarctica/Troll", "UTC"]
).map(ZoneInfo)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """The switchboard's, or any other, in zones that change their clocks in every odd way."""
    if draw(st.booleans()):
        return hallefors().calendars["vaxeln"]
    zone = draw(zones)
    some, others = draw(openings), draw(openings)
    hours = {day: others if day in (2, 6) else some for day in range(7)}
    closed = draw(st.integers(2, 31))
    return WorkingCalendar(zone, hours, lambda day: day.toordinal() % closed == 0)


@ordinary
@given(usable_windows, moments, calendars(), handovers)
def test_no_window_ends_before_its_floor_or_outside_its_bounds(
    raw: dict[str, Any],
    confirmed: datetime,
    calendar: WorkingCalendar,
    shifts: dict[str, tuple[time, ...]],
) -> None:
    window = Window.model_validate(raw)
    try:
        ends = window.ends(confirmed, Almanac({"vaxeln": calendar}, calendar.zone, shifts))
    except NeverOpen:
        return  # drawn so that it hardly opens; a policy with such hours is refused
    lead = ends - confirmed
    # The database refuses a start before this, in whole seconds.
    assert int(window.floor().total_seconds()) <= lead.total_seconds()
    assert window.floor() >= timedelta(0)
    assert lead >= least_lead(raw)
    if window.maximum is not None and window.clock is None:
        assert lead <= window.maximum


@ordinary
@given(moments, handovers, short.map(amount), zones)
def test_every_affected_workplace_has_handed_over_when_the_window_ends(
    confirmed: datetime, shifts: dict[str, tuple[time, ...]], least: timedelta, zone: ZoneInfo
) -> None:
    window = Window(handover=True).model_copy(update={"minimum": least})
    ends = window.ends(confirmed, Almanac({}, zone, shifts))
    assert ends >= confirmed + least
    minutes = (ends - confirmed) // timedelta(minutes=1) + 2
    walls = {
        (confirmed.replace(second=0, microsecond=0) + timedelta(minutes=n)).astimezone(zone)
        for n in range(min(minutes, 26 * 60))
    }
    seen = {wall.strftime("%H:%M") for wall in walls}
    for clocks in shifts.values():
        showing = {clock.strftime("%H:%M") for clock in clocks}
        skipped = any(is_skipped(clock, confirmed, zone) for clock in clocks)
        assert not clocks or skipped or seen & showing


def is_skipped(clock: time, confirmed: datetime, zone: ZoneInfo) -> bool:
    """Whether some day about then has no such time on its clocks."""
    days = (confirmed.astimezone(zone).date() + timedelta(days=n) for n in range(3))
    walls = (datetime.combine(day, clock, tzinfo=zone) for day in days)
    return any(wall.astimezone(UTC).astimezone(zone).time() != clock for wall in walls)


@ordinary
@given(hours_before, moments)
def test_an_hour_reckoned_backwards_is_on_the_working_day_that_was_named(
    raw: dict[str, Any], known: datetime
) -> None:
    calendar = hallefors().calendars["vaxeln"]
    moment = At.model_validate(raw).moment(known, hallefors().almanac())
    if "before_known" in raw:
        assert moment == known - amount(raw["before_known"])
        return
    at, day = moment.astimezone(calendar.zone), known.astimezone(calendar.zone).date()
    assert at.date() <= day
    between = [at.date() + timedelta(days=n) for n in range((day - at.date()).days)]
    assert sum(calendar.is_working_day(one) for one in between) == raw["days_before"]
    assert not between or calendar.is_working_day(between[0])


@ordinary
@given(tables_and_texts(), moments, handovers)
def test_every_window_of_every_policy_that_loads_has_an_end(
    drawn: tuple[dict[str, Any], Content],
    confirmed: datetime,
    shifts: dict[str, tuple[time, ...]],
) -> None:
    raw, announced = drawn
    policy = loads(raw)
    steps = raw["classes"][announced.class_name]["steps"]
    for step in plans(policy, announced) if policy else ():
        assert policy is not None
        opens = not_before(policy, announced.class_name, step, confirmed, shifts)
        if step.channel == "intranet" or step.before_intranet:
            assert opens is None
            continue
        assert opens is not None
        assert opens >= confirmed + step.floor
        window = steps[leader(steps, step.key)].get("window", {})
        assert opens >= confirmed + least_lead(window)
        assert step.floor >= least_lead(window), "what the database holds"


PLANS = tuple(
    make_plan(hallefors(), content(name, audience=("alla", "press")))
    for name in ("beslut", "information", "kommande beslut", "kris")
)
#: Mostly early enough, now and then late or never.
moment = st.sampled_from([MORNING] * 6 + [NOON, NOON + timedelta(hours=3), None])
pause = st.sampled_from([None] * 7 + [NOON])
way = st.sampled_from(
    [StepState.SETTLED] * 7 + [StepState.WAITING, StepState.SENDING, StepState.WITHDRAWN]
)


@st.composite
def announcements(draw: st.DrawFn) -> AnnouncementFacts:
    """A plan of Hällefors at any point of its way, sensible or not."""
    steps = {
        step.key: StepFacts(
            planned=step,
            state=StepState.WAITING if step.external else draw(way),
            not_before=draw(moment),
            released_at=draw(moment),
            held_at=draw(pause),
        )
        for step in draw(st.sampled_from(PLANS))
    }
    return AnnouncementFacts(
        state=draw(st.sampled_from([AnnouncementState.ACTIVE] * 3 + list(AnnouncementState))),
        steps=steps,
        approved_at=draw(moment),
        confirmed_at=draw(moment),
        held_at=draw(pause),
    )


def test_the_gate_lets_nothing_out_while_any_condition_is_missing() -> None:
    seen: Counter[bool] = Counter()

    @settings(ordinary, max_examples=600)
    @given(announcements(), st.integers(-3, 5).map(lambda h: NOON + timedelta(hours=h)))
    def check(facts: AnnouncementFacts, now: datetime) -> None:
        for key, step in facts.steps.items():
            if not step.planned.external:
                continue
            allowed = may_start(key, facts, now).allowed
            seen[allowed] += 1
            if not allowed:
                continue
            assert step.state is StepState.WAITING
            assert facts.state in (AnnouncementState.ACTIVE, AnnouncementState.COMPLETED)
            assert facts.approved_at is not None
            assert facts.held_at is None
            assert step.held_at is None
            assert facts.confirmed_at is not None
            assert now >= facts.confirmed_at + step.planned.floor
            assert step.not_before is not None
            assert now >= step.not_before
            assert step.released_at is not None or not step.planned.release_by
            for name in waits_for({k: s.planned for k, s in facts.steps.items()}, key):
                before = facts.steps[name]
                assert before.state is StepState.SETTLED or before.planned.channel == "intranet"

    check()
    assert seen[True] > 20, "the property is about steps that may start"
