"""SVG pictures: what draws stays, what runs or calls out goes."""

import pytest
from lxml import etree

from announcer.domain.attachment import UnfitFile
from announcer.render.svg import clean_svg, is_harmless, own_words
from tests.unit.render.sender import EXAMPLES, SENDER

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:x="http://www.w3.org/1999/xhtml" viewBox="0 0 9 9">'
)
SHAPE = '<path id="p" d="M0 0h9"/>'


def svg(inner: str, before: str = "") -> bytes:
    return f"{before}{HEAD}{SHAPE}{inner}</svg>".encode()


@pytest.mark.parametrize(
    ("inner", "gone"),
    [
        ("<script>alert(1)</script>", b"alert"),
        ('<script href="https://x.example/x.js"/>', b"x.example"),
        ("<foreignObject><x:iframe src='https://x.example'/></foreignObject>", b"x.example"),
        ("<x:script>alert(1)</x:script>", b"alert"),
        ('<rect onload="alert(1)" OnClick="alert(1)"/>', b"alert"),
        ('<image href="https://x.example/p.png"/>', b"x.example"),
        ('<image xlink:href=" https://x.example/p.png"/>', b"x.example"),
        ('<use href="data:image/svg+xml,x.example"/>', b"x.example"),
        ('<a href="javascript:alert(1)"><text>a</text></a>', b"alert"),
        ('<rect fill="url(https://x.example/a#b)"/>', b"x.example"),
        ("<rect fill=\"URL( 'https://x.example/a#b')\"/>", b"x.example"),
        ('<rect style="fill:u\\72l(https://x.example)"/>', b"x.example"),
        ("<style>@import 'https://x.example/a.css';</style>", b"x.example"),
        ("<style>a{fill:url(//x.example/b)}</style>", b"x.example"),
        ('<set attributeName="href" to="javascript:alert(1)"/>', b"alert"),
        ('<animate attributeName="xlink:href" values="javascript:alert(1)"/>', b"alert"),
        ('<rect fill="u\\72l(https://x.example/a#b)"/>', b"x.example"),
        ("<rect fill=\"\\75\\72\\6c ('https://x.example/a#b')\"/>", b"x.example"),
        ("<rect cursor=\"image-set('https://x.example/c' 1x)\"/>", b"x.example"),
        ("<rect mask=\"src('https://x.example/m')\"/>", b"x.example"),
        ("<style>@font-face{src:src('https://x.example/f')}</style>", b"x.example"),
        ('<set attributeName="style" to="fill:red;x:x.example"/>', b"x.example"),
        ('<a href="#p" ping="https://x.example/p"><text>a</text></a>', b"x.example"),
        ('<rect requiredExtensions="https://x.example/"/>', b"x.example"),
        ('<use xlink:href="#p" xlink:actuate="onLoad" xlink:role="x.example"/>', b"x.example"),
        ("<metadata>x.example</metadata>", b"x.example"),
        ('<g xmlns:i="urn:i" i:docname="C:/anna/x.example.svg"/>', b"x.example"),
        ('<video href="#p" data-x="x.example"/>', b"x.example"),
        ("<cursor id='x.example'/>", b"x.example"),
        ('<g xml:base="https://x.example/"/>', b"x.example"),
        ("<?xml-stylesheet href='https://x.example/a.css'?>", b"x.example"),
    ],
)
def test_what_runs_or_calls_out_is_gone_and_the_picture_stays(inner: str, gone: bytes) -> None:
    assert gone in svg(inner)
    clean = clean_svg(svg(inner))
    assert gone not in clean
    assert b'd="M0 0h9"' in clean
    assert not is_harmless(svg(inner))
    assert is_harmless(clean)


def test_entities_are_neither_expanded_nor_fetched() -> None:
    doctype = (
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
        '<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    )
    clean = clean_svg(svg("<text>före &b;&f; efter</text>", doctype))
    assert b"DOCTYPE" not in clean
    assert b"aaaa" not in clean
    assert "".join(etree.fromstring(clean).itertext()).split() == ["före", "efter"]


def test_references_inside_the_picture_stay() -> None:
    inner = '<use href="#p" fill="url(#p)" style="stroke:url(#p)"/><style>a{fill:url("#p")}</style>'
    assert clean_svg(svg(inner)).count(b"#p") == 4
    assert is_harmless(svg(inner))


def test_text_after_something_removed_stays() -> None:
    clean = clean_svg(svg("<text>ett<script>x</script> två<tspan>tre</tspan><script/> fyra</text>"))
    assert "".join(etree.fromstring(clean).itertext()) == "ett tvåtre fyra"


@pytest.mark.parametrize("raw", [b"", b"\x89PNG", b"<svg", b"text", svg("<g>")[:-8]])
def test_what_is_no_xml_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(ValueError, match="går inte att läsa"):
        clean_svg(raw)
    assert not is_harmless(raw)


@pytest.mark.parametrize("raw", [b"<html/>", b"<svg/>", b"<x:svg xmlns:x='urn:annan'/>"])
def test_what_is_no_svg_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(ValueError, match="inte en SVG-bild"):
        clean_svg(raw)


def test_ordinary_pictures_are_harmless() -> None:
    assert is_harmless(SENDER.logo_svg)
    assert is_harmless((EXAMPLES[0].parent / "plan.svg").read_bytes())


def test_a_picture_brings_its_own_words() -> None:
    assert own_words((EXAMPLES[0].parent / "plan.svg").read_bytes()).startswith("Planskiss")
    assert own_words(svg("<title>Två  hus</title>")) == "Två hus"
    assert own_words(svg("<g><title>Inte hela bilden</title></g>")) == ""


def use(times: int) -> str:
    levels = "".join(
        f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, times)
    )
    return f'<g id="a0"><path d="M0 0"/></g>{levels}'


@pytest.mark.parametrize(
    "raw",
    [
        svg(use(9)),
        svg('<g id="a"><use href="#a"/></g>'),
        svg(
            '<use id="u0"/>' + "".join(f'<use id="u{n}" href="#u{n - 1}"/>' for n in range(1, 400))
        ),
        svg("<g/>" * 100_001),
        svg("<g " + " ".join(f'a{n}="x"' for n in range(501)) + "/>"),
    ],
    ids=["growing", "inside itself", "a long way", "many", "many attributes"],
)
def test_a_picture_that_would_grow_without_end_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(UnfitFile, match="för invecklad"):
        clean_svg(raw)


def test_a_pattern_used_some_times_is_drawn() -> None:
    assert clean_svg(svg(use(4))).count(b"<use") == 30


def test_entities_cannot_grow_inside_an_attribute() -> None:
    grown = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE svg [<!ENTITY a0 "{"x" * 100}">{grown}]>'
    with pytest.raises(UnfitFile, match="går inte att läsa"):
        clean_svg(svg('<g id="&a9;"/>', doctype))
