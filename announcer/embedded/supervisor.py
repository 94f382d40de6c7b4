"""Starts processes, brings crashed ones back, and never leaves one behind."""

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from announcer.domain.errors import N_, SetupError
from announcer.embedded.child import Child, Running
from announcer.embedded.death import die_with_parent

__all__ = ["Child", "Supervisor", "die_with_parent"]

#: Seconds between two looks at the children when no signal comes.
LOOK_EVERY = 1.0

_log = logging.getLogger(__name__)


class Supervisor:
    """Runs children in the order they were started and stops them in reverse.

    Only the main thread may start and restart them: Linux sends the parent-death signal when the
    *thread* that forked ends (prctl(2), PR_SET_PDEATHSIG), so a child of a short-lived thread
    would be killed out of the blue.
    """

    def __init__(self) -> None:
        self._running: list[Running] = []
        self._stopping = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pids(self) -> Mapping[str, int]:
        """The process id of every child that runs right now, by name."""
        return {r.child.name: r.pid for r in self._running if r.pid is not None and not r.ended()}

    def start(self, child: Child) -> None:
        """Start a child and wait until it is ready.

        Raises SetupError, with the last lines of its log, if it ends or is not ready within
        ``child.ready_seconds``; it is stopped then, the others run on.
        """
        _only_in_the_main_thread()
        running = Running(child)
        running.spawn()
        self._running.append(running)
        try:
            _wait_until_ready(running)
        except BaseException:
            running.stop()
            self._running.remove(running)
            raise

    def tick(self) -> None:
        """Look once at every child and restart those whose time has come. Never waits."""
        _only_in_the_main_thread()
        for running in self._running:
            running.look(time.monotonic())

    def run(self) -> None:
        """Tick until SIGTERM or SIGINT comes, then stop everything. For the main thread."""
        with self._signals_wake() as wake:
            while not self._stopping:
                self.tick()
                _wait_for(wake, LOOK_EVERY)
            self.stop()

    def stop(self) -> None:
        """Stop all, the last started first. Ends within the sum of their ``stop_seconds``."""
        self._stopping = True
        while self._running:
            self._running.pop().stop()

    def _asked_to_stop(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            _log.info("stopping on signal %s", number)
            self._stopping = True

    @contextmanager
    def _signals_wake(self) -> Iterator[int]:
        """Yield a file descriptor that becomes readable whenever one of our signals comes."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        ours = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
        before = {number: signal.signal(number, self._asked_to_stop) for number in ours}
        wakeup_before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(wakeup_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reader)
            os.close(writer)


def _only_in_the_main_thread() -> None:
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children belong to the main thread: they die with the one that forks")


def _wait_for(wake: int, seconds: float) -> None:
    if select.select([wake], [], [], seconds)[0]:
        os.read(wake, 4096)


def _wait_until_ready(running: Running) -> None:
    child = running.child
    deadline = time.monotonic() + child.ready_seconds
    pause = 0.002
    while not child.ready():
        if running.ended():
            break
        if time.monotonic() > deadline:
            raise SetupError(
                N_("{name} svarar inte efter {seconds:g} sekunder. Sist i {log}:\n{tail}").format(
                    name=child.name, seconds=child.ready_seconds, log=child.log, tail=running.tail()
                )
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    if running.ended():  # also when something else answered in its place
        raise SetupError(
            N_("{name} slutade genast. Sist i {log}:\n{tail}").format(
                name=child.name, log=child.log, tail=running.tail()
            )
        )
