"""Which words of a text a dictionary is asked for, and where what it does not know stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from announcer.domain.announcement import Content, Translation
from announcer.plain_language.finding import Kind
from announcer.plain_language.looking import MOST
from announcer.plain_language.spelling import names_of, spelling

Answer = tuple[Mapping[str, Sequence[str]], int] | None


class Dictionary:
    """Knows no word at all, and what it was asked for."""

    def __init__(self, *languages: str) -> None:
        self.languages = languages or ("sv",)
        self.asked: dict[str, list[str]] = {}

    def __call__(self, language: str, words: Sequence[str], most: int) -> Answer:
        self.asked[language] = list(words)
        if language not in self.languages:
            return None
        return {one: ["menat", "så"] for one in words[:most]}, len(words[most:])


def text(body: str, **words: str) -> Content:
    parts = {"title": "", "summary": "", "contact": "", **words}
    return Content(class_name="beslut", unit="ks", audience=("alla",), body=body, **parts)


def asked(body: str, names: frozenset[str] = frozenset()) -> list[str]:
    dictionary = Dictionary()
    spelling(text(body), names, dictionary)
    return dictionary.asked.get("sv", [])


@pytest.mark.parametrize(
    "body",
    [
        "0591-555 00, 7.30, A4, 2a",
        "[](https://halle.example/komun) www.komun.example komun@halle.example",
        "KS BUN KS:s",
        "för- -delar",
        "å",
        "ev. resp. t.ex.",
        "a" * 50,
    ],
)
def test_what_no_dictionary_can_know_is_not_asked_for(body: str) -> None:
    assert asked(body) == []


def test_words_are_asked_for_once_and_as_they_are_written() -> None:
    assert asked("Skolan och **skolan** och skolan’s e-post.") == [
        *("Skolan", "och", "skolan", "skolan's", "e-post")
    ]


def test_names_of_the_organisation_are_right_also_in_the_genitive() -> None:
    names = names_of(["Grythyttans skola", "Hällefors kommun", "Individ- och familjeomsorg"])

    assert asked("Hällefors Grythyttans GRYTHYTTANS hälleforss kommuns komun", names) == ["komun"]


def test_what_is_unknown_stands_where_it_stands_with_what_may_be_meant() -> None:
    found = spelling(text("En komun.", title="Hej"), frozenset({"hej", "en"}), Dictionary())

    (one,) = found.findings
    assert (one.field, one.passage, one.finding.kind) == ("text", "komun", Kind.SPELLING)
    assert (one.finding.start, one.finding.end) == (3, 8)
    assert one.finding.say(str) == "”komun” finns inte i ordlistan. Menar du ”menat”, ”så”?"
    assert not one.finding.is_grave


def test_a_language_without_a_dictionary_is_named_and_the_others_are_looked_through() -> None:
    content = replace(
        text("komun"),
        translations={"fi": Translation("kunnta", ""), "en": Translation("munici", "")},
    )

    found = spelling(content, frozenset(), Dictionary("sv", "en"))

    assert [one.field for one in found.findings] == ["text", "rubrik_en"]
    assert found.without == ("fi",)


def test_no_more_is_said_than_a_person_can_take_in() -> None:
    letters = "abcdefghij"
    body = " ".join(f"x{one}{other}" for one in letters for other in letters)

    found = spelling(text(body), frozenset(), Dictionary())

    assert (len(found.findings), found.more, found.count) == (MOST, 100 - MOST, 100)
