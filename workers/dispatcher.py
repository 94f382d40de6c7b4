"""The dispatcher: looks at what is due, leases it, and rings the alarm clock."""

import signal
import time
from dataclasses import replace
from types import FrameType
from uuid import UUID

from celery import Task
from kombu.exceptions import OperationalError

from announcer import logs
from announcer.db.engine import AWAY
from announcer.logs import get_logger
from announcer.services import (
    board_watch,
    calling_by_mail,
    dispatching,
    proofreading_by_mail,
    sweeping,
    watching,
)
from announcer.services.dispatching import Claimed
from announcer.services.installation import Installation
from announcer.services.pace import Pace
from workers.app import BULK, URGENT, app, installation
from workers.tasks import ask_reader, call, deliver

log = get_logger("announcer.dispatcher")

#: Seconds between looks when nobody wakes us and nothing falls due.
POLL = 0.5
#: So many steps begin before their first batches are rung for: the first of a thousand does not
#: wait for the last, and a crisis overtakes between two rounds.
STEPS_A_ROUND = 50
#: So many messages go into a queue at most: more than there are workers on most machines.
MESSAGES_A_ROUND = 8
#: Seconds to let the broker come back; the leases of what was not sent run out meanwhile.
BROKER_PAUSE = 2.0
#: Seconds to let the database come back. To end instead would leave it to the supervisor, which
#: waits longer after each end and may give up.
DATABASE_PAUSE = 1.0


def ring(claimed: list[Claimed]) -> None:
    """Send the batches' ids; what cannot be sent is found again when its lease runs out.

    Many batches travel several in a message, because a message costs as much as a small batch; few
    get one each, so that every worker has something to do.
    """
    with app.connection_for_write() as connection:
        for urgent in (True, False):
            batches = [str(one.batch) for one in claimed if one.urgent == urgent]
            messages = min(len(batches), MESSAGES_A_ROUND)
            for first in range(messages):
                deliver.apply_async(
                    tuple(batches[first::messages]),
                    queue=URGENT if urgent else BULK,
                    connection=connection,
                    retry=False,
                )


def ring_for_each(task: Task, about: list[UUID]) -> None:
    """The same for letters to colleagues, each by itself: a person waits for it."""
    with app.connection_for_write() as connection:
        for one in about:
            task.apply_async((str(one),), queue=URGENT, connection=connection, retry=False)


def round_(installation: Installation) -> int:
    """One round: begin, lease, ring. Returns how much there was to do."""
    begun = dispatching.look(installation, STEPS_A_ROUND)
    claimed = dispatching.claim(installation)
    if claimed:
        ring(claimed)
    calls = calling_by_mail.claim(installation)
    if calls:
        ring_for_each(call, calls)
    asked = proofreading_by_mail.claim(installation)
    if asked:
        ring_for_each(ask_reader, asked)
    return begun + len(claimed) + len(calls) + len(asked)


def run(installation: Installation) -> None:
    """Go on until SIGTERM or SIGINT."""
    installation = replace(installation, pace=Pace())
    stopping: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sweep_at = boards_at = 0.0
    while not stopping:
        asked = time.monotonic()
        try:
            if asked >= sweep_at:
                sweeping.sweep(installation)
                watching.watch(installation)
                sweep_at = asked + sweeping.SWEEP_EVERY.total_seconds()
            if asked >= boards_at:
                board_watch.watch(installation)
                boards_at = asked + board_watch.EVERY.total_seconds()
            # Asked before the round: what falls due during it is looked at right after.
            upcoming = dispatching.upcoming(installation)
            if not round_(installation):
                installation.database.listen(_rest(upcoming, time.monotonic() - asked))
        except AWAY as error:
            log.warning("the database does not answer", error=type(error).__name__)
            time.sleep(DATABASE_PAUSE)
        except (OperationalError, ConnectionError, OSError) as error:
            log.warning("the queue does not answer", error=type(error).__name__)
            time.sleep(BROKER_PAUSE)


def _rest(upcoming: float | None, since: float) -> float:
    """Seconds to wait, when ``upcoming`` was the next due time ``since`` seconds ago."""
    return POLL if upcoming is None else min(POLL, max(0.0, upcoming - since))


def main() -> None:
    """Entry point of the dispatcher's process."""
    logs.configure()
    run(installation())


if __name__ == "__main__":
    main()
