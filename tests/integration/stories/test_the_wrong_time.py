"""The wrong time. Tuesday 5 January 2027: on the intranet at 08.00, mailed at 08.10, the press due at
13.00. At 12.40 somebody sees that "8.30" should be "8.20"."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from announcer.domain.board import Task
from announcer.domain.change import CorrectionKind
from announcer.people.lookup import find_person
from announcer.services import boards, correcting, records, reviewing, standing_in, verifying
from announcer.services.importing import import_boards
from announcer.services.reader_token import sign
from tests.doubles.recording_smtp import Message
from tests.integration.promise.way import newsrooms, read, staff_of, to_staff
from tests.integration.stories.conftest import STOCKHOLM, Day
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import EXAMPLES, SECRET

WHAT = "Skolan börjar 8.20, inte 8.30."
TEXT = """+++
class = "andring"
unit = "bildning"
title = "Skolan börjar 8.30 i morgon"
summary = "Bussen går tidigare."
audience = ["alla", "press"]
contact = "Rektor, 0591-555 10"
languages = ["sv", "fi"]

[translations.fi]
title = "Koulu alkaa huomenna 8.30"
summary = "Bussi lähtee aikaisemmin."
+++
Skolan börjar 8.30.
"""


@pytest.fixture
def day(at) -> Day:
    return at("2027-01-04 09:00", "the_wrong_time.toml")


def words(message: Message) -> str:
    """A mail's subject and plain text in one line."""
    parsed = read(message)
    body = parsed.get_body(("plain",))
    assert body is not None
    return f"{parsed['Subject']} {' '.join(body.get_content().split())}"


def seen_to_be_wrong(day: Day) -> tuple[str, str]:
    """Mailed in the morning, corrected at 12.40, nobody has approved it; who stands in."""
    world = day.world
    stand_in = world.somebody("kost", "medarbetare").directory_id
    until = datetime(2027, 1, 6, tzinfo=STOCKHOLM)
    standing_in.appoint(
        world.installation, world.communicator, stand_in, world.communicator.directory_id, until
    )
    day.comes("2027-01-05 08:00")
    public_id = world.submit(TEXT, world.chief)
    assert reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    assert day.is_read(public_id)
    assert world.smtp.messages == []
    day.comes("2027-01-05 08:11")
    assert set(world.staff_mail()) == staff_of(world)
    day.comes("2027-01-05 12:40")
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        was = records.content_of(session, records.text_in_force(session, row.id))
    right = replace(was, title="Skolan börjar 8.20 i morgon", body="Skolan börjar 8.20.")
    found = correcting.propose(
        world.installation, world.chief, public_id, right, CorrectionKind.REAL, {"sv": WHAT}
    )
    assert not found.applied
    return public_id, stand_in


def test_the_press_waits_while_nobody_has_approved_it(day: Day) -> None:
    seen_to_be_wrong(day)
    before = len(day.world.smtp.messages)
    for moment in ("2027-01-05 13:00", "2027-01-05 15:30"):
        day.comes(moment)
        assert len(day.world.smtp.messages) == before, moment


def test_nine_boards_get_the_right_paper_two_of_them_when_their_building_opens(day: Day) -> None:
    world = day.world
    file = EXAMPLES / "organisation" / "boards.csv"
    assert not import_boards(world.installation, file.read_bytes()).findings

    def to_do() -> list[boards.ToDo]:
        found = boards.at_my_workplace(world.installation, world.communicator)
        return [task for board in found for task in board.tasks]

    day.comes("2027-01-04 10:00")
    public_id, who = seen_to_be_wrong(day)
    assert {one.task for one in to_do()} == {Task.PUT_UP}
    for one in to_do():
        boards.done(world.installation, world.communicator, str(one.board), public_id, one.shown)
    assert to_do() == []
    with world.installation.database.reading() as session:
        person = find_person(session, who)
    assert reviewing.approve(world.installation, person, public_id)
    world.settle()
    found = to_do()
    assert [one.task for one in found] == [Task.REPLACE] * 9
    later = [one for one in found if not one.today]
    assert {one.workplace for one in later} == {"Förskolan Backen", "Tekniska förrådet"}
    assert {one.day for one in later} == {date(2027, 1, 7)}, "Wednesday is Epiphany"


def test_the_stand_in_approves_and_everybody_is_told_once_what_is_right(
    day: Day, newsroom_url: str
) -> None:
    public_id, who = seen_to_be_wrong(day)
    world = day.world
    before = len(world.smtp.messages)
    day.comes("2027-01-05 13:10")
    with world.installation.database.reading() as session:
        person = find_person(session, who)
    assert reviewing.approve(world.installation, person, public_id)
    world.settle()

    out = world.smtp.messages[before:]
    staff = [one for one in out if to_staff(one)]
    press = [one for one in out if not to_staff(one)]
    assert sorted(a for one in staff for a in one.recipients) == sorted(staff_of(world))
    assert all(words(one).startswith("Rättelse: ") and WHAT in words(one) for one in staff)
    assert all(read(one)["In-Reply-To"] for one in staff)
    assert sorted(a for one in press for a in one.recipients) == sorted(newsrooms(world))
    for one in press:
        assert "8.20" in words(one)
        assert "8.30" not in words(one), "no word of an error that they never saw"
        assert "Rättelse" not in words(one)
        assert "Koulu" not in words(one), "the Finnish text is of the old one"
    assert out.index(press[0]) > out.index(staff[-1]), "the inside first"

    bearer = f"Bearer {sign(SECRET, ('bildning',))}"
    page = Reader(world.url, Authorization=bearer).get(f"/nyheter/{public_id}")
    assert "Skolan börjar 8.20" in page.text
    with PublicHouse(newsroom_url) as newsroom:
        outside = Reader(newsroom.url).get(f"/nyheter/{public_id}").text
    assert "8.20" in outside
    assert "8.30" not in outside
    assert "Koulu" not in outside

    day.comes("2027-01-06 12:00")
    assert len(world.smtp.messages) == before + len(out)
    with world.installation.database.reading() as session:
        assert list(verifying.verify(session)) == []
