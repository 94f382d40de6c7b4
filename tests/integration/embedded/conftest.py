"""A folder for embedded servers that is gone afterwards, with all they keep elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.embedded.living import remove


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder that only its owner can enter."""
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    yield folder
    remove(folder)
