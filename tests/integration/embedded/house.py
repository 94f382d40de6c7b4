"""A small installation as its own process: ``house.py HOME``.

Starts every embedded server and a child that forks, says what it started in one line of JSON on
standard output, and runs until it is told to stop. Tests start it and kill it.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from announcer.embedded.mail import EmbeddedMail
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.embedded.supervisor import Child, Supervisor, die_with_parent
from announcer.embedded.valkey import EmbeddedValkey


def wait_until(true: Callable[[], object], what: str, seconds: float = 15) -> None:
    """Poll until ``true()`` is, or fail saying ``what`` did not come about."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def python_child(folder: Path, name: str, *arguments: str, **settings: object) -> Child:
    """A child that runs this file with arguments and is ready when it has written NAME.ready."""
    ready = folder / f"{name}.ready"
    defaults: dict[str, object] = {
        "name": name,
        "argv": [sys.executable, __file__, *arguments, str(ready)],
        "env": {"PYTHONPATH": os.pathsep.join(sys.path)},
        "cwd": folder,
        "log": folder / f"{name}.log",
        "ready": ready.exists,
    }
    return Child(**(defaults | settings))  # type: ignore[arg-type]


def forking(ready: Path) -> None:
    """A server with a worker, as gunicorn and Celery have; the worker hangs on its parent."""
    worker = os.fork()
    if worker == 0:
        os.setsid()  # out of reach of a signal to the process group
        die_with_parent()
        # Ready only now: the promise begins when die_with_parent() has returned.
        ready.write_text(str(os.getpid()))
    while True:
        signal.pause()


def house(home: Path) -> None:
    postgres, valkey = (
        EmbeddedPostgres(home / "postgres", durable=False),
        EmbeddedValkey(home / "valkey"),
    )
    mail = EmbeddedMail(home / "mail")
    with postgres, valkey, Supervisor() as supervisor:
        supervisor.start(postgres.child())
        supervisor.start(valkey.child())
        supervisor.start(mail.child())
        (home / "forking.ready").unlink(missing_ok=True)
        supervisor.start(python_child(home, "forking", "fork"))
        urls = {"postgres": postgres.owner_url, "valkey": valkey.url, "mail": mail.port}
        print(json.dumps(urls), flush=True)  # noqa: T201 - read by the test
        supervisor.run()


if __name__ == "__main__":
    if sys.argv[1] == "fork":
        forking(Path(sys.argv[2]))
    house(Path(sys.argv[1]))
