"""Imports run one way, and nothing stands beside the layers."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.repository import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
CONTRACTS = CONTRACTS["importlinter"]["contracts"]


def test_the_layer_contracts_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 broken" in ran.stdout


def test_every_part_of_announcer_is_named_in_the_contract():
    contract = next(c for c in CONTRACTS if c.get("containers") == ["announcer"])
    named = {part.strip() for layer in contract["layers"] for part in layer.split("|")}
    assert contract["exhaustive"] is True
    there = {
        path.stem
        for path in (ROOT / "announcer").iterdir()
        if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("__")
    }
    assert there <= named | set(contract["exhaustive_ignores"])
    assert named <= there


def test_the_parts_of_web_that_must_not_know_each_other_are_all_named():
    contract = next(c for c in CONTRACTS if c["type"] == "independence")
    houses = {
        f"web.{path.parent.name}"
        for path in (ROOT / "web").glob("*/__init__.py")
        if path.parent.name != "shared"
    }
    assert set(contract["modules"]) == houses
