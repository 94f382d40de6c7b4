"""What was measured, as one table for people and as JSON for programs."""

import json
import math
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Aim:
    """``value`` may be at most ``most`` or must be at least ``least``; of what, says ``of``."""

    of: str
    most: float = math.inf
    least: float = -math.inf

    def met(self, value: float) -> bool:
        """Whether a measured value is within it."""
        return self.least <= value <= self.most

    def __str__(self) -> str:
        if self.least == -math.inf:
            return f"{self.of} ≤ {self.most:g}"
        if self.most == math.inf:
            return f"{self.of} ≥ {self.least:g}"
        return f"{self.of} {self.least:g} to {self.most:g}"


@dataclass(frozen=True)
class Line:
    """One row. ``ours`` and ``floor`` are in ``unit``; ``peer`` says what the floor is.

    An aim is about ``ratio`` (ours through floor), or about ``ours`` where it says so.
    """

    part: str
    what: str
    unit: str
    ours: float
    peer: str = ""
    floor: float | None = None
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """Ours through the floor."""
        return self.ours / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        value = self.ratio if self.aim.of == "ratio" else self.ours
        return value is not None and self.aim.met(value)


def ratio(*, most: float = math.inf, least: float = -math.inf) -> Aim:
    """An aim about ours through the floor."""
    return Aim("ratio", most, least)


def ours(*, most: float = math.inf, least: float = -math.inf) -> Aim:
    """An aim about our own figure, in the line's unit."""
    return Aim("ours", most, least)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that ``share`` of all do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def printed(lines: Sequence[Line]) -> str:
    """The table as text."""
    heads = ("", "what", "ours", "floor or peer in the same run", "ratio", "aim", "met?")
    rows = [heads, *map(_cells, lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    text = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    text.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(text)


def _cells(line: Line) -> tuple[str, ...]:
    floor = line.peer if line.floor is None else f"{_number(line.floor, line.unit)}  {line.peer}"
    return (
        line.part,
        line.what,
        _number(line.ours, line.unit),
        floor,
        f"{line.ratio:.2f}" if line.ratio is not None else "",
        str(line.aim or ""),
        {None: "", True: "yes", False: "NO"}[line.met],
    )


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def write(lines: Sequence[Line], path: Path, *, quick: bool) -> None:
    """The same as JSON, with the machine it was measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {
        "quick": quick,
        "machine": platform.machine(),
        "python": platform.python_version(),
        "lines": [
            {**asdict(line), "aim": str(line.aim or ""), "ratio": line.ratio, "met": line.met}
            for line in lines
        ],
    }
    path.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
