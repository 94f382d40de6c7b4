"""Drafts without a script: what is typed stays until it is handed in, and is then gone."""

from datetime import timedelta

import pytest

from announcer.domain.audience import Person
from announcer.services import erasing
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.unit.render.handed_in import pdf
from tests.world import World

TEXT = "Vi stänger tidigare på fredag.\r\n\r\nTa med nyckeln."


@pytest.fixture
def writer(world: World) -> Person:
    return world.somebody("bibliotek", "chef")


@pytest.fixture
def at_work(writer: Person, sign_in: SignIn) -> Visitor:
    return sign_in(writer)


def begin(visitor: Visitor, title: str = "Tidig stängning") -> str:
    visitor.get("/skriv?klass=bara+min+enhet")
    visitor.press("Spara utkast", rubrik=title, text=TEXT)
    assert "Utkastet är sparat" in visitor.text
    return str(visitor.page.url.params["utkast"])


def test_a_saved_draft_is_found_under_mine_and_goes_on_as_it_was_left(at_work: Visitor) -> None:
    begin(at_work)
    at_work.get("/mina")
    assert "Tidig stängning" in at_work.text
    at_work.get(at_work.tree.xpath("//a[text()='Tidig stängning']/@href")[0])
    assert at_work.value("rubrik") == "Tidig stängning"
    assert at_work.value("text").replace("\r\n", "\n") == TEXT.replace("\r\n", "\n")


def test_files_are_kept_with_the_draft(at_work: Visitor) -> None:
    at_work.get("/skriv?klass=information")
    at_work.press("Spara utkast", files=[("plan.pdf", pdf())], rubrik="Med fil")
    assert "plan.pdf" in at_work.text
    at_work.press("Spara utkast", rubrik="Fortfarande med fil")
    assert "plan.pdf" in at_work.text


def test_handing_in_deletes_the_draft_and_the_record_keeps_its_hash(
    at_work: Visitor, world: World
) -> None:
    begin(at_work)
    at_work.press("Visa vad som händer", kontakt="Biblioteket, 0591-641 00")
    at_work.press("Lämna in")
    assert "inlämnad" in at_work.text
    assert at_work.get("/mina").status_code == 200
    assert "Utkast" not in [one.text_content().strip() for one in at_work.tree.iter("h2")]
    assert world.owner.execute("SELECT count(*) FROM announcer.draft").fetchone() == (0,)
    events = world.owner.execute("SELECT payload FROM announcer.event").fetchall()
    assert any("draft closed" in one and "sha256" in one for (one,) in events)


def test_a_text_that_is_refused_keeps_its_draft(at_work: Visitor) -> None:
    begin(at_work)
    at_work.press("Visa vad som händer", text="")
    assert at_work.page.status_code == 422
    assert "Tidig stängning" in at_work.get("/mina").text


def test_nobody_else_sees_or_changes_a_draft(at_work: Visitor, desk: Visitor) -> None:
    public_id = begin(at_work)
    assert desk.get(f"/skriv?utkast={public_id}").status_code == 404
    sent = {"klass": "information", "utkast": public_id, "utkast_version": "1", "rubrik": "Min"}
    assert desk.ask("POST", "/utkast", **sent).status_code == 404
    desk.ask("POST", f"/utkast/{public_id}/bort")
    assert at_work.get(f"/skriv?utkast={public_id}").status_code == 200


def test_a_draft_names_only_a_text_that_is_its_owners_to_change(
    world: World, at_work: Visitor, desk: Visitor, sign_in: SignIn
) -> None:
    public_id = world.decision()
    sent = {"klass": "beslut", "rubrik": "Ändrad", "meddelande": public_id}
    refused = at_work.ask("POST", "/utkast", **sent)
    assert refused.status_code == 403
    assert "Bara den som skrev texten" in refused.text
    unknown = at_work.ask("POST", "/utkast", **(sent | {"meddelande": "not-there"}))
    assert unknown.text.count("Bara den som skrev texten") == 1, "the same as for another's"
    assert world.owner.execute("SELECT count(*) FROM announcer.draft").fetchone() == (0,)
    author = sign_in(world.chief)
    assert author.ask("POST", "/utkast", **sent).status_code == 303
    assert desk.ask("POST", "/utkast", **sent).status_code == 303, "who is to approve it"


def test_a_second_tab_never_overwrites_the_first_in_silence(
    at_work: Visitor, writer: Person, sign_in: SignIn
) -> None:
    public_id = begin(at_work)
    other = sign_in(writer)
    other.get(f"/skriv?utkast={public_id}")
    at_work.press("Spara utkast", text="Från den första fliken")
    other.press("Spara utkast", text="Från den andra fliken")
    assert other.page.status_code == 409
    assert "Ingenting är skrivet över" in other.text
    assert "Från den andra fliken" in other.text
    other.press("Skriv vidare")
    assert other.value("text") == "Från den andra fliken"
    other.press("Spara utkast")
    assert other.page.url.params["utkast"] != public_id
    assert "Från den första fliken" in at_work.get(f"/skriv?utkast={public_id}").text


def test_a_draft_saved_in_another_tab_after_the_preview_is_not_deleted(
    at_work: Visitor, writer: Person, sign_in: SignIn
) -> None:
    public_id = begin(at_work)
    at_work.press("Visa vad som händer", kontakt="Biblioteket, 0591-641 00")
    other = sign_in(writer)
    other.get(f"/skriv?utkast={public_id}")
    other.press("Spara utkast", text="Mer än det som lämnas in")
    at_work.press("Lämna in")
    assert "Mer än det som lämnas in" in at_work.get(f"/skriv?utkast={public_id}").text


@pytest.mark.parametrize("button", ["Spara utkast", "Visa vad som händer"])
def test_a_form_sent_after_the_session_ended_comes_back_with_all_that_was_typed(
    at_work: Visitor, writer: Person, button: str
) -> None:
    at_work.get("/skriv?klass=bara+min+enhet")
    at_work.client.cookies.clear()
    at_work.press(button, rubrik="Kvar", text=TEXT)
    assert at_work.page.status_code == 401
    assert "Ta med nyckeln." in at_work.text
    kept = at_work.page
    at_work.sign_in(writer.directory_id)  # in another tab
    at_work.page = kept
    at_work.press("Skriv vidare")
    if at_work.page.status_code == 400:  # the page's token was of no session
        at_work.press("Skriv vidare")
    assert at_work.page.status_code == 200
    assert at_work.value("rubrik") == "Kvar"
    at_work.press("Spara utkast")
    assert "Kvar" in at_work.get("/mina").text


def test_a_draft_can_be_thrown_away(at_work: Visitor) -> None:
    public_id = begin(at_work)
    at_work.get("/mina")
    at_work.press("Ta bort", near=public_id)
    assert "Utkastet är borttaget" in at_work.text
    assert at_work.get(f"/skriv?utkast={public_id}").status_code == 404


def test_a_draft_that_nobody_goes_on_with_is_deleted_and_its_owner_is_told_before(
    at_work: Visitor, world: World
) -> None:
    public_id = begin(at_work)
    assert "om du inte skriver vidare" not in at_work.get("/mina").text
    world.advance(days=80)
    world.round()
    assert "om du inte skriver vidare" in at_work.get("/mina").text
    world.set_time(world.now() + timedelta(days=11))
    world.round()
    assert at_work.get(f"/skriv?utkast={public_id}").status_code == 404


def test_drafts_are_bounded(at_work: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("announcer.services.drafting.MOST_DRAFTS", 1)
    begin(at_work)
    at_work.get("/skriv?klass=bara+min+enhet")
    at_work.press("Spara utkast", rubrik="En till")
    assert at_work.page.status_code == 400
    assert "Du har redan 1 utkast" in at_work.text


def test_whoever_is_erased_leaves_no_draft(at_work: Visitor, writer: Person, world: World) -> None:
    begin(at_work)
    erasing.erase_person(world.installation, world.communicator, writer.directory_id)
    assert world.owner.execute("SELECT count(*) FROM announcer.draft").fetchone() == (0,)
