"""A meeting that each unit holds for itself: the page waits for all of them."""

import pytest
from sqlalchemy import text

from announcer.db.engine import GateClosed
from announcer.domain.errors import NotAllowed, Refusal
from announcer.services import bringing_forward, calling, holding, reviewing
from tests.functional.visitor import Visitor
from tests.integration.promise.way import policy_of, read
from tests.world import World

LINES = (
    '[classes."kommande beslut".steps.mote]',
    'held = "per unit"',
    'ticked_by = ["enhetschef"]',
    'strength = "should"',
    'ceiling = "2 h"',
)
COMING = """+++
class = "kommande beslut"
unit = "bildning"
title = "Nya öppettider"
summary = "Nämnden beslutar i januari."
audience = ["bibliotek", "klockarskolan", "grythyttan"]
contact = "Rektor, 0591-555 10"
decision_at = 2027-01-15T18:00:00+01:00
record_number = "BN 2026-1"
+++

Så här blir det.
"""


@pytest.fixture
def house(app_url, owner_url, smtp, tmp_path):
    with World(app_url, owner_url, smtp, tmp_path, policy=policy_of(tmp_path, *LINES)) as world:
        yield world


@pytest.fixture
def coming(house: World) -> str:
    """Approved, and its meetings are waited for."""
    public_id = house.submit(COMING)
    reviewing.approve(house.installation, house.communicator, public_id)
    house.settle()
    return public_id


def leader(world: World, unit: str):
    return world.somebody(unit, "chef")


def step(world: World, public_id: str):
    return world.step(public_id, "meeting")


def tick(world: World, public_id: str, *units: str) -> None:
    for unit in units:
        holding.tick(world.installation, leader(world, unit), public_id, "mote", unit=unit)


def is_up(world: World, public_id: str) -> bool:
    reader = Visitor(world.url).sign_in(world.somebody("bibliotek", "medarbetare").directory_id)
    return reader.get(f"/nyheter/{public_id}").status_code == 200


def test_the_page_comes_up_when_the_last_unit_has_held_its_meeting(house, coming) -> None:
    units = [one.unit for one in step(house, coming).units]
    assert {"bibliotek", "klockarskolan", "grythyttan"} <= set(units)
    for unit in units[:-1]:
        tick(house, coming, unit)
        tick(house, coming, unit)  # a second tap changes nothing
        house.settle()
        assert not is_up(house, coming)
    assert step(house, coming).held_in == len(units) - 1
    tick(house, coming, units[-1])
    house.settle()
    assert is_up(house, coming)


def test_each_ticks_their_own_and_nobody_another_units(house, coming) -> None:
    with pytest.raises(NotAllowed):
        holding.tick(
            house.installation, leader(house, "bibliotek"), coming, "mote", unit="klockarskolan"
        )
    with pytest.raises(NotAllowed):
        holding.tick(house.installation, house.somebody("bibliotek", "medarbetare"), coming, "mote")
    with pytest.raises(NotAllowed):
        holding.tick(house.installation, house.communicator, coming, "mote", unit="bibliotek")
    # Who leads one unit need not name it.
    holding.tick(house.installation, leader(house, "bibliotek"), coming, "mote")
    assert [one.unit for one in step(house, coming).units if one.held] == ["bibliotek"]


def test_the_page_says_in_how_many_units_and_each_leader_has_a_button_of_their_own(
    house, coming
) -> None:
    visitor = Visitor(house.url).sign_in(leader(house, "bibliotek").directory_id)
    visitor.get("/mina")
    visitor.press("Mötet är hållet: Biblioteket")
    count = len(step(house, coming).units)
    assert f"Hållet i 1 av {count} enheter." in visitor.text
    assert "Mötet är hållet:" not in visitor.text
    desk = Visitor(house.url).sign_in(house.communicator.directory_id)
    assert f"Hållet i 1 av {count} enheter." in desk.get(f"/meddelanden/{coming}").text


def test_a_unit_without_a_leader_is_told_by_the_nearest_above(house) -> None:
    house.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE unit = 'bibliotek' AND role = 'chef'"
    )
    public_id = house.submit(
        COMING.replace('"bibliotek", "klockarskolan", "grythyttan"', '"bibliotek"')
    )
    reviewing.approve(house.installation, house.communicator, public_id)
    house.settle()
    (one,) = step(house, public_id).units
    row = house.owner.execute("SELECT parent FROM announcer.unit WHERE code = 'bibliotek'")
    assert (one.unit,) == row.fetchone()


def test_those_who_have_not_held_it_are_called_and_not_the_others(house, coming) -> None:
    tick(house, coming, "bibliotek")
    house.smtp.messages.clear()
    house.advance(hours=2, minutes=1)
    house.settle()
    mailed = {r for m in house.smtp.messages for r in m.recipients}
    leaders = {
        unit: house.owner.execute(
            "SELECT lower(email) FROM announcer.person WHERE unit = %s AND role = 'chef'", [unit]
        ).fetchone()[0]
        for unit in ("bibliotek", "klockarskolan")
    }
    assert leaders["klockarskolan"] in mailed
    assert leaders["bibliotek"] not in mailed
    sentences = [one.say(str) for one in calling.waiting(house.installation)]
    assert any(one.startswith("Klockarskolan: ingen har sagt") for one in sentences)
    called = next(m for m in house.smtp.messages if leaders["klockarskolan"] in m.recipients)
    assert "Klockarskolan: ingen har sagt" in read(called).as_string().replace("=\r\n", "")
    assert calling.waiting_for(house.installation, leader(house, "klockarskolan"))
    assert not calling.waiting_for(house.installation, leader(house, "bibliotek"))
    tick(house, coming, "klockarskolan")
    assert not calling.waiting_for(house.installation, leader(house, "klockarskolan"))
    assert calling.waiting_for(house.installation, leader(house, "grythyttan"))


def test_the_information_unit_can_say_why_the_page_need_not_wait_for_the_rest(
    house, coming
) -> None:
    tick(house, coming, "bibliotek")
    bringing_forward.pass_over(
        house.installation, house.communicator, coming, "mote", "Två enheter har stängt"
    )
    house.settle()
    assert is_up(house, coming)
    tick(house, coming, "klockarskolan")
    assert step(house, coming).held_in == 2


def test_the_database_alone_holds_the_page_until_every_unit_has_held_it(house, coming) -> None:
    tick(house, coming, "bibliotek")
    about = "(SELECT id FROM announcer.step WHERE key = 'mote')"
    unfit = "INSERT INTO announcer.tick (step, unit, actor, note)"
    actor = leader(house, "bibliotek").pseudonym
    for statement in (
        f"UPDATE announcer.step SET state = 'settled' WHERE id = {about}",
        f"{unfit} SELECT {about}, 'vatten', '{actor}', ''",
        f"{unfit} SELECT {about}, '', '{actor}', ''",
        f"INSERT INTO announcer.meeting_unit (step, unit) SELECT {about}, 'vatten'",
    ):
        with pytest.raises(GateClosed), house.installation.database.transaction("tick") as session:
            session.execute(text(statement))
    for statement in (
        "DELETE FROM announcer.meeting_unit",
        "UPDATE announcer.step SET per_unit = false",
    ):
        with (
            pytest.raises(Exception, match="permission denied"),
            house.installation.database.transaction("tick") as session,
        ):
            session.execute(text(statement))


def test_who_leads_two_units_says_which(house, coming) -> None:
    both = leader(house, "bibliotek")
    house.owner.execute(
        "INSERT INTO announcer.stand_in (id, who, for_whom, from_at, until_at, appointed_by)"
        " VALUES (gen_random_uuid(), %s, %s, announcer.announcer_now() - interval '1 h',"
        " announcer.announcer_now() + interval '1 d', %s)",
        [both.pseudonym, leader(house, "klockarskolan").pseudonym, both.pseudonym],
    )
    actor = house.person(both.directory_id)
    with pytest.raises(Refusal, match="bibliotek, klockarskolan"):
        holding.tick(house.installation, actor, coming, "mote")
    holding.tick(house.installation, actor, coming, "mote", unit="klockarskolan")
    assert [one.unit for one in step(house, coming).units if one.held] == ["klockarskolan"]
