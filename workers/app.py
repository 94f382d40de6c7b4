"""Celery as an alarm clock: messages carry an id and nothing else; losing them costs seconds.

No ETA, no countdown, no retry: every due time is a row (see ``docs/adr``).
"""

import os
import sys
from contextlib import suppress

from celery import Celery
from celery.signals import (
    setup_logging,
    worker_before_create_process,
    worker_init,
    worker_process_init,
)

from announcer import lean, logs
from announcer.bootstrap import install
from announcer.config import Config, given
from announcer.db.engine import AWAY
from announcer.embedded.death import die_with_parent
from announcer.services.installation import Installation
from announcer.services.rehearsing import rehearse

URGENT, BULK = "urgent", "bulk"

app = Celery("announcer", include=["workers.tasks"])
app.conf.update(
    broker_url=given(os.environ, "REDIS_URL") or "redis://localhost/0",
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_default_queue=BULK,
    task_create_missing_queues=True,
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_transport_options={
        # A cut line and a machine without power say nothing: without these a worker would be
        # connected and take nothing, and a dispatcher would wait for an answer for ever.
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        # Of a worker that waits for a message kombu notices it after a second more than twice this.
        "health_check_interval": 5,
    },
)

#: Seconds. A worker that was answered a moment ago does not ask whether the line is still there:
#: what fails is tried again.
ASKS_AFTER = 1.0
_installations: list[Installation] = []


def installation() -> Installation:
    """This process's installation; a pool's is made before the fork, with nothing connected."""
    if not _installations:
        _installations.append(install(Config.read(os.environ), asks_after=ASKS_AFTER))
    return _installations[0]


@setup_logging.connect  # type: ignore[untyped-decorator]
def _write(**_: object) -> None:
    """Celery leaves the logs alone where somebody listens here; its pool inherits them."""
    logs.configure()


@worker_init.connect  # type: ignore[untyped-decorator]
def _before_the_pool(**_: object) -> None:
    """The pool shares with its parent what is imported by now."""
    lean.import_what_was_put_off()
    # Where cffi is there billiard reads C with it, for a call to the kernel that `die_with_parent`
    # makes as well; ten megabytes of tables in each process.
    sys.modules.pop("cffi", None)
    with suppress(*AWAY):  # then each of the pool does everything for the first time itself
        rehearse(installation())


@worker_before_create_process.connect  # type: ignore[untyped-decorator]
def _before_a_fork(**_: object) -> None:
    lean.share_with_forks()


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _in_child(**_: object) -> None:
    """A pool process ends with its worker."""
    die_with_parent()
