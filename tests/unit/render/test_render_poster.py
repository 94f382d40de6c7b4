"""The poster as it hangs on the staff board."""

import os
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.domain.board import Paper
from announcer.render.glyphs import drawable
from announcer.render.poster import poster
from tests.unit.render.pdf_text import letter_sizes, page_text
from tests.unit.render.sender import EXAMPLES, PAGE, SENDER, content, edition, example

#: Points; 10 mm of cap height in Source Sans, and the least a headline may have.
THREE_METRES, LEAST = 44, 30
PNG = b"\x89PNG\r\n\x1a\n"
REST = "Resten finns på intranätet."


def pages(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as document:
        return len(document.pages)


def alternatives(pdf: bytes) -> set[str]:
    """What is said in place of each picture."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            str(one.Alt)
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and "/Alt" in one
        }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_one_page_with_its_headline_readable(path: Path) -> None:
    text = example(path)
    for language in text.languages:
        pdf = poster(edition(text, language), str)
        assert pages(pdf) == 1
        assert drawable(text.text_in(language).title) in page_text(pdf)
        assert letter_sizes(pdf)[0] >= THREE_METRES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_larger_paper_is_read_from_farther_away_and_holds_no_less(path: Path) -> None:
    text = example(path)
    for language in text.languages:
        small, large = edition(text, language), replace(edition(text, language), paper=Paper.A3)
        pdf = poster(large, str)
        assert pages(pdf) == 1
        assert size(pdf) == (842, 1191)
        assert letter_sizes(pdf)[0] >= THREE_METRES * 1.4
        assert letters(pdf) >= letters(poster(small, str))


def letters(pdf: bytes) -> int:
    return sum(map(str.isalnum, page_text(pdf)))


def size(pdf: bytes) -> tuple[int, int]:
    with pikepdf.open(BytesIO(pdf)) as document:
        _, _, width, height = (round(float(one)) for one in document.pages[0].mediabox)
        return width, height


def test_a_larger_paper_holds_more_of_a_long_text() -> None:
    text = edition(example(EXAMPLES[0]))
    more = poster(replace(text, paper=Paper.A3), str)
    assert letters(more) > 1.5 * letters(poster(text, str))


def test_a_poster_names_date_contact_record_and_sender() -> None:
    text = page_text(poster(edition(), str))
    for words in ("23 november 2026", "Kostchef, 0591-555 40", "KS 2026-00123"):
        assert words in text
    for words in ("Hällefors kommun", "Sikforsvägen 15", "0591-555 00", "Läs mer på intranätet"):
        assert words in text


def test_a_short_text_is_there_in_full() -> None:
    text = page_text(poster(edition(), str))
    assert "Nya tider i matsalenMatsalen öppnar klockan 11.Vi öppnar tidigare." in text
    assert REST not in text


def test_a_long_text_ends_with_a_whole_sentence_and_says_where_the_rest_is() -> None:
    text = page_text(poster(edition(example(EXAMPLES[0])), str))
    shown = text.partition(REST)[0].rstrip()
    assert shown.endswith(".")
    assert "Syfte med Hällefors kommuns" in shown
    assert "## " not in text


@pytest.mark.parametrize("lines", range(8))
def test_a_heading_never_stands_alone_at_the_end(lines: int) -> None:
    # Each start moves the place where the page is full.
    start = "\n\n".join(["Rad ett är kort."] * lines)
    rest = "\n\n".join(f"## Rubrik {n}\n\nEn mening som är ganska lång." for n in range(30))
    body = f"{start}\n\n{rest}"
    text = page_text(poster(edition(content(body=body)), str))
    assert REST in text
    assert text.partition(REST)[0].rstrip().endswith("lång.")


def test_a_translation_without_a_body_says_where_the_rest_is() -> None:
    text = content(translations={"fi": Translation("Otsikko", "Tiivistelmä")})
    shown = page_text(poster(edition(text, "fi"), str))
    assert "23. marraskuuta 2026OtsikkoTiivistelmä" + REST in shown


def test_the_poster_is_tagged_and_in_its_language_under_both_standards() -> None:
    with pikepdf.open(BytesIO(poster(edition(language="sv"), str))) as document:
        assert str(document.Root.Lang) == "sv"
        assert document.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in document.Root
        metadata = document.Root.Metadata.read_bytes()
        assert str(document.docinfo.Title) == "Nya tider i matsalen"
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_the_code_and_the_logo_have_words() -> None:
    assert alternatives(poster(edition(), str)) == {
        *("QR-kod till nyheten på intranätet", "Hällefors kommun")
    }


def test_a_poster_without_a_page_has_no_code() -> None:
    pdf = poster(edition(page_url=""), str)
    assert "Läs mer" not in page_text(pdf)
    assert alternatives(pdf) == {"Hällefors kommun"}


def test_another_page_has_another_code() -> None:
    assert poster(edition(), str) != poster(edition(page_url=PAGE + "x"), str)


def test_typst_markup_comes_out_as_typed() -> None:
    typed = "#panic(1) $x$ @ref *fet* _kursiv_ \\ `kod` <etikett> = // [x]"
    text = page_text(poster(edition(content(title=typed, summary=typed)), str))
    assert text.count(typed) == 2


def test_characters_without_a_glyph_are_shown_as_code_points_and_emoji_drawn() -> None:
    words = drawable("a\u0627 \u4e2d 🥕\u0301 b\u2011c\ufeffd e\u035c\t\ue000 1️⃣ ﹢")
    assert words == ("a[U+0627] [U+4E2D] 🥕[U+0301] b\u2060-\u2060c\u2060d e[U+035C] [U+E000] 1️⃣ +")
    assert "🥕[U+0301]" in page_text(poster(edition(content(title=words)), str))


@pytest.mark.parametrize("length", [200, 300, 500, 2000])
def test_a_long_title_shrinks_stepwise_but_stays_readable(length: int) -> None:
    title = ("Matsalen öppnar tidigare än förut " * 80)[:length].strip()
    # Without a logo, whose letters would be counted too.
    plain = replace(edition(content(title=title)), sender=replace(SENDER, logo_svg=b""))
    pdf = poster(plain, str)
    assert pages(pdf) == 1
    assert letter_sizes(pdf)[0] >= LEAST
    if length <= 500:
        assert title in page_text(pdf)
    else:
        assert "…" + REST in page_text(pdf)


@pytest.mark.parametrize("word", ["x" * 300, "Informationssäkerhetsansvarigkommunikationspolicy"])
def test_no_word_runs_off_the_paper(word: str) -> None:
    pdf = poster(edition(content(title=word, summary=word, body=word)), str)
    assert pages(pdf) == 1
    assert page_text(pdf).replace("-", "").count(word) >= 1


def test_empty_texts_and_controls_are_no_obstacle() -> None:
    empty = Content("c", "u", "\x07 \u200b", "", "#\n\n-\n\n```\n```", (), "\x1b")
    assert "Hällefors kommun" in page_text(poster(edition(empty), str))


def test_a_picture_is_shown_with_its_words() -> None:
    pdf = poster(edition(example(EXAMPLES[2])), str)
    assert "Planskiss av huset" in alternatives(pdf)
    assert "Avdelning A" in page_text(pdf)


def chunk(kind: bytes, inside: bytes) -> bytes:
    return (
        len(inside).to_bytes(4, "big")
        + kind
        + inside
        + zlib.crc32(kind + inside).to_bytes(4, "big")
    )


def test_a_photograph_is_shown_with_its_words() -> None:
    header = (4).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    pixels = zlib.compress((b"\0" + b"\x80" * 12) * 4)
    png = PNG + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    shown = content(attachments=(Attachment("foto.png", "image/png", png, "Matsalen"),))
    assert "Matsalen" in alternatives(poster(edition(shown), str))


@pytest.mark.parametrize(
    ("media_type", "raw", "alt"),
    [
        ("image/svg+xml", b"<svg", "Plan"),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Plan"),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' width='0'/>", "Plan"),
        ("image/png", PNG + b"trasig", "Plan"),
        ("image/jpeg", b"\xff\xd8\xfftrasig", "Plan"),
        ("image/png", b"GIF89a", "Plan"),
        ("application/pdf", b"%PDF-", "Plan"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_left_out(media_type: str, raw: bytes, alt: str) -> None:
    shown = content(attachments=(Attachment("plan", media_type, raw, alt),))
    pdf = poster(edition(shown), str)
    assert pages(pdf) == 1
    assert "Vi öppnar tidigare." in page_text(pdf)


def test_a_picture_without_words_is_left_out() -> None:
    plan = replace(example(EXAMPLES[2]).attachments[0], alt=" ")
    assert "Avdelning A" not in page_text(poster(edition(content(attachments=(plan,))), str))


@pytest.mark.parametrize("logo", [b"<svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='0'/>"])
def test_a_broken_logo_leaves_the_name(logo: bytes) -> None:
    bare = replace(edition(), sender=replace(SENDER, logo_svg=logo))
    assert "Hällefors kommun" in page_text(poster(bare, str))


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert poster(edition(), str) == poster(edition(), str)


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
MARKDOWN = st.lists(
    st.tuples(
        st.sampled_from(["", "# ", "- ", "1. ", "> ", "  - ", "```\n", "|a|b|\n|-|-|\n|"]), ANY
    )
)


@settings(max_examples=40, deadline=None)
@given(ANY, ANY, MARKDOWN, st.sampled_from(["sv", "fi", "en", "zh-Hans"]))
def test_any_text_becomes_one_page(
    title: str, summary: str, body: list[tuple[str, str]], language: str
) -> None:
    typed = "\n\n".join(mark + text for mark, text in body)
    text = content(title=title * 3, summary=summary, body=typed, language=language)
    assert pages(poster(edition(text, language), str)) == 1


def test_a_process_forked_after_a_poster_says_so_instead_of_waiting_for_ever() -> None:
    poster(edition(), str)
    child = os.fork()
    if child == 0:
        try:
            poster(edition(), str)
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
