"""A colleague without power reads a draft and says what they think; nobody else does, and nothing lingers."""

from typing import Any

import pytest

from announcer.domain.audience import Person
from announcer.services import erasing, standing_in
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.unit.render.handed_in import pdf
from tests.world import World

TEXT = "Vi stänger klockan 15 på fredag.\r\n\r\nTa med nyckeln."


@pytest.fixture
def writer(world: World) -> Person:
    return world.somebody("bibliotek", "chef")


@pytest.fixture
def at_work(writer: Person, sign_in: SignIn) -> Visitor:
    return sign_in(writer)


@pytest.fixture
def asked(world: World) -> Person:
    return world.somebody("kost", "medarbetare")


@pytest.fixture
def reader(asked: Person, sign_in: SignIn) -> Visitor:
    return sign_in(asked)


def ask(visitor: Visitor, whom: str, message: str = "Är det tydligt?") -> str:
    """Ask from the form; the draft's id."""
    visitor.get("/skriv?klass=bara+min+enhet")
    visitor.press("Be någon läsa", rubrik="Tidig stängning", text=TEXT)
    visitor.press("Be kollegan läsa", vem=whom, mening=message)
    return str(visitor.page.url).rsplit("/", 2)[-2]


def open_it(visitor: Visitor) -> str:
    """Open what one is asked to read from under Mina; its address."""
    visitor.get("/mina")
    (path,) = visitor.tree.xpath("//section[@aria-labelledby='att-lasa']//a/@href")
    visitor.get(path)
    assert visitor.page.status_code == 200
    return str(path)


def passage(visitor: Visitor, words: str) -> str:
    (found,) = visitor.tree.xpath(f"//select[@id='stycke']/option[contains(., '{words}')]/@value")
    return str(found)


def rows(world: World) -> Any:
    query = "SELECT (SELECT count(*) FROM announcer.proofreading), (SELECT count(*) FROM announcer.remark)"
    return world.owner.execute(query).fetchone()


def test_a_colleague_reads_it_as_its_readers_would_and_the_writer_ticks_off_what_they_say(
    at_work: Visitor, reader: Visitor, asked: Person, writer: Person
) -> None:
    draft = ask(at_work, asked.directory_id)
    assert "Kollegan får ett mejl" in at_work.text
    open_it(reader)
    assert f"{writer.directory_id} ber dig läsa." in reader.text
    assert "Är det tydligt?" in reader.text
    assert "Vi stänger klockan 15 på fredag." in reader.text
    choice = passage(reader, "Vi stänger klockan 15")
    reader.press("Spara kommentaren", stycke=choice, kommentar="Vilken fredag?")
    assert "Kommentaren är sparad." in reader.text

    at_work.get("/mina")
    assert "1 kollega läser · 1 kommentar" in at_work.text
    at_work.get(f"/skriv?utkast={draft}")
    (box,) = at_work.tree.xpath("//input[@name='klar']")
    assert not box.checked
    (said,) = at_work.tree.xpath("//fieldset[@class='comments-in-form']")
    words = " ".join(said.text_content().split())
    assert "Vilken fredag?" in words
    assert asked.directory_id in words
    (link,) = said.xpath(".//a[@data-from]")
    start, end = int(link.get("data-from")), int(link.get("data-to"))
    typed = at_work.value("text").replace("\r\n", "\n")
    assert typed[start:end] == "Vi stänger klockan 15 på fredag."
    at_work.press("Spara utkast", klar=box.get("value"), text=TEXT)
    (box,) = at_work.tree.xpath("//input[@name='klar']")
    assert box.checked, "what is ticked off is saved with the draft"
    at_work.get(f"/utkast/{draft}/lasare")
    assert "Du har ändrat texten" not in at_work.text, "a tick is not another text"


def test_the_mail_says_that_somebody_asks_and_nothing_of_what_or_who(
    world: World, at_work: Visitor, asked: Person, writer: Person
) -> None:
    ask(at_work, asked.directory_id)
    world.settle()
    (sent,) = world.smtp.messages
    assert sent.recipients == (mail_of(world, asked),)
    content = sent.content.decode()
    assert "/mina" in content
    for secret in ("stängning", "nyckeln", "tydligt", writer.directory_id, "bibliotek"):
        assert secret not in content.casefold()
    world.advance(hours=3)
    world.settle()
    assert len(world.smtp.messages) == 1, "once"


def mail_of(world: World, who: Person) -> str:
    row = world.owner.execute(
        "SELECT email FROM announcer.person WHERE pseudonym = %s", [who.pseudonym]
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_nobody_but_the_one_who_was_asked_comes_in_and_they_come_no_further(
    world: World, at_work: Visitor, reader: Visitor, desk: Visitor, asked: Person, sign_in: SignIn
) -> None:
    draft = ask(at_work, asked.directory_id)
    path = open_it(reader)
    other = world.somebody("kost", "chef")
    ends = world.now().replace(month=12, day=30)
    standing_in.appoint(
        world.installation, world.communicator, other.directory_id, asked.directory_id, ends
    )
    for visitor in (desk, at_work, sign_in(other)):
        assert visitor.get(path).status_code == 404
        for act in ("kommentarer", "klar"):
            sent = {"innehall": "1", "kommentar": "x"}
            assert visitor.ask("POST", f"{path}/{act}", **sent).status_code == 404
    for address in (f"/skriv?utkast={draft}", f"/utkast/{draft}/lasare"):
        assert reader.get(address).status_code == 404
    asked_again = reader.ask("POST", f"/utkast/{draft}/lasare", vem=other.directory_id)
    assert asked_again.status_code == 404
    reader.ask("POST", f"/utkast/{draft}/bort")
    assert rows(world) == (1, 0)


def test_what_is_written_on_is_the_writers_alone_until_the_newer_text_is_sent(
    world: World, at_work: Visitor, reader: Visitor, asked: Person
) -> None:
    draft = ask(at_work, asked.directory_id)
    world.settle()
    path = open_it(reader)
    reader.press("Spara kommentaren", stycke=passage(reader, "Ta med"), kommentar="Vilken nyckel?")
    old = reader.page
    at_work.get(f"/skriv?utkast={draft}")
    at_work.press("Spara utkast", text="Något helt annat.")
    assert "Något helt annat" not in reader.get(path).text
    at_work.get(f"/utkast/{draft}/lasare")
    assert "Du har ändrat texten sedan dess." in at_work.text
    at_work.press("Skicka den nya texten")
    assert "Något helt annat" in reader.get(path).text
    assert "Stycket är ändrat." in reader.text
    reader.page = old
    reader.press("Spara kommentaren", stycke="1", kommentar="Om den gamla")
    assert "Texten har ändrats sedan du läste den." in reader.text
    world.settle()
    assert len(world.smtp.messages) == 2


def test_it_ends_when_the_text_is_handed_in_and_the_record_keeps_hashes_and_no_name(
    world: World, at_work: Visitor, reader: Visitor, asked: Person
) -> None:
    draft = ask(at_work, asked.directory_id)
    path = open_it(reader)
    reader.press("Spara kommentaren", kommentar="Bra.")
    at_work.get(f"/skriv?utkast={draft}")
    at_work.press("Visa vad som händer", kontakt="Biblioteket, 0591-641 00")
    at_work.press("Lämna in")
    assert rows(world) == (0, 0)
    assert reader.get(path).status_code == 404
    assert "Läs åt en kollega" not in reader.get("/mina").text
    chain = "".join(
        one for (one,) in world.owner.execute("SELECT payload FROM announcer.event").fetchall()
    )
    assert '"remarks"' in chain
    assert "Bra." not in chain
    assert str(asked.pseudonym) not in chain


@pytest.mark.parametrize("way", ["taken back", "thrown away", "grown old", "erased"])
def test_whichever_way_it_ends_nothing_of_it_lingers(
    world: World, at_work: Visitor, reader: Visitor, asked: Person, way: str
) -> None:
    draft = ask(at_work, asked.directory_id)
    path = open_it(reader)
    reader.press("Spara kommentaren", kommentar="Bra.")
    assert rows(world) == (1, 1)
    at_work.get(f"/utkast/{draft}/lasare")
    if way == "taken back":
        at_work.press("Be inte längre")
        assert "Kollegan läser inte längre." in at_work.text
    elif way == "thrown away":
        at_work.get("/mina")
        at_work.press("Ta bort", near=draft)
    elif way == "grown old":
        world.advance(days=91)
        world.round()
    else:
        erasing.erase_person(world.installation, world.communicator, asked.directory_id)
    assert rows(world) == (0, 0)
    if way != "erased":
        assert reader.get(path).status_code == 404


def test_whoever_is_done_says_so_and_reads_no_more(
    at_work: Visitor, reader: Visitor, asked: Person
) -> None:
    draft = ask(at_work, asked.directory_id)
    path = open_it(reader)
    reader.press("Spara kommentaren", kommentar="Bra.")
    reader.get(path)
    reader.press("Jag är klar")
    assert "Tack." in reader.text
    assert reader.get(path).status_code == 404
    at_work.get("/mina")
    assert "Läst klart · 1 kommentar" in at_work.text
    at_work.get(f"/utkast/{draft}/lasare")
    assert "Klar" in at_work.text


def test_a_text_with_a_file_is_read_with_its_picture_inside_and_no_way_to_the_rest(
    at_work: Visitor, reader: Visitor, asked: Person
) -> None:
    at_work.get("/skriv?klass=information")
    at_work.press("Be någon läsa", files=[("plan.pdf", pdf())], rubrik="Med fil", text="Se filen.")
    at_work.press("Be kollegan läsa", vem=asked.directory_id)
    open_it(reader)
    assert "plan.pdf" in reader.text
    assert not reader.tree.xpath("//div[@class='sheet']//a/@href")


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        ("x9999", "Det finns ingen ”x9999” i personalkatalogen."),
        ("", "Det finns ingen ”” i personalkatalogen."),
        ("the writer", "Du kan inte be dig själv."),
        ("ward@hallefors.example", "Flera kollegor delar den adressen."),
    ],
)
def test_what_cannot_be_asked_is_said_plainly_and_what_was_typed_stays(
    world: World, at_work: Visitor, writer: Person, whom: str, said: str
) -> None:
    world.owner.execute(
        "UPDATE announcer.person SET email = 'ward@hallefors.example' WHERE unit = 'kost'"
    )
    ask(at_work, writer.directory_id if whom == "the writer" else whom, "Säg till")
    assert at_work.page.status_code == 422
    assert said in at_work.text
    assert at_work.value("mening") == "Säg till"
    assert rows(world) == (0, 0)


def test_a_colleague_is_found_by_their_address_and_one_without_is_told_by_word_of_mouth(
    world: World, at_work: Visitor, asked: Person
) -> None:
    draft = ask(at_work, mail_of(world, asked).upper())
    assert "Kollegan får ett mejl" in at_work.text
    world.owner.execute("UPDATE announcer.person SET email = NULL WHERE unit = 'kost'")
    other = world.somebody("kost", "chef")
    at_work.get(f"/utkast/{draft}/lasare")
    at_work.press("Be kollegan läsa", vem=other.directory_id)
    assert "har ingen e-post" in at_work.text
    world.settle()
    assert world.smtp.messages == [], "nor is anybody who has lost theirs"


def test_an_empty_page_is_nothing_to_read(at_work: Visitor, asked: Person) -> None:
    at_work.get("/skriv?klass=information")
    at_work.press("Be någon läsa")
    at_work.press("Be kollegan läsa", vem=asked.directory_id)
    assert "Det finns inget att läsa än." in at_work.text


def test_asking_is_bounded(
    world: World, at_work: Visitor, asked: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("announcer.services.proofreading.MOST_READERS", 1)
    draft = ask(at_work, asked.directory_id)
    at_work.press("Be kollegan läsa", vem=asked.directory_id, mening="Är det tydligt?")
    assert "Kollegan har redan fått den här texten." in at_work.text
    at_work.get(f"/utkast/{draft}/lasare")
    at_work.press("Be kollegan läsa", vem=world.communicator.directory_id)
    assert "Du har redan bett 1 att läsa." in at_work.text
    assert rows(world) == (1, 0)
