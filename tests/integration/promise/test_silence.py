"""What leaves in a black-out is asked of the mail server, with either place of the gate alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from announcer.domain.plan import Verdict
from announcer.services import holding, reviewing
from tests.world import POLICY, World

#: The world's clock stands at 10.00 on 8 December 2026; two open hours later it is 13.30.
RULES = f"""
derived_from = "{POLICY.name}"
name = "Med tystnad"

[[blackouts]]
from = "2026-12-08T12:00"
until = "2026-12-08T18:00"
why = "Valdag"
"""


@pytest.fixture
def make(make_world: Callable[..., World], tmp_path: Path) -> Callable[..., World]:
    for one in POLICY.parent.iterdir():
        (tmp_path / one.name).symlink_to(one)
    file = tmp_path / "silent.toml"
    file.write_text(RULES, encoding="utf-8")
    return lambda **options: make_world(policy=file, **options)


def released(world: World) -> str:
    public_id = world.decision()
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    holding.release(world.installation, world.communicator, public_id)
    assert world.staff_mail()
    return public_id


def open_windows(world: World) -> None:
    """So that nothing but the black-out is left to wait for."""
    with world.trigger_off("step"):
        world.owner.execute(
            "UPDATE announcer.step SET not_before = announcer.announcer_now() WHERE external"
        )


def test_the_press_waits_until_the_blackout_is_over(make: Callable[..., World]) -> None:
    world = make()
    public_id = released(world)
    world.advance(hours=7)
    world.settle()
    assert world.press_mail() == []
    (reason,) = world.step(public_id, "press").reasons
    assert "Valdag" in reason.say(str)
    world.advance(hours=1, minutes=5)
    world.settle()
    assert world.press_mail()


def test_without_the_program_s_gate_the_database_holds_it(make: Callable[..., World]) -> None:
    world = make(gate=lambda *_: Verdict(()))
    released(world)
    open_windows(world)
    world.advance(hours=3)
    for _ in range(3):
        world.round()
    assert world.press_mail() == []
    world.advance(hours=5, minutes=5)
    world.settle()
    assert world.press_mail()


def test_without_both_it_would_leave(make: Callable[..., World]) -> None:
    """Or the test above would prove nothing."""
    world = make(gate=lambda *_: Verdict(()))
    released(world)
    open_windows(world)
    world.owner.execute("ALTER TABLE announcer.step DISABLE TRIGGER gate_silences")
    world.advance(hours=3)
    world.settle()
    world.owner.execute("ALTER TABLE announcer.step ENABLE TRIGGER gate_silences")
    assert world.press_mail()
