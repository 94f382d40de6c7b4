"""Mails what is due to be called and kills itself at a point: ``python dying_caller.py POINT SETTINGS``.

SETTINGS is a JSON list of the arguments of `tests.world.config`. Run by ``test_calls``.
"""

import json
import os
import signal
import sys

from announcer.bootstrap import install
from announcer.services import calling_by_mail
from tests.world import config


def main(point: str, settings: str) -> None:
    def kill(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    installation = install(config(*json.loads(settings)), point=kill)
    for call in calling_by_mail.claim(installation):
        calling_by_mail.deliver(installation, call)


if __name__ == "__main__":
    main(*sys.argv[1:])
