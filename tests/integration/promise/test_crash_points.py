"""Every place where a process can die: nothing early, nothing lost, nothing silently twice."""

import ast
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from announcer.services import delivering, dispatching, holding, reviewing, status
from tests.integration.promise.way import (
    Died,
    announced,
    carry_on,
    decided,
    message_ids,
    newsrooms,
    one_newsroom,
    open_window,
    read,
    staff_of,
)
from tests.world import ROOT, World

#: Transactions on the way of a decision; each has a point before and after its commit.
ON_THE_WAY = (
    "submit",
    "approve",
    "release",
    "sweep",
    "begin step",
    "claim",
    "take batch",
    "mark sending",
    "record outcome",
)
#: Transactions off that way: what people do beside it, and what happens when the gate closes.
BESIDE_IT = (
    "already out",
    "answer call",
    "api request",
    "appoint stand in",
    "ask reader",
    "board up",
    "board done",
    "claim calls",
    "claim readers",
    "close database",
    "comment",
    "correct",
    "create token",
    "declare crisis",
    "done reading",
    "edit",
    "erase group member",
    "erase person",
    "erase press contact",
    "feed token",
    "give back batch",
    "give back",
    "give up",
    "go now",
    "go on",
    "hand in draft",
    "hand out",
    "happened",
    "hold",
    "import {}",  # any list
    "look again",
    "look at the clock",
    "pass over",
    "plan anew",
    "postpone step",
    "record call",
    "record reader",
    "remark",
    "remind",
    "renew lease",
    "resolve step",
    "resolve",
    "resume",
    "review crisis",
    "revoke feed token",
    "revoke stand in",
    "revoke token",
    "revoke workplace code",
    "save draft",
    "send late",
    "sign in by account",
    "sign out by account",
    "sign in link",
    "sign in",
    "stand still",
    "take back",
    "take back asking",
    "take back correction",
    "take call",
    "take reader",
    "throw away draft",
    "tick",
    "tick off comments",
    "watch",
    "watch crisis",
    "weed",
    "withdraw",
    "workplace code",
)
#: Points that are named where they are passed; ``{}`` stands for a name that is put in.
POINTS = ("{}: before commit", "{}: after commit", "{}: before send", "{}: after send")
CHANNELS = ("intranet", "email", "poster", "press", "newsroom")

CRASHES = (
    *(f"{name}: {when} commit" for name in ON_THE_WAY for when in ("before", "after")),
    *(f"{channel}: {when} send" for channel in CHANNELS for when in ("before", "after")),
)
#: Where staff may get a second copy: it had left, and nothing was written down yet.
LEFT_UNWRITTEN = {"email: after send", "record outcome: before commit"}


def _calls(method: str) -> set[str]:
    """The first arguments of every call of ``.method(…)`` in the program's source."""
    found = set()
    for file in sorted((ROOT / "announcer").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == method
                and node.args
            ):
                found.add(_pattern(node.args[0]))
    return found


def _pattern(argument: ast.expr) -> str:
    if isinstance(argument, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in argument.values
        )
    assert isinstance(argument, ast.Constant), "a point's name stands where it is passed"
    return str(argument.value)


def test_every_transaction_in_the_program_is_in_these_lists():
    assert _calls("transaction") == {*ON_THE_WAY, *BESIDE_IT}
    assert _calls("point") == set(POINTS)


def test_the_way_passes_every_point_that_is_crashed_here(make_world):
    passed: set[str] = set()
    world = make_world(point=passed.add)
    one_newsroom(world)
    _go_all_the_way(world)
    assert passed - {f"renew lease: {when} commit" for when in ("before", "after")} == set(CRASHES)


def _stubborn(act):
    """A person whose click met a dead server clicks again."""
    try:
        return act()
    except Died:
        return act()


def _go_all_the_way(world: World) -> str:
    """A decision from draft to press through every death; the oracle looks before the release."""
    public_id = _stubborn(lambda: world.decision(audience='["bibliotek"]'))
    _stubborn(lambda: reviewing.approve(world.installation, world.communicator, public_id))
    carry_on(world)
    assert world.press_mail() == [], "before the window and the release"
    _stubborn(lambda: holding.release(world.installation, world.communicator, public_id))
    carry_on(world)
    assert world.press_mail() == [], "before the window"
    open_window(world, public_id)
    carry_on(world)
    return public_id


class EveryOther:
    """Dies at a point, lets the next passing be, dies again: in each channel's turn, but not so
    often over one batch that it is held for a person."""

    def __init__(self, point: str) -> None:
        self.point, self.passed, self.deaths = point, 0, 0

    def __call__(self, name: str) -> None:
        if name != self.point:
            return
        self.passed += 1
        if self.passed % 2 and self.deaths < 5:
            self.deaths += 1
            raise Died


@pytest.mark.parametrize("crash", CRASHES)
def test_a_death_here_makes_nothing_early_nothing_lost_and_nothing_silently_twice(
    make_world, crash
):
    point = EveryOther(crash)
    world = make_world(point=point)
    newsroom = one_newsroom(world)
    public_id = _go_all_the_way(world)
    assert point.deaths
    doubtful = {doubt.recipient for doubt in status.doubts(world.installation)}
    staff = [recipient for one in announced(world) for recipient in one.recipients]
    assert set(staff) == staff_of(world, "bibliotek")
    assert set(world.press_mail()) | doubtful == {newsroom}
    assert len(world.press_mail()) <= 1, "what may have left the house never goes on a guess"
    if crash not in LEFT_UNWRITTEN:
        assert set(Counter(staff).values()) == {1}
    assert len({read(one)["Message-ID"] for one in announced(world)}) == 1
    assert world.step(public_id, "poster").recipients == {"accepted": 1}
    assert world.status(public_id).state == "completed"


def _killed_at(world: World, point: str, batch: str) -> None:
    settings = [world.config.database_url, world.url, world.smtp.port]
    script = Path(__file__).with_name("dying_worker.py")
    died = subprocess.run(
        [sys.executable, str(script), point, batch, json.dumps(settings)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr


@pytest.mark.parametrize(
    "point", ["email: before send", "email: after send", "record outcome: after commit"]
)
def test_a_worker_that_is_really_killed_loses_nobody(world: World, point: str):
    public_id = decided(world)
    world.round()
    dispatching.look(world.installation)
    batches = dispatching.claim(world.installation)
    for claimed in batches:
        if claimed.batch == _email_batch(world):
            _killed_at(world, point, str(claimed.batch))
        else:
            delivering.deliver(world.installation, claimed.batch)
    carry_on(world)
    copies = 2 if point == "email: after send" else 1
    assert Counter(world.staff_mail()) == dict.fromkeys(staff_of(world, "bibliotek"), copies)
    assert len(set(message_ids(world))) == 1
    assert world.step(public_id, "email").recipients == {"accepted": 7}
    assert world.press_mail() == []
    assert newsrooms(world)


def _email_batch(world: World) -> object:
    row = world.owner.execute(
        "SELECT b.id FROM announcer.batch b JOIN announcer.step s ON s.id = b.step"
        " WHERE s.channel = 'email'"
    ).fetchone()
    assert row
    return row[0]
