"""Nothing stays in doubt silently: whoever is on duty is told, and can look, and can answer."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from announcer.domain.delivery import Job, Outcome, Result
from announcer.domain.errors import NotAllowed, Refusal
from announcer.services import calling, doubts, resolving
from announcer.services.resolving import Exit
from tests.doubles.recording_smtp import Rules, Stage
from tests.integration.promise.way import (
    newsrooms,
    open_window,
    policy_of,
    published,
    read,
    release,
    to_staff,
)
from tests.world import World

TOLD_AGAIN = ("[duty]", 'by = ["krisledning"]', 'again = "30 min"')


@pytest.fixture
def world(make_world, tmp_path) -> World:
    return make_world(policy=policy_of(tmp_path, *TOLD_AGAIN))


@pytest.fixture
def press_in_doubt(world: World) -> str:
    """A press release of which nobody knows which newsrooms have it."""
    public_id = published(world)
    world.smtp.rules = Rules(hang_up=Stage.AFTER_DOT)
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    world.smtp.rules = Rules()
    world.smtp.forget()
    return public_id


def called(world: World) -> list[str]:
    """The subjects of the mails by which somebody was called, one for each addressee."""
    return [
        str(read(message)["Subject"])
        for message in world.smtp.messages
        if to_staff(message)
        for _ in message.recipients
    ]


def test_the_list_names_newsrooms_and_says_what_the_server_said(
    world: World, press_in_doubt: str
) -> None:
    (found,) = doubts.waiting(world.installation, world.communicator)
    assert {one.recipient for one in found.named} == newsrooms(world)
    assert (found.public_id, found.step, found.external) == (press_in_doubt, "press", True)
    assert (found.waiting, found.by_itself) == (len(newsrooms(world)), 0)
    assert found.reply
    assert not found.can_look


def test_whoever_is_on_duty_is_called_once_for_all_and_again_until_it_is_answered(
    world: World, press_in_doubt: str
) -> None:
    world.advance(seconds=90)  # the first try of the call met the same mail server
    world.settle()
    first = len(called(world))
    assert first > 0, "told at once"
    (call,) = calling.waiting(world.installation)
    assert call.step == "press"
    assert "Krisledningen" in call.to
    world.advance(minutes=28)
    world.settle()
    assert len(called(world)) == first
    calling.answer(world.installation, world.communicator, str(call.id))
    world.advance(minutes=2)
    world.settle()
    assert len(called(world)) == 2 * first, "taken is not dealt with"
    assert len(calling.waiting(world.installation)) == 1, "one on the desk, not two"
    many = resolving.resolve_step(
        world.installation, world.communicator, press_in_doubt, "press", Exit.SENT
    )
    assert many == len(newsrooms(world))
    assert calling.waiting(world.installation) == []
    world.advance(hours=5)
    world.settle()
    assert len(called(world)) == 2 * first
    assert world.press_mail() == []


@pytest.mark.parametrize(
    ("way_out", "copies", "becomes"),
    [(Exit.SENT, 0, "accepted"), (Exit.AGAIN, 1, "accepted"), (Exit.ABANDON, 0, "abandoned")],
)
def test_one_answer_for_all_of_a_step(
    world: World, press_in_doubt: str, way_out: Exit, copies: int, becomes: str
) -> None:
    many = len(newsrooms(world))
    resolving.resolve_step(world.installation, world.communicator, press_in_doubt, "press", way_out)
    world.settle()
    assert len(world.press_mail()) == copies * many
    assert world.step(press_in_doubt, "press").recipients == {becomes: many}
    with pytest.raises(Refusal):
        resolving.resolve_step(
            world.installation, world.communicator, press_in_doubt, "press", way_out
        )


def test_by_night_the_officer_on_duty_answers_and_by_day_the_information_unit(
    make_world, tmp_path
) -> None:
    world = make_world(
        policy=policy_of(
            tmp_path,
            "[classes.beslut.steps.press]",
            'release = { by = ["informationsenheten"], out_of_hours = ["krisledning"], hours = "vaxeln" }',
        )
    )
    public_id = published(world)
    world.smtp.rules = Rules(hang_up=Stage.AFTER_DOT)
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    officer = next(
        one
        for one in world._everyone
        if world.installation.policy.has_role(one, ("krisledning",), "")
        and not world.installation.policy.has_role(one, ("informationsenheten",), "")
    )
    (day,) = doubts.waiting(world.installation, world.communicator)
    assert doubts.waiting(world.installation, officer) == []
    with pytest.raises(NotAllowed):
        resolving.resolve_step(world.installation, officer, public_id, "press", Exit.SENT)
    world.set_time(datetime(2026, 12, 8, 22, 0, tzinfo=UTC))
    assert doubts.waiting(world.installation, officer) == [day]
    resolving.resolve_step(world.installation, officer, public_id, "press", Exit.SENT)


class Seen:
    """The press channel, which can be looked into: some of what was sent is there."""

    def __init__(self, channel: object, there: set[str]) -> None:
        self._channel, self._there = channel, there
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._channel, name)

    def check(self, job: Job) -> Mapping[str, Outcome]:
        self.asked += [one.key for one in job.recipients]
        return {
            one.key: Outcome(
                Result.CONFIRMED if one.key in self._there else Result.DEFERRED, "sent items"
            )
            for one in job.recipients
        }


def test_what_the_channel_finds_is_in_doubt_no_longer_and_nothing_is_sent(
    world: World, press_in_doubt: str
) -> None:
    there = set(sorted(newsrooms(world))[:2])
    channels = world.installation.channels
    assert isinstance(channels, dict)
    seen = Seen(channels["press"], there)
    channels["press"] = seen
    looked = doubts.look_again(world.installation, world.communicator, press_in_doubt, "press")
    assert (looked.there, looked.of) == (2, len(newsrooms(world)))
    assert set(seen.asked) == newsrooms(world)
    (left,) = doubts.waiting(world.installation, world.communicator)
    assert {one.recipient for one in left.named} == newsrooms(world) - there
    assert world.press_mail() == []


def test_a_channel_that_cannot_look_says_so(world: World, press_in_doubt: str) -> None:
    with pytest.raises(Refusal, match="kan inte se efter"):
        doubts.look_again(world.installation, world.communicator, press_in_doubt, "press")
