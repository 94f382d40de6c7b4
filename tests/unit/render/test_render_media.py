"""What a handed-in file really is: taken apart, cleaned, or refused in one sentence."""

import contextlib
import re
from io import BytesIO
from zipfile import ZipFile

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from announcer.domain.announcement import Attachment
from announcer.domain.attachment import ATTACHMENT_TYPES
from announcer.domain.errors import Refusal
from announcer.render import office
from announcer.render.media import safe
from announcer.render.pdf import MEMORY
from announcer.render.pdf import _cleaned as clean_pdf_here
from announcer.render.picture import bare_jpeg
from announcer.render.poster import poster
from tests.unit.render.handed_in import (
    DOCX,
    GPS,
    ODT,
    OFFICE,
    SECRET,
    docx_parts,
    growing_pdf,
    jpeg,
    odt_parts,
    pdf,
    png,
    zipped,
)
from tests.unit.render.sender import edition

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><title>Plan</title><path d="M0 0"/></svg>'
GOOD = {
    "a.pdf": pdf(),
    "a.png": png(),
    "a.jpg": jpeg(),
    "a.jpeg": jpeg(6),
    "a.svg": SVG,
    "a.docx": zipped(docx_parts()),
    "a.odt": zipped(odt_parts()),
    "a.txt": "Så här är det.\n".encode(),
    "a.csv": b"namn;antal;telefon\nKost;12;+46 (0)591-555 00\n-;-3,5;a@b.example\n",
}


def take(name: str, content: bytes, alt: str = "") -> Attachment:
    return safe(Attachment(name, "text/html", content, alt))


def refused(name: str, content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        take(name, content)
    said = refusal.value.say(str)
    assert name in said
    return said


@pytest.mark.parametrize("name", GOOD)
def test_a_file_in_order_is_taken_with_the_type_of_its_content(name: str) -> None:
    found = take(name, GOOD[name])
    assert found.media_type == ATTACHMENT_TYPES[name[1:]]
    again = take(name, found.content)
    assert again.sha256 == found.sha256 == take(name, GOOD[name]).sha256


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_a_file_under_another_kinds_name_is_refused(name: str, content: bytes) -> None:
    same = {"jpg": "jpeg", "csv": "txt"}
    kinds = {same.get(n[2:], n[2:]) for n, c in GOOD.items() if c is content or n == name}
    if len(kinds) > 1 and (name, content) != ("a.txt", SVG):
        refused(name, content)


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00", b"\x7fELF", b"#!/bin/sh\nrm -rf", b"<html><script>alert(1)</script>", b" \n<!DOCTYPE html>",
        b"<?php system('id');", b"\xef\xbb\xbf<script>", b"<!-- x --><html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"%!PS-Adobe", b"\x00", b"", "å".encode("latin-1"), "å".encode("utf-16"), b"\x1b[31m", "a\u202eb".encode(),
        zipped({"a.html": "<script>"}), zipped({"mimetype": "text/html"}),
    ],
)  # fmt: skip
def test_programs_pages_and_odd_bytes_are_refused_under_every_name(content: bytes) -> None:
    for ending in ATTACHMENT_TYPES:
        if not (ending in {".txt", ".csv"} and content.startswith(b"%!PS")):
            refused(f"a{ending}", content)


@pytest.mark.parametrize(
    "cell",
    ["=cmd|'/c calc'!A0", '"=HYPERLINK(""https://x.example"")"', "@SUM(1)", "-2+cmd|' /c calc'!A0", "+WEBSERVICE(A1)"],
)  # fmt: skip
def test_a_cell_that_calls_something_is_refused(cell: str) -> None:
    assert "formler" in refused("a.csv", f"a;b\r\nx;{cell}\r\n".encode())


def test_what_a_browser_says_of_a_file_counts_for_nothing() -> None:
    assert take("a.svg", SVG).media_type == "image/svg+xml"


def test_a_drawing_brings_its_own_words_where_the_writer_gave_none() -> None:
    assert take("a.svg", SVG).alt == "Plan"
    assert take("a.svg", SVG, "Två hus").alt == "Två hus"
    assert take("a.png", png()).alt == ""


# PDF -----------------------------------------------------------------------------------------


def test_a_pdf_keeps_its_title_and_tells_nothing_of_its_author() -> None:
    found = take("a.pdf", pdf()).content
    with pikepdf.open(BytesIO(found)) as opened:
        assert dict(opened.docinfo) == {"/Title": "Planen"}
        with opened.open_metadata() as xmp:
            assert dict(xmp) == {"{http://purl.org/dc/elements/1.1/}title": "Planen"}
        photo = opened.pages[0].Resources.XObject.Im0
        assert photo.read_raw_bytes() == bare_jpeg(jpeg())
        assert "/PieceInfo" not in opened.pages[0]
        assert b"/Im0 Do" in opened.pages[0].Contents.read_bytes()
        everything = b"".join(
            o.read_raw_bytes() if isinstance(o, pikepdf.Stream) else o.unparse()
            for o in opened.objects
        )  # fmt: skip
    for word in (SECRET, GPS, "".join(f"{c:02x}" for c in SECRET.encode())):
        assert word.encode() not in everything


def test_what_a_pdf_says_of_accessibility_and_archiving_stays() -> None:
    before = pikepdf.open(BytesIO(poster(edition(), str)))
    after = pikepdf.open(BytesIO(take("a.pdf", poster(edition(), str)).content))
    assert after.open_metadata().pdfa_status == before.open_metadata().pdfa_status == "2A"
    assert "{http://www.aiim.org/pdfua/ns/id/}part" in after.open_metadata()
    assert after.Root.Lang == before.Root.Lang
    assert after.Root.MarkInfo.Marked
    assert after.Root.StructTreeRoot
    assert "/Author" not in after.docinfo
    assert not after.check_pdf_syntax()


@pytest.mark.parametrize(
    ("root", "said"),
    [
        ({"OpenAction": pikepdf.Dictionary(S=pikepdf.Name.JavaScript)}, "körs"),
        ({"Names": pikepdf.Dictionary(Names=[pikepdf.Dictionary(JS=pikepdf.String("x"))])}, "körs"),
        ({"A": pikepdf.Dictionary(S=pikepdf.Name.Launch)}, "körs"),
        ({"AcroForm": pikepdf.Dictionary(XFA=pikepdf.Array([]))}, "körs"),
        ({"Names": pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary())}, "andra filer inuti"),
        ({"AF": pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Filespec, EF=pikepdf.Dictionary())])}, "andra filer inuti"),
        ({"V": pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=pikepdf.Array([0, 1, 2, 3]))}, "underskriven"),
    ],
)  # fmt: skip
def test_a_pdf_that_does_more_than_being_read_is_refused(root, said: str) -> None:
    assert said in refused("a.pdf", pdf(**root))


def test_a_pdf_opens_at_its_page_and_fetches_nothing_when_it_does() -> None:
    calls = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://x.example"))
    found = take("a.pdf", pdf(OpenAction=calls, AA=pikepdf.Dictionary(WC=calls))).content
    assert b"x.example" not in found
    opens = pikepdf.Array([0, pikepdf.Name.Fit])
    with pikepdf.open(BytesIO(take("a.pdf", pdf(OpenAction=opens)).content)) as opened:
        assert opened.Root.OpenAction[1] == pikepdf.Name.Fit


@pytest.mark.parametrize("owner", [{"owner": "x", "user": "y"}, {"owner": "x", "user": ""}])
def test_a_locked_pdf_is_refused(owner: dict[str, str]) -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(**owner))
    assert "låst eller krypterad" in refused("a.pdf", out.getvalue())


def test_a_pdf_that_grows_without_end_is_refused_and_nothing_else_happens() -> None:
    assert take("a.pdf", growing_pdf(1)).content.startswith(b"%PDF-1.5")
    bomb = growing_pdf(MEMORY // 1_000_000)
    assert len(bomb) < 2_000_000
    assert "går inte att läsa" in refused("a.pdf", bomb)


# Office --------------------------------------------------------------------------------------


def parts_of(raw: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(raw)) as archive:
        assert not archive.comment
        assert {one.date_time[0] for one in archive.infolist()} == {1980}
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(("name", "parts"), [("a.docx", docx_parts()), ("a.odt", odt_parts())])
def test_an_office_file_keeps_its_text_and_title_and_nobodys_name(name: str, parts) -> None:
    found = parts_of(take(name, zipped(parts)).content)
    whole = b"".join(found.values())
    assert SECRET.encode() not in whole
    assert GPS.encode() not in whole
    assert b"Hela texten" in whole
    assert b"<dc:title>Planen" in whole
    assert b"https://x.example" in whole  # a link is no fetching
    assert not [part for part in found if "thumbnail" in part.lower()]
    assert b"thumbnail" not in whole.lower()
    assert set(found) == {part for part in parts if "thumbnail" not in part.lower()}


def test_an_open_document_says_first_and_unpacked_what_it_is() -> None:
    assert take("a.odt", GOOD["a.odt"]).content[30:].startswith(b"mimetype" + ODT.encode())


@pytest.mark.parametrize(
    ("name", "parts", "said"),
    [
        ("a.docx", {"word/vbaProject.bin": b"x"}, "makron"),
        ("a.docx", {"xl/macrosheets/sheet1.xml": b"<x/>"}, "makron"),
        ("a.docx", {"word/embeddings/oleObject1.bin": b"x"}, "makron"),
        ("a.docx", {"word/embeddings/blad.xlsm": b"x"}, "makron"),
        ("a.docx", {"word/x.exe": b"MZ"}, "makron"),
        ("a.docx", {"[Content_Types].xml": docx_parts()["[Content_Types].xml"].replace(
            f"{DOCX}.main", "application/vnd.ms-word.document.macroEnabled.main")}, "makron"),
        ("a.docx", {"_xmlsignatures/sig1.xml": b"<x/>"}, "underskriven"),
        ("a.docx", {"word/_rels/document.xml.rels":
            '<R><Relationship Type="x/image" Target="https://x.example/p" TargetMode="External"/></R>'}, "hämtar"),
        ("a.docx", {"word/_rels/document.xml.rels": "<R"}, "skadad"),
        ("a.docx", {"_rels/.rels": '<R><Relationship Type="x/thumbnail" Target="word/document.xml"/></R>'}, "skadad"),
        ("a.docx", {"[Content_Types].xml": "<Types/>"}, "inte det som namnet säger"),
        ("a.docx", {"WORD/document.xml": "en till"}, "skadad"),
        ("a.odt", {"Basic/Standard/Module1.xml": b"<x/>"}, "makron"),
        ("a.odt", {"Scripts/python/x.py": b"x"}, "makron"),
        ("a.odt", {"content.xml": '<a><script:event-listener xlink:href="x"/></a>'}, "makron"),
        ("a.odt", {"content.xml": '<a><draw:image xlink:href="https://x.example/p.png"/></a>'}, "hämtar"),
        ("a.odt", {"META-INF/manifest.xml": "<m><encryption-data/></m>"}, "lösenord"),
        ("a.odt", {"META-INF/documentsignatures.xml": b"<x/>"}, "underskriven"),
        ("a.odt", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "inte det som namnet säger"),
    ],
)  # fmt: skip
def test_an_office_file_that_does_more_than_being_read_is_refused(name, parts, said: str) -> None:
    whole = docx_parts() if name == "a.docx" else odt_parts()
    assert said in refused(name, zipped({**whole, **parts}))


def test_an_office_file_with_a_password_is_refused() -> None:
    raw = bytearray(GOOD["a.docx"])
    for place in [m.start() for m in re.finditer(b"PK\x01\x02", GOOD["a.docx"])]:
        raw[place + 8] |= 1
    assert "lösenord" in refused("a.docx", bytes(raw))


def test_an_archive_that_grows_without_end_is_refused_before_it_is_unpacked() -> None:
    large = bytes(office.LARGEST_UNPACKED // 4)
    bomb = zipped({**docx_parts(), **{f"word/{n}.xml": large for n in range(4)}})
    assert len(bomb) < 1_000_000
    assert "för stor när den packas upp" in refused("a.docx", bomb)
    many = zipped({**docx_parts(), **{f"word/{n}.xml": b"" for n in range(office.MOST_PARTS)}})
    assert "för stor när den packas upp" in refused("a.docx", many)


def test_a_part_that_is_larger_than_it_says_is_refused() -> None:
    raw = bytearray(GOOD["a.docx"])
    place = raw.index(b"PK\x01\x02")
    raw[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert "skadad" in refused("a.docx", bytes(raw))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.xlsx", "spreadsheetml.sheet"), ("a.pptx", "presentationml.presentation")],
)
def test_tables_and_slides_are_taken_by_their_own_types(name: str, kind: str) -> None:
    parts = docx_parts()
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(DOCX, f"{OFFICE}{kind}")
    assert take(name, zipped(parts)).media_type == f"{OFFICE}{kind}"
    assert "inte det som namnet säger" in refused("a.docx", zipped(parts))


# Whatever comes ------------------------------------------------------------------------------


def taken_or_refused(name: str, content: bytes) -> Attachment | None:
    """Taken, or None after a refusal that names the file; anything else comes through."""
    with contextlib.suppress(Refusal):
        return safe(Attachment(name, "", content))
    refused(name, content)
    return None


FAST = [name for name in GOOD if name != "a.pdf"]
#: Changes of a good file: cut at a place, and bytes written over it at other places.
DAMAGE = st.tuples(
    st.floats(0, 1), st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=4)), max_size=4)
)  # fmt: skip


def damaged(raw: bytes, keep: float, changes: list[tuple[float, bytes]]) -> bytes:
    found = bytearray(raw[: round(len(raw) * max(keep, 0.02))])
    for place, written in changes:
        start = int(place * len(found))
        found[start : start + len(written)] = written
    return bytes(found)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(FAST), damage=DAMAGE)
def test_a_damaged_file_is_refused_or_made_whole_and_nothing_else(name, damage) -> None:
    found = taken_or_refused(name, damaged(GOOD[name], *damage))
    assert found is None or safe(found) == found


@settings(max_examples=100, deadline=None)
@given(
    ending=st.sampled_from(sorted(set(ATTACHMENT_TYPES) - {".pdf"})),
    content=st.binary(max_size=300),
)
def test_random_bytes_are_refused_or_are_text(ending: str, content: bytes) -> None:
    for head in (b"", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        found = taken_or_refused(f"a{ending}", head + content)
        assert found is None or found.content == head + content


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_a_damaged_pdf_is_refused_or_made_whole_and_nothing_else(keep: float) -> None:
    found = taken_or_refused("a.pdf", damaged(pdf(), keep, [(0.3, b"\xff\xff")]))
    assert found is None or clean_pdf_here(found.content) == found.content
