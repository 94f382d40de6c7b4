"""Before writing: two questions, without scripts."""

from tests.functional.visitor import Visitor
from tests.world import World


def test_the_answers_lead_to_the_form_of_the_class(world: World, desk: Visitor) -> None:
    asked = desk.get("/skriv").text
    assert "Är det beslutat?" in asked
    assert "Ska fler än din enhet få veta?" in asked
    for answers, title in (
        ("beslutat=ja&fler=ja", "Beslut"),
        ("beslutat=kommer&fler=ja", "Kommande beslut"),
        ("beslutat=nej&fler=ja", "Information"),
        ("beslutat=ja&fler=nej", "Bara min enhet"),
    ):
        desk.get(f"/skriv?{answers}&fortsatter=")
        assert desk.tree.findtext(".//h1") == title, answers
        assert desk.value("klass") == title.lower(), answers


def test_what_several_classes_fit_is_asked_once_more_with_the_answers_kept(desk: Visitor) -> None:
    desk.get("/skriv?fler=ja")
    checked = desk.tree.xpath("//input[@type='radio'][@checked]/@value")
    assert checked == ["ja"]
    offered = desk.tree.xpath("//input[@name='klass']/@value")
    assert offered == ["information", "kommande beslut", "beslut"]
    assert desk.get("/skriv?fler=ja&klass=beslut").status_code == 200
    assert desk.tree.findtext(".//h1") == "Beslut"


def test_what_a_person_may_not_write_is_not_led_to(colleague: Visitor) -> None:
    assert "bara min enhet" not in colleague.get("/skriv").text.lower().split("alla sorter")[1]
    page = colleague.get("/skriv?beslutat=nej&fler=nej")
    assert page.status_code == 200
    assert "Inget passar båda svaren" in colleague.text


def test_answers_that_nobody_offered_ask_again(desk: Visitor) -> None:
    assert "Är det beslutat?" in desk.get("/skriv?beslutat=x&fler=y").text
    assert desk.get("/skriv?klass=x").status_code == 404
