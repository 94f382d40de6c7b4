"""Whoever reads another language better than the one in the directory chooses it at the foot of any page."""

from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import World


def spoken(visitor: Visitor) -> str:
    """The language that the last page says it is in."""
    return str(visitor.tree.get("lang"))


def test_the_language_is_chosen_where_one_is_and_holds_until_signing_out(
    world: World, sign_in: SignIn, publish: Publish
) -> None:
    article = f"/nyheter/{publish(world.decision())}"
    worker = world.somebody("bibliotek", "medarbetare")
    phone, computer = sign_in(worker), sign_in(worker)
    phone.get(article)
    assert spoken(phone) == "sv"
    phone.press("Suomi")
    assert (phone.page.url.path, spoken(phone)) == (article, "fi")
    assert "Henkilöstölle ensin" in phone.text
    phone.get("/sok?q=skolan")
    assert spoken(phone) == "fi"
    phone.press("English")
    assert (phone.page.url.params["q"], spoken(phone)) == ("skolan", "en")
    computer.get("/")
    assert spoken(computer) == "sv"
    phone.ask("POST", "/logga-ut")
    phone.sign_in(worker.directory_id)
    assert spoken(phone) == "sv"


def test_only_the_houses_languages_can_be_chosen_and_nothing_leads_elsewhere(
    colleague: Visitor,
) -> None:
    colleague.get("/")
    said = [button.text_content() for button in colleague.tree.xpath("//footer//button")]
    assert sorted(said) == ["English", "Suomi"]
    for onward in ("https://elsewhere.example/", "//elsewhere.example", ""):
        answer = colleague.ask("POST", "/sprak", sprak="xx", vidare=onward)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    colleague.get("/")
    assert spoken(colleague) == "sv"


def test_whoever_writes_is_not_sent_back_to_a_page_that_only_a_form_opens(
    world: World, sign_in: SignIn
) -> None:
    chief = sign_in(world.chief)
    chief.get("/skriv?klass=beslut")
    chief.press("Visa", rubrik="")
    chief.press("Suomi")
    assert (chief.page.status_code, chief.page.url.path, spoken(chief)) == (200, "/", "fi")
