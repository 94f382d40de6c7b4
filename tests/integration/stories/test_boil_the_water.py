"""Boil the water. Easter Sunday 28 March 2027, 01.50; the clock jumps from 02.00 to 03.00. The
intranet is down until 03.20. What is asked is what people got, in whichever order things came up."""

from datetime import datetime

import pytest

from announcer.domain.audience import Reader
from announcer.domain.board import Task
from announcer.domain.declaring import Declaration, Kind
from announcer.services import (
    boards,
    calling,
    crises,
    declaring,
    dispatching,
    handover,
    records,
    verifying,
)
from announcer.services.importing import import_boards, import_shifts
from tests.doubles.gateway import Gateway
from tests.doubles.recording_smtp import Message
from tests.integration.promise.way import approve, newsrooms, read, staff_of, wsgi
from tests.integration.stories.conftest import STOCKHOLM, Day
from tests.world import EXAMPLES

AREA = "Hällefors tätort"
BOIL = f"Koka dricksvattnet i {AREA}"
BOIL_FI = f"Keitä juomavesi: {AREA}"
OVER = f"Faran över: du behöver inte koka vattnet i {AREA}"
OVER_FI = f"Vaara ohi: vettä ei tarvitse enää keittää: {AREA}"
#: Of the example's shifts in care and kitchens: Fyllsta by night and Sikfors.
AT_NIGHT = ["+46701740608", "+46701740609"]


@pytest.fixture
def day(at) -> Day:
    return at("2027-03-28 01:49")


def down(day: Day) -> None:
    answer = wsgi("503 Service Unavailable", b"nere")
    day.world.liar = lambda _: answer


def up(day: Day) -> None:
    day.world.liar = lambda _: None


def on_duty(day: Day):
    return day.world.somebody("ks", "chef")


def boil(**more) -> Declaration:
    return Declaration("koka vattnet", AREA, **more)


def declare(day: Day, said: Declaration | None = None) -> str:
    found = declaring.declare(day.world.installation, on_duty(day), said or boil())
    day.world.settle()
    return found.public_id


def told(day: Day, swedish: str, finnish: str) -> set[str]:
    return day.got(swedish) | day.got(finnish)


def said_in(letter: Message) -> str:
    body = read(letter).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def calls(day: Day) -> list[str]:
    return [call.message for call in calling.waiting(day.world.installation)]


def test_it_goes_at_once_past_a_page_that_is_down_and_nothing_goes_twice(day: Day) -> None:
    world = day.world
    down(day)
    day.comes("2027-03-28 01:50")
    public_id = declare(day)
    assert told(day, BOIL, BOIL_FI) == set(), "the page has five minutes"
    assert not any("gick inte att kontrollera" in one for one in calls(day))
    day.comes("2027-03-28 01:54")
    assert told(day, BOIL, BOIL_FI) == set()

    day.comes("2027-03-28 01:55:30")
    everybody = staff_of(world) | newsrooms(world)
    assert told(day, BOIL, BOIL_FI) == everybody
    assert world.step(public_id, "newsroom").settled_at
    assert any("gick inte att kontrollera" in one for one in calls(day))
    assert not day.is_read(public_id)

    # The clock has jumped: 03.20 is an hour and twenty-five minutes later on the wall alone.
    sent = len(day.letters_about(BOIL, BOIL_FI))
    up(day)
    day.comes("2027-03-28 03:20")
    assert day.is_read(public_id), "the page was tried all the time"
    assert len(day.letters_about(BOIL, BOIL_FI)) == sent, "nothing goes again"
    with world.installation.database.reading() as session:
        happened = [e["what"] for e in records.events(session, records.find(session, public_id).id)]
        assert list(verifying.verify(session)) == []
    assert happened.index("page alarmed") < happened.index("confirmed")


def test_what_was_promised_is_reminded_of_and_lifting_goes_to_the_same(day: Day) -> None:
    world = day.world
    day.comes("2027-03-28 01:50")
    promised = datetime(2027, 3, 28, 15, tzinfo=STOCKHOLM)
    public_id = declare(day, boil(next_information=promised))
    everybody = staff_of(world) | newsrooms(world)
    assert told(day, BOIL, BOIL_FI) == everybody
    for letter in day.letters_about(BOIL, BOIL_FI):
        assert "28" in said_in(letter)
        assert "15.00" in said_in(letter), "what is promised stands in the text"
    day.comes("2027-03-28 14:44")
    assert not any("utlovad" in one for one in calls(day))
    day.comes("2027-03-28 14:46")
    assert any("är utlovad" in one for one in calls(day))
    day.comes("2027-03-28 15:01")
    assert any("var utlovad" in one for one in calls(day)), "the hour went by in silence"

    gone = world.somebody("kost", "medarbetare")
    world.owner.execute(
        "UPDATE announcer.person SET unit = 'bibliotek' WHERE pseudonym = %s", [gone.pseudonym]
    )
    day.comes("2027-03-29 16:00")
    lifted = declare(day, Declaration("", kind=Kind.LIFTED, follows=public_id))
    assert told(day, OVER, OVER_FI) == everybody
    assert world.step(lifted, "newsroom").settled_at
    day.comes("2027-03-30 12:00")
    assert declaring_over(day), "nothing is promised any more"


def test_care_on_shift_and_whoever_calls_are_told_and_the_next_shift_finds_it_on_a_table(
    at, gateway: Gateway
) -> None:
    day = at("2027-03-28 01:49", "boil_the_water.toml", channels=gateway.settings)
    world = day.world
    for name, read_in in (("shifts", import_shifts), ("boards", import_boards)):
        file = EXAMPLES / "organisation" / f"{name}.csv"
        assert not read_in(world.installation, file.read_bytes()).findings
    down(day)
    day.comes("2027-03-28 01:50")
    public_id = declare(day)
    assert (gateway.sent, gateway.was_shown) == ([], [])
    day.comes("2027-03-28 01:55:30")
    assert sorted(one.number for one in gateway.sent) == AT_NIGHT, "nobody else is at work"
    assert all(BOIL in text or BOIL_FI in text for text in gateway.texts())
    assert [one["title"] for one in gateway.was_shown] == [BOIL]

    up(day)
    day.comes("2027-03-28 03:20")
    assert len(gateway.sent) == len(AT_NIGHT), "nobody gets it twice"
    day.comes("2027-03-28 06:30")
    found = handover.sheet(world.installation, Reader(unit="fyllsta", workplace="Fyllsta"))
    assert found.handover.at.astimezone(STOCKHOLM).strftime("%H.%M") == "06.45"
    assert [one.content.title for one in found.articles] == [BOIL]

    for one in at_fyllsta(day):
        assert one.task is Task.PUT_UP
        boards.done(world.installation, world.communicator, str(one.board), public_id, one.shown)
    assert at_fyllsta(day) == []
    day.comes("2027-03-29 16:00")
    declare(day, Declaration("", kind=Kind.LIFTED, follows=public_id))
    assert {(one.task, one.title) for one in at_fyllsta(day)} == {
        (Task.TAKE_DOWN, BOIL),
        (Task.PUT_UP, OVER),
    }
    assert gateway.was_shown[-1]["title"] == OVER


def at_fyllsta(day: Day) -> list[boards.ToDo]:
    found = boards.at_my_workplace(day.world.installation, day.world.communicator)
    return [task for board in found for task in board.tasks if task.workplace == "Fyllsta"]


def declaring_over(day: Day) -> bool:
    found = crises.all_of(day.world.installation, on_duty(day))
    return [one.next_information for one in found] == [None]


def test_it_overtakes_what_is_on_its_way(day: Day) -> None:
    world = day.world
    day.comes("2027-03-26 10:00")
    ordinary = [world.decision(f"Vanligt {number}") for number in range(3)]
    for one in ordinary:
        approve(world, one)
    world.round()
    dispatching.look(world.installation)  # their pages are up: now their mail is due
    declaring.declare(world.installation, on_duty(day), boil())
    dispatching.look(world.installation)
    claimed = dispatching.claim(world.installation)
    assert claimed[0].urgent, "its queue is another, and it is handed out first"
    assert any(not one.urgent for one in claimed)
