"""A text that waits for approval is changed in the form it was written in, and loses nothing by it."""

from dataclasses import replace
from datetime import timedelta

from announcer.domain.announcement import Content, Translation
from announcer.services import records, returning, reviewing, writing
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import World

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><title>En plan</title><path d="M0 0h4v4z"/></svg>'


def newest(world: World, public_id: str) -> Content:
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        return records.content_of(session, records.newest_revision(session, row.id))


def handed_in(world: World) -> str:
    """With everything that a text can have, also what the form does not show."""
    public_id = world.example("05")
    content = replace(
        newest(world, public_id),
        decision_at=world.now() + timedelta(days=5),
        translations={
            "fi": Translation("Otsikko", "Lyhyesti", "Teksti"),
        },
        channels=("intranet", "email"),
    )
    author = world.somebody(content.unit, "chef")
    writing.edit(world.installation, author, public_id, content)
    return public_id


def test_the_author_changes_a_text_that_was_given_back(
    world: World, sign_in: SignIn, desk: Visitor
) -> None:
    public_id = handed_in(world)
    was = newest(world, public_id)
    returning.give_back(world.installation, world.communicator, public_id, "Kortare rubrik.")
    author = sign_in(world.somebody(was.unit, "chef"))
    author.get(f"/meddelanden/{public_id}")
    (link,) = author.tree.xpath("//a[normalize-space()='Ändra texten']/@href")
    author.get(link)
    assert author.value("rubrik") == was.title
    author.press("Visa", rubrik="Kort")
    assert "Kort" in author.text
    author.press("Lämna in")
    assert "Texten är ändrad. Den godkänns på nytt." in author.text
    assert author.page.url.path == f"/meddelanden/{public_id}"
    now = newest(world, public_id)
    assert now == replace(was, title="Kort")
    assert now.stale == ("fi",)
    desk.get(f"/godkann/{public_id}")
    assert "Översättningen till finska är äldre än texten." in desk.text
    assert not desk.tree.xpath("//button[normalize-space()='Godkänn']")
    author.get(link)
    author.press("Visa", stammer_fi="ja")
    author.press("Lämna in")
    assert newest(world, public_id).stale == ()
    desk.get(f"/godkann/{public_id}")
    desk.press("Godkänn", near=public_id)
    assert "Texten är godkänd." in desk.text


def test_a_file_stays_with_the_text(world: World, sign_in: SignIn) -> None:
    author = sign_in(world.chief)
    author.get("/skriv?klass=information")
    author.press(
        "Visa", [("plan.svg", SVG)], rubrik="Med fil", text="Se planen.", kontakt="Rektor", malgrupp="alla"
    )  # fmt: skip
    author.press("Lämna in")
    public_id = author.page.url.path.rpartition("/")[2]
    was = newest(world, public_id)
    assert len(was.attachments) == 1
    author.get(f"/skriv?meddelande={public_id}")
    author.press("Visa", text="Se den nya planen.")
    author.press("Lämna in")
    assert newest(world, public_id) == replace(was, body="Se den nya planen.")


def test_who_approves_it_may_change_it_and_others_do_not_see_the_form(
    world: World, desk: Visitor, colleague: Visitor
) -> None:
    public_id = world.decision()
    assert colleague.client.get(f"/skriv?meddelande={public_id}").status_code == 404
    fields = {"klass": "beslut", "gor": "lamna_in", "meddelande": public_id, "rubrik": "X"}
    assert colleague.ask("POST", "/skriv", **fields).status_code == 404
    desk.get(f"/skriv?meddelande={public_id}")
    desk.press("Visa", rubrik="Bättre rubrik")
    desk.press("Lämna in")
    assert newest(world, public_id).title == "Bättre rubrik"


def test_what_is_approved_is_not_changed(world: World, desk: Visitor) -> None:
    public_id = world.decision()
    desk.get(f"/skriv?meddelande={public_id}")
    reviewing.approve(world.installation, world.communicator, public_id)
    desk.press("Visa", rubrik="För sent")
    assert desk.page.status_code == 400
    assert "Texten går inte att ändra." in desk.text
    assert desk.client.get(f"/skriv?meddelande={public_id}").status_code == 400


def test_two_who_change_one_text_lose_nothing_of_either(
    world: World, sign_in: SignIn, desk: Visitor
) -> None:
    author = sign_in(world.chief)
    public_id = world.decision()
    author.get(f"/skriv?meddelande={public_id}")
    desk.get(f"/skriv?meddelande={public_id}")
    assert "ändrar också" not in desk.text
    desk.press("Visa", rubrik="Informationsenhetens rubrik")
    desk.press("Lämna in")
    author.press("Visa", rubrik="Chefens rubrik", text="En text som tog en timme.")
    author.press("Lämna in")
    assert author.page.status_code == 409
    assert "Inget är skrivet över." in author.text
    assert "En text som tog en timme." in author.text
    assert author.tree.xpath(f"//a[@href='/godkann/{public_id}']")
    assert newest(world, public_id).title == "Informationsenhetens rubrik"
    author.press("Skriv vidare")
    assert author.value("rubrik") == "Chefens rubrik"
    author.press("Visa")
    author.press("Lämna in")
    assert newest(world, public_id).title == "Chefens rubrik"


def test_whoever_opens_a_text_that_another_changes_is_told_so(
    world: World, sign_in: SignIn, desk: Visitor
) -> None:
    author = sign_in(world.chief)
    public_id = world.decision()
    author.get(f"/skriv?meddelande={public_id}")
    author.press("Spara utkast", rubrik="Inte färdig")
    assert "ändrar också" not in author.text
    desk.get(f"/skriv?meddelande={public_id}")
    assert "Någon annan ändrar också i den här texten." in desk.text
    assert world.chief.directory_id not in desk.tree.xpath("string(//main)")
    world.advance(minutes=16)
    desk.get(f"/skriv?meddelande={public_id}")
    assert "ändrar också" not in desk.text


def test_a_new_text_begins_like_an_earlier_one_without_what_was_of_that_alone(
    world: World, sign_in: SignIn, colleague: Visitor
) -> None:
    public_id = handed_in(world)
    was = newest(world, public_id)
    author = sign_in(world.somebody(was.unit, "chef"))
    author.get(f"/meddelanden/{public_id}")
    (link,) = author.tree.xpath("//a[normalize-space()='Skriv en ny som börjar likadant']/@href")
    author.get(link)
    assert author.value("rubrik") == was.title
    assert author.value("rubrik_fi") == "Otsikko"
    assert set(author.tree.xpath("//input[@name='malgrupp'][@checked]/@value")) == set(was.audience)
    assert not author.tree.xpath("//input[@name='meddelande']")
    author.press("Visa", rubrik="En ny")
    author.press("Lämna in")
    assert newest(world, author.page.url.path.rpartition("/")[2]).title == "En ny"
    assert newest(world, public_id) == was
    assert colleague.client.get(link).status_code == 404


def test_each_version_says_what_it_changed(
    world: World, sign_in: SignIn, desk: Visitor, colleague: Visitor
) -> None:
    public_id = world.decision("Skolan börjar 8.40")
    author = sign_in(world.chief)
    author.get(f"/skriv?meddelande={public_id}")
    author.press("Visa", rubrik="Skolan börjar 8.30")
    author.press("Lämna in")
    desk.get(f"/skriv?meddelande={public_id}")
    desk.press("Visa", kontakt="Rektor, 0591-555 77")
    desk.press("Lämna in")
    author.get(f"/godkann/{public_id}")
    (link,) = author.tree.xpath("//a[normalize-space()='Versioner']/@href")
    author.get(link)
    third, second, first = author.tree.xpath("//ol[contains(@class, 'rows')]/li")
    assert "av en annan som får ändra den" in third.text_content()
    assert third.xpath(".//ins/text()") == ["Rektor, 0591-555 77"]
    assert second.xpath(".//del/text()") == ["Skolan börjar 8.40"]
    assert second.xpath(".//ins/text()") == ["Skolan börjar 8.30"]
    assert "av den som lämnade in den" in second.text_content()
    assert not first.xpath(".//ins | .//del")
    assert "Skolan börjar 8.40" in first.xpath("string(.//details)")
    assert colleague.client.get(link).status_code == 404


def test_whoever_may_not_change_a_text_learns_nothing_of_who_does(
    world: World, sign_in: SignIn, desk: Visitor, colleague: Visitor
) -> None:
    public_id = world.decision()
    author = sign_in(world.chief)
    author.get(f"/skriv?meddelande={public_id}")
    author.press("Spara utkast", rubrik="Inte färdig")
    typed = {"klass": "beslut", "gor": "andra", "meddelande": public_id, "rubrik": "Min egen"}
    assert "ändrar också" in desk.ask("POST", "/skriv", **typed).text
    answer = colleague.ask("POST", "/skriv", **typed)
    assert answer.status_code == 404
    assert "ändrar också" not in answer.text
