"""`make bench`: what our parts cost, beside a floor or a peer that was measured in the same run.

``python -m bench`` measures everything, ``python -m bench a c`` these parts, ``--quick`` smaller
sizes that only show that it runs. Nothing here passes or fails by a time; a part that did not do
its work stops the run.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bench import table
from bench.table import Line

#: The parts in the order they are measured, by letter.
PARTS: Mapping[str, str] = {
    "a": "lateness",
    "b": "mail",
    "c": "web",
    "d": "posters",
    "e": "memory",
    "f": "submit",
    "g": "silence",
    "h": "wagtail",
    "i": "phone",
    "j": "desk",
}
RESULTS = Path("var") / "bench.json"


def main() -> int:
    """The program; its exit code."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="a to j; all where none is named")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: use a to j")
    lines: list[Line] = []
    for letter, name in PARTS.items():
        if not options.parts or letter in options.parts:
            begin = time.monotonic()
            lines += importlib.import_module(f"bench.{name}").measure(quick=options.quick)
            print(f"({letter}) {name}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
    print(table.printed(lines))
    table.write(lines, options.out, quick=options.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
