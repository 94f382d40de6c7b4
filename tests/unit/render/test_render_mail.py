"""Mails as a mail program reads them."""

from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.domain.announcement import Attachment, Translation
from announcer.render.mail import press_mail, staff_mail
from tests.unit.render.sender import EXAMPLES, PAGE, SENDER, content, edition, example

PDF = Attachment("avtal åäö.pdf", "application/pdf", b"%PDF-1.7 avtal")


def opened(raw: bytes) -> EmailMessage:
    message = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def structure(part: EmailMessage) -> list[object]:
    children = [structure(child) for child in part.iter_parts()]  # type: ignore[arg-type]
    return [part.get_content_type(), *children]


def test_a_staff_mail_shows_no_recipient_and_says_that_a_machine_sent_it() -> None:
    message = opened(staff_mail(edition(), str))
    assert message["To"] == "undisclosed-recipients:;"
    assert message["From"] == "Hällefors kommun <kommun@hallefors.example>"
    assert message["Subject"] == "Nya tider i matsalen"
    assert message["Message-ID"] == "<a1b2c3@hallefors.example>"
    assert message["Date"].datetime == edition().at
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "sv"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_forms_of_a_staff_mail_say_it_all(kind: str) -> None:
    text = body(opened(staff_mail(edition(), str)), kind)
    for words in ("Nya tider i matsalen", "Matsalen öppnar klockan 11.", "tidigare", PAGE):
        assert words in text
    for words in ("Kostchef, 0591-555 40", "KS 2026-00123", "Sikforsvägen 15", "0591-555 00"):
        assert words in text
    assert "Du får alltid prata med medierna" in text


def test_the_mail_is_text_beside_html_with_its_logo_inside() -> None:
    message = opened(staff_mail(edition(content(attachments=(PDF,))), str))
    assert structure(message) == [
        "multipart/alternative",
        ["text/plain"],
        ["multipart/related", ["text/html"], ["image/png"]],
    ]
    logo = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert logo.get_content() == SENDER.logo_png
    assert f'src="cid:{logo["Content-ID"].strip("<>")}"' in body(message, "html")


def test_who_does_not_read_the_intranet_gets_the_files_and_no_way_to_it() -> None:
    inside = edition(content(attachments=(PDF,)))
    message = opened(staff_mail(replace(inside, page_url=""), str))
    assert message["To"] == "undisclosed-recipients:;"
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == (PDF.name, PDF.content)
    for kind in ("plain", "html"):
        assert "intranät" not in body(message, kind)
        assert "Matsalen öppnar klockan 11." in body(message, kind)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_in_a_mail_is_fetched_when_it_is_read(path: object) -> None:
    html = body(opened(staff_mail(edition(example(path)), str)), "html")  # type: ignore[arg-type]
    root = lxml.html.document_fromstring(html)
    assert root.get("lang") == "sv"
    assert not list(root.iter("script", "link", "style", "iframe", "object"))
    assert all(src.startswith("cid:") for src in root.xpath("//@src | //@srcset | //@background"))
    assert "url(" not in html


def test_a_press_mail_has_the_whole_text_and_the_files_and_no_address_inside() -> None:
    raw = press_mail(edition(content(attachments=(PDF,)), page_url=""), str)
    message = opened(raw)
    assert message["To"] == "Redaktionen <redaktion@tidningen.example>"
    for kind in ("plain", "html"):
        text = body(message, kind)
        assert "Pressmeddelande, 23 november 2026" in text
        assert "tidigare" in text
        assert "intranat" not in text
        assert "intranät" not in text
        assert "medierna" not in text
    files = [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]
    assert files == [("avtal åäö.pdf", PDF.content)]


def test_nothing_is_sent_under_embargo_or_in_confidence() -> None:
    for raw in (staff_mail(edition(), str), press_mail(edition(page_url=""), str)):
        for kind in ("plain", "html"):
            text = body(opened(raw), kind).lower()
            assert "embargo" not in text
            assert "konfidentiell" not in text


def test_an_edition_with_a_page_inside_is_never_a_press_mail() -> None:
    with pytest.raises(ValueError, match="not for the media"):
        press_mail(edition(), str)


def test_the_press_gets_the_whole_text_where_a_translation_is_a_summary() -> None:
    whole = content(translations={"fi": Translation("Otsikko", "Tiivistelmä")})
    message = opened(press_mail(edition(whole, "fi", page_url=""), str))
    assert message["Content-Language"] == "fi"
    text = body(message, "plain")
    assert text.index("Otsikko") < text.index("Nya tider i matsalen") < text.index("tidigare")
    languages = [e.get("lang") for e in lxml.html.document_fromstring(body(message, "html")).iter()]
    assert [language for language in languages if language] == ["fi", "fi", "sv"]


@pytest.mark.parametrize(
    "title",
    [
        "Hej\nBcc: alla@hallefors.example",
        "Hej\r\n\r\n<p>ny kropp",
        "Hej\x00",
        "Hej\u2028du",
        "=?utf-8?q?Hej=0D=0ABcc:_alla=40hallefors.example?=",
        "=?utf-8?b?SGVqCkJjYzogYWxsYUBoYWxsZWZvcnMuZXhhbXBsZQ==?=",
    ],
)
def test_a_title_that_would_become_a_header_is_refused(title: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        staff_mail(edition(content(title=title)), str)


@pytest.mark.parametrize(
    "changed",
    [
        {"message_id": "<a@b.example>\r\nBcc: x@y.example"},
        {"language": "sv\r\nX: y"},
        {"to": "x@y.example\nBcc: z@y.example"},
        {"to": ""},
        {"sender": replace(SENDER, name="Kommun\r\nBcc: x@y.example")},
    ],
)
def test_a_header_with_more_than_its_value_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any plain refusal will do, nothing was made
        press_mail(replace(edition(page_url=""), **changed), str)  # type: ignore[arg-type]


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], max_codepoint=0x1FFFF),
        min_size=1,
        max_size=150,
    ).filter(lambda text: text.strip() and "=?" not in text)
)
def test_any_title_arrives_as_it_was_written_and_the_bytes_are_proper_lines(title: str) -> None:
    raw = staff_mail(edition(content(title=title)), str)
    assert opened(raw)["Subject"].split() == title.split()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_blanks_between_words_with_accents_are_kept_in_the_subject() -> None:
    title = "Rubrik (å \u200fä 🥕) – „citat” ö: " * 6
    subject = opened(staff_mail(edition(content(title=title.strip())), str))["Subject"]
    assert subject == title.strip()


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert staff_mail(edition(), str) == staff_mail(edition(), str)


def test_an_organisation_without_a_logo_still_has_its_name() -> None:
    bare = replace(edition(), sender=replace(SENDER, logo_png=b""))
    html = body(opened(staff_mail(bare, str)), "html")
    assert "<img" not in html
    assert "Hällefors kommun" in html
