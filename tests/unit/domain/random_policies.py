"""Random policies over the whole language, texts under them, and days to try them on.

Half of the policies have only changes that an organisation could mean; the other half anything.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from announcer.domain.announcement import Content
from announcer.domain.errors import PolicyError, Refusal
from announcer.domain.policy import Policy, parse_policy
from announcer.domain.schedule import make_plan
from announcer.domain.step import PlannedStep
from tests.unit.domain.example_policy import REMOVED, content, local, put, table

ordinary = settings(
    max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)

CLASSES = tuple(table()["classes"])
#: Classes that can leave the house.
OUTWARD = ("beslut", "information", "kommande beslut", "kris")
INSIDE = ("alla", "ks", "fyllsta")
PAPER = {"email", "poster"}
EVENTS = {
    "beslut fattat": {"opened_by": ["informationsenheten"], "needs": "reference"},
    "tavlor uppe": {"opened_by": ["chef"], "percent": 60, "ceiling": "2 d"},
}

clocks = st.times().map(lambda t: f"{t:%H:%M}")
short = st.integers(0, 200).map("{} min".format) | st.integers(0, 90).map("{} h".format)
bounds = st.fixed_dictionaries({}, optional={"minimum": short, "maximum": short})


def bounded(kind: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda window, more: window | more, kind, st.just({}) | bounds)


#: Every kind that is counted by itself. Minimum and maximum may contradict each other.
usable_windows = bounded(
    st.one_of(
        st.fixed_dictionaries({"duration": short}),
        st.fixed_dictionaries({"working": short, "hours": st.just("vaxeln")}),
        st.fixed_dictionaries({"clock": clocks, "hours": st.just("vaxeln")}),
    )
) | st.fixed_dictionaries({"handover": st.just(True), "minimum": short})
#: What says too little or too much.
odd_windows = st.sampled_from(
    [
        {},
        {"duration": "1 h", "clock": "09:00", "hours": "vaxeln"},
        {"clock": "09:00"},
        {"handover": True},
        {"handover": True, "minimum": "1 h", "same_time_as": "press"},
        {"maximum": "1 h"},
        {"same_time_as": "ingen"},
    ]
)
same_time = st.sampled_from(["press", "nyhetsrum", "epost", "affisch", "intranet"]).map(
    lambda key: {"same_time_as": key}
)
hours_before = st.fixed_dictionaries({"before_known": short}) | st.fixed_dictionaries(
    {"days_before": st.integers(0, 5), "clock": clocks, "hours": st.just("vaxeln")}
)
odd_hours = st.sampled_from([{}, {"before_known": "1 h", "days_before": 1}, {"days_before": 1}])
channel_names = st.sampled_from(["intranet", "email", "poster", "meeting", "press", "newsroom"])
roles = st.lists(st.sampled_from(["informationsenheten", "chef", "ingen"]), max_size=2)
real_roles = st.lists(
    st.sampled_from(["informationsenheten", "chef", "enhetschef"]), min_size=1, max_size=2
)
gates = st.lists(st.sampled_from(list(EVENTS)), max_size=2, unique=True)
strengths = st.sampled_from(["must", "should", "if_practical"])
releases = st.builds(lambda by: {"by": by}, real_roles) | st.builds(
    lambda by, more: {"by": by, "out_of_hours": more, "hours": "vaxeln"}, real_roles, real_roles
)
chains = st.fixed_dictionaries(
    {"by": real_roles}, optional={"each": real_roles, "author_last": st.booleans()}
) | st.just({"by": ["informationsenheten"], "author_alone": True})
odd_chains = st.sampled_from(
    [{"by": []}, {"each": ["chef"], "author_alone": True}, {"by": ["ingen"]}]
)

#: What may be done to any step of a class; the keys are those of the policy language.
alterations = st.one_of(
    st.tuples(
        st.just("after"),
        st.lists(
            st.sampled_from(["intranet", "epost", "affisch", "mote", "press", "nyhetsrum"]),
            max_size=3,
            unique=True,
        ),
    ),
    st.tuples(st.just("before_intranet"), st.booleans()),
    st.tuples(st.just("channel"), channel_names),
    st.tuples(st.just("audience"), st.sampled_from([REMOVED, "alla", "press", "ingen"])),
    st.tuples(st.just("when"), st.sampled_from(["always", "audience", "channel"])),
    st.tuples(st.just("window"), usable_windows | odd_windows | same_time | st.just(REMOVED)),
    st.tuples(st.just("at"), hours_before | odd_hours | st.just(REMOVED)),
    st.tuples(st.just("gates"), gates | st.just(["ingenting"])),
    st.tuples(st.just("strength"), strengths),
    st.tuples(st.just("release"), releases | st.builds(lambda by: {"by": by}, roles) | st.just(REMOVED)),
    st.tuples(st.just("ticked_by"), roles),
)  # fmt: skip


def fitting(raw: dict[str, Any], class_name: str, key: str) -> st.SearchStrategy[tuple[str, Any]]:
    """What an organisation could mean to say about this step."""
    step = raw["classes"][class_name]["steps"][key]
    meant = [st.tuples(st.just("at"), hours_before), st.tuples(st.just("gates"), gates)]
    outside = leaves_the_house(raw, class_name, key)
    if step["channel"] == "intranet" or step.get("before_intranet"):
        return st.one_of(meant)
    meant.append(st.tuples(st.just("window"), usable_windows))
    if outside:
        meant.append(st.tuples(st.just("release"), releases))
        # Whatever it names comes after the page itself.
        through = st.lists(
            st.sampled_from(["epost", "affisch"]), min_size=1, max_size=2, unique=True
        )
        meant.append(st.tuples(st.just("after"), through))
    else:
        meant.append(st.tuples(st.just("strength"), strengths))
    return st.one_of(meant)


@st.composite
def policy_tables(
    draw: st.DrawFn, classes: tuple[str, ...] = CLASSES, *, odd: bool = True
) -> dict[str, Any]:
    """The policy of Hällefors with some things changed in ``classes``; without ``odd``, only such
    as fit."""
    raw = table()
    raw["events"] = {name: dict(event) for name, event in EVENTS.items()}
    sensible = not odd or draw(st.booleans())
    for _ in range(draw(st.integers(0, 6 if sensible else 4))):
        name = draw(st.sampled_from(classes))
        steps = raw["classes"][name]["steps"]
        chosen = draw(st.sampled_from(sorted(steps)))
        key, value = draw(fitting(raw, name, chosen) if sensible else alterations)
        if value is not REMOVED or key in steps[chosen]:
            put(steps[chosen], key, value)
    if draw(st.booleans()):
        draw_others(draw, raw, classes)
    if draw(st.integers(0, 2)) == 0:
        draw_together(draw, raw, classes)
    if draw(st.integers(0, 3)) == 0:
        raw["classes"][draw(st.sampled_from(classes))]["approval"] = draw(
            chains if sensible else chains | odd_chains
        )
    if not sensible and draw(st.integers(0, 4)) == 4:
        raw["classes"][draw(st.sampled_from(classes))].pop("approval", None)
    return raw


def draw_others(draw: st.DrawFn, raw: dict[str, Any], classes: tuple[str, ...]) -> None:
    """Managers, elected members and relatives are told as well, and the media wait for some."""
    raw["audiences"] |= {
        "chefer": {"title": "Chefer", "reach": "staff", "positions": ["chef"]},
        "ombud": {"title": "Ombud", "reach": "group"},
        "anhoriga": {"title": "Anhöriga", "reach": "told"},
    }
    steps = raw["classes"][draw(st.sampled_from(classes))]["steps"]
    if "press" not in steps:
        return
    steps["chefer"] = {"channel": "email", "audience": "chefer", "after": ["intranet"]}
    steps["ombud"] = {"channel": "email", "audience": "ombud", "after": ["intranet", "chefer"]}
    steps["samtal"] = {"channel": "meeting", "audience": "anhoriga", "ticked_by": ["chef"]}
    steps["samtal"]["after"] = ["intranet"]
    for key in draw(st.lists(st.sampled_from(["chefer", "ombud", "samtal"]), unique=True)):
        steps["press"]["after"] = [*steps["press"]["after"], key]


def draw_together(draw: st.DrawFn, raw: dict[str, Any], classes: tuple[str, ...]) -> None:
    """The web at the same time as the press, or the other way round."""
    steps = raw["classes"][draw(st.sampled_from(classes))]["steps"]
    if not {"press", "nyhetsrum"} <= steps.keys():
        return
    one, other = draw(st.permutations(["press", "nyhetsrum"]))
    steps[one]["window"] = {"same_time_as": other}
    steps[one].pop("release", None)
    steps[one].pop("at", None)


@st.composite
def contents(draw: st.DrawFn, classes: tuple[str, ...] = CLASSES) -> Content:
    """An announcement to anybody the policy knows, through any channels."""
    audience = draw(st.lists(st.sampled_from(("press", *INSIDE)), min_size=1, unique=True))
    channels = draw(st.just([]) | st.lists(channel_names, max_size=2, unique=True))
    known = draw(st.none() | st.integers(-30, 200).map(lambda h: MORNING + timedelta(hours=h)))
    return content(
        draw(st.sampled_from(classes)),
        audience=tuple(audience),
        channels=tuple(channels),
        known_at=known,
    )


@st.composite
def tables_and_texts(draw: st.DrawFn) -> tuple[dict[str, Any], Content]:
    """A policy with changes in one class, and a text in that class."""
    classes = (draw(st.sampled_from(CLASSES)),)
    return draw(policy_tables(classes)), draw(contents(classes))


MORNING = local("2026-12-08 08:00")
NOON = local("2026-12-08 12:00")

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

#: Local times at which two workplaces hand over.
handovers = st.dictionaries(
    st.sampled_from(["Fyllsta", "Nattpatrullen"]),
    st.lists(st.times(), max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
    max_size=2,
)


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


# What a table says, read without the code under test -------------------------------------------


def leaves_the_house(raw: dict[str, Any], class_name: str, key: str) -> bool:
    step = raw["classes"][class_name]["steps"][key]
    return step["channel"] in ("press", "newsroom") or step.get("audience") == "press"


def leader(steps: dict[str, Any], key: str) -> str:
    """The step whose moment this one has."""
    seen = {key}
    while other := steps[key].get("window", {}).get("same_time_as"):
        if other in seen or other not in steps:
            break  # a circle or nothing, which does not load
        seen.add(key := other)
    return key


def comes_after(steps: dict[str, Any], key: str) -> set[str]:
    """Every step before this one, through any others, and through the one it is together with."""
    found: set[str] = set()
    left = [key]
    seen = set()
    while left:
        name = left.pop()
        seen.add(name)
        after = steps[name].get("after", [])
        found.update(after)
        together = steps[name].get("window", {}).get("same_time_as")
        left += [one for one in (*after, together) if one and one not in seen]
    return found


def amount(text: str) -> timedelta:
    number, unit = text.split(" ")
    return timedelta(seconds=int(number) * {"s": 1, "min": 60, "h": 3600, "d": 86400}[unit])


def least_lead(window: dict[str, Any]) -> timedelta:
    """How long staff are ahead on every day, whatever the calendar says."""
    least = amount(window.get("duration") or window.get("working") or "0 s")
    least = max(least, amount(window.get("minimum", "0 s")))
    return min(least, amount(window["maximum"])) if "maximum" in window else least
