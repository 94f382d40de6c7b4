"""Files at the door: told before the click, refused in words, cleaned, and read as the page is."""

import base64
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image

from announcer.domain.announcement import Attachment
from announcer.domain.attachment import KINDS, LARGEST_TOGETHER, attached
from announcer.domain.errors import BadSubmission
from announcer.domain.manuscript import read_manuscript
from announcer.services import holding, writing
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.unit.render.handed_in import GPS, SECRET, docx_parts, jpeg, pdf, png, zipped
from tests.world import World

TEXT = {
    "rubrik": "Nya tider i växeln",
    "sammanfattning": "Växeln öppnar 7.30.",
    "text": "Många ringer tidigt.",
    "kontakt": "Växelns chef, 0591-555 00",
    "malgrupp": ["alla"],
}
MANUSCRIPT = """+++
class = "{klass}"
unit = "bildning"
title = "{title}"
summary = "Skolan byggs ut."
audience = {audience}
contact = "Rektor, 0591-555 10"
attachments = [{files}]
+++

Text.
"""
FILES = {
    "skolgård åä.jpg": jpeg(6),
    "plan.pdf": pdf(),
    "brev.docx": zipped(docx_parts()),
    "100 % klart;v2.csv": "å;1\n".encode(),
}
PICTURE = '{ file = "skolgård åä.jpg", alt = "Skolgården" }'


@pytest.fixture
def chief(world: World, sign_in: SignIn) -> Visitor:
    visitor = sign_in(world.chief)
    visitor.get("/skriv?klass=information")
    return visitor


def hand_in(
    world: World,
    files: str,
    klass: str = "information",
    audience: str = '["alla"]',
    title: str = "Bygget",
) -> writing.Submitted:
    raw = MANUSCRIPT.format(klass=klass, audience=audience, files=files, title=title).encode()
    content = read_manuscript(raw, FILES.__getitem__)
    return writing.submit(world.installation, world.chief, content)


# Writing -------------------------------------------------------------------------------------


def test_what_goes_is_told_before_the_click(chief: Visitor) -> None:
    hint = chief.tree.get_element_by_id("bilagor-tips").text_content()
    assert hint == f"Högst 10 filer, 10 MB var och 20 MB tillsammans. Sorter: {KINDS}."
    (field,) = chief.tree.xpath("//input[@name='bilagor']")
    assert field.get("aria-describedby") == "bilagor-tips"
    assert {".pdf", ".docx", ".jpeg", ".csv"} <= set(field.get("accept").split(","))


def test_each_picture_is_asked_for_its_own_words(chief: Visitor) -> None:
    chief.press("Visa", [("a.jpg", jpeg()), ("b.png", png())], bilder_alt="Båda", **TEXT)
    assert chief.page.status_code == 422
    assert "Bilden ”a.jpg” saknar beskrivning" in chief.text
    links = chief.tree.xpath("//*[@role='alert']//a/@href")
    assert links == ["#alt-1", "#alt-2"]
    fields = [chief.tree.get_element_by_id(link[1:]) for link in links]
    assert [field.get("aria-invalid") for field in fields] == ["true", "true"]
    chief.press("Visa", bilaga_alt=["En gård", " "])
    assert chief.tree.xpath("//*[@role='alert']//a/@href") == ["#alt-2"]
    assert chief.value("bilaga_alt") == "En gård"
    chief.press("Visa", bilaga_alt=["En gård", "Ett hus"])
    assert "Inget är inlämnat än" in chief.text
    assert chief.tree.xpath("//figure/img/@alt") == ["En gård", "Ett hus"]


def test_one_picture_gets_the_words_written_beside_it_and_no_other_file_does(
    chief: Visitor,
) -> None:
    chief.press("Visa", [("a.jpg", jpeg()), ("b.pdf", pdf())], bilder_alt="En gård", **TEXT)
    assert chief.page.status_code == 200
    assert chief.tree.xpath("//input[@name='bilaga_alt']/@value") == ["En gård", ""]


def test_the_preview_already_shows_the_cleaned_picture(chief: Visitor) -> None:
    chief.press("Visa", [("a.jpg", jpeg(6))], bilder_alt="En gård", **TEXT)
    (source,) = chief.tree.xpath("//figure/img/@src")
    shown = base64.b64decode(source.partition(",")[2])
    assert SECRET.encode() not in shown
    assert Image.open(BytesIO(shown)).size == (32, 64)


def test_files_that_are_too_large_together_are_refused_with_numbers(chief: Visitor) -> None:
    large = b"%PDF-".ljust(LARGEST_TOGETHER * 9 // 40, b" ")
    chief.press("Visa", [(f"{n}.pdf", large) for n in range(5)], **TEXT)
    assert chief.page.status_code == 422
    assert "Bilagorna är 22,5 MB tillsammans, högst 20 MB går." in chief.text
    assert chief.value("rubrik") == TEXT["rubrik"]
    # Counted in the text: the parser of these tests stops before the end of so long a page.
    assert chief.page.text.count('name="bilaga_namn"') == 4


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("makro.docx", zipped({**docx_parts(), "word/vbaProject.bin": b"x"}), "makron"),
        ("sida.txt", b"<html><script>alert(1)</script>", "webbsida eller ett skript"),
        ("program.pdf", b"MZ\x90\x00", "inte det som namnet säger"),
        ("rör.gif", b"GIF89a", f"Använd {KINDS}."),
        ("bild.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><g id='a'>", "går inte att läsa som SVG"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_is_refused_beside_its_field(
    chief: Visitor, name: str, content: bytes, said: str
) -> None:
    chief.press("Visa", [(name, content)], **TEXT)
    assert chief.page.status_code == 422
    (link,) = chief.tree.xpath("//*[@role='alert']//a[@href='#bilagor']")
    assert name in link.text_content()
    assert said in link.text_content()


# For every way in ----------------------------------------------------------------------------


def test_no_way_in_goes_past_the_rules(world: World) -> None:
    content = read_manuscript(
        MANUSCRIPT.format(klass="information", audience='["alla"]', files="", title="x").encode(),
        FILES.get,
    )
    # As some other door could build them, without asking what a file may be called or hold.
    wrong = [
        attached("a.png", png()),
        attached("b.txt", b"x"),
        *(Attachment(*made) for made in [
            ("../x.pdf", "application/pdf", pdf()),
            ("x.html", "text/html", b"<html>"),
            ("d.pdf", "text/html", b"<html><script>"),
            ("e.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(10_000_000), "Stor"),
        ]),
    ]  # fmt: skip
    with pytest.raises(BadSubmission) as refusal:
        writing.submit(world.installation, world.chief, replace(content, attachments=tuple(wrong)))
    said = refusal.value.say(str)
    for words in (
        "”a.png” saknar beskrivning",
        "../x.pdf",
        "x.html",
        "d.pdf",
        "”e.png” är för stor",
    ):
        assert words in said
    twice = (attached("b.txt", b"x"), attached("B.txt", b"y"))
    with pytest.raises(BadSubmission, match="finns två gånger"):
        writing.submit(world.installation, world.chief, replace(content, attachments=twice))
    many = tuple(attached(f"{n}.txt", b"x") for n in range(11))
    with pytest.raises(BadSubmission, match="Det finns 11 bilagor"):
        writing.preview(world.installation, world.chief, replace(content, attachments=many))


def test_the_same_files_handed_in_twice_are_the_same_announcement(world: World) -> None:
    files = f'{PICTURE}, "plan.pdf", "brev.docx"'
    first = hand_in(world, files)
    again = hand_in(world, files)
    assert again.again
    assert again.id == first.id


def test_what_is_stored_is_what_was_cleaned(world: World) -> None:
    hand_in(world, f'{PICTURE}, "plan.pdf", "brev.docx"')
    stored = [bytes(row[0]) for row in world.owner.execute("SELECT content FROM announcer.blob")]
    assert len(stored) == 3
    for content in stored:
        assert SECRET.encode() not in content
        assert GPS.encode() not in content


# Reading -------------------------------------------------------------------------------------


def get(visitor: Visitor, public_id: str, name: str, **headers: str):
    path = f"/nyheter/{public_id}/bilagor/{quote(name, safe='')}"
    return visitor.client.get(path, headers=headers)


def test_an_attachment_is_there_exactly_when_its_page_is(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = hand_in(world, '"plan.pdf"').public_id
    before = get(colleague, public_id, "plan.pdf")
    assert before.status_code == colleague.client.get(f"/nyheter/{public_id}").status_code == 404
    assert len(before.content) == len(get(colleague, public_id, "annan.pdf").content)
    publish(public_id)
    assert get(colleague, public_id, "plan.pdf").content.startswith(b"%PDF")
    holding.withdraw(world.installation, world.communicator, public_id, "Fel")
    assert colleague.client.get(f"/nyheter/{public_id}").status_code == 410
    assert get(colleague, public_id, "plan.pdf").status_code == 404


def test_no_browser_keeps_a_file_of_what_has_not_left_the_house(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    outside = hand_in(world, f'{PICTURE}, "plan.pdf"', audience='["alla", "press"]')
    inside = hand_in(world, '"plan.pdf"', title="Bara inne")
    for one in (outside, inside):
        publish(one.public_id)

    def kept(public_id: str) -> set[str]:
        paths = [f"/nyheter/{public_id}/{p}" for p in ("bilagor/plan.pdf", "affisch.pdf")]
        answers = [colleague.client.get(path) for path in paths]
        assert [answer.status_code for answer in answers] == [200, 200]
        return {answer.headers["cache-control"] for answer in answers}

    assert kept(inside.public_id) == {"private, no-cache"}
    assert kept(outside.public_id) == {"no-store"}
    world.advance(hours=30)
    world.settle()
    assert world.press_mail()
    assert kept(outside.public_id) == {"private, no-cache"}
    etag = get(colleague, inside.public_id, "plan.pdf").headers["etag"]
    assert (
        get(colleague, inside.public_id, "plan.pdf", **{"If-None-Match": etag}).status_code == 304
    )


@pytest.mark.parametrize(
    ("name", "media_type", "disposition"),
    [
        ("skolgård åä.jpg", "image/jpeg",
         "inline; filename=\"skolg_rd __.jpg\"; filename*=UTF-8''skolg%C3%A5rd%20%C3%A5%C3%A4.jpg"),
        ("plan.pdf", "application/pdf", "inline; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        ("brev.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         "attachment; filename=\"brev.docx\"; filename*=UTF-8''brev.docx"),
        ("100 % klart;v2.csv", "text/csv; charset=utf-8",
         "attachment; filename=\"100 _ klart;v2.csv\"; filename*=UTF-8''100%20%25%20klart%3Bv2.csv"),
    ],
)  # fmt: skip
def test_a_file_is_served_as_what_it_is_and_runs_nowhere(
    world: World, colleague: Visitor, publish: Publish, name: str, media_type: str, disposition: str
) -> None:
    entry = PICTURE if name.endswith("jpg") else f'"{name}"'
    public_id = publish(hand_in(world, entry).public_id)
    answer = get(colleague, public_id, name)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"] == disposition
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert ("sandbox" in policy) == (not name.endswith("pdf"))
    assert world.status(public_id).steps[0].state == "settled"  # it was read back, too


def test_a_file_that_waits_for_approval_is_kept_by_no_browser(world: World, desk: Visitor) -> None:
    public_id = hand_in(world, '"brev.docx"').public_id
    answer = desk.client.get(f"/godkann/{public_id}/bilagor/brev.docx")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment")
