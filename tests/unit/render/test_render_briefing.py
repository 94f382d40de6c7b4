"""The briefing on paper: one page, whatever is in it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from announcer.domain.announcement import Question
from announcer.render.briefing import Moments, paper, sentences
from announcer.render.catalogue import translator
from tests.unit.render.pdf_text import letter_sizes, page_text
from tests.unit.render.sender import EXAMPLES, content, edition, example

NOON = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)
EARLY = Moments(NOON, page_is_up=False, media=NOON, media_ever=True, media_begun=False)
QUESTIONS = tuple(
    Question(f"Fråga nummer {n}?", f"Svar {n}. {'Så blir det. ' * 12}") for n in range(1, 9)
)
SWEDISH = translator("sv")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_text_fits_on_one_page_with_its_questions_and_what_not_to_promise(path) -> None:
    text = replace(example(path), questions=QUESTIONS, not_promised="Lediga fredagar")
    shown = page_text(paper(edition(text), EARLY, SWEDISH))
    assert all(one.question in shown for one in QUESTIONS)
    for words in ("Lediga fredagar", "Lova inte", "grundlagen", "7 december 2026"):
        assert words in shown


def test_a_text_without_end_gives_way_to_the_questions_and_says_where_the_rest_is() -> None:
    text = content(body="En mening till.\n\n" * 900, questions=QUESTIONS)
    shown = page_text(paper(edition(text), EARLY, SWEDISH))
    assert "Svar 8." in shown
    assert "Resten står på sidan" in shown


def test_a_short_text_is_set_in_larger_letters() -> None:
    short = paper(edition(content()), EARLY, SWEDISH)
    long = paper(edition(content(body="Ett stycke. " * 300, questions=QUESTIONS)), EARLY, SWEDISH)
    assert 13.0 in letter_sizes(short), "without the logo, in full size"
    assert 13.0 not in letter_sizes(long)
    assert "Resten står" not in page_text(short)


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        (EARLY, "Berätta, men lämna inget skriftligt."),
        (EARLY, "Medierna får det tidigast 7."),
        (replace(EARLY, page_is_up=True), "Texten är uppe på intranätet."),
        (replace(EARLY, media_ever=False), "Det går inte till medierna av sig självt."),
        (replace(EARLY, media_begun=True), "Medierna har fått det, eller får det nu."),
        (replace(EARLY, media=None), "Medierna får det efter personalen."),
    ],
)
def test_it_says_what_is_out_and_what_is_not(moments: Moments, said: str) -> None:
    found = sentences(moments, lambda when: f"{when.day}", SWEDISH)
    assert any(said in one for one in found), found


def test_markup_in_questions_is_words() -> None:
    strange = Question('#panic("x") $y$ @z <w>', "*inte fet* \x07\u202e🙂")
    shown = page_text(paper(edition(content(questions=(strange,))), EARLY, SWEDISH))
    assert '#panic("x")' in shown
    assert "*inte fet*" in shown


def test_an_exercise_says_so_first() -> None:
    assert "Övning: genomgång" in page_text(paper(edition(content(exercise=True)), EARLY, SWEDISH))
