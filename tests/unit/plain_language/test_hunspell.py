"""What is asked of Hunspell and how its answers are read; a double answers."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from announcer.plain_language import hunspell
from announcer.plain_language.hunspell import NoAnswer, dictionary, misspelt
from tests.doubles.hunspell import PATIENT, write, write_dictionary, write_program

WORDS = ["kommun", "kommunen", "flyttar", "skolan", "e-post"]
Stand = Callable[..., Path]


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Puts a program on PATH; with arguments it runs those."""

    def put(*arguments: str) -> Path:
        known = write(tmp_path, {"sv_SE": WORDS}) / "sv_SE"
        write_program(tmp_path / "bin", *arguments)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        monkeypatch.setattr(hunspell, "SECONDS", PATIENT)
        return known

    return put


def test_words_that_the_dictionary_has_not_come_with_what_may_be_meant(stand: Stand) -> None:
    found, more = misspelt(["kommun", "komun", "Skolan", "xyz"], stand(), 30)

    assert list(found) == ["komun", "xyz"]
    assert found["komun"][0] == "kommun"
    assert found["xyz"] == []
    assert more == 0


def test_no_more_than_five_are_suggested_and_no_more_words_asked_for_than_wanted(
    stand: Stand, tmp_path: Path
) -> None:
    stand()
    known = write_dictionary(tmp_path, "sv_XX", [f"kommun{letter}" for letter in "abcdefgh"])

    found, more = misspelt(["kommun", "kommunx", "kommuny"], known, 2)

    assert [len(meant) for meant in found.values()] == [5, 5]
    assert more == 1


def test_a_text_without_a_wrong_word_is_asked_about_once(stand: Stand) -> None:
    assert misspelt(["kommun"], stand(), 30) == ({}, 0)
    assert misspelt([], stand(), 30) == ({}, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("false",), "ended with 1"),
        (("tail", "-f", "/dev/null"), "did not answer within"),
        (("echo", "komun"), "answered 0 times to 1 words"),
    ],
)
def test_a_program_that_does_not_do_its_work_is_no_answer_and_no_word_is_told(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    known = stand(f"/usr/bin/{arguments[0]}", *arguments[1:])
    if said == "did not answer within":
        monkeypatch.setattr(hunspell, "SECONDS", 0.2)

    with pytest.raises(NoAnswer, match=said) as told:
        misspelt(["komun"], known, 30)

    assert "komun" not in str(told.value)


def test_words_without_what_may_be_meant_are_better_than_no_answer(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = stand("sh", "-c", "'[ $1 = -a ] && exec tail -f /dev/null; echo komun'", "-", '"$@"')
    answered = hunspell._ask

    def hurried(how: str, known: Path, words: Sequence[str]) -> list[str]:
        monkeypatch.setattr(hunspell, "SECONDS", 0.2 if how == "-a" else PATIENT)
        return answered(how, known, words)

    monkeypatch.setattr(hunspell, "_ask", hurried)

    assert misspelt(["komun", "kommun"], known, 30) == ({"komun": []}, 0)


def test_where_it_is_not_installed_there_is_no_answer(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = stand()
    monkeypatch.setenv("PATH", str(tmp_path / "elsewhere"))

    with pytest.raises(NoAnswer, match="is not installed"):
        misspelt(["komun"], known, 30)


def test_only_a_few_texts_are_asked_about_at_once_and_then_again(stand: Stand) -> None:
    known = stand()
    with hunspell._asking, hunspell._asking, pytest.raises(NoAnswer, match="busy"):
        misspelt(["komun"], known, 30)

    assert misspelt(["komun"], known, 30)[0]


def test_what_is_typed_is_no_argument_and_the_program_gets_nothing_of_our_environment(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setenv("ANNOUNCER_SECRET_KEY", "our secret")
    script = f'{{ echo "$@"; env; }} >> {kept}; exec "{sys.executable}" "$0.py" "$@"'
    known = stand()
    write_program(tmp_path / "bin", "sh", "-c", f"'{script}'", '"$0"', '"$@"')
    double = Path(sys.modules[write_program.__module__].__file__ or "")
    (tmp_path / "bin" / "hunspell.py").write_text(double.read_text("utf-8"), encoding="utf-8")

    assert misspelt(["komun"], known, 30)[0]

    told = kept.read_text("utf-8")
    assert f"-d {known}" in told
    assert "komun" not in told.replace(str(known), "")
    assert "our secret" not in told


def test_of_several_dictionaries_the_countrys_own_is_asked_else_the_usual_one(
    tmp_path: Path,
) -> None:
    for name in ("sv_FI", "sv_SE", "en_AU", "en_GB", "svx_SE"):
        write_dictionary(tmp_path, name, [])
    (tmp_path / "fi_FI.dic").write_text("0\n")  # without its rules it is none

    def named(language: str, country: str) -> str | None:
        found = dictionary(tmp_path, language, country)
        return found and found.name

    assert named("sv", "FI") == "sv_FI"
    assert named("sv", "NO") == "sv_SE"
    assert named("en", "SE") == "en_GB"
    assert named("fi", "SE") is None
    assert dictionary(tmp_path / "nowhere", "sv", "SE") is None
