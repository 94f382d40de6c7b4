"""The Nu HTML checker, which browsers' makers and the W3C use, finds nothing wrong with our pages."""

from pathlib import Path

import pytest

from announcer.domain.audience import Person
from tests.functional.conftest import Publish, SignIn
from tests.functional.every_page import of_the_intranet, of_the_newsroom
from tests.functional.test_newsroom_pages import NOWHERE
from tests.functional.test_writing_and_approving import SVG, TEXT
from tests.functional.visitor import Visitor
from tests.peers.html_checker import MISSING, complaints
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World
from web.shared.look import SHEETS

pytestmark = [pytest.mark.peers, pytest.mark.skipif(bool(MISSING), reason=MISSING or "")]

LANGUAGES = ("sv", "fi", "en")


def test_it_finds_what_is_wrong(tmp_path: Path) -> None:
    """Or the tests below would prove nothing."""
    page = '<!DOCTYPE html><html lang="sv"><title>Nyheter</title>{}</html>'
    pages = {"good": page.format("<p>Text</p>"), "bad": page.format("<p><div>Text</div></p>")}
    pages["warned"] = pages["good"].replace(' lang="sv"', "")
    found = complaints(pages, tmp_path)
    assert {one.page for one in found} == {"bad", "warned"}
    sheet = tmp_path / "sheets"
    sheet.mkdir()
    assert complaints({"sheet": "p { colour: red }"}, sheet, "css")
    assert complaints(
        {"picture": "<svg xmlns='http://www.w3.org/2000/svg'><p/></svg>"}, sheet, "svg"
    )


def test_every_page_of_the_newsroom_is_valid(
    world: World, newsroom: PublicHouse, tmp_path: Path
) -> None:
    with PublicHouse(NOWHERE) as closed:
        pages = {f"closed {one}": _read(Reader(closed.url, **_in(one)), "/") for one in LANGUAGES}
    pages |= {f"empty {one}": _read(Reader(newsroom.url, **_in(one)), "/") for one in LANGUAGES}
    addresses = of_the_newsroom(world)
    for one in LANGUAGES:
        reader = Reader(newsroom.url, **_in(one))
        pages |= {f"{path} {one}": _read(reader, path) for path in addresses}
        pages[f"POST {one}"] = reader.client.post("/").text
    assert complaints(pages, tmp_path) == []


def _in(language: str) -> dict[str, str]:
    return {"Accept-Language": language}


def _read(reader: Reader, path: str) -> str:
    page = reader.get(path)
    assert page.headers["content-type"] == "text/html; charset=utf-8", path
    return page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_intranet_is_valid_for_whoever_reads_it(
    world: World, publish: Publish, sign_in: SignIn, tmp_path: Path, language: str
) -> None:
    addresses = of_the_intranet(world, publish)
    people: dict[str, Person] = {
        "information unit": world.communicator,
        "manager": world.chief,
        "colleague": world.somebody("bibliotek", "medarbetare"),
    }
    world.owner.execute("UPDATE announcer.person SET language = %s", (language,))
    browsers = {role: sign_in(person) for role, person in people.items()}
    browsers["nobody"] = Visitor(world.url, **_in(language))
    pages = {
        f"{path} for {role}": browser.get(path).text
        for role, browser in browsers.items()
        for path in addresses
    }
    assert complaints(pages | _written(browsers["manager"]), tmp_path) == []


def _written(manager: Visitor) -> dict[str, str]:
    """What somebody who writes sees on the way, faults and all."""
    manager.get("/skriv?klass=beslut")
    button = manager.tree.xpath("string(//button[@value='visa'][normalize-space()])")
    faulty = manager.press(button, sammanfattning="Det jag hade skrivit").text
    wrong = {**TEXT, "malgrupp": ["alla"], "kontakt": ""}
    with_a_file = manager.press(button, [("plan.svg", SVG)], bilder_alt="En plan", **wrong).text
    preview = manager.press(button, kontakt=TEXT["kontakt"])
    assert preview.status_code == 200
    signed_out = manager.client.post("/skriv")  # as when the page lay open for too long
    assert signed_out.status_code == 400
    return {
        "faulty": faulty,
        "faulty, with a file": with_a_file,
        "preview": preview.text,
        "signed out": signed_out.text,
    }


def test_the_apis_own_page_is_valid(world: World, tmp_path: Path) -> None:
    visitor = Visitor(world.url)
    pages = {path: visitor.get(path).text for path in ("/api/v1/", "/api/v1/problems")}
    assert all("<h1" in page for page in pages.values())
    assert complaints(pages, tmp_path) == []


def test_our_stylesheets_and_the_logo_are_valid(world: World, tmp_path: Path) -> None:
    visitor = Visitor(world.url)
    sheets = {
        path: visitor.client.get(path).raise_for_status().text
        for path in ("/tema.css", *(f"/utseende/{name}" for name in SHEETS))
    }
    logo = {"/logotyp.svg": visitor.client.get("/logotyp.svg").raise_for_status().text}
    assert complaints(sheets, tmp_path, "css") + complaints(logo, tmp_path, "svg") == []
