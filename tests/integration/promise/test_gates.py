"""Each place of the gate holds by itself; without any, the oracle sees the violation."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime

import pytest

from announcer.domain.plan import AnnouncementFacts, Verdict
from announcer.services import holding
from tests.integration.promise.way import decided, open_window, published, release, wsgi
from tests.world import World

TABLES = ("announcement", "step", "delivery", "readback", "approval", "revision")


def always_allow(_key: str, _facts: AnnouncementFacts, _now: datetime) -> Verdict:
    """The first place of the gate, gone."""
    return Verdict(())


@contextmanager
def database_refuses_nothing(world: World) -> Iterator[None]:
    """The second place of the gate, gone: the database still stamps, and lets everything pass."""
    was = world.owner.execute(
        "SELECT pg_get_functiondef('announcer.refuse(text)'::regprocedure)"
    ).fetchone()
    assert was
    world.owner.execute(
        "CREATE OR REPLACE FUNCTION announcer.refuse(rule text) RETURNS void"
        " LANGUAGE sql AS 'SELECT'"
    )
    yield
    world.owner.execute(was[0])


def break_the_promise(world: World) -> None:
    """Days of a page that is not up, with the press released too soon."""
    world.liar = lambda _: wsgi("503 Service Unavailable", b"")
    public_id = decided(world)
    release(world, public_id)
    for _ in range(3):
        world.round()
        world.advance(hours=3)
    world.liar = lambda _: None


def external_before_confirmed(world: World) -> bool:
    return bool(world.press_mail())


@pytest.mark.parametrize("off", ["none", "domain", "refusals", "triggers"])
def test_with_one_place_gone_nothing_external_precedes_the_page(make_world, off: str):
    world = make_world(gate=always_allow) if off == "domain" else make_world()
    if off == "refusals":
        with database_refuses_nothing(world):
            break_the_promise(world)
    elif off == "triggers":
        with world.trigger_off(*TABLES):
            break_the_promise(world)
    else:
        break_the_promise(world)
    assert not external_before_confirmed(world)
    assert world.smtp.messages == []


def test_with_both_places_gone_the_oracle_sees_the_violation(make_world):
    world = make_world(gate=always_allow)
    with database_refuses_nothing(world):
        break_the_promise(world)
    assert external_before_confirmed(world)


@pytest.mark.parametrize("off", ["domain", "refusals"])
def test_with_one_place_gone_window_release_and_hold_still_bind(make_world, off: str):
    world = make_world(gate=always_allow) if off == "domain" else make_world()
    public_id = published(world)
    if off == "refusals":
        with database_refuses_nothing(world):
            _wait_for_all_three(world, public_id)
    else:
        _wait_for_all_three(world, public_id)


@pytest.mark.parametrize("off", ["domain", "refusals"])
def test_with_one_place_gone_a_release_does_not_shorten_the_window(make_world, off: str):
    world = make_world(gate=always_allow) if off == "domain" else make_world()
    public_id = published(world)
    with database_refuses_nothing(world) if off == "refusals" else nullcontext():
        release(world, public_id)
        _rounds(world)
        assert world.press_mail() == []
        open_window(world, public_id)
        _rounds(world)
    assert world.press_mail()


def _wait_for_all_three(world: World, public_id: str) -> None:
    world.advance(hours=1, minutes=50)
    world.settle()
    assert world.press_mail() == [], "before the window was over"
    open_window(world, public_id)
    _rounds(world)
    assert world.press_mail() == [], "before the release"
    holding.hold(world.installation, world.communicator, public_id, "Fel datum")
    release(world, public_id)
    _rounds(world)
    assert world.press_mail() == [], "while it was held"
    holding.resume(world.installation, world.communicator, public_id)
    _rounds(world)
    assert world.press_mail()


def _rounds(world: World) -> None:
    for _ in range(4):
        world.round()
        world.advance(seconds=3)
