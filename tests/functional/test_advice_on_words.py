"""Advice on the words of a text, for whoever writes it and whoever approves it."""

import pytest

from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import World

TEXT = {
    "rubrik": "Nya tider i växeln",
    "sammanfattning": "Växeln öppnar 7.30.",
    "text": "Beslut avseende tiderna, m.m. Fråga rektorn, 811218-9876.",
    "kontakt": "Växelns chef, 0591-555 00",
    "malgrupp": ["alla"],
}
NUMBER = "”811218-9876” ser ut som ett personnummer."


@pytest.fixture
def chief(world: World, sign_in: SignIn) -> Visitor:
    return sign_in(world.chief)


def advice(visitor: Visitor) -> list[str]:
    found = visitor.tree.xpath("//*[@data-shown]//ul[@class='advice']/li")
    return [" ".join(one.text_content().split()) for one in found]


def test_the_advice_stands_beside_the_text_and_leads_to_the_field(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Språket", **TEXT)

    found = advice(chief)

    assert len(found) == 3
    assert found[0].startswith(NUMBER)
    assert found[1].startswith("Byt ”avseende” mot ett vanligare ord: ”om”.")
    assert found[2].startswith("Skriv ut ”m.m”: ”med mera”.")
    (link,) = set(chief.tree.xpath("//ul[@class='advice']//a/@href"))
    assert chief.tree.xpath(f"//textarea[@id='{link[1:]}']")
    assert chief.value("rubrik") == TEXT["rubrik"]


def test_what_is_of_somebodys_privacy_is_seen_on_every_view(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    for view in ("Intranätet", "Vem får veta när"):
        chief.press(view, **TEXT)
        (found,) = advice(chief)
        assert found.startswith(NUMBER)


def test_a_plain_text_is_said_to_be_one(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Språket", **TEXT | {"text": "Ring oss i dag."})

    assert advice(chief) == []
    assert "Inget att anmärka på språket." in chief.page.text


def test_a_note_to_ones_own_unit_misses_no_summary(chief: Visitor) -> None:
    chief.get("/skriv?klass=bara+min+enhet")
    words = {name: TEXT[name] for name in ("rubrik", "kontakt")}
    chief.press("Språket", **words, text="Ring oss i dag.")

    assert "Sammanfattningen saknas" not in chief.page.text


def test_advice_keeps_nothing_back_and_the_approver_sees_it(
    world: World, chief: Visitor, sign_in: SignIn
) -> None:
    chief.get("/skriv?klass=beslut")
    chief.press("Visa vad som händer", **TEXT | {"diarienummer": "KS 2026-00123"})
    assert NUMBER in chief.page.text
    chief.press("Lämna in")
    assert "Texten är inlämnad." in chief.page.text
    public_id = str(chief.page.url).rsplit("/", 1)[-1]

    desk = sign_in(world.communicator)
    desk.get(f"/godkann/{public_id}")

    assert NUMBER in desk.page.text
    assert "Byt ”avseende” mot ett vanligare ord: ”om”." in desk.page.text
    desk.press("Godkänn")
    assert "godkän" in desk.page.text
