"""Hunspell itself, with Debian's Swedish dictionary, and the double that stands in for it."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from announcer.domain.manuscript import read_manuscript
from announcer.plain_language import hunspell
from announcer.plain_language.hunspell import dictionary, misspelt
from announcer.plain_language.spelling import Answer, names_of, spelling
from tests.doubles.hunspell import PATIENT, write, write_dictionary
from tests.world import EXAMPLES

DEBIAN = Path("/usr/share/hunspell")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunspell, "SECONDS", PATIENT)


@pytest.fixture
def swedish() -> Path:
    found = dictionary(DEBIAN, "sv", "SE")
    assert found, "tests/peers/install installs hunspell-sv"
    return found


def test_common_mistakes_are_found_with_the_right_word_among_the_first_five(swedish: Path) -> None:
    right = {
        "komun": "kommun",
        "intresant": "intressant",
        "flytar": "flyttar",
        "skolann": "skolan",
    }

    found, _ = misspelt(list(right), swedish, 30)

    assert list(found) == list(right)
    assert [word for word, meant in found.items() if right[word] not in meant] == []
    assert all(len(meant) <= 5 for meant in found.values())


def test_words_of_a_municipality_are_known_compounds_and_hyphens_too(swedish: Path) -> None:
    words = (
        "kommunstyrelsens Kommunfullmäktige e-post äldreboendet hemtjänsten öppettider medarbetare"
    )

    assert misspelt(words.split(), swedish, 30) == ({}, 0)


def test_the_double_answers_as_the_program_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["kommun", "Kommun", "komun", "skolann", "qqq", "e-post"]
    assert shutil.which("hunspell"), "tests/peers/install installs hunspell"
    known = write_dictionary(tmp_path, "sv_SE", ["kommun", "skolan", "e-post"])
    real = misspelt(words, known, 30)
    write(tmp_path, {})
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    assert (
        misspelt(words, known, 30)
        == real
        == ({"komun": ["kommun"], "skolann": ["skolan"], "qqq": []}, 0)
    )


def test_the_examples_have_hardly_an_unknown_word(swedish: Path) -> None:
    def ask(language: str, words: Sequence[str], most: int) -> Answer | None:
        return misspelt(words, swedish, most) if language == "sv" else None

    house = names_of(["Hällefors Grythyttan"])
    unknown = {
        one.passage
        for path in EXAMPLES.glob("announcements/0[1-5]*.md")
        for one in spelling(read_manuscript(path.read_bytes(), _no_file), house, ask).findings
    }

    assert len(unknown) < 10, unknown


def _no_file(name: str) -> bytes:
    return (EXAMPLES / "announcements" / name).read_bytes()
