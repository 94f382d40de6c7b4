"""The article on the intranet, and the digest that tells a wrong page from the right one."""

from collections.abc import Callable

import lxml.html
import pytest

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.render.page import ArticleMissingError, article, article_digest, readable_text
from tests.unit.render.sender import content

ID = "k7f3m2q9"
PAGE = """<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><title>Nyhet</title></head>
<body><nav><a href="/">Hem</a></nav><main>{}</main><article>annat</article></body>
</html>
"""


def same(_language: str) -> Callable[[str], str]:
    return str


def three_languages() -> Content:
    return content(
        title="Rubrik <å> & ”b”",
        body="# Stor rubrik\n\nText med [länk](https://a.example/).",
        translations={
            "fi": Translation("Otsikko", "Tiivistelmä", "## Väliotsikko"),
            "en": Translation("Title", "Summary"),
        },
        attachments=(
            Attachment("plan å.svg", "image/svg+xml", b"<svg/>", 'Plan "A"'),
            Attachment("avtal.pdf", "application/pdf", b"%PDF-"),
        ),
    )


@pytest.fixture
def fragment() -> str:
    return article(three_languages(), ID, same)


def test_the_article_carries_its_identity_and_every_language(fragment: str) -> None:
    root = lxml.html.fragment_fromstring(fragment)
    assert root.get("id") == f"announcement-{ID}"
    assert root.get("data-content-hash") == three_languages().content_hash
    assert [root.get("lang"), *(s.get("lang") for s in root.iter("section") if s.get("lang"))] == [
        *("sv", "fi", "en")
    ]
    assert root.findtext(".//h1") == "Rubrik <å> & ”b”"


def test_headings_form_one_outline_in_which_languages_call_themselves_by_name(
    fragment: str,
) -> None:
    root = lxml.html.fragment_fromstring(fragment)
    outline = [(e.tag, e.text_content()) for e in root.iter("h1", "h2", "h3", "h4")]
    assert outline == [
        ("h1", "Rubrik <å> & ”b”"),
        ("h2", "Stor rubrik"),
        ("h2", "Bilagor"),
        ("h2", "Suomi"),
        ("h3", "Otsikko"),
        ("h4", "Väliotsikko"),
        ("h2", "English"),
        ("h3", "Title"),
    ]


def test_pictures_are_shown_with_their_words_and_files_are_linked(fragment: str) -> None:
    root = lxml.html.fragment_fromstring(fragment)
    base = f"/nyheter/{ID}/bilagor"
    assert [(i.get("src"), i.get("alt")) for i in root.iter("img")] == [
        (f"{base}/plan%20%C3%A5.svg", 'Plan "A"')
    ]
    links = [a.get("href") for a in root.iter("a")]
    assert links == ["https://a.example/", f"{base}/plan%20%C3%A5.svg", f"{base}/avtal.pdf"]


def test_contact_and_record_number_are_read(fragment: str) -> None:
    text = readable_text(fragment)
    assert "Kostchef, 0591-555 40" in text
    assert "KS 2026-00123" in text


def test_readable_text_is_one_line_a_block(fragment: str) -> None:
    lines = readable_text(PAGE.format(fragment).encode(), ID).split("\n")
    assert lines[:4] == [
        *("Rubrik <å> & ”b”", "Matsalen öppnar klockan 11.", "Stor rubrik", "Text med länk.")
    ]
    assert "annat" not in lines


def test_a_whole_page_gives_the_digest_of_its_article(fragment: str) -> None:
    page = PAGE.format(fragment)
    assert article_digest(page, ID) == article_digest(fragment, ID)
    assert article_digest(page.encode(), ID) == article_digest(fragment.encode(), ID)


def test_white_space_and_comments_around_it_do_not_change_the_digest(fragment: str) -> None:
    loose = fragment.replace("</h1>", "</h1>\n\n   <!-- cache -->\n")
    assert article_digest(PAGE.format(loose), ID) == article_digest(fragment, ID)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("klockan 11", "klockan 12"),
        ("https://a.example/", "https://b.example/"),
        ("plan%20%C3%A5.svg", "annan.svg"),
        ("Plan &quot;A&quot;", "Plan B"),
        ('data-content-hash="', 'data-content-hash="0'),
        ("<h1>", "<h1><script src='https://x.example/x.js'></script>"),
        ("Otsikko", ""),
    ],
)
def test_an_altered_article_has_another_digest(fragment: str, was: str, becomes: str) -> None:
    assert was in fragment
    altered = PAGE.format(fragment.replace(was, becomes))
    assert article_digest(altered, ID) != article_digest(fragment, ID)


def test_another_revision_of_the_same_words_has_another_digest(fragment: str) -> None:
    other = article(content(), ID, same)
    newer = article(content(audience=("kost",)), ID, same)
    assert readable_text(other) == readable_text(newer)
    assert article_digest(other, ID) != article_digest(newer, ID)


def test_a_page_cut_anywhere_is_no_page(fragment: str) -> None:
    page = PAGE.format(fragment)
    for end in range(0, len(page.rstrip()) - 1, 97):
        with pytest.raises(ArticleMissingError):
            article_digest(page[:end], ID)
    with pytest.raises(ArticleMissingError):
        article_digest(page[: page.index("</article>") + len("</article>")], ID)
    with pytest.raises(ArticleMissingError):
        article_digest(fragment[:-30], ID)


@pytest.mark.parametrize(
    "page",
    [
        PAGE.format("<h1>Logga in</h1>"),
        PAGE.format("").encode("utf-16"),
        "",
        b"\xff\xfe</html>",
        PAGE.format('<article class="announcement" id="announcement-annan">x</article>'),
    ],
)
def test_a_sign_in_page_an_error_or_another_article_is_not_the_article(page: str | bytes) -> None:
    with pytest.raises(ArticleMissingError):
        article_digest(page, ID)


def test_the_same_content_gives_the_same_bytes() -> None:
    assert article(three_languages(), ID, same) == article(three_languages(), ID, same)
