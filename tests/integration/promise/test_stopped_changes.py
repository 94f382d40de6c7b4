"""Corrections, and notices that a text is withdrawn, can be stopped and be in doubt like any other
step: a person sees them, and each exit leads out."""

from collections.abc import Sequence

import pytest

from announcer.domain.errors import NotAllowed, Refusal
from announcer.services import dispatching, doubts, holding, records, resolving, restoring, stopped
from announcer.services.resolving import Exit
from announcer.services.stopped import After
from tests.doubles.recording_smtp import Rules, Stage
from tests.integration.promise.test_corrections import TO_BOTH, corrected
from tests.integration.promise.way import (
    approve,
    newsrooms,
    policy_of,
    published,
    release,
    staff_of,
    to_the_press,
)
from tests.world import World

NOTICE, OUTSIDE, CORRECTION = "epost-tillbaka-1", "press-tillbaka-1", "epost-rattelse-2"


@pytest.fixture
def everywhere(world: World) -> str:
    """An announcement that staff and newsrooms have had; what was mailed is forgotten."""
    public_id = approve(world, world.decision(audience=TO_BOTH))
    world.settle()
    to_the_press(world, public_id)
    world.smtp.forget()
    return public_id


def withdrawn(world: World, public_id: str) -> None:
    """Withdrawn; a program stops the notice inside before it has gone."""
    holding.withdraw(world.installation, world.communicator, public_id, "Fel beslut.")
    with world.installation.database.transaction("stop") as session:
        row = records.find(session, public_id, lock=True)
        (notice,) = [one for one in records.steps_of(session, row.id) if one.key == NOTICE]
        dispatching.stop(session, notice, restoring.MAYBE_OUT)
    world.settle()


def listed(world: World) -> dict[str, Sequence[str]]:
    """What waits for the information unit, each with the channels that come after it."""
    found = stopped.waiting(world.installation, world.communicator)
    return {one.step: one.followers for one in found}


def mailed(world: World) -> tuple[set[str], set[str]]:
    """Staff and newsrooms who got something."""
    return set(world.staff_mail()), set(world.press_mail())


def test_whoever_is_on_duty_sees_a_stopped_notice_and_lets_it_go(world: World, everywhere: str):
    withdrawn(world, everywhere)
    assert listed(world) == {NOTICE: ("press",)}
    assert world.press_mail() == [], "inside first"
    world.smtp.forget()  # whoever was called about it
    with pytest.raises(NotAllowed):
        stopped.send_now(world.installation, world.chief, everywhere, NOTICE)
    stopped.send_now(world.installation, world.communicator, everywhere, NOTICE)
    world.settle()
    assert mailed(world) == (staff_of(world, "bibliotek"), newsrooms(world))
    assert listed(world) == {}


@pytest.mark.parametrize("after", [After.GO_ON, After.STOP])
def test_a_notice_that_is_given_up_takes_those_outside_with_it_only_if_a_person_says_so(
    world: World, everywhere: str, after: After
):
    withdrawn(world, everywhere)
    world.smtp.forget()
    give_up = (world.installation, world.communicator, everywhere, NOTICE, "Alla vet det redan")
    with pytest.raises(Refusal):
        stopped.give_up(*give_up)
    stopped.give_up(*give_up, after)
    world.settle()
    assert mailed(world) == (set(), newsrooms(world) if after is After.GO_ON else set())
    assert listed(world) == {}
    assert world.status(everywhere).state == "withdrawn"


def test_only_the_notice_of_what_is_withdrawn_can_go(world: World, everywhere: str):
    withdrawn(world, everywhere)
    with pytest.raises(Refusal, match="tillbakadraget"):
        stopped.send_now(world.installation, world.communicator, everywhere, "press")


def test_somebody_is_called_about_a_stopped_notice(world: World, everywhere: str):
    holding.hold(world.installation, world.communicator, everywhere, "Vi ser efter")
    withdrawn(world, everywhere)
    assert world.staff_mail(), "a pause of what is withdrawn keeps nobody from being called"


@pytest.mark.parametrize(
    ("way_out", "copies"), [(Exit.SENT, 0), (Exit.AGAIN, 1), (Exit.ABANDON, 0)]
)
def test_a_notice_in_doubt_has_its_three_ways_out(
    world: World, everywhere: str, way_out: Exit, copies: int
):
    holding.withdraw(world.installation, world.communicator, everywhere, "Fel beslut.")
    while not world.staff_mail():
        world.round()
    world.smtp.rules = Rules(hang_up=Stage.AFTER_DOT)
    world.settle()
    world.smtp.rules = Rules()
    world.smtp.forget()
    (found,) = doubts.waiting(world.installation, world.communicator)
    assert (found.step, found.can_go_again) == (OUTSIDE, True)
    resolving.resolve_step(world.installation, world.communicator, everywhere, OUTSIDE, way_out)
    world.settle()
    assert sorted(world.press_mail()) == sorted([*newsrooms(world)] * copies)
    assert doubts.waiting(world.installation, world.communicator) == []


@pytest.mark.parametrize("after", [After.GO_ON, After.STOP])
def test_whoever_gives_up_a_late_correction_says_what_becomes_of_the_press(
    make_world, tmp_path, after: After
):
    lines = ("[classes.beslut.steps.affisch]", 'when = "channel"', "[classes.beslut.steps.press]")
    lines = (*lines, 'window = { duration = "2 h" }', 'greatest_lateness = "9 d"')
    world = make_world(policy=policy_of(tmp_path, *lines))
    public_id = published(world)
    corrected(world, public_id)
    approve(world, public_id)
    world.round()  # the page with the right text is read back
    world.advance(days=2)
    world.settle()
    assert listed(world) == {CORRECTION: ("press", "newsroom")}
    release(world, public_id)
    world.settle()
    world.smtp.forget()
    give_up = (world.installation, world.communicator, public_id, CORRECTION, "Alla vet det redan")
    with pytest.raises(Refusal):
        stopped.give_up(*give_up)
    stopped.give_up(*give_up, after)
    world.settle()
    assert mailed(world) == (set(), newsrooms(world) if after is After.GO_ON else set())
    assert world.step(public_id, "press").state == (
        "settled" if after is After.GO_ON else "withdrawn"
    )
