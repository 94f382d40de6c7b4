"""Mermaid state diagrams, drawn from the transition tables that the program obeys.

``python -m tests.architecture.diagrams`` prints what docs/developer.md must hold.
"""

import sys
from collections.abc import Mapping
from enum import StrEnum

from announcer.domain.announcement import ANNOUNCEMENT_TRANSITIONS
from announcer.domain.delivery import DELIVERY_TRANSITIONS
from announcer.domain.step import STEP_TRANSITIONS

#: Each table by the name of what has the states, in the order of the page.
TABLES: Mapping[str, Mapping[StrEnum, frozenset[StrEnum]]] = {
    "announcement": dict(ANNOUNCEMENT_TRANSITIONS),
    "step": dict(STEP_TRANSITIONS),
    "delivery": dict(DELIVERY_TRANSITIONS),
}


def mermaid(table: Mapping[StrEnum, frozenset[StrEnum]]) -> str:
    """The table as a Mermaid state diagram; its first state is where everything begins."""
    lines = ["stateDiagram-v2", f"    [*] --> {next(iter(table))}"]
    for state, onward in table.items():
        lines += [f"    {state} --> {other}" for other in table if other in onward]
        if not onward:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write("\n".join(f"{name}\n{mermaid(table)}" for name, table in TABLES.items()))
