"""What every channel is asked, of every channel: those that come with Announcer and a package's."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from announcer.channels.contract import PROMISES, Bench
from announcer.domain.channel import BUILT_IN, MEETING
from tests.integration.channels import benches

OURS: dict[str, Callable[[ExitStack], Bench]] = {
    "intranet": benches.Intranet,
    "email": lambda stack: benches.Mail("email", stack),
    "poster": benches.poster,
    "press": lambda stack: benches.Mail("press", stack),
    "newsroom": benches.Newsroom,
    "visitors_board": lambda stack: benches.poster(stack, "visitors_board"),
}
THEIRS = ("sms", "switchboard")


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    name = request.param
    with ExitStack() as stack:
        if name in OURS:
            yield OURS[name](stack)
        else:
            server = request.getfixturevalue("gateway")
            yield benches.Sms(server) if name == "sms" else benches.ByGateway(name, server)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("bench", [*OURS, *THEIRS], indirect=True)
def test_every_channel_keeps_what_every_channel_must(
    bench: Bench, promise: Callable[[Bench], None]
) -> None:
    promise(bench)


def test_every_channel_that_comes_with_announcer_has_a_bench() -> None:
    there = set(benches.channels_at(9, "http://127.0.0.1:9"))
    assert set(OURS) == there == set(BUILT_IN) - {MEETING.name}
