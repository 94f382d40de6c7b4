"""Work for a process that ends: whoever lives on does not keep what only that work needed."""

import os
import traceback
from collections.abc import Callable

from announcer.domain.errors import AnnouncerError, SetupError
from announcer.embedded.death import die_with_parent


def aside(act: Callable[[], object]) -> None:
    """Do it in a forked process, and wait. What it imports and allocates is gone afterwards.

    Call it while there is one thread and no open connection. Raises `SetupError` with the words
    of the `AnnouncerError` that was raised there, or where anything else went wrong.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(_carried_out(act, writer))
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        said = answer.read().decode()
    _, status = os.waitpid(child, 0)
    if status:
        raise SetupError(said or f"{act}: ended with status {os.waitstatus_to_exitcode(status)}.")


def _carried_out(act: Callable[[], object], writer: int) -> int:
    """The exit code. Nothing leaves this function: above it are the parent's frames."""
    try:
        die_with_parent()
        act()
    except AnnouncerError as error:
        os.write(writer, str(error).encode())
        return 1
    except BaseException:  # noqa: BLE001 - the traceback is all that anybody can use of it
        traceback.print_exc()
        return 1
    return 0
