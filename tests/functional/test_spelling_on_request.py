"""The spelling of a text, for whoever asks: a button beside the advice, and never a lock."""

import logging
from pathlib import Path

import pytest

from announcer.plain_language import hunspell
from tests.doubles.hunspell import PATIENT, write, write_program
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import World

WORDS = [
    "nya",
    "tider",
    "i",
    "växeln",
    "skolan",
    "flyttar",
    "till",
    "en",
    "kommun",
    "och",
    "vi",
    "svarar",
]
TEXT = {
    "rubrik": "Nya tider",
    "sammanfattning": "",
    "text": "En komun i Grythyttans skola flyttar.",
    "kontakt": "Växeln, 0591-555 00",
    "malgrupp": ["alla"],
}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World) -> Path:
    """The folder in which Hunspell is, with a dictionary of a few Swedish words."""
    world.settings(dictionaries=write(tmp_path, {"sv_SE": WORDS}))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(hunspell, "SECONDS", PATIENT)
    return tmp_path / "bin"


@pytest.fixture
def chief(there: Path, world: World, sign_in: SignIn) -> Visitor:
    return sign_in(world.chief)


def spelling(visitor: Visitor) -> list[str]:
    found = visitor.tree.xpath("//*[@class='spelling']/p | //*[@class='spelling']//li")
    return [" ".join(one.text_content().split()) for one in found]


def asked(visitor: Visitor, **changes: str) -> list[str]:
    """What is said of the text when its writer asks."""
    visitor.get("/skriv?klass=information")
    visitor.press("Språket", **TEXT | changes)
    assert spelling(visitor) == []
    visitor.press("Kontrollera stavningen")
    return spelling(visitor)


def test_who_asks_is_shown_the_words_that_are_unknown_and_led_to_them(chief: Visitor) -> None:
    found = asked(chief)

    assert found[:2] == [
        "1 ord finns inte i ordlistan.",
        "”komun” finns inte i ordlistan. Menar du ”kommun”? Text",
    ]
    (link,) = chief.tree.xpath("//*[@class='spelling']//a")
    assert (link.get("href"), link.get("data-from"), link.get("data-to")) == ("#text", "3", "8")
    assert chief.value("text").strip() == TEXT["text"]


def test_what_stands_in_place_of_a_headline_is_not_the_writers_word(chief: Visitor) -> None:
    assert asked(chief, rubrik="", text="En kommun.") == ["Alla ord finns i ordlistan."]


def test_names_of_the_organisation_are_no_faults(chief: Visitor) -> None:
    text = "Hällefors, Klockarskolan, Centralköket och Informationsenhetens."

    assert asked(chief, text=text) == ["Alla ord finns i ordlistan."]


def test_before_it_is_handed_in_it_can_be_asked_for_too_and_nothing_is_kept_back(
    chief: Visitor,
) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Visa vad som händer", **TEXT)
    chief.press("Språket")
    chief.press("Kontrollera stavningen")

    assert "1 ord finns inte i ordlistan." in spelling(chief)
    chief.press("Lämna in")
    assert "Texten är inlämnad." in chief.page.text


def test_a_language_without_a_dictionary_is_named(chief: Visitor) -> None:
    found = asked(chief, rubrik_fi="Uudet ajat", text="En kommun.")

    assert found == ["Stavningen på finska kan inte kontrolleras: här finns ingen ordlista."]


def test_where_hunspell_is_not_installed_one_sentence_says_so(chief: Visitor, there: Path) -> None:
    (there / "hunspell").unlink()

    found = asked(chief)

    assert found == ["Stavningen på svenska kan inte kontrolleras: här finns ingen ordlista."]


def test_a_program_that_fails_is_a_sentence_and_a_line_in_the_log_without_a_word_of_the_text(
    chief: Visitor, there: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_program(there, "/bin/false")

    with caplog.at_level(logging.DEBUG):
        found = asked(chief)

    assert found == ["Stavningen kan inte kontrolleras just nu. Försök igen om en stund."]
    assert "komun" not in caplog.text


def test_the_page_that_writes_along_asks_only_while_somebody_wants_it(chief: Visitor) -> None:
    typed = {**TEXT, "klass": "information"}

    without = chief.ask("POST", "/skriv/visa?flik=sprak&sprak=&stavning=", **typed)
    wanted = chief.ask("POST", "/skriv/visa?flik=sprak&sprak=&stavning=ja", **typed)
    elsewhere = chief.ask("POST", "/skriv/visa?flik=tider&sprak=&stavning=ja", **typed)

    assert "komun” finns inte" in wanted.text
    assert 'data-stavning="ja"' in wanted.text
    assert "finns inte i ordlistan" not in without.text + elsewhere.text
