"""The information unit's calendar: what goes out when, and the days on which nobody works."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from announcer.domain.declaring import Declaration
from announcer.services import agenda, declaring, holding, reviewing
from announcer.services.agenda import What
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.conftest import Publish
from tests.functional.test_much_under_way import asked
from tests.functional.visitor import Visitor
from tests.world import World, laid_over_hallefors

PAGE = "/bevakning/kalender"


def day(desk: Visitor, date: str) -> str:
    """What stands in the cell of a date; empty where the page has none."""
    cells = desk.tree.xpath(f"//td[.//time[@datetime='{date}']]")
    return " ".join(cells[0].text_content().split()) if cells else ""


def several(world: World, number: int) -> None:
    """So many decisions that are approved, and have not begun."""
    for at in range(number):
        public_id = world.decision(f"Beslut {at} av {number}")
        reviewing.approve(world.installation, world.communicator, public_id)


def test_a_decision_stands_where_it_is_inside_and_where_it_may_go_out(
    world: World, desk: Visitor, publish: Publish
) -> None:
    world.set_time(datetime(2026, 12, 8, 14, 0, tzinfo=UTC))
    public_id = publish(world.decision())
    desk.get(PAGE)
    today = day(desk, "2026-12-08")
    assert "8 tisdag 8 december i dag" in today
    assert "15.00 Skolan börjar senare Till personalen: Intranätet – klart" in today
    tomorrow = day(desk, "2026-12-09")
    out = "Skolan börjar senare Utanför huset: Pressmeddelande, Nyhetsrummet"
    assert f"08.30 {out} – väntar också på någon" in tomorrow, "somebody has to release it"
    holding.release(world.installation, world.communicator, public_id)
    desk.get(PAGE)
    assert f"08.30 {out}" in day(desk, "2026-12-09")
    assert "väntar" not in day(desk, "2026-12-09")
    holding.hold(world.installation, world.communicator, public_id, "frågor")
    desk.get(PAGE)
    assert f"{out} – pausat" in day(desk, "2026-12-09")


def test_what_waits_for_a_person_alone_stands_today_without_an_hour(
    world: World, desk: Visitor, publish: Publish
) -> None:
    publish(world.decision())
    world.advance(hours=5)
    desk.get(PAGE)
    said = "i dag Skolan börjar senare Utanför huset: Pressmeddelande, Nyhetsrummet"
    assert f"{said} – när någon har gjort sitt" in day(desk, "2026-12-08")


def test_what_went_out_stands_where_it_did_in_the_month_before(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    holding.release(world.installation, world.communicator, public_id)
    world.advance(hours=4)
    world.settle()
    world.advance(days=40)
    desk.get(f"{PAGE}?manad=2026-12")
    assert "Utanför huset: Pressmeddelande, Nyhetsrummet – klart" in day(desk, "2026-12-08")
    desk.get(PAGE)
    assert "Inget har sin tid den här månaden." in desk.text


KNOWN = """+++
class = "beslut"
unit = "info"
title = "Kvällsöppet i receptionen"
summary = "Receptionen har öppet till klockan 19 på torsdagar."
audience = ["alla"]
contact = "Informationsenheten, 0591-555 00"
record_number = "KS 2026-00001"
known_at = 2026-12-10T08:00:00Z
+++
Receptionen har öppet till klockan 19.
"""


def test_hours_that_nobody_here_decides_stand_there_before_the_text_is_approved(
    world: World, desk: Visitor
) -> None:
    world.submit(KNOWN)
    desk.get(PAGE)
    assert "09.00 Kvällsöppet i receptionen Blir känt ändå" in day(desk, "2026-12-10")


def test_meetings_and_a_crisis_to_review_have_their_days(world: World, desk: Visitor) -> None:
    public_id = world.example("03")
    reviewing.approve(world.installation, world.communicator, public_id)
    said = Declaration("koka vattnet", "Grythyttan")
    declaring.declare(world.installation, world.communicator, said)
    world.settle()
    desk.get(PAGE)
    assert "Möte" in day(desk, "2026-12-08")
    assert "Krisen ska vara granskad" in day(desk, "2026-12-15")
    assert "12.15 Koka dricksvattnet i Grythyttan Mer information är utlovad" in day(
        desk, "2026-12-08"
    )
    assert (
        desk.get(desk.tree.xpath("string(//li[@class='is-review is-open']/a/@href)")).status_code
        == 200
    )


def test_days_off_half_days_and_the_days_before_say_so(desk: Visitor) -> None:
    desk.get(f"{PAGE}?manad=2026-12")
    for when, words in {
        "2026-12-23": "dagen före en ledig dag",
        "2026-12-24": "ledig dag",
        "2026-12-25": "helgdag",
        "2026-12-22": "22 tisdag 22 december",
    }.items():
        assert day(desk, when).endswith(words), when
    desk.get(f"{PAGE}?manad=2027-01")
    assert "halvdag, slutar 12.00" in day(desk, "2027-01-05")


@pytest.mark.parametrize("asked_for", ["2026-13", "x", "1999-12", "2100-01", "9999-12", "%00"])
def test_an_address_that_is_no_month_shows_this_one(desk: Visitor, asked_for: str) -> None:
    answer = desk.get(f"{PAGE}?manad={asked_for}")
    assert answer.status_code == (404 if "%00" in asked_for else 200)
    assert "december 2026" in desk.text or answer.status_code == 404


def test_one_turns_to_the_next_month_and_back_and_no_further_than_there_are_years(
    desk: Visitor,
) -> None:
    def turn(way: str) -> str:
        (link,) = desk.tree.xpath(f"//a[@rel='{way}']/@href")
        desk.get(link)
        return str(desk.tree.get_element_by_id("manad").text_content())

    desk.get(PAGE)
    assert [turn("next"), turn("next"), turn("prev"), turn("prev"), turn("prev")] == [
        "januari 2027",
        "februari 2027",
        "januari 2027",
        "december 2026",
        "november 2026",
    ]
    desk.get(f"{PAGE}?manad=2000-01")
    assert not desk.tree.xpath("//a[@rel='prev']")
    desk.get(f"{PAGE}?manad=2099-12")
    assert not desk.tree.xpath("//a[@rel='next']")


def test_of_a_very_full_day_the_first_are_shown_and_the_rest_opens(
    world: World, desk: Visitor
) -> None:
    several(world, 11)
    desk.get(PAGE)
    (cell,) = desk.tree.xpath("//td[.//time[@datetime='2026-12-08']]")
    assert len(cell.xpath("./ul/li")) == 4
    assert len(cell.xpath(".//details//li")) == 18
    assert cell.findtext(".//summary") == "18 till"


BLACKOUT = """
[[blackouts]]
from = "2026-12-08"
until = "2026-12-09"
why = "Valdagarna"
"""


@pytest.fixture
def silent(app_url: str, owner_url: str, smtp: RecordingSmtp, tmp_path: Path) -> Iterator[World]:
    policy = laid_over_hallefors(tmp_path, BLACKOUT)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        yield world


def test_a_blackout_stands_on_its_days_and_beside_what_it_moves(silent: World) -> None:
    desk = Visitor(silent.url).sign_in(silent.communicator.directory_id)
    public_id = silent.decision()
    reviewing.approve(silent.installation, silent.communicator, public_id)
    silent.settle()
    desk.get(PAGE)
    for when in ("2026-12-08", "2026-12-09"):
        assert "Inget går ut: Valdagarna. Pressmeddelande, Nyhetsrummet" in day(desk, when)
    assert "Inget går ut:" not in day(desk, "2026-12-10")
    assert "Inget går ut här förrän" in day(desk, "2026-12-10")
    desk.get("/bevakning/dagen")
    assert "Inget går ut: Valdagarna." in desk.text


def test_a_full_calendar_costs_as_many_statements_as_a_small_one(world: World) -> None:
    def month() -> agenda.Agenda:
        first = date(2026, 12, 1)
        last = first + timedelta(days=30)
        return agenda.of(world.installation, world.communicator, first, last)

    several(world, 2)
    month()
    with asked(world) as few:
        assert sum(len(one.entries) for one in month().days) == 4
    several(world, 12)
    with asked(world) as many:
        entries = [entry for one in month().days for entry in one.entries]
    assert len([one for one in entries if one.what is What.OUTSIDE]) == 14
    assert len(many) == len(few) < 25, (many, few)


def test_only_the_information_unit_comes_in(colleague: Visitor, desk: Visitor) -> None:
    for path in (PAGE, "/bevakning/dagen"):
        assert colleague.get(path).status_code == 403
        assert desk.get(path).status_code == 200


@pytest.mark.parametrize("width", [390, 1280])
def test_the_month_fits_its_screen_and_is_read_by_keyboard(
    world: World, browser: Browser, width: int
) -> None:
    several(world, 6)
    context = browser.new_context(base_url=world.url, viewport={"width": width, "height": 900})
    page = context.new_page()
    who = world.communicator.directory_id
    page.goto(f"/logga-in?sok={who}")
    page.get_by_role("button", name=who).click()
    page.goto(PAGE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    today = page.locator("td[aria-current=date]")
    more = today.locator("summary")
    more.focus()
    page.keyboard.press("Enter")
    rows = page.locator("td[aria-current=date] li").filter(visible=True).count()
    grid = page.locator("thead").is_visible()
    context.close()
    assert wide <= width
    assert rows == 12
    assert grid is (width == 1280)
