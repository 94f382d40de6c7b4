"""The same page open in two tabs of a real Chromium: what was done in the one and is pressed in the
other is done once, and a plain sentence says how it stands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from announcer.services import commenting, holding, records, reviewing
from tests.doubles.identity_provider import IdentityProvider
from tests.functional.by_account import provider
from tests.functional.conftest import Publish, SignIn
from tests.functional.pressed import grown, rows
from tests.functional.test_drafts_in_a_browser import sign_in as signs_in
from tests.world import World

__all__ = ["provider"]  # a fixture, by its import

pytestmark = pytest.mark.browser
Tabs = tuple[Page, Page]
Prepare = Callable[[World, Publish], str]


@pytest.fixture
def tabs(world: World, browser: Browser) -> Iterator[Tabs]:
    """Two of one browser."""
    with browser.new_context(base_url=world.url, locale="sv-SE") as context:
        context.set_default_timeout(20_000)
        yield context.new_page(), context.new_page()


def press(tab: Page, name: str) -> None:
    with tab.expect_navigation():
        tab.get_by_role("main").get_by_role("button", name=name).first.click()


def says(tab: Page, words: str) -> None:
    expect(tab.get_by_role("main")).to_contain_text(words)


def fill(tab: Page, fields: dict[str, str]) -> None:
    for label, words in fields.items():
        tab.get_by_label(label, exact=True).filter(visible=True).first.fill(words)


@dataclass(frozen=True)
class Act:
    """A button on the page that ``at`` prepares, under what a line hides, with fields filled in; what is
    read by whoever presses it first and by whoever presses it then."""

    at: Prepare
    button: str
    first: str
    then: str
    under: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def to_approve(world: World, _: Publish) -> str:
    return f"/godkann/{world.decision()}"


def commented(world: World, _: Publish) -> str:
    public_id = world.decision()
    shown = reviewing.proposal(world.installation, world.communicator, public_id).content_hash
    commenting.comment(world.installation, world.communicator, public_id, shown, "Vilken termin?")
    return f"/godkann/{public_id}"


def out(world: World, publish: Publish) -> str:
    public_id = publish(world.decision("Skolan börjar senare", '["bibliotek", "press"]'))
    return f"/meddelanden/{public_id}"


def held(world: World, publish: Publish) -> str:
    path = out(world, publish)
    public_id = path.rpartition("/")[2]
    holding.hold(world.installation, world.communicator, public_id, "Frågor")
    return path


SAID = {"Kommentar": "Vilken termin?"}
WHY = {"Varför pausas det?": "Nämnden har frågor."}
ACTS = {
    "approve": Act(to_approve, "Godkänn", "Texten är godkänd.", "Texten var redan godkänd."),
    "comment": Act(
        *(
            to_approve,
            "Spara kommentaren",
            "Kommentaren är sparad.",
            "Den kommentaren fanns redan.",
        ),
        *("Skriv en kommentar", SAID),
    ),
    "tick": Act(commented, "Klar", "Kommentaren är avbockad.", "Inget ändrades."),
    "release": Act(
        out, "Släpp till medierna", "Släppt till medierna.", "Det var redan släppt till medierna."
    ),
    "hold": Act(
        *(out, "Pausa nu", "Meddelandet är pausat.", "Meddelandet är pausat.", "Pausa", WHY)
    ),
    "resume": Act(held, "Fortsätt", "Meddelandet fortsätter.", "Meddelandet fortsätter."),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_was_done_in_one_tab_is_not_done_again_in_the_other(
    world: World, tabs: Tabs, publish: Publish, name: str
) -> None:
    act = ACTS[name]
    path = act.at(world, publish)
    signs_in(tabs[0], world.communicator)
    for tab in tabs:
        tab.goto(path)
        if act.under:
            tab.get_by_text(act.under, exact=True).click()
        fill(tab, act.fields)
    press(tabs[0], act.button)
    says(tabs[0], act.first)
    before = rows(world)
    press(tabs[1], act.button)
    says(tabs[1], act.then)
    assert grown(before, rows(world)) == {}


def test_a_row_that_was_changed_in_one_tab_is_not_written_over_in_the_other(
    world: World, tabs: Tabs
) -> None:
    signs_in(tabs[0], world.communicator)
    for tab in tabs:
        tab.goto("/forvalta/listor/press")
        tab.get_by_role("link", name="Ändra").first.click()
    for tab, area in zip(tabs, ("Dalarna", "Värmland"), strict=True):
        tab.locator("#area").fill(area)
    press(tabs[0], "Spara raden")
    says(tabs[0], "Raden är sparad.")
    before = rows(world)
    press(tabs[1], "Spara raden")
    says(tabs[1], "Raden hade redan ändrats eller tagits bort.")
    says(tabs[1], "Dalarna")
    assert grown(before, rows(world)) == {}


def test_a_list_that_was_taken_in_in_one_tab_is_taken_in_once(world: World, tabs: Tabs) -> None:
    content = b"newsroom,email,language,area\nNy,ny@tidning.example,sv,\n"
    signs_in(tabs[0], world.communicator)
    for tab in tabs:
        tab.goto("/forvalta/listor/press")
        file: Any = {"name": "lista.csv", "mimeType": "text/csv", "buffer": content}
        tab.locator("input[type=file]").set_input_files(file)
        press(tab, "Granska filen")
    press(tabs[0], "Ändra listan så")
    says(tabs[0], "Listan är ändrad.")
    before = rows(world)
    press(tabs[1], "Ändra listan så")
    says(tabs[1], "Listan är redan som filen säger.")
    assert grown(before, rows(world)) == {}


def test_a_text_that_was_changed_in_one_tab_is_not_written_over_in_the_other(
    world: World, tabs: Tabs
) -> None:
    public_id = world.decision()
    signs_in(tabs[0], world.chief)
    for tab, title in zip(tabs, ("Skolan börjar 8.20", "Skolan börjar 8.30"), strict=True):
        tab.goto(f"/skriv?meddelande={public_id}")
        fill(tab, {"Rubrik": title})
        press(tab, "Visa vad som händer")
    press(tabs[0], "Lämna in")
    says(tabs[0], "Texten är ändrad.")
    press(tabs[1], "Lämna in")
    says(tabs[1], "Inget är skrivet över.")
    says(tabs[1], "Skolan börjar 8.30")
    assert world.status(public_id).title == "Skolan börjar 8.20"


def in_force(world: World, public_id: str) -> str:
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        return records.content_of(session, records.text_in_force(session, row.id)).body


@pytest.mark.parametrize("approved", [False, True], ids=["that waits", "that is in force"])
def test_a_correction_from_one_tab_is_not_undone_by_the_other_unseen(
    world: World, tabs: Tabs, publish: Publish, approved: bool
) -> None:
    path = out(world, publish)
    signs_in(tabs[0], world.chief)
    for tab, hour in zip(tabs, ("8.20", "8.30"), strict=True):
        tab.goto(f"{path}/ratta")
        what = {
            "Text": f"Det händer {hour}.",
            "Vad har ändrats? En mening (Svenska).": f"Kl {hour}.",
        }
        fill(tab, what)
        press(tab, "Visa vad som händer")
    press(tabs[0], "Rätta")
    says(tabs[0], "Rättelsen väntar på att godkännas.")
    public_id = path.rpartition("/")[2]
    if approved:
        publish(public_id)
        assert in_force(world, public_id) == "Det händer 8.20."
    before = rows(world)
    press(tabs[1], "Rätta")
    says(tabs[1], "Texten har rättats sedan du öppnade den. Inget är rättat nu.")
    expect(tabs[1].get_by_label("Text", exact=True)).to_have_value("Det händer 8.30.")
    assert grown(before, rows(world)) == {}
    press(tabs[1], "Visa vad som händer")
    press(tabs[1], "Rätta")
    says(tabs[1], "Rättelsen väntar på att godkännas.")


def test_who_signs_in_in_two_tabs_and_out_in_one_is_out(
    world: World, provider: IdentityProvider, tabs: Tabs
) -> None:
    for tab in tabs:
        tab.goto("/mina")
        says(tab, "Logga in med ditt konto")
    for tab in tabs:
        tab.get_by_role("main").get_by_role("link").first.click()
        tab.wait_for_url("**/mina")
        expect(tab.get_by_role("banner")).to_contain_text(world.communicator.directory_id)
    with tabs[0].expect_navigation():
        tabs[0].get_by_role("button", name="Logga ut").click()
    tabs[1].get_by_role("link", name="Bevakning").click()
    says(tabs[1], "Logga in med ditt konto")


def test_a_page_from_before_another_sign_in_says_that_nothing_was_done(
    world: World, tabs: Tabs, publish: Publish
) -> None:
    path = out(world, publish)
    signs_in(tabs[0], world.communicator)
    tabs[0].goto(path)
    signs_in(tabs[1], world.communicator)
    says(tabs[1], "Nyheter")
    before = rows(world)
    press(tabs[0], "Släpp till medierna")
    says(tabs[0], "Du har loggat in på nytt sedan sidan öppnades, så inget är gjort.")
    assert grown(before, rows(world)) == {}


def test_another_site_signs_nobody_out(world: World, sign_in: SignIn) -> None:
    visitor = sign_in(world.communicator)
    for where in ("cross-site", "same-site", "none", ""):
        answer = visitor.client.post("/logga-ut", headers={"Sec-Fetch-Site": where})
        assert answer.status_code == 400, where
        assert "Tryck en gång till" in answer.text
    assert visitor.get("/mina").url.path == "/mina"
