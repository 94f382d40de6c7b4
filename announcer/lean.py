"""Memory that is not needed: a dozen processes of Python each hold what they import.

Nothing here changes what a program does; ``tests/functional/test_lean_processes.py`` says who
imports what.
"""

import gc
import importlib
import importlib.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_put_off: "list[OnFirstUse]" = []
_one_at_a_time = threading.Lock()


class OnFirstUse:
    """A module that is imported when something in it is first asked for, by whichever thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        _put_off.append(self)

    def __getattr__(self, attribute: str) -> Any:
        """The module's own."""
        return getattr(importlib.import_module(self._name), attribute)

    def load(self) -> None:
        """Import it now."""
        importlib.import_module(self._name)


def import_what_was_put_off() -> None:
    """Import every module that waits for its first use.

    A process that forks does so first: what is imported before the fork is there once, afterwards
    once for each child.
    """
    while _put_off:  # one module may put off others
        _put_off.pop().load()


def share_with_forks() -> None:
    """Call right before forking. Memory is shared with a child until either writes to it.

    The collector of cycles writes to every object that it looks at, so it is told to leave alone
    all that is there now (https://docs.python.org/3/library/gc.html#gc.freeze).
    """
    gc.collect()
    gc.freeze()


@contextmanager
def without(module: str) -> Iterator[None]:
    """Import something as if ``module``, which it does not need, were not installed."""
    if module in sys.modules:  # it costs nothing more
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # "The import system", 5.3.1
    try:
        yield
    finally:
        del sys.modules[module]


def import_alone(name: str) -> ModuleType:
    """One module of a package whose ``__init__`` would import all the others as well.

    The package is left as if nobody had asked for it.
    """
    package = name.rpartition(".")[0]
    with _one_at_a_time:
        if package in sys.modules:
            return importlib.import_module(name)
        spec = importlib.util.find_spec(package)
        if spec is None:
            raise ModuleNotFoundError(name)
        sys.modules[package] = importlib.util.module_from_spec(spec)  # made, not carried out
        try:
            return importlib.import_module(name)
        finally:
            del sys.modules[package]
