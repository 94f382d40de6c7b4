"""Nothing is waited for without end: whoever can do something is called, once, in time."""

from datetime import timedelta

import pytest

from announcer.services import bringing_forward, calling, happening, holding
from tests.integration.promise.way import approve, policy_of
from tests.world import World

CEILINGS = (
    '[events."protokollet godkänt"]',
    'opened_by = ["chef"]',
    'ceiling = "1 d"',
    "[classes.beslut]",
    'ask_before_known = "1 h"',
    "[classes.beslut.steps.mote]",
    'channel = "meeting"',
    "before_intranet = true",
    'ticked_by = ["chef"]',
    'at = { before_known = "5 h" }',
    'ceiling = "45 min"',
    'greatest_lateness = "30 d"',
    "[classes.beslut.steps.intranet]",
    'after = ["mote"]',
    'at = { before_known = "90 min" }',
    "[classes.beslut.steps.press]",
    'gates = ["protokollet godkänt"]',
    'release = { by = ["informationsenheten"], ceiling = "4 h" }',
    'greatest_lateness = "30 d"',
)
TEXT = """+++
class = "beslut"
unit = "bibliotek"
title = "Biblioteket flyttar"
summary = "Biblioteket flyttar i mars."
audience = ["bibliotek", "press"]
contact = "Bibliotekschef, 0591-555 10"
{known}
+++
Flytten börjar den 1 mars.
"""


@pytest.fixture
def world(make_world, tmp_path) -> World:
    return make_world(policy=policy_of(tmp_path, *CEILINGS))


def planned(world: World, hours: float = 0) -> str:
    known = f"known_at = {(world.now() + timedelta(hours=hours)).isoformat()}" if hours else ""
    return approve(world, world.submit(TEXT.format(known=known), world.chief))


def calls(world: World) -> list[str]:
    return [one.say(str) for one in calling.waiting(world.installation)]


def pass_time(world: World, **amount: float) -> None:
    world.advance(**amount)
    world.settle()


def test_a_meeting_that_nobody_ticked_calls_those_who_could(world: World) -> None:
    planned(world, hours=10)
    pass_time(world, hours=5, minutes=44)
    assert calls(world) == []
    pass_time(world, minutes=2)
    (said,) = calls(world)
    assert said.startswith("Ingen har sagt att mötet har hållits.")
    pass_time(world, minutes=20)
    assert len(calls(world)) == 1, "once"
    assert "chef" in calling.waiting(world.installation)[0].to.casefold()


def test_a_meeting_that_was_ticked_calls_nobody(world: World) -> None:
    public_id = planned(world, hours=10)
    holding.tick(world.installation, world.chief, public_id, "mote")
    pass_time(world, hours=6)
    assert calls(world) == []


def test_an_hour_before_it_is_known_the_desk_is_asked_whether_to_go_now(world: World) -> None:
    public_id = planned(world, hours=10)
    pass_time(world, hours=8, minutes=58)
    assert not any("Ska personalen få veta" in said for said in calls(world))
    pass_time(world, minutes=3)
    asked = [said for said in calls(world) if "Ska personalen få veta" in said]
    assert len(asked) == 1
    bringing_forward.go_now(world.installation, world.communicator, public_id, "Ute klockan nio")
    pass_time(world, minutes=1)
    assert world.step(public_id, "intranet").confirmed_at


def test_nobody_is_asked_when_staff_know_already(world: World) -> None:
    public_id = planned(world, hours=10)
    holding.tick(world.installation, world.chief, public_id, "mote")
    pass_time(world, hours=8, minutes=35)
    pass_time(world, minutes=30)
    assert world.step(public_id, "poster").state == "settled"
    assert calls(world) == []


def to_the_release(world: World) -> str:
    public_id = planned(world)
    holding.tick(world.installation, world.chief, public_id, "mote")
    world.settle()
    pass_time(world, hours=3)
    return public_id


def test_an_event_that_is_the_last_thing_missing_calls_those_who_say_it(world: World) -> None:
    public_id = to_the_release(world)
    holding.release(world.installation, world.communicator, public_id)
    pass_time(world, hours=23)
    assert calls(world) == []
    pass_time(world, hours=3)
    assert calls(world) == ["Pressmeddelande väntar bara på: protokollet godkänt."]


def test_a_release_that_is_the_last_thing_missing_calls_the_desk(world: World) -> None:
    public_id = to_the_release(world)
    happening.happened(world.installation, world.chief, public_id, "protokollet godkänt")
    pass_time(world, hours=3)
    assert calls(world) == []
    pass_time(world, hours=2)
    (said,) = calls(world)
    assert said.startswith("Det här väntar på att släppas till medierna")


def test_what_is_paused_calls_nobody(world: World) -> None:
    public_id = planned(world, hours=10)
    holding.hold(world.installation, world.communicator, public_id, "fel datum")
    pass_time(world, hours=9)
    assert calls(world) == []


def test_the_call_comes_by_mail_to_those_who_have_the_role(world: World) -> None:
    planned(world, hours=10)
    pass_time(world, hours=5, minutes=46)
    assert world.smtp.messages
    pass_time(world, hours=2)
    before = len(world.smtp.messages)
    pass_time(world, minutes=30)
    assert len(world.smtp.messages) == before
