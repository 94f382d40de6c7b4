"""Carries out one batch and kills itself at a point: ``python dying_worker.py POINT BATCH SETTINGS``.

SETTINGS is a JSON list of the arguments of `tests.world.config`. Run by ``test_crash_points``.
"""

import json
import os
import signal
import sys
from uuid import UUID

from announcer.bootstrap import install
from announcer.services import delivering
from tests.world import config


def main(point: str, batch: str, settings: str) -> None:
    def kill(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    delivering.deliver(install(config(*json.loads(settings)), point=kill), UUID(batch))


if __name__ == "__main__":
    main(*sys.argv[1:])
