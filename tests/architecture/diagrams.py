"""Diagrams of the documents, drawn from what the program obeys.

``make diagrams`` (``python -m tests.architecture.diagrams``) writes them into docs/; a test compares
what stands there with what would be written. Nothing in them is drawn by hand.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from announcer.domain.announcement import ANNOUNCEMENT_TRANSITIONS, Content
from announcer.domain.delivery import DELIVERY_TRANSITIONS
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import Policy, load_policy
from announcer.domain.schedule import forecast
from announcer.domain.step import STEP_TRANSITIONS
from announcer.domain.why import Foreseen, foresee
from announcer.render.catalogue import clock_in_words, day_in_words
from announcer.render.foreseen import setting_of, stops
from announcer.render.timeline import as_file
from tests.architecture.repository import ROOT
from tests.architecture.state_picture import state_picture

#: Each table by the name of what has the states, in the order of the page.
TABLES: Mapping[str, Mapping[StrEnum, frozenset[StrEnum]]] = {
    "announcement": dict(ANNOUNCEMENT_TRANSITIONS),
    "step": dict(STEP_TRANSITIONS),
    "delivery": dict(DELIVERY_TRANSITIONS),
}
#: The sample: a decision of Hällefors, approved after hours on the day before Christmas Eve.
CLASS, APPROVED = "beslut", datetime(2026, 12, 23, 15, 55, tzinfo=UTC)


def mermaid(table: Mapping[StrEnum, frozenset[StrEnum]]) -> str:
    """The table as a Mermaid state diagram; its first state is where everything begins."""
    lines = ["stateDiagram-v2", f"    [*] --> {next(iter(table))}"]
    for state, onward in table.items():
        lines += [f"    {state} --> {other}" for other in table if other in onward]
        if not onward:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines) + "\n"


def sample() -> tuple[Policy, list[Foreseen]]:
    """The policy of Hällefors and the plan of the sample."""
    policy = load_policy(ROOT / "policies" / "hallefors.toml")
    content = Content(CLASS, "", "", "", "", ("alla", "press"), "")
    return policy, foresee(policy, CLASS, forecast(policy, content, APPROVED))


def plan_as_flowchart(policy: Policy, plan: list[Foreseen]) -> str:
    """The steps with what each waits for, as a Mermaid flowchart; a hexagon is outside."""
    lines = ["flowchart TD"]
    for one in plan:
        opens, closes = ("{{", "}}") if one.step.external else ("(", ")")
        lines.append(f'    {one.step.key}{opens}"{_label(policy, one)}"{closes}')
    by_key = {one.step.key: one.step for one in plan}
    for one in plan:
        # Only the nearest: what they wait for in their turn needs no arrow of its own.
        through = {far for near in one.step.after for far in by_key[near].after}
        lines += [f"    {key} --> {one.step.key}" for key in one.step.after if key not in through]
    return "\n".join(lines) + "\n"


def _label(policy: Policy, one: Foreseen) -> str:
    name = CHANNEL_NAMES[one.step.channel]
    audience = ", ".join(policy.audiences[key].title for key in one.step.audience)
    if one.at is None:
        return f"{name}<br>{audience}"
    language = policy.organisation.language
    day = day_in_words(one.at.astimezone(policy.zone).date(), language)
    clock = clock_in_words(one.at, policy.zone.key, language)
    return f"{name}<br>{audience}<br>{'tidigast ' * one.hangs}{day} {clock}"


def pictures() -> Iterator[tuple[Path, bytes]]:
    """Every picture that is drawn, and its bytes."""
    images = ROOT / "docs" / "images"
    for name, table in TABLES.items():
        title = f"The states of {'an' if name[0] in 'aeiou' else 'a'} {name}"
        yield images / f"states-{name}.svg", state_picture(title, table)
    policy, plan = sample()
    setting = setting_of(policy, policy.organisation.language, CLASS)
    heading = (policy.classes[CLASS].title, f"Plan enligt {policy.name}")
    steps = stops(plan, setting, lambda name: policy.audiences[name].title)
    yield images / f"plan-{CLASS}.svg", as_file(steps, setting, heading=heading)


def diagrams() -> Iterator[tuple[Path, str, str]]:
    """Every Mermaid diagram: the document, the name in the comment above it, and its text."""
    for name, table in TABLES.items():
        yield ROOT / "docs" / "developer.md", f"states of {name}", mermaid(table)
    yield ROOT / "docs" / "policy.md", f"plan of {CLASS}", plan_as_flowchart(*sample())


def block(name: str) -> re.Pattern[str]:
    """A diagram in a document: the comment that names it, and the fenced block below."""
    return re.compile(rf"(<!-- diagram: {re.escape(name)} -->\n```mermaid\n)(.*?)(^```$)", re.DOTALL | re.MULTILINE)  # fmt: skip


def main() -> int:
    """Write them all."""
    for path, drawn in pictures():
        path.write_bytes(drawn)
    for path, name, drawn in diagrams():
        text = path.read_text(encoding="utf-8")
        written, count = block(name).subn(lambda found, d=drawn: found[1] + d + found[3], text)  # type: ignore[misc]
        if count != 1:
            sys.stderr.write(f"{path}: there must be one '<!-- diagram: {name} -->'\n")
            return 1
        path.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
