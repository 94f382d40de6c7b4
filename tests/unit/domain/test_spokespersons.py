"""Who answers, on which number and how soon: in the text before anybody approves it."""

from dataclasses import replace
from typing import Any

import pytest

from announcer.domain.announcement import Translation
from announcer.domain.content_faults import faults_of
from announcer.domain.errors import PolicyError
from announcer.domain.policy import WEEKDAYS, Policy
from announcer.domain.policy.spokespersons import answers_in_words
from announcer.services.answering import with_answers
from announcer.services.public_now import answers_now
from tests.unit.domain.example_policy import REMOVED, UNITS, content, local, policy_with

SCHOOL = {"topic": "skolan", "title": "Skolchefen", "phone": "0591-555 12"}
DUTY = {"title": "Tjänsteman i beredskap", "phone": "0591-555 99"}
NOW = local("2026-12-08 10:00")


def with_people(*people: dict[str, Any], **more: Any) -> Policy:
    return policy_with({"spokespersons": list(people), **more})


def contact(policy: Policy, **changes: Any) -> str:
    return with_answers(content(**changes), policy).contact


def test_a_topic_fills_the_contact_that_the_writer_left_empty() -> None:
    assert contact(with_people(SCHOOL), topic="skolan", contact="") == "Skolchefen, 0591-555 12"


def test_out_of_hours_somebody_else_answers() -> None:
    hours = "mån–tors 07.30–12.00, 12.30–16.00; fre 07.30–12.00, 12.30–15.00"
    one = SCHOOL | {"hours": "vaxeln"}
    expected = f"Skolchefen, 0591-555 12 ({hours})"
    assert contact(with_people(one), topic="skolan", contact="") == expected
    further = f"{expected}, annars Tjänsteman i beredskap, 0591-555 99"
    directly = with_people(one | {"escalates_to": DUTY})
    through = with_people(one | {"escalates_to": "jour"}, DUTY | {"topic": "jour"})
    for policy in (directly, through):
        assert contact(policy, topic="skolan", contact="") == further


def test_a_contact_of_the_writers_own_keeps_the_direct_number_beside_it() -> None:
    policy = with_people(SCHOOL)
    own = contact(policy, topic="skolan", contact="Rektor i Fyllsta")
    assert own == "Rektor i Fyllsta. Skolchefen, 0591-555 12"
    assert contact(policy, topic="skolan", contact=own) == own
    assert contact(policy, contact="Rektor, 0591-555 10") == "Rektor, 0591-555 10"


def test_a_topic_that_nobody_answers_for_is_refused() -> None:
    found = faults_of(content(topic="vägar"), with_people(SCHOOL), UNITS, NOW)
    assert [str(one) for one in found] == [
        "Ämnet ”vägar” har ingen som svarar. Välj bland: skolan."
    ]


def test_what_leaves_the_house_has_a_direct_number() -> None:
    policy = with_people(SCHOOL)
    sentence = "Kontakten saknar direktnummer. Välj ett ämne, eller skriv roll och nummer."
    outside = content("beslut", contact="Rektor")
    inside = content("information", contact="Rektor")
    assert [str(one) for one in faults_of(outside, policy, UNITS, NOW)] == [sentence]
    assert faults_of(inside, policy, UNITS, NOW) == []
    named = replace(inside, audience=("alla", "press"))
    assert [str(one) for one in faults_of(named, policy, UNITS, NOW)] == [sentence]
    assert faults_of(replace(outside, contact="Rektor, 0591 555 10"), policy, UNITS, NOW) == []


def test_nothing_leaves_the_house_without_any_contact() -> None:
    found = faults_of(content("beslut", contact=""), with_people(SCHOOL), UNITS, NOW)
    assert [str(one)[:15] for one in found] == ["Kontakt saknas."]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"within": "24 h"}, "Vi svarar inom 24 timmar."),
        ({"within": "1 d"}, "Vi svarar inom 24 timmar."),
        ({"within": "3 d"}, "Vi svarar inom 3 dygn."),
        ({"within": "90 min"}, "Vi svarar inom 90 minuter."),
        ({"within": "4 h", "hours": "dag"}, "Vi svarar inom 4 timmar (mån–fre 08.00–16.00)."),
    ],
)
def test_the_promise_of_an_answer_is_a_sentence(answers: dict[str, str], words: str) -> None:
    days = {day: ["08:00-16:00"] for day in WEEKDAYS[:5]}
    policy = policy_with({"calendar/hours/dag": days, "answers": answers})
    assert answers_in_words(policy, str) == words
    finnish = content(translations={"fi": Translation("Koulu", "s")})
    told = with_answers(finnish, policy).answers
    assert told["sv"] == words
    assert told["fi"].startswith("Vastaamme ")


def test_a_policy_that_promises_nothing_says_nothing() -> None:
    assert with_answers(content(), policy_with({"answers": REMOVED})) == content()


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"spokespersons": [SCHOOL, SCHOOL]}, "spokespersons.1.topic", "Remove one of them"),
    ({"spokespersons": [SCHOOL | {"phone": "ring oss"}]}, "spokespersons.0.phone", "pattern"),
    ({"spokespersons": [SCHOOL | {"hours": "natt"}]}, "spokespersons.0.hours", "Add [calendar.hours.natt]"),
    ({"spokespersons": [SCHOOL | {"escalates_to": DUTY}]}, "spokespersons.0.escalates_to", "Add hours"),
    ({"spokespersons": [SCHOOL | {"hours": "vaxeln", "escalates_to": "jour"}]}, "spokespersons.0.escalates_to", "Name one of"),
    ({"spokespersons": [SCHOOL | {"hours": "vaxeln", "escalates_to": "skolan"}]}, "spokespersons.0.escalates_to", "at all hours"),
    ({"spokespersons": [SCHOOL | {"title": "x" * 60, "hours": "vaxeln", "escalates_to": DUTY | {"title": "y" * 60}}]},
     "spokespersons.0.title", "Shorten it"),
    ({"answers": {"within": "5 s"}}, "answers.within", "at least a minute"),
    ({"answers": {"within": "5 h", "hours": "natt"}}, "answers.hours", "Add [calendar.hours.natt]"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "fix"), REFUSED)
def test_people_who_cannot_be_reached_are_refused(
    changes: dict[str, Any], key: str, fix: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        policy_with(changes)
    lines = [one for one in str(refused.value).splitlines() if f": {key}" in one]
    assert lines
    assert fix in lines[0]


def test_who_answers_now_is_whoever_is_in_their_hours() -> None:
    office = SCHOOL | {"hours": "vaxeln", "escalates_to": "jour"}
    policy = with_people(office, DUTY | {"topic": "jour"})
    late = local("2026-12-08 22:00")
    assert [one.title for one in answers_now(policy, NOW)] == [SCHOOL["title"], DUTY["title"]]
    assert [one.title for one in answers_now(policy, late)] == [DUTY["title"], DUTY["title"]]
    assert answers_now(with_people(SCHOOL | {"hours": "vaxeln"}), late) == []
