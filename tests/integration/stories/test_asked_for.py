"""Asked for. Wednesday 23 December 2026: confirmed at 11.52, the press due on the next working day
at 09.00, which is Monday 28. At 12.10 somebody asks for the text while both communicators are away."""

from datetime import datetime

import pytest

from announcer.domain.errors import NotAllowed
from announcer.people.lookup import find_person
from announcer.services import bringing_forward, records, reviewing, standing_in, verifying
from tests.integration.promise.way import newsrooms, staff_of
from tests.integration.stories.conftest import STOCKHOLM, Day

TITLE = "Nya öppettider i receptionen"
TEXT = f"""+++
class = "besked"
unit = "ks"
title = "{TITLE}"
summary = "Receptionen öppnar klockan nio från den 1 januari."
audience = ["alla", "press"]
contact = "Kanslichef, 0591-555 20"
+++
Beslutet är taget i dag.
"""


@pytest.fixture
def day(at) -> Day:
    return at("2026-12-21 09:00", "asked_for.toml")


def away(day: Day) -> str:
    """A dated stand-in for the communicator, named before the holiday; their id."""
    world = day.world
    who = world.somebody("bildning", "medarbetare").directory_id
    until = datetime(2026, 12, 29, tzinfo=STOCKHOLM)
    standing_in.appoint(
        world.installation, world.communicator, who, world.communicator.directory_id, until
    )
    return who


def confirmed(day: Day) -> str:
    day.comes("2026-12-23 11:52")
    world = day.world
    public_id = world.submit(TEXT, world.somebody("ks", "chef"))
    assert reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    assert day.is_read(public_id)
    return public_id


def test_without_anybody_asking_the_press_waits_until_monday_the_28th(day: Day) -> None:
    public_id = confirmed(day)
    assert day.got(TITLE) == set(), "the staff's mail waits for the afternoon"
    day.comes("2026-12-23 15:00")
    assert day.got(TITLE) == staff_of(day.world)
    for moment in ("2026-12-24 09:00", "2026-12-27 12:00", "2026-12-28 08:59"):
        day.comes(moment)
        assert day.got(TITLE) == staff_of(day.world), moment
    day.comes("2026-12-28 09:00")
    assert day.got(TITLE) == staff_of(day.world) | newsrooms(day.world)
    assert day.world.step(public_id, "newsroom").settled_at


def test_a_stand_in_hands_it_out_at_once_and_the_press_opens_behind_the_inside(day: Day) -> None:
    stand_in = away(day)
    public_id = confirmed(day)
    day.comes("2026-12-23 12:10")
    world = day.world
    with world.installation.database.reading() as session:
        person = find_person(session, stand_in)
    stranger = world.somebody("kost", "medarbetare")
    with pytest.raises(NotAllowed, match="Informationsenheten"):
        bringing_forward.hand_out(world.installation, stranger, public_id)

    day.comes("2026-12-23 12:12")
    copy = bringing_forward.hand_out(world.installation, person, public_id)
    assert (copy.title, copy.body) == (TITLE, "Beslutet är taget i dag.")
    assert day.got(TITLE) == set(), "it waited for nothing: not even for the staff's mail"

    world.settle()
    assert day.got(TITLE) == staff_of(world) | newsrooms(world), "without a minute of waiting"
    mail = [m for m in world.smtp.messages if set(m.recipients) & newsrooms(world)]
    staff = [m for m in world.smtp.messages if set(m.recipients) & staff_of(world)]
    order = world.smtp.messages
    assert min(map(order.index, mail)) > max(map(order.index, staff)), "the inside first"

    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        noted = [e for e in records.events(session, row.id) if e["what"] == "begärd ut"]
        assert list(verifying.verify(session)) == []
    assert [e["who"] for e in noted] == [str(person.pseudonym)]
    assert noted[0]["detail"] == {"acting_for": str(world.communicator.pseudonym)}
