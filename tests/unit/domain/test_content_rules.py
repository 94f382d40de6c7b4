"""What a policy asks of texts: parts, languages, channels, notice, and words never printed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.domain.content_faults import faults_of
from announcer.domain.content_rules import approval_faults, findings, missing_languages
from announcer.domain.errors import Refusal
from announcer.domain.policy import Policy
from announcer.domain.translating import CHECKED, bound
from tests.unit.domain.example_policy import UNITS, content, local, policy_with

NOW = local("2026-12-08 10:00")
FINNISH = Translation("Koulu alkaa kahdeksalta", "Maaliskuun alusta.")
RULES = "classes/beslut/content"


def said(found: Sequence[Refusal]) -> list[str]:
    return [str(one) for one in found]


def faults(policy: Policy, now: datetime = NOW, **changes: Any) -> list[str]:
    return said(faults_of(content(**changes), policy, UNITS, now))


def ruled(**rules: Any) -> Policy:
    return policy_with({RULES: rules})


# Parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "empty", "sentence"),
    [
        ("summary", {"summary": ""}, "Sammanfattningen saknas. ”Beslut” ska ha en."),
        ("body", {"body": ""}, "Texten saknas. ”Beslut” ska ha en."),
        ("record_number", {}, "Diarienumret saknas. ”Beslut” ska ha ärendets nummer."),
        ("decision_at", {}, "Beslutets tid saknas. Skriv när det ska fattas."),
    ],
)
def test_a_text_without_a_part_that_its_class_needs_is_refused(
    part: str, empty: dict[str, str], sentence: str
) -> None:
    assert faults(ruled(needs=[part]), **empty) == [sentence]
    assert faults(ruled(), **empty) == []
    there = {"summary": "s", "body": "b", "record_number": "7", "decision_at": NOW}
    assert faults(ruled(needs=[part]), **there) == []


# Languages -----------------------------------------------------------------------------------


def test_nothing_leaves_review_without_a_required_language() -> None:
    policy = ruled(languages=["fi"])
    sentence = "Översättningen till finska saknas. ”Beslut” går inte ut utan den."
    assert faults(policy) == [sentence]
    assert faults(policy, translations={"fi": FINNISH}) == []


def test_swedish_goes_first_where_the_policy_says_so_and_the_record_knows_what_is_missing() -> None:
    policy = ruled(languages=["fi"], without="first")
    assert faults(policy) == []
    assert missing_languages(content(), policy) == ("fi",)
    assert said(findings(content(), policy, NOW)) == ["Översättning till finska saknas."]


def test_what_goes_at_the_same_time_by_law_is_held_whatever_else_is_written() -> None:
    policy = ruled(same_time=["fi"], languages=["fi"], without="first", stale="first")
    assert faults(policy) == ["Översättningen till finska saknas. ”Beslut” går inte ut utan den."]


def test_a_wished_for_language_is_only_said() -> None:
    policy = ruled(complementary=["en"])
    assert faults(policy) == []
    assert missing_languages(content(), policy) == ()
    assert said(findings(content(), policy, NOW)) == ["Översättning till engelska saknas."]


# Stale translations --------------------------------------------------------------------------


def revised(before: Content, **changes: Any) -> Content:
    return bound(replace(before, **changes), before)


FIRST = bound(content(translations={"fi": FINNISH}))


def test_a_translation_that_nobody_touched_when_the_text_changed_is_stale() -> None:
    assert FIRST.stale == ()
    later = revised(FIRST, body="Läs den nya planen.")
    assert later.stale == ("fi",)
    assert revised(later, title="Ny rubrik").stale == ("fi",)


@pytest.mark.parametrize(
    "changes",
    [
        {"contact": "Rektor, 0591-555 10"},
        {"body": "Nytt.", "translations": {"fi": replace(FINNISH, title="Uusi otsikko")}},
        {"body": "Nytt.", "translations": {"fi": replace(FINNISH, of=CHECKED)}},
    ],
)
def test_a_translation_is_not_stale_when_it_changed_too_or_a_person_checked_it(
    changes: dict[str, Any],
) -> None:
    assert revised(FIRST, **changes).stale == ()


def test_a_text_that_comes_back_finds_its_translation_again() -> None:
    later = revised(FIRST, body="Nytt.")
    assert revised(later, body=FIRST.body).stale == ()


def test_what_was_stored_before_translations_knew_their_text_is_never_stale() -> None:
    old = content(translations={"fi": FINNISH})
    assert old.stale == ()
    assert '["Koulu alkaa kahdeksalta","Maaliskuun alusta.",""]' in old.as_json()
    # Revising it finds out all the same.
    assert revised(old, body="Nytt.").stale == ("fi",)


def test_a_stale_text_is_in_no_language_a_reader_can_get() -> None:
    later = revised(FIRST, body="Nytt.")
    assert later.languages == ("sv",)
    assert later.text_in("fi") == later.text_in("sv")


def test_approval_waits_for_a_stale_translation_or_it_is_left_out() -> None:
    later = revised(FIRST, body="Nytt.")
    (refusal,) = said(approval_faults(later, ruled(), NOW))
    assert refusal.startswith("Översättningen till finska är äldre än texten.")
    assert approval_faults(later, ruled(stale="first"), NOW) == []
    assert (
        approval_faults(later, ruled(stale="first", languages=["fi"], without="first"), NOW) == []
    )
    assert approval_faults(later, ruled(stale="first", same_time=["fi"]), NOW)
    assert approval_faults(FIRST, ruled(), NOW) == []
    assert said(findings(later, ruled(stale="first"), NOW)) == [
        "Översättningen till finska är äldre än texten. Den går inte ut förrän den ändras."
    ]


texts = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(texts, texts, st.booleans()), min_size=1, max_size=6))
@settings(max_examples=200, deadline=None, database=None)
def test_a_reader_never_gets_a_translation_that_was_written_beside_another_text(
    rounds: list[tuple[str, str, bool]],
) -> None:
    """Followed by hand: which text stood beside the translation when a person last saw to it."""
    before: Content | None = None
    seen_beside = ""
    for body, finnish, checked in rounds:
        was = before.translations["fi"].title if before else None
        if finnish != was or checked:
            seen_beside = body
        words = Translation(finnish, "s", "", CHECKED if checked else "")
        before = bound(content(body=body, translations={"fi": words}), before)
        assert (before.stale == ()) is (seen_beside == body)


# Channels that an audience always gets -------------------------------------------------------


def test_a_writer_cannot_deselect_a_channel_that_an_audience_always_gets() -> None:
    policy = policy_with({"audiences/alla/mandatory": ["intranet", "poster"]})
    assert faults(policy, channels=("email",)) == [
        "Målgruppen ”Alla anställda” ska alltid få det genom: Affisch på personaltavlan. Välj till det."
    ]
    assert faults(policy, channels=("email", "poster")) == []
    assert faults(policy) == []
    assert faults(policy, channels=("email",), audience=("kost",)) == []


# Notice --------------------------------------------------------------------------------------

COUNCIL = local("2026-12-15 18:00")


def test_a_decision_that_comes_too_soon_is_told_with_how_late_it_is() -> None:
    policy = policy_with({"classes/beslut/least_notice": "7 d"})
    assert findings(content(decision_at=COUNCIL), policy, local("2026-12-08 18:00")) == []
    (late,) = said(findings(content(decision_at=COUNCIL), policy, local("2026-12-08 20:30")))
    assert late == (
        "Beslutet fattas 2026-12-15 18.00. Personalen skulle ha haft det på intranätet senast "
        "2026-12-08 18.00: det är 3 h för sent."
    )
    assert faults(policy, local("2026-12-08 20:30"), decision_at=COUNCIL) == []
    assert findings(content(), policy, COUNCIL) == []


def test_notice_in_working_time_is_counted_backwards_over_days_off() -> None:
    # Monday 28 December 2026 at 10.00: 2.5 h that day, Wednesday 23 the last 5.5 of 8.
    notice = {"working": "8 h", "hours": "vaxeln", "strict": True}
    policy = policy_with({"classes/beslut/least_notice": notice})
    decision = local("2026-12-28 10:00")
    last = local("2026-12-23 10:00")
    assert faults(policy, last, decision_at=decision) == []
    (refusal,) = faults(policy, local("2026-12-23 10:01"), decision_at=decision)
    assert "senast 2026-12-23 10.00: det är 1 h för sent" in refusal
    assert "prata med Informationsenheten" in refusal
    approval = approval_faults(content(decision_at=decision), policy, local("2026-12-24 10:00"))
    assert "det är 24 h för sent" in str(approval[0])


# Limits --------------------------------------------------------------------------------------

LAW = "som aldrig får stå där. Stryk det:"


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"title": "Embargo till klockan nio"}, "Rubriken", "embargo"),
        ({"summary": "Detta är KONFIDENTIELLT."}, "Sammanfattningen", "konfidentiellt"),
        ({"body": "Under em**bar**go."}, "Texten", "embargo"),
        ({"body": "Under em\u00adbargo."}, "Texten", "embargo"),
        ({"body": "Under em&#98;argo."}, "Texten", "embargo"),
        ({"contact": "Embargo, 0591-555 10"}, "Kontakten", "embargo"),
        ({"translations": {"fi": Translation("Embargo päättyy", "s")}}, "Rubriken", "embargo"),
        ({"attachments": (Attachment("plan_embargo.pdf", "application/pdf", b""),)}, "Bilagans namn", "embargo"),
        ({"attachments": (Attachment("a.png", "image/png", b"", "Stämpeln embargo"),)}, "Bildbeskrivningen", "embargo"),
    ],
)  # fmt: skip
def test_words_that_an_authority_never_prints_are_refused_wherever_they_stand(
    changes: dict[str, Any], field: str, word: str
) -> None:
    # Also where a policy file has words of its own, or tries to allow them.
    for policy in (
        policy_with({}),
        policy_with({"limits": {"words": {"embargo": "x", "a b": "c"}}}),
    ):
        (fault,) = faults(policy, **changes)
        assert fault.startswith(f"{field} innehåller ”{word}”, {LAW}")


@pytest.mark.parametrize("words", ["Embargona", "Handelsembargot", "konfidentiell", "embar go"])
def test_other_words_that_look_alike_stay(words: str) -> None:
    assert faults(policy_with({}), title=words, body=words) == []


def test_a_policys_own_phrase_is_found_across_blanks_and_says_what_to_write_instead() -> None:
    limits = {"words": {"till dags dato": "Skriv hittills."}}
    policy = policy_with({"limits": limits})
    assert faults(policy, body="Vi har Till\n dags  dato inte") == [
        "Texten innehåller ”till dags dato”, som aldrig får stå där. Skriv hittills."
    ]
    assert faults(policy, body="Vi har fram till dags datorer") == []


def test_headline_and_summary_can_be_shorter_than_ours() -> None:
    policy = policy_with({"limits": {"longest_title": 40, "longest_summary": 60}})
    assert faults(policy, title="x" * 41, summary="y" * 61) == [
        "Rubriken har 41 tecken. Korta den till högst 40.",
        "Sammanfattningen har 61 tecken. Korta den till högst 60.",
    ]
    assert faults(policy, title="x" * 40, summary="y" * 60) == []
