"""Whatever policy loads keeps the promise: first inside, and never before its window."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from announcer.domain.announcement import AnnouncementState, Content
from announcer.domain.calendar import NeverOpen, Opening, WorkingCalendar
from announcer.domain.errors import PolicyError, Refusal
from announcer.domain.notation import read_openings
from announcer.domain.plan import AnnouncementFacts, may_start
from announcer.domain.policy import Almanac, Policy, Window, parse_policy
from announcer.domain.schedule import make_plan, not_before
from announcer.domain.step import ApprovalRule, PlannedStep, StepFacts, StepState
from tests.unit.domain.example_policy import REMOVED, content, hallefors, local, put, table

ordinary = settings(
    max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)

CLASSES = tuple(table()["classes"])
INSIDE = ("alla", "ks", "fyllsta")
PAPER = {"email", "poster"}

clocks = st.times().map(lambda t: f"{t:%H:%M}")
short = st.integers(0, 200).map("{} min".format) | st.integers(0, 90).map("{} h".format)
usable_windows = st.one_of(
    st.fixed_dictionaries({"duration": short}),
    st.fixed_dictionaries({"working": short, "hours": st.just("vaxeln")}),
    st.fixed_dictionaries({"clock": clocks, "hours": st.just("vaxeln")}),
)
windows = usable_windows | st.sampled_from(
    [{}, {"duration": "1 h", "clock": "09:00", "hours": "vaxeln"}, {"clock": "09:00"}]
)
channel_names = st.sampled_from(["intranet", "email", "poster", "meeting", "press"])
roles = st.lists(st.sampled_from(["informationsenheten", "chef", "ingen"]), max_size=2)

#: What may be done to one step of a class; the keys are those of the policy language.
alterations = st.one_of(
    st.tuples(
        st.just("after"),
        st.lists(
            st.sampled_from(["intranet", "epost", "affisch", "mote", "press"]),
            max_size=3,
            unique=True,
        ),
    ),
    st.tuples(st.just("before_intranet"), st.booleans()),
    st.tuples(st.just("channel"), channel_names),
    st.tuples(st.just("audience"), st.sampled_from([REMOVED, "alla", "press", "ingen"])),
    st.tuples(st.just("when"), st.sampled_from(["always", "audience", "channel"])),
    st.tuples(st.just("window"), windows | st.just(REMOVED)),
    st.tuples(st.just("release"), st.builds(lambda by: {"by": by}, roles) | st.just(REMOVED)),
    st.tuples(st.just("ticked_by"), roles),
)


@st.composite
def policy_tables(draw: st.DrawFn) -> dict[str, Any]:
    """The policy of Hällefors with up to four things changed, most of them forbidden."""
    raw = table()
    for _ in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(CLASSES))
        steps = raw["classes"][name]["steps"]
        key, value = draw(alterations)
        step = steps[draw(st.sampled_from(sorted(steps)))]
        if value is not REMOVED or key in step:
            put(step, key, value)
    if draw(st.integers(0, 9)) == 9:
        raw["classes"][draw(st.sampled_from(CLASSES))].pop("approval", None)
    return raw


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """An announcement to anybody the policy knows, through any channels."""
    audience = draw(st.lists(st.sampled_from(("press", *INSIDE)), min_size=1, unique=True))
    channels = draw(st.lists(channel_names, max_size=2, unique=True))  # fmt: skip
    return content(
        draw(st.sampled_from(CLASSES)), audience=tuple(audience), channels=tuple(channels)
    )


#: Ordinary days, and those around clock changes and holidays.
moments = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    *(
        st.datetimes(
            datetime.fromisoformat(day), datetime.fromisoformat(day) + timedelta(days=3),
            timezones=st.just(UTC),
        )
        for day in ("2026-10-23", "2027-03-26", "2027-10-29", "2028-03-24", "2026-12-23", "2027-05-05")
    ),
)  # fmt: skip


def loads(raw: dict[str, Any]) -> Policy | None:
    try:
        return parse_policy(raw, "x.toml")
    except PolicyError:
        return None


def plans(policy: Policy, announced: Content) -> tuple[PlannedStep, ...]:
    try:
        return make_plan(policy, announced)
    except Refusal:
        return ()


def leaves_the_house(raw: dict[str, Any], class_name: str, key: str) -> bool:
    """By the table alone, without the code under test."""
    step = raw["classes"][class_name]["steps"][key]
    return step["channel"] == "press" or step.get("audience") == "press"


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
    @given(policy_tables(), contents())
    def check(raw: dict[str, Any], announced: Content) -> None:
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
            if outside:
                assert step.approval is not ApprovalRule.NONE
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


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """The switchboard's, or any other, in zones that change their clocks in every odd way."""
    if draw(st.booleans()):
        return hallefors().calendars["vaxeln"]
    zone = draw(
        st.sampled_from(
            ["Europe/Stockholm", "Australia/Lord_Howe", "America/Havana", "Antarctica/Troll", "UTC"]
        )
    )
    some, others = draw(openings), draw(openings)
    hours = {day: others if day in (2, 6) else some for day in range(7)}
    closed = draw(st.integers(2, 31))
    return WorkingCalendar(ZoneInfo(zone), hours, lambda day: day.toordinal() % closed == 0)


@ordinary
@given(usable_windows, moments, calendars())
def test_no_window_ends_before_its_floor(
    raw: dict[str, str], confirmed: datetime, calendar: WorkingCalendar
) -> None:
    window = Window.model_validate(raw)
    try:
        ends = window.ends(confirmed, Almanac({"vaxeln": calendar}, calendar.zone))
    except NeverOpen:
        return  # drawn so that it hardly opens; a policy with such hours is refused
    # The database refuses a start before this, in whole seconds.
    assert int(window.floor().total_seconds()) <= (ends - confirmed).total_seconds()
    assert window.floor() >= timedelta(0)


@ordinary
@given(policy_tables(), contents(), moments)
def test_every_window_of_every_policy_that_loads_has_an_end(
    raw: dict[str, Any], announced: Content, confirmed: datetime
) -> None:
    policy = loads(raw)
    for step in plans(policy, announced) if policy else ():
        assert policy is not None
        opens = not_before(policy, announced.class_name, step, confirmed)
        if step.channel == "intranet" or step.before_intranet:
            assert opens is None
        else:
            assert opens is not None
            assert opens >= confirmed + step.floor


NOON = local("2026-12-08 12:00")
MORNING = local("2026-12-08 08:00")
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
