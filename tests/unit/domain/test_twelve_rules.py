"""The twelve rules of docs/rules.md: each piece of policy does what its heading says.

Each test asks the policy of Hällefors with the piece laid over it, and the one without it.
"""

import re
import tomllib
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import pytest

from announcer.domain.announcement import AnnouncementState, Translation
from announcer.domain.audience import Person, Unit, Units
from announcer.domain.content_faults import faults_of
from announcer.domain.errors import PolicyError
from announcer.domain.plan import AnnouncementFacts, Wait, may_start
from announcer.domain.policy import Policy, parse_policy, read_toml
from announcer.domain.policy.spokespersons import answers_in_words, contact_of, spokesperson_of
from announcer.domain.schedule import forecast, make_plan, who_releases
from announcer.domain.step import StepFacts, StepState
from announcer.domain.toml_file import merged
from tests.unit.domain.example_policy import (
    POLICIES,
    ROOT,
    content,
    hallefors,
    in_words,
    local,
    table,
)

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES = dict(re.findall(r"^## (\d+)\. .+?```toml\n(.+?)```", PAGE, re.MULTILINE | re.DOTALL))
MONDAY = "2026-12-07 10:00"
UNITS = Units({"ks": Unit("ks", "Kommunstyrelsen")})


@cache
def rule(number: int) -> Policy:
    base = read_toml(POLICIES / "hallefors.toml")
    return parse_policy(merged(base, tomllib.loads(RULES[str(number)])), "docs/rules.md")


def when(
    policy: Policy, class_name: str, approved: str, known: str | None = None
) -> dict[str, str]:
    text = content(class_name, audience=("alla", "press"), known_at=known and local(known))
    return {one.step.key: in_words(one.earliest) for one in forecast(policy, text, local(approved))}


def refusals(policy: Policy, class_name: str, **changes: object) -> list[str]:
    text = content(class_name, audience=("alla", "press"), **changes)
    return [str(one) for one in faults_of(text, policy, UNITS, local(MONDAY))]


def person(unit: str, role: str) -> Person:
    return Person(UUID(int=1), "p1", unit, "", role, "sv")


def test_the_page_has_twelve_rules_and_each_is_tried_here():
    assert list(RULES) == [str(n) for n in range(1, 13)]
    assert {f"test_rule_{n}" for n in RULES} <= {name for name in globals() if "rule" in name}


def test_rule_1():
    plan = when(rule(1), "beslut", MONDAY)
    assert (plan["epost"], plan["press"]) == ("Mon 2026-12-07 10:00", "Mon 2026-12-07 11:00")
    press = next(one for one in make_plan(rule(1), content()) if one.key == "press")
    assert press.after == ("epost", "intranet")
    turned = table()
    turned["classes"]["beslut"]["steps"]["press"]["after"] = []
    with pytest.raises(PolicyError, match="before the intranet page is confirmed"):
        parse_policy(turned, "x.toml")


@pytest.mark.parametrize(("days", "late"), [(8, False), (6, True)])
def test_rule_2(days: int, late: bool):
    decision = local(MONDAY) + timedelta(days=days)
    said = refusals(rule(2), "kommande beslut", decision_at=decision)
    assert bool(said) is late
    assert refusals(hallefors(), "kommande beslut", decision_at=decision) == []


def test_rule_3():
    plan = when(rule(3), "kommande beslut", "2026-12-04 10:00", "2026-12-08 09:00")
    assert plan == {
        "mote": "Mon 2026-12-07 13:00",
        "intranet": "Tue 2026-12-08 07:30",
        "epost": "Tue 2026-12-08 07:30",
        "affisch": "Tue 2026-12-08 07:30",
        "press": "Tue 2026-12-08 09:00",
        "nyhetsrum": "Wed 2026-12-09 09:00",
    }


def test_rule_4():
    steps = make_plan(rule(4), content(audience=("alla", "press")))
    assert {one.approvals for one in steps} == {2}
    approval = rule(4).classes["beslut"].approval
    assert approval
    assert approval.seats == (("informationsenheten",), ("kommunchef",))
    holds = rule(4).has_role
    assert holds(person("ks", "kommunchef"), ("kommunchef",), "bildning")
    assert not holds(person("ks", "chef"), ("kommunchef",), "bildning")
    assert not holds(person("bildning", "kommunchef"), ("kommunchef",), "bildning")


@pytest.mark.parametrize(
    ("now", "duty"),
    [("2026-12-07 10:00", False), ("2026-12-07 20:00", True), ("2026-12-25 10:00", True)],
)
def test_rule_5(now: str, duty: bool):
    press = next(one for one in make_plan(rule(5), content()) if one.key == "press")
    roles = who_releases(rule(5), "beslut", press, local(now))
    assert ("beredskap" in roles) is duty
    assert "informationsenheten" in roles


def test_rule_6():
    now = local(MONDAY)
    for events, waits in (({}, [Wait.EVENT]), ({"facklig förhandling klar": now}, [])):
        steps = {one.key: StepFacts(one) for one in make_plan(rule(6), content())}
        facts = AnnouncementFacts(AnnouncementState.ACTIVE, steps, now, now, events=events)
        assert [one.wait for one in may_start("intranet", facts, now).reasons] == waits
        assert not may_start("press", facts, now).allowed


def test_rule_7():
    finnish = {"fi": Translation("Keitä vesi", "Vesi on keitettävä", "Keitä")}
    assert any("finska" in one for one in refusals(rule(7), "kris"))
    assert refusals(rule(7), "kris", translations=finnish) == []
    assert refusals(hallefors(), "kris") == []


def test_rule_8():
    assert answers_in_words(rule(8), str) == "Vi svarar inom 24 timmar."
    one = spokesperson_of(rule(8), "skola och förskola")
    assert one
    assert contact_of(rule(8), one, str) == (
        "Skolchefen, 0591-555 12 (mån–tors 07.30–12.00, 12.30–16.00; fre 07.30–12.00, "
        "12.30–15.00), annars Tjänsteman i beredskap, 0591-555 99"
    )
    assert any("direktnummer" in said for said in refusals(rule(8), "beslut"))
    assert refusals(rule(8), "beslut", contact="Skolchefen, 0591-555 12") == []


def test_rule_9():
    night = when(rule(9), "beslut", "2026-12-07 23:30")
    assert night["intranet"] == "Mon 2026-12-07 23:30"
    assert night["epost"] == "Tue 2026-12-08 06:00"
    crisis = when(rule(9), "kris", "2026-12-07 23:30")
    assert set(crisis.values()) == {"Mon 2026-12-07 23:30"}
    assert when(hallefors(), "beslut", "2026-12-07 23:30")["epost"] == night["intranet"]


@pytest.mark.parametrize(
    ("approved", "press"),
    [
        ("2026-12-07 07:00", "Tue 2026-12-08 09:00"),
        ("2026-12-11 16:00", "Mon 2026-12-14 09:00"),
        ("2026-12-23 11:52", "Mon 2026-12-28 09:00"),
    ],
)
def test_rule_10(approved: str, press: str):
    assert when(rule(10), "beslut", approved)["press"] == press


def test_rule_11():
    plan = when(rule(11), "beslut", MONDAY)
    assert plan["chefer"] == "Mon 2026-12-07 10:00"
    assert plan["epost"] == "Mon 2026-12-07 11:00"
    steps = {one.key: one for one in make_plan(rule(11), content())}
    assert steps["chefer"].audience == ("chefer",)


def test_rule_12():
    sunday = "2026-09-13 10:00"
    text = content("information", audience=("alla", "press"))
    (press,) = (one for one in make_plan(rule(12), text) if one.key == "press")
    (silence,) = press.silences
    assert in_words(silence.ends) == "Sun 2026-09-13 20:00"
    assert when(rule(12), "kris", sunday)["press"] == "Sun 2026-09-13 10:00"
    assert waits_on(rule(12), local("2026-09-13 19:59")) == [Wait.BLACKOUT]
    assert waits_on(rule(12), local("2026-09-13 20:00")) == []


def waits_on(policy: Policy, now: datetime) -> list[Wait]:
    """What the press waits for when all else was done that morning."""
    done = local("2026-09-13 08:00")
    plan = make_plan(policy, content("information", audience=("alla", "press")))
    steps = {one.key: StepFacts(one, StepState.SETTLED, settled_at=done) for one in plan}
    steps["press"] = StepFacts(steps["press"].planned, not_before=done + timedelta(hours=4))
    facts = AnnouncementFacts(AnnouncementState.ACTIVE, steps, done, done, done)
    return [one.wait for one in may_start("press", facts, now).reasons]
