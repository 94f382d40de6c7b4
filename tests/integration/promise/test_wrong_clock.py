"""A clock that jumps sends nothing early: everything stands still until a person has looked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from announcer.domain.errors import NotAllowed
from announcer.services import calling, checkup, dispatching, restoring, situation
from announcer.services.checkup import Mark
from announcer.services.pace import Pace
from tests.integration.promise.test_corrections import corrected
from tests.integration.promise.way import (
    approve,
    decided,
    newsrooms,
    open_window,
    published,
    release,
    staff_of,
)
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World


class Watch:
    """A clock that goes only as far as somebody lets it."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch(world: World) -> Watch:
    """The dispatcher's own clock, which no time server sets."""
    found = Watch()
    world.installation = replace(world.installation, pace=Pace(found))
    world.settle()
    return found


def pass_time(world: World, watch: Watch, **amount: float) -> None:
    """Both clocks go on, as they do."""
    watch.seconds += timedelta(**amount).total_seconds()
    world.advance(**amount)
    world.settle()


def stands_still(world: World) -> str:
    with world.installation.database.reading() as session:
        return situation.standstill_reason(session)


def test_a_clock_that_jumps_over_the_window_opens_nothing(world: World, watch: Watch) -> None:
    public_id = published(world)
    release(world, public_id)
    right = world.now()
    opens = world.step(public_id, "press").earliest
    open_window(world, public_id)
    world.settle()
    assert world.press_mail() == []
    assert stands_still(world) == "clock"
    found = restoring.standing(world.installation)
    assert found
    assert found.known_until is not None
    assert abs(found.known_until - right) < timedelta(minutes=1)

    world.settle()
    (call,) = calling.waiting(world.installation)
    assert "klocka hoppade" in call.say(str)
    assert "Informationsenheten" in call.to
    assert any("/du-behovs" in m.content.decode("latin-1") for m in world.smtp.messages)

    world.set_time(right)  # a person sets it right, and says so
    restoring.go_on(world.installation, world.communicator)
    assert calling.waiting(world.installation) == []
    world.settle()
    assert world.press_mail() == [], "the window is as long as it was"
    left = (opens - right).total_seconds()
    pass_time(world, watch, seconds=left - 60)
    assert world.press_mail() == []
    pass_time(world, watch, seconds=61)
    assert set(world.press_mail()) == newsrooms(world)
    assert stands_still(world) == ""


def test_by_night_whoever_declares_a_crisis_can_let_everything_go_on(
    world: World, watch: Watch
) -> None:
    """The public is told of danger at once, whatever a clock did."""
    public_id = published(world)
    open_window(world, public_id)
    world.settle()
    assert stands_still(world) == "clock"
    with pytest.raises(NotAllowed):
        restoring.go_on(world.installation, world.chief)
    crisis = world.installation.policy.crisis
    assert crisis
    officer = next(
        one
        for one in world._everyone
        if world.installation.policy.has_role(one, crisis.declared_by, "")
        and not world.installation.policy.has_role(
            one, world.installation.policy.information_unit, ""
        )
    )
    restoring.go_on(world.installation, officer)
    assert stands_still(world) == ""


def test_a_jump_between_two_looks_of_one_round_opens_nothing_either(
    world: World, watch: Watch
) -> None:
    public_id = published(world)
    release(world, public_id)
    at = world.installation.database
    jumped = []

    def look(name: str) -> None:
        if name == "look at the clock: after commit" and not jumped:
            jumped.append(name)
            open_window(world, public_id)

    at.point = look
    dispatching.look(world.installation)
    assert jumped
    world.settle()
    assert world.press_mail() == []
    assert stands_still(world) == "clock"


def test_time_that_passes_for_both_is_no_jump(world: World, watch: Watch) -> None:
    public_id = decided(world)
    world.settle()
    assert set(world.staff_mail()) == staff_of(world, "bibliotek")
    pass_time(world, watch, hours=40)
    watch.seconds += 100  # as much as a slow answer explains
    world.settle()
    assert stands_still(world) == ""
    assert world.status(public_id).state == "active"


def test_what_a_clock_leased_that_went_back_is_not_waited_for(world: World, watch: Watch) -> None:
    public_id = published(world)
    pass_time(world, watch, hours=20)
    release(world, public_id)
    dispatching.look(world.installation)
    assert dispatching.claim(world.installation)  # and a worker dies with it
    world.advance(hours=-10)
    with world.installation.database.reading() as session:
        found = checkup._ahead(session)
    assert found.mark is Mark.FAULT
    assert "went back" in found.said
    world.settle()
    world.settle()  # a lease is taken back in the round after it ran out
    assert set(world.press_mail()) == newsrooms(world), "not in ten hours"
    assert stands_still(world) == "", "late is not early"


def test_what_goes_when_the_clock_was_set_back_is_out_in_the_newsroom(
    world: World, newsroom: PublicHouse
) -> None:
    public_id = published(world)
    open_window(world, public_id)
    opened = world.now()
    world.advance(hours=2)
    corrected(world, public_id)
    approve(world, public_id)
    world.settle()  # the page with the right text is read back, at an hour that comes once more
    world.set_time(opened)
    release(world, public_id)
    world.settle()
    assert set(world.press_mail()) == newsrooms(world)
    assert Reader(newsroom.url).get(f"/nyheter/{public_id}").status_code == 200
