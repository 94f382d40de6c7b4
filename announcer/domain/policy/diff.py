"""What two versions of a policy decide differently, key by key, and where staff lose their lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from announcer.domain.policy.model import Policy
from announcer.domain.policy.order import is_external
from announcer.domain.policy.windows import Window


@dataclass(frozen=True)
class Difference:
    """One key, dotted; ``before`` and ``after`` as the files write them, None where it is not."""

    key: str
    before: object | None
    after: object | None


@dataclass(frozen=True)
class ShorterLead:
    """An external step for which staff are ahead by less than before, on the worst of days."""

    class_title: str
    step: str
    before: timedelta
    after: timedelta


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every key that is written differently in the two tables, in the order of their names."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        Difference(key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _leaves(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        key = f"{above}.{name}" if above else name
        # A window is one thing: half of one says nothing.
        if isinstance(value, Mapping) and name != "window":
            yield from _leaves(value, key)
        else:
            yield key, value


def shorter_leads(before: Policy, after: Policy) -> list[ShorterLead]:
    """What somebody should have decided on purpose: less time for staff before the outside."""
    found = []
    for name, new in after.classes.items():
        old = before.classes.get(name)
        for key, step in new.steps.items():
            was = old.steps.get(key) if old else None
            if was is None or not is_external(after, step):
                continue
            lead, earlier = _lead(step.window), _lead(was.window)
            if lead < earlier:
                found.append(ShorterLead(new.title, key, earlier, lead))
    return found


def _lead(window: Window | None) -> timedelta:
    return window.floor() if window else timedelta(0)
