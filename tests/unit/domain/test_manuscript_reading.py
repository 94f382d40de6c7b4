"""What a person reads when the file they hand in cannot be taken in: every fault, one sentence each."""

from datetime import UTC, datetime
from typing import Any

import pytest

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.domain.attachment import KINDS, LARGEST_TOGETHER
from announcer.domain.errors import BadSubmission
from announcer.domain.manuscript import (
    LARGEST_ATTACHMENT,
    LARGEST_MANUSCRIPT,
    MOST_ATTACHMENTS,
    faults_of,
    read_manuscript,
)
from tests.unit.domain.example_policy import EXAMPLES, UNITS, content, hallefors

NOW = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 plan"
GOOD = """+++
class = "beslut"
unit = "ks"
title = "Skolan börjar klockan åtta"
audience = ["alla"]
contact = "Rektor, 0591-555 10"
EXTRA
+++

Läs **planen**.
"""


def manuscript(extra: str = "") -> bytes:
    return GOOD.replace("EXTRA", extra).encode()


def never_fetched(name: str) -> bytes:
    raise AssertionError(f"nobody may ask for {name!r}")


def read(raw: bytes, **files: bytes) -> Content:
    by_name = {name.replace("_", "."): found for name, found in files.items()}
    return read_manuscript(raw, by_name.__getitem__)


def refused(raw: bytes, fetch: Any = never_fetched) -> list[str]:
    with pytest.raises(BadSubmission) as refusal:
        read_manuscript(raw, fetch)
    return [finding.say(str) for finding in refusal.value.findings]


def faults(**changes: Any) -> list[str]:
    class_name = changes.pop("class_name", "beslut")
    found = faults_of(content(class_name, **changes), hallefors(), UNITS, NOW)
    return [fault.say(str) for fault in found]


def test_a_file_in_order_becomes_its_content() -> None:
    extra = """record_number = "KS 2026-1"
decision_at = 2026-12-15T18:00:00+01:00
languages = ["sv", "fi"]
channels = ["email"]
attachments = ["plan.pdf", { file = "karta.png", alt = "Kartan" }]
[translations.fi]
title = "Koulu"
summary = "Kello kahdeksan" """
    found = read(manuscript(extra), plan_pdf=PDF, karta_png=b"\x89PNG\r\n\x1a\n...")
    assert (found.title, found.body) == ("Skolan börjar klockan åtta", "Läs **planen**.")
    assert found.decision_at == datetime(2026, 12, 15, 17, 0, tzinfo=UTC)
    assert (found.language, found.languages) == ("sv", ("sv", "fi"))
    assert found.translations == {"fi": Translation("Koulu", "Kello kahdeksan")}
    assert [(a.name, a.media_type, a.alt) for a in found.attachments] == [
        ("plan.pdf", "application/pdf", ""), ("karta.png", "image/png", "Kartan"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.md")), ids=lambda path: path.name[:2])
def test_every_example_can_be_announced(path: Any) -> None:
    found = read_manuscript(path.read_bytes(), lambda name: (EXAMPLES / name).read_bytes())
    assert faults_of(found, hallefors(), UNITS, NOW) == []


@pytest.mark.parametrize(
    "raw",
    [
        manuscript().replace(b"\n", b"\r\n"),
        manuscript().replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + manuscript(),
        manuscript().replace(b"+++\n", b"+++ \t\n"),
    ],
    ids=["crlf", "cr", "bom", "trailing space"],
)
def test_what_editors_do_to_a_file_does_not_change_its_content(raw: bytes) -> None:
    assert read(raw) == read(manuscript())


def test_a_file_without_a_unit_belongs_to_its_writers_unit() -> None:
    raw = manuscript().replace(b'unit = "ks"\n', b"")
    assert read_manuscript(raw, never_fetched, "kost").unit == "kost"


MISSING = "Överst i filen ska uppgifterna stå mellan två rader med +++. De saknas."


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", MISSING),
        (b"Bara text.", MISSING),
        (b"+++\ntitle = \"utan slut\"\n", MISSING),
        (b"---\ntitle: yaml\n---\n", MISSING),
        (b"x" * (LARGEST_MANUSCRIPT + 1), "Texten är för stor (2 MB, högst 2 MB). Lägg bilder och filer som bilagor."),
        ("+++\ntitle = \"å\"\n+++".encode("latin-1"), "Filen är inte sparad som UTF-8 (tecken 13). Spara om den som UTF-8."),
        (b"\xff\xfe+\x00", "Filen är inte sparad som UTF-8 (tecken 0). Spara om den som UTF-8."),
        (manuscript("summary = Utan citattecken"),
         "Rad 7 i filen går inte att läsa. Skriv varje uppgift som namn = \"text\"."),
        (manuscript('title = "en till"'), "Rad 7 i filen går inte att läsa. Skriv varje uppgift som namn = \"text\"."),
        (b'+++\ntitle = """\n+++\n', "Rad 1–2 i filen går inte att läsa. Skriv varje uppgift som namn = \"text\"."),
        (manuscript("audience2 = " + "[" * 5000),
         "Rad 1–7 i filen går inte att läsa. Skriv varje uppgift som namn = \"text\"."),
        (manuscript("x = " + "1" * 5000), "Rad 1–7 i filen går inte att läsa. Skriv varje uppgift som namn = \"text\"."),
        (manuscript('rubrik = "x"'), "Okänd uppgift överst i filen: ”rubrik”. Ta bort eller rätta den."),
        (manuscript("summary = 7"), "”summary” ska vara en text inom citattecken."),
        (manuscript("record_number = 2026-12-24"), "”record_number” ska vara en text inom citattecken."),
        (manuscript('channels = "email"'), '”channels” ska vara en lista, till exempel ["alla"].'),
        (manuscript("channels = [1]"), '”channels” ska vara en lista, till exempel ["alla"].'),
        (manuscript('languages = ["sv", "fi"]'), "Språket ”fi” har ingen text. Lägg till [translations.fi]."),
        (manuscript('[translations.sv]\ntitle = "x"'), "Översättningen ”sv” är på samma språk som texten. Ta bort den."),
        (manuscript('translations = "fi"'), "Översättningen ”” ska ha title, summary och kanske body."),
        (manuscript("[translations.fi]\ntitle = 1"), "Översättningen ”fi” ska ha title, summary och kanske body."),
        (manuscript('[translations.fi]\ntitel = "x"'), "Översättningen ”fi” ska ha title, summary och kanske body."),
        *(
            (manuscript(f"decision_at = {value}"),
             "”decision_at” ska vara en tid med tidszon, till exempel 2026-12-15T18:00:00+01:00.")
            for value in ('"2026-12-15"', "2026-12-15", "2026-12-15T18:00:00", "18:00:00", "1",
             "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00")
        ),
    ],
)  # fmt: skip
def test_a_file_of_the_wrong_form_is_refused_in_one_sentence(raw: bytes, said: str) -> None:
    assert refused(raw) == [said]


def test_every_fault_of_a_file_is_said_at_once() -> None:
    raw = manuscript('rubrik = 1\nsummary = 2\ndecision_at = 3\nattachments = ["../x.pdf"]')
    assert [sentence.split(":")[0].split(".")[0] for sentence in refused(raw)] == [
        "Okänd uppgift överst i filen",
        "Bilagans namn ”",
        "”summary” ska vara en text inom citattecken",
        "”decision_at” ska vara en tid med tidszon, till exempel 2026-12-15T18",
    ]
    with pytest.raises(BadSubmission) as refusal:
        read_manuscript(raw, never_fetched)
    assert len(refusal.value.say(str).splitlines()) == 4


@pytest.mark.parametrize(
    "name",
    ["../x", "../x.pdf", "..\\x.pdf", "/etc/passwd", "a/b.pdf", "a\\b.pdf", "C:x.pdf", ".hidden", ".pdf", "..", "", " x.pdf",
     "a\x00b", "a\x00.pdf", "a\nb.pdf", "a\u202efdp.pdf", "CON.pdf", "con.pdf", "LPT1.tar.pdf", "NUL", "CON",
      "x?.pdf", "x" * 117 + ".pdf"],
)  # fmt: skip
def test_a_name_that_is_no_plain_file_name_is_refused_and_never_fetched(name: str) -> None:
    quoted = "".join(c if c.isalnum() or c in "./ " else f"\\U{ord(c):08x}" for c in name)
    (said,) = refused(manuscript(f'attachments = ["{quoted}"]'))
    shown = name[:80]
    assert said == f"Bilagans namn ”{shown}” går inte. Använd ett vanligt filnamn utan mappar."


@pytest.mark.parametrize("name", ["x.exe", "x.html", "x.pdf.exe", "x", "x.pdf "])
def test_a_kind_that_cannot_be_attached_is_refused_and_never_fetched(name: str) -> None:
    (said,) = refused(manuscript(f'attachments = ["{name}"]'))
    assert said == f"Bilagan ”{name}” är av en sort som inte går. Använd {KINDS}."


@pytest.mark.parametrize("entry", ["7", "[]", "{}", "{ file = 7 }", '{ fil = "x.pdf" }',
 '{ file = "x.pdf", alt = 1 }', "2026-12-24"])  # fmt: skip
def test_an_attachment_that_is_no_name_is_refused(entry: str) -> None:
    assert refused(manuscript(f"attachments = [{entry}]")) == [
        'En bilaga ska vara ett filnamn inom citattecken, till exempel "plan.pdf".'
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [("x.pdf", b"<html>"), ("x.pdf", b""), ("x.svg", b""), ("x.PNG", PDF), ("x.jpg", b"\xff\xd8"), ("x.jpeg", b"GIF89a")],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, found: bytes) -> None:
    (said,) = refused(manuscript(f'attachments = ["{name}"]'), lambda _: found)
    assert said == f"Bilagan ”{name}” innehåller inte det som namnet säger. Spara om den."


def test_an_attachment_that_is_too_large_is_refused() -> None:
    whole = PDF.ljust(LARGEST_ATTACHMENT, b" ")
    assert read(manuscript('attachments = ["x.pdf"]'), x_pdf=whole).attachments[0].content == whole
    (said,) = refused(manuscript('attachments = ["x.pdf"]'), lambda _: whole + b" ")
    assert said == "Bilagan ”x.pdf” är för stor (10,1 MB, högst 10 MB). Förminska den."


def test_too_many_attachments_are_refused_before_any_is_fetched() -> None:
    names = [f"{n}.pdf" for n in range(MOST_ATTACHMENTS + 1)]
    assert refused(manuscript(f"attachments = {names}")) == ["Det finns 11 bilagor, högst 10 går."]
    taken = read_manuscript(manuscript(f"attachments = {names[1:]}"), lambda _: PDF)
    assert len(taken.attachments) == MOST_ATTACHMENTS


def test_files_that_are_too_large_together_are_refused_and_the_rest_is_never_fetched() -> None:
    fetched: list[str] = []

    def fetch(name: str) -> bytes:
        fetched.append(name)
        return PDF.ljust(LARGEST_TOGETHER // 3, b" ")

    names = [f"{n}.pdf" for n in range(9)]
    (said,) = refused(manuscript(f"attachments = {names}"), fetch)
    assert said == (
        "Bilagorna är 26,7 MB tillsammans, högst 20 MB går. Ta bort eller förminska någon."
    )
    assert fetched == ["0.pdf", "1.pdf", "2.pdf", "3.pdf"]


def test_two_attachments_of_one_name_are_refused() -> None:
    (said,) = refused(manuscript('attachments = ["Plan.pdf", "plan.PDF"]'), lambda _: PDF)
    assert said == "Bilagan ”plan.pdf” finns två gånger. Ta bort eller döp om den ena."


ONE_LINE = "Rubriken innehåller styrtecken eller radbrytning. Skriv den på en rad."
PLAIN = "Texten innehåller styrtecken som inte syns. Klistra in den som ren text."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "Rubriken saknas. Skriv en rubrik som säger det viktigaste."),
        ({"title": "\u200b\u200d"}, "Rubriken saknas. Skriv en rubrik som säger det viktigaste."),
        ({"title": "x" * 500}, "Rubriken har 500 tecken. Korta den till högst 200."),
        ({"title": "Subject: x\nBcc: y"}, ONE_LINE),
        ({"title": "x\x00"}, ONE_LINE),
        ({"title": "x\u2028y"}, ONE_LINE),
        ({"title": "x\u202ey"}, ONE_LINE),
        ({"translations": {"fi": Translation("x\r\ny", "s")}}, ONE_LINE),
        ({"translations": {"fi": Translation("x" * 201, "s")}}, "Rubriken har 201 tecken. Korta den till högst 200."),
        ({"summary": "x" * 1001}, "Sammanfattningen har 1001 tecken. Korta den till högst 1000."),
        ({"body": "x" * 100_001}, "Texten har 100001 tecken. Korta den till högst 100000."),
        ({"summary": "x\x00"}, PLAIN),
        ({"body": "x\x00"}, PLAIN),
        ({"body": "x\uffff"}, PLAIN),
        ({"translations": {"fi": Translation("x", "s", "\x1b[31m")}}, PLAIN),
        ({"attachments": (Attachment("x.png", "image/png", b"x", "\x07"),)}, PLAIN),
        ({"attachments": (Attachment("x.png", "image/png", b"x", "x" * 1001),)},
         "Bildbeskrivningen har 1001 tecken. Korta den till högst 1000."),
        ({"contact": ""}, "Kontakt saknas. Skriv roll och telefonnummer till den som svarar på frågor."),
        ({"contact": "x" * 201}, "Kontakten har 201 tecken. Korta den till högst 200."),
        ({"contact": "a\nb"}, "Kontakt eller diarienummer innehåller styrtecken eller radbrytning. Skriv på en rad."),
        ({"record_number": "KS\t1"}, "Kontakt eller diarienummer innehåller styrtecken eller radbrytning. Skriv på en rad."),
        ({"record_number": "x" * 201}, "Diarienumret har 201 tecken. Korta det till högst 200."),
        ({"class_name": "nyhet"},
         "Klassen ”nyhet” finns inte. Välj en av: bara min enhet, beslut, information, kommande beslut, kris."),
        ({"unit": "månen"},
         "Enheten ”månen” finns inte. Välj en av: bergslagen, bildning, fyllsta, hemtjanst, kost, ks, nattpatrull, valfard."),
        ({"audience": ("alla", "månen")}, "Målgruppen ”månen” finns inte. Välj en enhet eller: alla, krisledningen, press."),
        ({"audience": ()}, "Ingen i organisationen får veta. Välj alla anställda (”alla”) eller minst en enhet."),
        ({"audience": ("press",)}, "Ingen i organisationen får veta. Välj alla anställda (”alla”) eller minst en enhet."),
        ({"language": "de"}, "Språket ”de” finns inte i policyn. Välj bland: sv, fi, en."),
        ({"translations": {"de": Translation("x", "s")}}, "Språket ”de” finns inte i policyn. Välj bland: sv, fi, en."),
        ({"translations": {"fi": Translation("x", "")}}, "Översättningen ”fi” saknar rubrik eller sammanfattning."),
        ({"decision_at": datetime(2026, 12, 7, 18, 0, tzinfo=UTC)},
         "Beslutet ligger bakåt i tiden (2026-12-07 18:00). Är det fattat, ta bort tiden och välj en klass för fattade beslut."),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_announced_is_refused_in_one_sentence(
    changes: dict[str, Any], said: str
) -> None:
    assert faults(**changes) == [said]


def test_every_fault_of_a_text_is_said_at_once() -> None:
    found = faults(title="", contact="", class_name="x", unit="x", audience=("x",), language="x")
    assert len(found) == 6


@pytest.mark.parametrize(
    "title",
    ["Möte den 11\u00a0januari", "Taxa: 1\u202f200 kronor", "Familj 👩\u200d👩\u200d👧", "Ordsamman\u00adsättning",
     "فارسی\u200e", "å i två delar: a\u030a"],
)  # fmt: skip
def test_spaces_and_joiners_of_ordinary_writing_are_no_fault(title: str) -> None:
    assert faults(title=title) == []


def test_lines_and_tabs_belong_to_a_text() -> None:
    assert faults(summary="a\nb", body="a\r\n\tb\u2028c") == []


def test_a_decision_that_is_still_to_come_is_no_fault() -> None:
    assert faults(decision_at=NOW) == []
