"""The timeline on the approve page and the page of one announcement, as who reads them gets it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from announcer.domain.audience import Person
from announcer.domain.policy import load_policy
from announcer.render.foreseen import setting_of
from announcer.render.timeline import Stop, as_file
from announcer.services import holding
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import BESLUT, POLICY, World

#: The day before Christmas Eve, 11.52 in Hällefors.
BEFORE_CHRISTMAS = datetime(2026, 12, 23, 10, 52, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shortly_before_christmas(world: World) -> None:
    world.set_time(BEFORE_CHRISTMAS)


def picture(visitor: Visitor, path: str) -> str:
    """What the picture of a page says to who cannot see it."""
    assert visitor.get(path).status_code == 200
    (found,) = visitor.tree.xpath("//main//svg[@role='img']")
    names = found.get("aria-labelledby").split() + found.get("aria-describedby").split()
    said = [visitor.tree.get_element_by_id(name).text_content() for name in names]
    assert all(said)
    return " ".join(said).replace("\xa0", " ")


def test_who_approves_sees_when_each_step_would_go_and_why(world: World, desk: Visitor) -> None:
    said = picture(desk, f"/godkann/{world.example('03')}")
    assert "utan klockslag Möte, inom huset." in said
    assert "tidigast 11.52 Intranätet" in said
    world.advance(hours=3)
    decision = picture(desk, f"/godkann/{world.decision()}")
    assert "torsdag 24 december, ingen arbetsdag." in decision
    assert "tidigast 08.22 Pressmeddelande, utanför huset. Medierna." in decision
    assert "Personalen har försprång i 2 timmar arbetstid." in decision
    assert "24 december till 27 december är inga arbetsdagar." in decision
    assert "Samma sak som lista" in desk.text
    assert len(desk.tree.xpath("//details//ol[@class='timeline']/li")) == 5


def test_the_picture_follows_what_happens(world: World, desk: Visitor, publish: Publish) -> None:
    public_id = publish(world.decision())
    path = f"/meddelanden/{public_id}"
    said = picture(desk, path)
    assert "11.52 Intranätet, inom huset. Alla anställda. Uppe på intranätet, kontrollerat." in said
    assert said.index("E-post") < said.index("nu, 11.52") < said.index("Pressmed")
    assert "tidigast 14.22 Pressmeddelande" in said
    holding.hold(world.installation, world.communicator, public_id, "frågor")
    assert "Meddelandet är pausat." in picture(desk, path)
    assert desk.tree.xpath("count(//*[contains(@class, 'tl-held')])") == 2
    holding.resume(world.installation, world.communicator, public_id)
    world.advance(hours=4)
    said = picture(desk, path)
    assert "utan klockslag Pressmeddelande" in said  # its time has come, a person has not
    holding.release(world.installation, world.communicator, public_id)
    world.settle()
    assert "15.52 Pressmeddelande, utanför huset. Medierna. Klart." in picture(desk, path)


def test_the_hour_at_which_the_news_is_known_anyway_is_drawn(
    world: World, desk: Visitor, publish: Publish
) -> None:
    text = BESLUT.format(title="Kallelsen", audience='["alla"]')
    known = text.replace("unit =", "known_at = 2026-12-23T13:00:00+01:00\nunit =")
    public_id = world.submit(known)
    assert "blir känt senast 13.00. tidigast 14.22 Press" in picture(desk, f"/godkann/{public_id}")
    publish(public_id)
    said = picture(desk, f"/meddelanden/{public_id}")
    assert said.index("nu, 11.52") < said.index("blir känt senast 13.00") < said.index("Press")


def test_who_writes_sees_the_picture_before_handing_in(world: World, sign_in: SignIn) -> None:
    chief = sign_in(world.chief)
    chief.get("/skriv?klass=beslut")
    chief.press(
        "Visa", rubrik="Nya tider", sammanfattning="Kort.", text="Mer.", kontakt="Chefen", malgrupp=["alla"],
    )  # fmt: skip
    (found,) = chief.tree.xpath("//main//svg[@role='img']/desc")
    assert "tidigast 14.22 Pressmeddelande, utanför huset." in found.text_content()


def test_who_has_handed_in_sees_what_will_go_when_while_the_text_waits(
    world: World, sign_in: SignIn
) -> None:
    public_id = world.decision()
    chief = sign_in(world.chief)
    said = picture(chief, f"/meddelanden/{public_id}")
    assert "23 december 2026: 11.52 Intranätet, inom huset." in said
    assert "tidigast 14.22 Pressmeddelande, utanför huset." in said
    main = chief.text
    assert main.index("Dra tillbaka") < main.index("När det är godkänt")


def test_who_cannot_stop_what_is_under_way_reads_who_can(
    world: World, sign_in: SignIn, desk: Visitor, publish: Publish
) -> None:
    path = f"/meddelanden/{publish(world.decision())}"
    chief = sign_in(world.chief)
    chief.get(path)
    assert "Dra tillbaka" not in chief.text
    assert "Det gör Informationsenheten. Ring 0591-555 00." in chief.text
    desk.get(path)
    assert "Det gör Informationsenheten" not in desk.text
    assert "Dra tillbaka" in desk.text


def test_the_picture_of_what_was_withdrawn_says_what_does_not_go(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    said = picture(desk, f"/meddelanden/{public_id}")
    assert "Pressmeddelande, utanför huset. Medierna. Går inte ut." in said


def test_the_picture_is_in_the_readers_language(
    world: World, sign_in: SignIn, publish: Publish
) -> None:
    finnish = reader_of(world, "fi")
    public_id = world.decision()
    said = picture(sign_in(finnish), f"/godkann/{public_id}")
    assert "keskiviikko 23. joulukuuta 2026" in said
    assert "talon ulkopuolelle" in said


def reader_of(world: World, language: str) -> Person:
    """A communicator who reads another language."""
    world.owner.execute(
        "UPDATE announcer.person SET language = %s WHERE pseudonym = %s",
        (language, world.communicator.pseudonym),
    )
    return world.communicator


def test_nobody_sees_the_plan_of_a_text_they_may_not_read(world: World, colleague: Visitor) -> None:
    public_id = world.decision()
    for path in (f"/godkann/{public_id}", f"/meddelanden/{public_id}"):
        assert colleague.get(path).status_code == 404
        assert not colleague.tree.xpath("//svg")


def test_the_picture_is_well_formed_and_the_stylesheet_has_its_rules(
    world: World, desk: Visitor
) -> None:
    desk.get(f"/godkann/{world.decision()}")
    begins = desk.page.text.index("<svg")
    raw = desk.page.text[begins : desk.page.text.index("</svg>") + 6]
    assert etree.fromstring(raw) is not None
    sheets = "".join(desk.client.get(path).text for path in desk.tree.xpath("//link/@href"))
    assert ".tl-mark" in sheets


# In a browser --------------------------------------------------------------------------------


@pytest.fixture
def page(world: World, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=world.url)
    found = context.new_page()
    found.goto("/")
    found.get_by_role("searchbox").fill(world.communicator.directory_id)
    found.keyboard.press("Enter")
    found.get_by_role("button", name=world.communicator.directory_id).click()
    yield found
    context.close()


#: Lines of the picture that lie on one another, stick out, or are smaller than 13 pixels.
UNREADABLE = """() => {
  const whole = document.querySelector('svg.tl').getBoundingClientRect();
  const lines = [...document.querySelectorAll('svg.tl text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  const faults = lines.filter(([, box]) => box.right > whole.right + 1 || box.height < 13).map(([said]) => said);
  lines.forEach(([said, a], n) => lines.slice(n + 1).forEach(([other, b]) => {
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (down > 6 && a.left < b.right && b.left < a.right) faults.push(said + ' / ' + other);
  }));
  return lines.length > 5 ? faults : ['there is no picture'];
}"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser_no_line_lies_on_another_and_none_is_cut_off(
    world: World, page: Page, publish: Publish, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    waiting, shown = world.example("03"), publish(world.decision())
    for path in (f"/godkann/{waiting}", f"/meddelanden/{shown}"):
        page.goto(path)
        assert page.evaluate(UNREADABLE) == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0


@pytest.mark.browser
def test_a_file_of_twelve_long_steps_can_be_read_with_whatever_letters_there_are(
    browser: Browser, tmp_path: Path
) -> None:
    names = (
        "E-post till den internationella informationssäkerhetssamordningsgruppen",
        "WWWWWWWW MMMMM",
    )
    steps = [
        Stop(
            names[n % 2],
            BEFORE_CHRISTMAS + timedelta(hours=9 * n) if n % 4 else None,
            external=n % 3 == 0,
            hangs=n % 5 == 0,
            audience="Välfärdsförvaltningen, Bildningsförvaltningen, Medierna",
            notes=("Det är stängt när sidan kommer upp. Arbetstiden räknas från i morgon.",),
            warning="Meddelandet är pausat av informationsenheten." if n == 5 else "",
        )
        for n in range(12)
    ]
    file = tmp_path / "plan.svg"
    setting = setting_of(load_policy(POLICY), "sv")
    file.write_bytes(as_file(steps, setting, heading=("En lång plan", "Som om " * 20)))
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(file.as_uri())
    assert page.evaluate(UNREADABLE) == []
    page.close()
