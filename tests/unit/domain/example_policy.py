"""The policy of Hällefors, as it is and with one thing changed."""

import copy
import functools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from announcer.domain.announcement import Content
from announcer.domain.audience import Unit, Units
from announcer.domain.policy import Policy, load_policy, parse_policy, read_toml

ROOT = Path(__file__).parents[3]
POLICIES = ROOT / "policies"
EXAMPLES = ROOT / "examples" / "announcements"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
REMOVED: Any = object()

UNITS = Units(
    {
        code: Unit(code, code.title(), "" if code == "ks" else "ks")
        for code in ("ks", "bildning", "valfard", "bergslagen", "fyllsta", "hemtjanst", "nattpatrull", "kost")
    }
)  # fmt: skip


@functools.cache
def _table(name: str) -> dict[str, Any]:
    return read_toml(POLICIES / f"{name}.toml")


def table(name: str = "hallefors") -> dict[str, Any]:
    """A policy file's table, to be changed at will."""
    return copy.deepcopy(_table(name))


@functools.cache
def hallefors() -> Policy:
    return load_policy(POLICIES / "hallefors.toml")


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Set ``a/b/c`` in nested tables, or take it away."""
    *above, last = path.split("/")
    for key in above:
        target = target.setdefault(key, {})
    if value is REMOVED:
        del target[last]
    else:
        target[last] = value


def policy_with(changes: dict[str, Any]) -> Policy:
    """The policy of Hällefors with ``path: value`` changes."""
    raw = table()
    for path, value in changes.items():
        put(raw, path, value)
    return parse_policy(raw, "policies/broken.toml")


def local(text: str) -> datetime:
    """``2026-12-23 11:52`` in Hällefors, as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def in_words(moment: datetime) -> str:
    """What a clock on the wall in Hällefors shows."""
    return f"{moment.astimezone(STOCKHOLM):%a %Y-%m-%d %H:%M}"


def content(class_name: str = "beslut", **changes: Any) -> Content:
    """An announcement in which everything is in order."""
    given: dict[str, Any] = {
        "unit": "ks",
        "title": "Skolan börjar klockan åtta",
        "summary": "Från den 1 mars.",
        "body": "Läs planen.",
        "audience": ("alla",),
        "contact": "Informationsenheten",
    }
    return Content(class_name=class_name, **(given | changes))
