"""A policy under its owner's is stricter or refused; whatever loads allows nothing more."""

import copy
import functools
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.domain.announcement import Content
from announcer.domain.errors import PolicyError, Refusal
from announcer.domain.policy import Policy, load_policy, parse_policy, read_toml
from announcer.domain.policy.layered_steps import STEP_COMPARISONS, StepPair
from announcer.domain.policy.layers import CLASS_COMPARISONS, POLICY_COMPARISONS, ClassPair
from announcer.domain.schedule import make_plan, not_before
from announcer.domain.step import PlannedStep, Strength
from tests.unit.domain.example_policy import POLICIES, REMOVED, STOCKHOLM, content, put, table

BESLUT = "classes/beslut"
PRESS = f"{BESLUT}/steps/press"
OUTSIDE = ("press", "newsroom", "visitors_board")
VOTE = {"from": "2026-09-13", "until": "2026-09-13", "why": "Val"}
SCHOOL = {"topic": "skolan", "title": "Skolchefen", "phone": "0591-555 12"}

#: What the owner has besides the policy of Hällefors, so that every rule has something to weigh.
OWNER: dict[str, Any] = {
    "audiences/alla/mandatory": ["intranet", "email"],
    "blackouts": [VOTE],
    "quiet": {"begins": "21:00", "ends": "06:00"},
    "limits": {"longest_title": 120, "words": {"brukare": "Skriv vem."}},
    "answers": {"within": "24 h"},
    "spokespersons": [SCHOOL],
    "events": {"klart": {"opened_by": ["chef"], "needs": "note"}},
    f"{BESLUT}/content": {"needs": ["summary"], "languages": ["fi"], "same_time": ["en"]},
    f"{BESLUT}/least_notice": {"duration": "2 d", "strict": True},
    f"{BESLUT}/approval": {"by": ["informationsenheten", "enhetschef"], "author_last": True},
    f"{BESLUT}/written_by": ["enhetschef"],
    f"{PRESS}/gates": ["klart"],
    f"{BESLUT}/steps/epost/strength": "must",
    "classes/kommande beslut/steps/press/at": {"before_known": "1 h"},
    "classes/kommande beslut/steps/mote/ticked_by": ["enhetschef"],
    "classes/kommande beslut/steps/mote/held": "per unit",
    "classes/kommande beslut/steps/mote/briefing": {"before": "1 h", "for": ["enhetschef"]},
}


def owner() -> dict[str, Any]:
    raw = table()
    for path, value in OWNER.items():
        put(raw, path, value if value is REMOVED else copy.deepcopy(value))
    return raw


@functools.cache
def owners_policy() -> Policy:
    return parse_policy(owner(), "owner.toml")


def under(changes: dict[str, Any]) -> Policy:
    """The owner's policy with changes, under the owner's."""
    raw = owner()
    for path, value in changes.items():
        put(raw, path, value if value is REMOVED else copy.deepcopy(value))
    return parse_policy({**raw, "under": owner()}, "company.toml")


def test_the_owner_s_own_policy_is_under_itself() -> None:
    assert under({})


STRICTER: list[dict[str, Any]] = [
    {f"{PRESS}/window": {"working": "3 h", "hours": "vaxeln"}},
    {f"{PRESS}/window": {"duration": "200 d"}},
    {f"{BESLUT}/approval": {"each": ["informationsenheten", "enhetschef"], "author_last": True}},
    {f"{BESLUT}/approval/units": {"kost": {"each": ["chef", "enhetschef"], "author_last": True}}},
    {f"{PRESS}/greatest_lateness": "1 d"},
    {"blackouts": [VOTE | {"from": "2026-09-12", "channels": [*OUTSIDE, "email"]}]},
    {"limits": {"longest_title": 80, "words": {"Brukare": "x", "kund": "y"}}},
    {"answers": {"within": "4 h"}},
    {f"{BESLUT}/content/needs": ["summary", "record_number"]},
    {"classes/kommande beslut/steps/press/at": {"before_known": "30 min"}},
    {"classes/kris": REMOVED, "crisis": REMOVED},
    {"crisis/wait": REMOVED, "crisis/lifts": [], "crisis/declared_by": ["krisledning"]},
    {"crisis/wait": "10 min", "crisis/languages": ["fi", "sv"], "crisis/review_within": "2 d"},
]


@pytest.mark.parametrize("changes", STRICTER)
def test_what_is_stricter_is_allowed(changes: dict[str, Any]) -> None:
    assert under(changes)


WEAKER: list[tuple[dict[str, Any], str, str]] = [
    ({"classes/nytt": table()["classes"]["information"]}, "classes.nytt", "Use one of"),
    ({"roles/enhetschef/position": REMOVED}, "roles.enhetschef.position", "Add it"),
    ({"roles/informationsenheten/unit": "own"}, "roles.informationsenheten.unit", "Name the unit"),
    ({"information_unit": ["informationsenheten", "chef"]}, "information_unit", "'chef'"),
    ({"audiences/alla/reach": "staff", "audiences/alla/positions": ["chef"]}, "audiences.alla.reach", "all_staff"),
    ({"audiences/alla/mandatory": ["intranet"]}, "audiences.alla.mandatory", "'email'"),
    ({"audiences/personalen": {"title": "Alla", "reach": "all_staff"}}, "audiences.personalen.mandatory", "'email'"),
    ({"workplace_codes": {"by": ["chef"]}}, "workplace_codes.by", "'chef'"),
    ({"workplace_codes": {"life": "300 d"}}, "workplace_codes.life", "or less"),
    ({"blackouts": []}, "blackouts", "Copy it"),
    ({"blackouts": [VOTE | {"channels": ["press"]}]}, "blackouts", "'newsroom'"),
    ({"blackouts": [VOTE | {"until": "2026-09-13T12:00"}]}, "blackouts", "Copy it"),
    ({"blackouts": [VOTE | {"classes": ["information"]}]}, "blackouts", "'beslut'"),
    ({"quiet": REMOVED}, "quiet", '"21:00" to "06:00"'),
    ({"quiet/channels": ["press"]}, "quiet", "'email'"),
    ({"duty": {"by": ["chef"]}}, "duty.by", "Remove it"),
    ({"duty": {"again": "2 h"}}, "duty.again", "sooner"),
    ({"boards": REMOVED}, "boards", "Copy it"),
    ({"boards/ready": "9 h"}, "boards.ready", "sooner"),
    ({"events/klart/opened_by": ["chef", "informationsenheten"]}, "events.klart.opened_by", "Remove it"),
    ({"events/klart/needs": "nothing"}, "events.klart.needs", '"note"'),
    ({"events/klart/percent": 50}, "events.klart.percent", "Raise or remove"),
    ({"limits/words": {}}, "limits.words", "'brukare'"),
    ({"limits/longest_title": 150}, "limits.longest_title", "120"),
    ({"answers/within": "3 d"}, "answers", "Promise that"),
    ({"answers/hours": "vaxeln"}, "answers", "Promise that"),
    ({"spokespersons": []}, "spokespersons", "Add one"),
    ({"crisis/declared_by": ["krisledning", "chef"]}, "crisis.declared_by", "'chef'"),
    ({"crisis/reviewed_by": ["chef"]}, "crisis.reviewed_by", "'chef'"),
    ({"crisis/wait": "1 min"}, "crisis.wait", "more time at the owner"),
    ({"crisis/languages": []}, "crisis.languages", "'fi'"),
    ({"crisis/vma": ""}, "crisis.vma", "Say it too"),
    ({"crisis/next_information": "3 h"}, "crisis.next_information", "or less"),
    ({"crisis/review_within": "30 d"}, "crisis.review_within", "or less"),
    ({f"{BESLUT}/approval/by": ["informationsenheten", "enhetschef", "chef"]}, "approval", "fewer people approve"),
    ({f"{BESLUT}/approval/author_last": False}, "approval.author_last", "Add it"),
    ({f"{BESLUT}/approval": {"by": ["enhetschef"], "author_alone": True}}, "approval.author_alone", "Remove it"),
    ({f"{BESLUT}/approval/units": {"kost": {"by": ["chef"]}}}, "approval.units.kost", "fewer people approve"),
    ({f"{BESLUT}/written_by": []}, "written_by", "Add it"),
    ({f"{BESLUT}/written_by": ["enhetschef", "chef"]}, "written_by", "'chef'"),
    ({f"{BESLUT}/urgent": True}, "urgent", "Remove it"),
    ({f"{BESLUT}/content/needs": []}, "content.needs", "'summary'"),
    ({f"{BESLUT}/content/languages": []}, "content.languages", "'fi'"),
    ({f"{BESLUT}/content/same_time": []}, "content.same_time", "'en'"),
    ({f"{BESLUT}/content/without": "first"}, "content.without", '"hold"'),
    ({f"{BESLUT}/content/stale": "first"}, "content.stale", '"hold"'),
    ({f"{BESLUT}/least_notice": REMOVED}, "least_notice", "Add it"),
    ({f"{BESLUT}/least_notice/duration": "1 d"}, "least_notice", "or more"),
    ({f"{BESLUT}/least_notice/strict": False}, "least_notice.strict", "true"),
    ({f"{PRESS}2": table()["classes"]["beslut"]["steps"]["press"]}, "steps.press2.channel", "owner's keys"),
    ({f"{PRESS}/channel": "newsroom"}, "steps.press.channel", '"press"'),
    ({f"{BESLUT}/steps/epost/audience": "alla"}, "steps.epost.audience", "another key"),
    ({"classes/information/steps/press/when": "always"}, "steps.press.when", "by default"),
    ({f"{BESLUT}/steps/affisch/when": "channel"}, "steps.affisch.when", '"always"'),
    ({f"{PRESS}/release": REMOVED}, "steps.press.release", "Add it"),
    ({f"{PRESS}/release/by": ["informationsenheten", "chef"]}, "steps.press.release.by", "'chef'"),
    ({f"{PRESS}/release": {"by": ["informationsenheten"], "out_of_hours": ["chef"], "hours": "vaxeln"}},
     "steps.press.release.out_of_hours", "'chef'"),
    ({"classes/information/steps/press/release": {"by": ["informationsenheten"], "out_of_hours": ["chef"], "hours": "vaxeln"}},
     "classes.information.steps.press.release.out_of_hours", "say that news is out"),
    ({f"{PRESS}/after": ["intranet", "epost"]}, "steps.press.after", "'affisch'"),
    ({f"{BESLUT}/steps/epost/strength": "should"}, "steps.epost.strength", '"must"'),
    ({f"{PRESS}/gates": []}, "steps.press.gates", "'klart'"),
    ({"classes/kommande beslut/steps/press/at": REMOVED}, "steps.press.at", "owner's"),
    ({"classes/kommande beslut/steps/press/at": {"before_known": "2 h"}}, "steps.press.at", "owner's"),
    ({"classes/information/steps/mote/ticked_by": ["chef"]}, "steps.mote.ticked_by", "'chef'"),
    ({"classes/kommande beslut/steps/mote/held": "once"}, "steps.mote.held", '"per unit"'),
    ({"classes/kommande beslut/steps/mote/briefing/before": "2 h"}, "steps.mote.briefing.before", "or less"),
    ({"classes/kommande beslut/steps/mote/briefing/for": ["chef"]}, "steps.mote.briefing.for", "'chef'"),
    ({"classes/information/steps/mote/briefing": {"for": ["chef"]}}, "steps.mote.briefing", "Remove it"),
    ({f"{PRESS}/greatest_lateness": "9 d"}, "steps.press.greatest_lateness", "or less"),
    ({f"{PRESS}/window": {"working": "1 h", "hours": "vaxeln"}}, "steps.press.window", "at the owner by 2:00:00"),
    ({f"{PRESS}/window": {"duration": "3 h"}}, "steps.press.window", "ahead by less"),
    ({f"{PRESS}/window/maximum": "2 h"}, "steps.press.window", "ahead by less"),
    ({"calendar/hours/vaxeln/saturday": ["00:00-23:59"]}, "steps.press.window", "ahead by less"),
    ({"calendar/days_off": []}, "steps.press.window", "ahead by less"),
    ({"organisation/country": "FI"}, "steps.press.window", "ahead by less"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "fix"), WEAKER)
def test_what_is_weaker_than_the_owner_s_is_refused(
    changes: dict[str, Any], key: str, fix: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        under(changes)
    lines = [one for one in str(refused.value).splitlines() if f"{key}: " in one]
    assert lines, refused.value
    assert lines[0].startswith("company.toml: ")
    assert any(fix in line for line in lines), lines


def test_every_comparison_has_something_that_it_refuses() -> None:
    """Or a rule could be switched off and nobody would see it."""
    refusing: set[object] = set()
    for changes, _, _ in WEAKER:
        raw = owner()
        for path, value in changes.items():
            put(raw, path, value if value is REMOVED else copy.deepcopy(value))
        refusing |= _refusing(owners_policy(), parse_policy(raw, "ours"))
    assert refusing == {*POLICY_COMPARISONS, *CLASS_COMPARISONS, *STEP_COMPARISONS}


def _refusing(theirs: Policy, ours: Policy) -> set[object]:
    found: set[object] = {one for one in POLICY_COMPARISONS if list(one(theirs, ours))}
    for name, now in ours.classes.items():
        if was := theirs.classes.get(name):
            pair = ClassPair(theirs, ours, was, now)
            found |= {one for one in CLASS_COMPARISONS if list(one(pair))}
            for key in now.steps:
                steps = StepPair(theirs, ours, was, now, key)
                found |= {one for one in STEP_COMPARISONS if list(one(steps))}
    return found


# Files --------------------------------------------------------------------------------------


def test_a_file_is_read_with_the_owner_s_beside_it(tmp_path: Path) -> None:
    for one in POLICIES.iterdir():
        (tmp_path / one.name).symlink_to(one)
    file = tmp_path / "company.toml"
    text = 'derived_from = "hallefors.toml"\nunder = "hallefors.toml"\nname = "Bolaget"\n'
    file.write_text(text, encoding="utf-8")
    assert load_policy(file).name == "Bolaget"
    assert read_toml(file)["under"] == table()
    file.write_text(text + '[classes.beslut.approval]\nby = ["chef"]\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=r"company.toml: classes.beslut.approval: fewer people"):
        load_policy(file)
    file.write_text(
        text + f'under = "{file.name}"\n'.replace("under", "under", 1), encoding="utf-8"
    )
    with pytest.raises(PolicyError, match="not TOML"):
        load_policy(file)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('under = "self.toml"', "in a circle"),
        ("under = 7", "under: write the name of a policy file"),
        ('under = "ingen.toml"', "there is no such file"),
    ],
)
def test_an_owner_s_file_that_cannot_be_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "self.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=fault):
        load_policy(file)


def test_a_table_whose_owner_is_no_table_is_refused() -> None:
    with pytest.raises(PolicyError, match="under: write the name"):
        parse_policy({**table(), "under": "owner.toml"}, "x")


def test_the_example_of_a_company_is_under_its_owner() -> None:
    assert "under" in read_toml(POLICIES / "klockarberget.toml")
    assert load_policy(POLICIES / "klockarberget.toml")


# Whatever loads -----------------------------------------------------------------------------

windows = st.one_of(
    st.builds(lambda n: {"duration": f"{n} h"}, st.integers(0, 200)),
    st.builds(lambda n: {"working": f"{n} h", "hours": "vaxeln"}, st.integers(0, 12)),
    st.builds(lambda n: {"clock": f"{n:02}:00", "hours": "vaxeln"}, st.integers(0, 23)),
)
afters = st.sets(st.sampled_from(["epost", "affisch"])).map(lambda s: ["intranet", *sorted(s)])
roles = st.sampled_from(["informationsenheten", "enhetschef", "chef", "krisledning"])
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    f"{PRESS}/window": windows,
    f"{PRESS}/after": afters,
    f"{PRESS}/release": st.just(REMOVED) | st.builds(lambda r: {"by": sorted(r)}, st.sets(roles, min_size=1)),
    f"{PRESS}/gates": st.sampled_from([[], ["klart"]]),
    f"{PRESS}/when": st.sampled_from(["always", "audience"]),
    f"{PRESS}/greatest_lateness": st.integers(1, 8).map(lambda n: f"{n} d"),
    f"{BESLUT}/steps/epost/strength": st.sampled_from([one.value for one in Strength]),
    f"{BESLUT}/steps/affisch/when": st.sampled_from(["always", "channel"]),
    f"{BESLUT}/approval/author_last": st.booleans(),
    "calendar/days_off": st.sets(st.sampled_from(["12-24", "12-31", "midsummer eve", "12-23"])).map(sorted),
    "calendar/hours/vaxeln/friday": st.sampled_from([[], ["07:30-15:00"], ["07:30-12:00", "12:30-15:00"], ["09:00-11:00"]]),
    "blackouts": st.sampled_from([[], [VOTE], [VOTE | {"from": "2026-09-10"}]]),
}  # fmt: skip
changes = st.lists(st.sampled_from(sorted(CHANGES)), unique=True, max_size=4).flatmap(
    lambda keys: st.fixed_dictionaries({key: CHANGES[key] for key in keys})
)
#: The documented samples are of some moments of each day; between them, working hours are bridged
#: by asking at the very same moments.
days = st.integers(0, 730).map(lambda n: date(2027, 1, 1) + timedelta(days=n))
clocks = st.sampled_from([time(0), time(7, 15), time(11, 15), time(15, 45)])


def planned(policy: Policy, text: Content) -> dict[str, PlannedStep] | None:
    try:
        return {step.key: step for step in make_plan(policy, text)}
    except Refusal:
        return None


@given(changes, days, clocks, st.sampled_from([("alla",), ("alla", "press")]))
@settings(max_examples=80, deadline=None, database=None)
def test_whatever_loads_under_an_owner_is_never_more_permissive(
    changed: dict[str, Any], day: date, clock: time, audience: tuple[str, ...]
) -> None:
    """Judged by the plans that both make of one text, and not by the comparisons."""
    try:
        ours = under(changed)
    except PolicyError:
        return
    theirs = owners_policy()
    confirmed = datetime.combine(day, clock, tzinfo=STOCKHOLM).astimezone(UTC)
    text = content("beslut", audience=audience)
    allowed, meant = planned(theirs, text), planned(ours, text)
    if meant is None:
        return
    assert allowed is not None
    for key, step in meant.items():
        if not step.external:
            continue
        was = allowed[key]
        assert set(was.after) <= set(step.after)
        assert set(was.gates) <= set(step.gates)
        assert not was.release_by or set(step.release_by) <= set(was.release_by)
        assert not was.release_by or step.release_by
        assert step.floor >= was.floor
        assert step.greatest_lateness <= was.greatest_lateness
        assert {(s.begins, s.ends) for s in was.silences} <= {
            (max(s.begins, w.begins), s.ends)
            for s in step.silences
            for w in was.silences
            if s.begins <= w.begins
        }
        mine = not_before(ours, "beslut", step, confirmed)
        owners = not_before(theirs, "beslut", was, confirmed)
        assert mine is not None
        assert owners is not None
        assert mine >= owners
    assert all(step.strength is allowed[key].strength for key, step in meant.items())


def test_the_property_meets_policies_that_load_and_some_that_do_not() -> None:
    assert under({f"{PRESS}/window": {"working": "6 h", "hours": "vaxeln"}})
    with pytest.raises(PolicyError):
        under({f"{PRESS}/window": {"working": "0 h", "hours": "vaxeln"}})
