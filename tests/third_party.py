"""The package of ``docs/adding-a-channel.md``, built and installed as its reader would.

`gateway` is the fixture for whoever wants short messages or a switchboard in a story::

    world = World(..., policy=policy_of(tmp_path, *LINES), channels=gateway.settings)
    ...
    assert gateway.texts() == ["Biblioteket öppnar klockan 9. …"]
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, blocks
from tests.doubles.gateway import Gateway

PAGE = (ROOT / "docs" / "adding-a-channel.md").read_text(encoding="utf-8")
#: What a policy says of the two channels, as the page has it.
LINES = next(one for one in blocks(PAGE, "toml") if "steps.sms" in one).splitlines()


def source() -> dict[str, str]:
    """The package's files as the page has them, by the name in each block's first line."""
    found = {}
    for language in ("toml", "python"):
        for block in blocks(PAGE, language):
            if name := re.match(r"# (\S+\.(?:toml|py))\n", block):
                found[name[1]] = block
    return found


def install_package(folder: Path) -> Path:
    """Build the package and install it into a folder that Python can look into; no network."""
    made, target = folder / "announcer-gateway", folder / "installed"
    made.mkdir()
    for name, text in source().items():
        if not name.startswith("test_"):
            (made / name).write_text(text, encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    alone = ("--no-index", "--no-build-isolation", "--no-deps", "--no-cache-dir", "--target")
    done = subprocess.run(
        [*pip, *alone, str(target), str(made)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="session")
def built_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is installed, for the whole run."""
    return install_package(tmp_path_factory.mktemp("third_party"))


@pytest.fixture
def installed_package(built_package: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installed for one test: no other test's installation has its channels."""
    monkeypatch.syspath_prepend(str(built_package))
    return built_package


@pytest.fixture
def gateway(installed_package: Path) -> Iterator[Gateway]:
    """The server that the package's channels speak to, with the package installed."""
    with Gateway() as running:
        yield running
