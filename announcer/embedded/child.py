"""One supervised process: how it is started, watched and ended."""

import contextlib
import logging
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from announcer.domain.errors import N_, SetupError
from announcer.embedded.death import die_with_parent

#: Seconds before the first restart; doubled with every further crash …
FIRST_DELAY = 0.5
#: … up to this, …
LONGEST_DELAY = 30.0
#: … and forgotten after this long without one.
HEALTHY_AFTER = 60.0
#: A log larger than this (bytes) is set aside as ``.1`` at the next start.
LARGEST_LOG = 10_000_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Child:
    """What to run. ``env`` is the whole environment: nothing is inherited.

    ``ready`` is asked again and again after the start, must return soon, and may finish setting
    up; ``user`` is an account to run as (only root can); ``pass_fds`` stay open in the child.
    A child with ``restart=False`` that ends stays down.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    ready: Callable[[], bool]
    user: str | None = None
    restart: bool = True
    #: Asks for an orderly end.
    stop_signal: int = signal.SIGTERM
    #: What the kernel sends when the supervisor is gone.
    death_signal: int = signal.SIGKILL
    #: Seconds until giving up on readiness.
    ready_seconds: float = 30.0
    #: Seconds from ``stop_signal`` to SIGKILL.
    stop_seconds: float = 10.0
    pass_fds: tuple[int, ...] = ()


class Running:
    """A child with the process it has, or the time when it gets the next one."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._process: subprocess.Popen[bytes] | None = None
        self._log_from = 0
        self._started_at = 0.0
        self._crashes = 0
        self._restart_at: float | None = None

    @property
    def pid(self) -> int | None:
        """Of the process it has or had last."""
        return self._process.pid if self._process else None

    def spawn(self) -> None:
        """Start the process in a session of its own. Raises SetupError if it cannot be."""
        self._restart_at = None
        self._started_at = time.monotonic()
        log = _open_log(self.child.log)
        self._log_from = os.lseek(log, 0, os.SEEK_END)
        try:
            self._process = _spawn(self.child, log)
        finally:
            os.close(log)

    def ended(self) -> bool:
        """Whether the process has ended; what it left in its process group is killed."""
        process = self._process
        if process is None or process.returncode is not None:
            return True
        # WNOWAIT: until it is reaped its id is ours, so the group cannot be somebody else's.
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        if os.waitid(os.P_PID, process.pid, flags) is None:
            return False
        self._kill_group()
        process.wait()
        return True

    def look(self, now: float) -> None:
        """Notice a crash, or restart after one. ``now`` is monotonic seconds."""
        if self._restart_at is not None:
            if now >= self._restart_at:
                self._respawn(now)
        elif self.child.restart and self.ended():
            self._schedule(now)

    def stop(self) -> None:
        """Ask it to end, and make it end after ``stop_seconds``."""
        self._restart_at = None
        if self.ended() or self._process is None:
            return
        self._process.send_signal(self.child.stop_signal)
        deadline = time.monotonic() + self.child.stop_seconds
        while not self.ended():
            if time.monotonic() > deadline:
                _log.warning("%s did not stop in time and is killed", self.child.name)
                self._kill_group()
                self._process.wait()
                return
            time.sleep(0.005)

    def tail(self, lines: int = 10) -> str:
        """The last lines that this process wrote."""
        with self.child.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_from, size - 4096))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])

    def _kill_group(self) -> None:
        assert self._process is not None  # noqa: S101 - for the type checker
        with contextlib.suppress(PermissionError):  # macOS: a group of which only a zombie is left
            os.killpg(self._process.pid, signal.SIGKILL)

    def _schedule(self, now: float) -> None:
        if now - self._started_at > HEALTHY_AFTER:
            self._crashes = 0
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2**self._crashes)
        self._crashes = min(self._crashes + 1, 10)
        self._restart_at = now + delay
        _log.warning("%s ended unasked; starting it again in %g s", self.child.name, delay)

    def _respawn(self, now: float) -> None:
        try:
            self.spawn()
        except SetupError as error:
            _log.error("%s", error)
            self._schedule(now)


def _open_log(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _spawn(child: Child, log: int) -> subprocess.Popen[bytes]:
    try:
        account = pwd.getpwnam(child.user) if child.user else None
        return subprocess.Popen(
            list(child.argv),
            env=dict(child.env),
            cwd=child.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops in order
            pass_fds=child.pass_fds,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            preexec_fn=partial(die_with_parent, child.death_signal, os.getpid()),
        )
    except (OSError, KeyError, subprocess.SubprocessError) as error:
        raise SetupError(
            N_("{name} kan inte startas: {error}").format(name=child.name, error=error)
        ) from error
