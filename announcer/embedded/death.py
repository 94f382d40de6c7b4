"""A process that cannot outlive the one that made it (Linux, prctl(2))."""

import ctypes
import os
import signal
import sys

#: linux/prctl.h
PR_SET_PDEATHSIG = 1

# Loaded now: between fork and exec nothing may be imported or allocated more than needed.
_libc = ctypes.CDLL(None, use_errno=True)

#: The process that made the last fork; a forked child inherits its parent's id here.
_forked_by: int | None = None


def _remember_who_forks() -> None:
    global _forked_by
    _forked_by = os.getpid()


os.register_at_fork(before=_remember_who_forks)


def die_with_parent(death_signal: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Have the kernel send this process ``death_signal`` when its parent ends, however it ends.

    Call it first thing in a forked process: a supervisor's child, gunicorn's ``post_fork``,
    Celery's ``worker_process_init``; after any change of user, which resets it. ``parent`` is the
    process id it should hang on; without it, the one that forked (if this module was imported
    before the fork). A parent that is already gone counts as ended. Raises OSError if the kernel
    refuses. Other systems than Linux have no such call: there only an orderly stop ends children.
    """
    if sys.platform != "linux":
        return
    expected = _forked_by if parent is None else parent
    if _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if expected is not None and os.getppid() != expected:
        # The parent ended between the fork and the call above, which then came too late.
        os.kill(os.getpid(), death_signal)
