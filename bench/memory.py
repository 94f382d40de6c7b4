"""(e) Memory of everything that `announcer run` starts: the sum of proportional set sizes."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bench.estate import running
from bench.table import Line, ours

#: MB; the bound is the whole installation's, at rest and at work.
MOST = 600
_PSS = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


@dataclass
class Sampled:
    """The largest sum seen so far, in MB."""

    most: float = 0.0


def measure(*, quick: bool) -> list[Line]:
    """At rest, with the mail catcher that comes with it; (b) adds the line under load."""
    with running(own_mail=True) as estate:
        time.sleep(2 if quick else 10)
        found = by_process(estate.pid)
        assert len(found) >= 10, f"only {len(found)} processes"
    return [line("at rest", sum(found.values()))]


def line(when: str, megabytes: float) -> Line:
    """One figure of this part."""
    assert megabytes > 50, "too little to be all processes"
    return Line("e", f"memory of all processes, {when}", "MB", megabytes, aim=ours(most=MOST))


def by_process(root: int) -> dict[int, float]:
    """MB of a process and of everything below it, by process id."""
    tree = psutil.Process(root)
    found = {}
    for one in (tree, *tree.children(recursive=True)):
        # A process may end while we look.
        with suppress(FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
            found[one.pid] = _pss(one.pid)
    return found


def _pss(pid: int) -> float:
    """Linux, Documentation/filesystems/proc.rst: each shared page counts by its share."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    shares = _PSS.findall(rollup)
    return sum(map(int, shares)) * 1024 / 1e6


@contextmanager
def sampled(root: int, every: float = 1.0) -> Iterator[Sampled]:
    """Look again and again as long as the block runs; looking costs about 20 ms."""
    found, done = Sampled(), threading.Event()

    def look() -> None:
        while not done.wait(every):
            found.most = max(found.most, sum(by_process(root).values()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()
