"""A text begins from a template of the policy; what is typed stays, and what is left is pointed out."""

import pytest

from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import World

GAP = "Fyll i ”(datum)”, eller ta bort det."


@pytest.fixture
def chief(world: World, sign_in: SignIn) -> Visitor:
    return sign_in(world.chief)


def templates(visitor: Visitor) -> list[str]:
    return [
        " ".join(one.split())
        for one in visitor.tree.xpath("//section[@class='templates']//a/text()")
    ]


def advice(visitor: Visitor) -> list[str]:
    found = visitor.tree.xpath("//*[@data-shown]//ul[@class='advice']/li")
    return [" ".join(one.text_content().split()) for one in found]


def test_a_template_is_chosen_on_the_first_page_and_fills_the_form(chief: Visitor) -> None:
    chief.get("/skriv")
    assert templates(chief)[:2] == ["Ny chef", "Driftstopp"]

    (address,) = chief.tree.xpath("//a[.='Driftstopp']/@href")
    chief.get(address)

    assert chief.tree.findtext(".//h1") == "Information"
    assert chief.value("rubrik") == "(Systemet) går inte att använda den (datum)"
    assert chief.value("text").startswith("Vi stänger (systemet)")
    assert chief.value("rubrik_fi") == "(Järjestelmä) ei ole käytössä (päivä)"
    assert chief.tree.xpath("//input[@id='malgrupp-alla']/@checked")
    assert chief.value("enhet") == "bildning"


def test_only_those_who_may_write_a_kind_are_offered_its_templates(
    world: World, chief: Visitor, colleague: Visitor
) -> None:
    chief.get("/skriv")
    assert "Arbetsplatsträff" in templates(chief)

    colleague.get("/skriv")

    assert "Arbetsplatsträff" not in templates(colleague)
    assert "Ny chef" in templates(colleague)


def test_in_the_form_only_what_is_empty_is_filled_in(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")

    chief.press("Ny chef", rubrik="Ny rektor på Klockarskolan", text="Hon börjar i maj.")

    assert chief.value("rubrik") == "Ny rektor på Klockarskolan"
    assert chief.value("text") == "Hon börjar i maj."
    assert chief.value("sammanfattning").startswith("(Namn) börjar som (roll)")
    assert "Du hade redan skrivit här." in chief.text
    unused = chief.tree.xpath("//details[@open]//dl/dt/text()")
    assert unused == ["Rubrik", "Text"]
    assert "(Namn) blir chef för (enheten)" in chief.text


def test_a_template_of_another_kind_or_of_none_leads_nowhere(chief: Visitor) -> None:
    chief.get("/skriv?klass=beslut")
    assert chief.ask("POST", "/skriv", klass="beslut", mall="ny chef").status_code == 404
    assert chief.get("/skriv?mall=finns+inte").status_code == 404


def test_enter_in_a_field_shows_what_happens_and_begins_from_no_template(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")

    first = chief.tree.xpath("//form[@id='texten']//button[@type='submit']")[0]

    assert (first.get("name"), first.get("value")) == ("gor", "visa")


def test_gaps_are_advice_while_it_is_written_and_marked_before_it_is_handed_in(
    world: World, chief: Visitor, sign_in: SignIn
) -> None:
    chief.get("/skriv?mall=ny+chef")
    assert advice(chief) == []
    chief.press("Språket")
    assert any(one.startswith(GAP) for one in advice(chief))

    filled = {"rubrik": "Ny rektor", "text": "Hon börjar i maj.", "kontakt": "Växeln, 0591-555 00"}
    chief.press("Visa vad som händer", **filled)

    left = "(Namn), (roll), (datum), (företrädarens namn)"
    assert advice(chief) == [f"Luckor som inte är ifyllda: {left}."]
    marked = chief.tree.xpath("//*[@data-shown]//mark/text()")
    assert marked == ["(Namn)", "(roll)", "(datum)", "(företrädarens namn)", "(roll)"]
    chief.press("Lämna in")
    assert "Texten är inlämnad." in chief.page.text
    desk = sign_in(world.communicator)
    desk.get(f"/godkann/{str(chief.page.url).rsplit('/', 1)[-1]}")
    assert f"Luckor som inte är ifyllda: {left}." in desk.page.text


def test_brackets_of_ones_own_are_no_gap(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")

    chief.press(
        "Visa vad som händer", rubrik="Nytt system (Raindance)", kontakt="Växeln", malgrupp=["alla"]
    )

    assert "Luckor" not in chief.page.text
    assert not chief.tree.xpath("//mark")


def test_the_policy_page_lists_them_with_what_is_to_be_filled_in(chief: Visitor) -> None:
    chief.get("/policy")

    assert (
        "Arbetsplatsträff: Bara min enhet. Att fylla i: datum, klockslag, lokal, Första punkten, "
        "Andra punkten, Din roll och ditt telefonnummer."
    ) in chief.text
    assert "Ny chef: Information, till Alla anställda. Att fylla i: Namn, enheten" in chief.text
