"""The promise is asked of a whole installation; here are the ways to build one that is watched."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
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
            return stack.enter_context(World(app_url, owner_url, smtp, tmp_path, **options))

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A whole installation, as in production."""
    return make_world()
