"""The promise is asked of a whole installation; here are the ways to build one that is watched."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.doubles.recording_smtp import RecordingSmtp
from tests.world import World


@pytest.fixture
def make_world(
    app_url: str, owner_url: str, smtp: RecordingSmtp, tmp_path: Path
) -> Iterator[Callable[..., World]]:
    """A world with its own ``point``, ``gate`` or ``policy``."""
    with ExitStack() as stack:

        def make(**options: Any) -> World:
            world = World(app_url, owner_url, smtp, tmp_path, **options)
            # Stops within 20 ms instead of half a second; there are many worlds here.
            world._thread = Thread(target=world._server.serve_forever, args=(0.02,), daemon=True)
            return stack.enter_context(world)

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A whole installation, as in production."""
    return make_world()
