"""Beside a text that is written: who learns it when, and what each of them gets. Without scripts,
where each view is a button of the form."""

import base64

import pytest

from announcer.domain.audience import Person
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import EXAMPLES, World

SVG = (EXAMPLES / "announcements" / "plan.svg").read_bytes()
TEXT = {
    "rubrik": "Nya tider i växeln",
    "sammanfattning": "Växeln öppnar 7.30.",
    "text": "## Varför\n\nMånga ringer tidigt.",
    "kontakt": "Växelns chef, 0591-555 00",
    "malgrupp": ["alla"],
}


@pytest.fixture
def chief(world: World, sign_in: SignIn) -> Visitor:
    return sign_in(world.chief)


def views(visitor: Visitor) -> list[str]:
    """The views that can be chosen."""
    found = visitor.tree.xpath("//*[@data-shown]//button[@data-sprak='']/text()")
    return [one.strip() for one in found]


def shown(visitor: Visitor) -> str:
    """What can be read in the chosen one."""
    return " ".join(visitor.tree.xpath("//*[@data-shown]")[0].text_content().split())


def test_an_empty_form_says_who_learns_it_when(chief: Visitor) -> None:
    chief.get("/skriv?klass=beslut")
    assert chief.page.status_code == 200
    assert "Personalen får veta på intranätet så snart texten är godkänd." in shown(chief)
    assert chief.tree.xpath("//*[@data-shown]//*[local-name()='svg']/*[local-name()='desc']/text()")
    assert "Medierna får det tidigast" in shown(chief)


def test_the_picture_moves_with_the_choices(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    assert "Det går inte till medierna." in shown(chief)
    assert "Medierna" not in views(chief)
    chief.press("Intranätet", malgrupp=["alla", "press"])
    assert "Medierna får det tidigast" in shown(chief)
    assert "Medierna" in views(chief)


def test_each_view_shows_what_is_really_sent(chief: Visitor) -> None:
    chief.get("/skriv?klass=beslut")
    chief.press("Intranätet", **TEXT)
    assert chief.value("rubrik") == TEXT["rubrik"]
    page = chief.tree.xpath("//*[@data-shown]//article")[0]
    assert page.xpath("string(.//*[@class='outermost'])") == TEXT["rubrik"]
    assert "Många ringer tidigt." in page.text_content()
    chief.press("Telefonen")
    assert chief.tree.xpath("//*[@class='phone-screen']//article")
    chief.press("E-post")
    for words in ("ÄmneNya tider i växeln", "Läs mer på intranätet", "Du får alltid prata med"):
        assert words in shown(chief)
    assert not chief.tree.xpath("//*[@data-shown]//*[@style]")
    chief.press("Medierna")
    assert "Pressmeddelande" in shown(chief)
    assert "intranätet så snart" not in chief.tree.xpath("string(//*[@class='sheet letter'])")
    assert "forhandsgranskning" not in chief.tree.xpath("string(//*[@class='sheet letter'])")


def test_the_poster_is_a_picture_of_the_poster(chief: Visitor) -> None:
    chief.get("/skriv?klass=beslut")
    chief.press("Affischen", **TEXT)
    poster = chief.tree.xpath("//img[@class='poster']")[0]
    assert poster.get("alt") == "Affischen: Nya tider i växeln"
    kind, _, inside = poster.get("src").partition(",")
    assert kind == "data:image/png;base64"
    drawn = base64.b64decode(inside)
    assert drawn.startswith(b"\x89PNG")
    assert int.from_bytes(drawn[16:20]) == 794  # A4 across, at 96 pixels an inch
    chief.press("Affischen", rubrik="En annan rubrik")
    assert chief.tree.xpath("//img[@class='poster']/@src") != [poster.get("src")]


def test_each_language_can_be_looked_at(chief: Visitor) -> None:
    chief.get("/skriv?klass=beslut")
    chief.press("E-post", **TEXT, rubrik_fi="Uudet ajat", sammanfattning_fi="Vaihde avataan 7.30.")
    chief.press("Suomi")
    assert "ÄmneUudet ajat" in shown(chief)
    assert chief.tree.xpath("//button[@data-sprak='fi']/@aria-pressed") == ["true"]


def test_pictures_are_shown_and_nothing_is_stored(world: World, chief: Visitor) -> None:
    chief.get("/skriv?klass=beslut")
    chief.press("Intranätet", [("plan.svg", SVG)], bilder_alt="En plan", **TEXT)
    assert chief.tree.xpath("//article//img[starts-with(@src, 'data:image/svg+xml')]")
    for table in ("blob", "draft", "revision"):
        assert world.owner.execute(f"SELECT count(*) FROM announcer.{table}").fetchone() == (0,)


@pytest.mark.parametrize(
    "typed",
    [
        {"beslut": "9999-12-31T23:59", "blir_kand": "9999-12-31T23:59"},
        {"beslut": "0002-01-01T00:00", "blir_kand": "20"},
        {"beslut": "2027-13-40T99:99"},
        {"malgrupp": ["nobody", "alla"], "enhet": "nowhere"},
        {"fortsatter": "not-there"},
        {"rubrik": "å" * 5000, "sammanfattning": "x" * 20_000, "kontakt": "\x07bell"},
        {"text": "[" * 3000 + "*" * 3000},
    ],
)
@pytest.mark.parametrize("flik", ["tider", "intranat", "epost", "affisch", "medier"])
def test_half_typed_things_do_not_stop_the_look(
    chief: Visitor, typed: dict[str, object], flik: str
) -> None:
    answer = chief.ask("POST", f"/skriv/visa?flik={flik}", klass="beslut", **(TEXT | typed))
    assert answer.status_code == 200
    assert "data-shown" in answer.text


def test_a_view_that_there_is_not_is_the_first(chief: Visitor) -> None:
    answer = chief.ask("POST", "/skriv/visa?flik=%C3%A5&sprak=xx", klass="information", **TEXT)
    assert answer.status_code == 200
    assert 'data-flik="tider"' in answer.text
    assert chief.ask("POST", "/skriv/visa", klass="hittepå").status_code == 404


def test_a_note_to_ones_own_unit_is_three_fields_and_a_button(
    world: World, sign_in: SignIn
) -> None:
    writer: Person = world.somebody("bibliotek", "chef")
    visitor = sign_in(writer)
    visitor.get("/skriv?klass=bara+min+enhet")
    typed = [one for one in visitor.tree.xpath("//form[@id='texten']//textarea") if one.name]
    lines = visitor.tree.xpath("//form[@id='texten']//input[not(@type='hidden')]/@name")
    assert [one.name for one in typed] == ["text"]
    assert lines == ["rubrik", "kontakt"]
    assert "så snart du lämnar in" in shown(visitor)
    visitor.press(
        "Skicka till", rubrik="Fika 14.30", text="I lunchrummet.", kontakt="Chefen, 0591-555 01"
    )
    assert visitor.page.url.path.startswith("/meddelanden/")
    assert "Texten är inlämnad." in visitor.text
