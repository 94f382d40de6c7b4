"""(a) How late the first byte is after the due time, beside a Celery countdown and a bare loop."""

import os
import random
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from announcer.embedded.death import die_with_parent
from bench import countdown
from bench.estate import ROOT, Estate, running, wait_until
from bench.filling import ADDRESS, Original
from bench.sink import HOST, Mail
from bench.table import Line, ours, percentile, ratio

#: Seconds from the filling to the due time.
LEAD = 1.5
#: A mail of the size that a unit's own message has.
MESSAGE = "Subject: bench\r\n\r\n" + "Det har hander nu.\r\n" * 400


@dataclass(frozen=True)
class Size:
    """How many at once, how often, and the aim for p99 in milliseconds."""

    steps: int
    rounds: int
    aim: float | None


def sizes(*, quick: bool) -> tuple[Size, ...]:
    """One by one many times; many at once a few times."""
    if quick:
        return (Size(1, 4, 100), Size(20, 1, 300), Size(100, 1, None))
    return (Size(1, 25, 100), Size(100, 3, 300), Size(1_000, 1, None))


def measure(*, quick: bool) -> list[Line]:
    """The lines of this part."""
    with running() as estate:
        original = Original(estate)
        lines: list[Line] = []
        found: dict[tuple[int, int], list[float]] = {}
        for waiting in (1_000, 20_000 if quick else 1_000_000):
            original.wait(waiting - (1_000 if found else 0))
            for size in sizes(quick=quick):
                found[waiting, size.steps] = _late(estate, original, size)
            lines += _ours(found, waiting, sizes(quick=quick))
        largest = sizes(quick=quick)[-1]
        lines += _beside_the_loop(estate, found, largest.steps)
        lines += _beside_countdown(estate, found, sizes(quick=quick))
        original.close()
    return lines


def _ours(
    found: dict[tuple[int, int], list[float]], waiting: int, of: Sequence[Size]
) -> Iterator[Line]:
    few = min(waiting for waiting, _ in found)
    for size in of:
        late = found[waiting, size.steps]
        what = f"first byte late, {size.steps:,} at once, {waiting:,} waiting"
        yield Line("a", f"{what}, p50", "ms", percentile(late, 0.5))
        p99 = percentile(late, 0.99)
        aim = ours(most=size.aim) if size.aim else None
        if waiting == few:
            yield Line("a", f"{what}, p99", "ms", p99, aim=aim)
        else:
            before = percentile(found[few, size.steps], 0.99)
            yield Line("a", f"{what}, p99", "ms", p99, f"with {few:,}", before, aim)


def _late(estate: Estate, original: Original, size: Size) -> list[float]:
    """Milliseconds from due time to first byte, of every step of all rounds."""
    if size.steps == 1:
        return _one_by_one(estate, original, size.rounds)
    late: list[float] = []
    for _ in range(size.rounds):
        due = original.clock() + LEAD
        mails = _sent(estate, original, [due], size.steps)
        late += [(mail.came - due) * 1000 for mail in mails]
    return late


def _one_by_one(estate: Estate, original: Original, count: int) -> list[float]:
    """Due at moments that are in step with no poll."""
    moment, due = original.clock() + LEAD, []
    for _ in range(count):
        due.append(moment)
        moment += random.uniform(0.6, 1.1)
    mails = _sent(estate, original, due, count)
    return [(mail.came - moment) * 1000 for mail, moment in zip(mails, due, strict=True)]


def _sent(estate: Estate, original: Original, due: list[float], count: int) -> list[Mail]:
    """The mails of ``count`` steps, oldest first; each was sent once, to one, and not too soon."""
    mark = estate.sink.mark()
    numbers = original.add(count, due)
    assert original.clock() < due[0], "the filling took longer than its lead"
    done = "SELECT count(*) FROM announcer.announcement WHERE state = 'completed' AND id IN {ids}"
    wait_until("all steps are settled", lambda: original.count(done, numbers) == count, 300)
    mails = estate.sink.mails(mark)
    assert [mail.recipients for mail in mails] == [(ADDRESS,)] * count, "not one mail a step"
    assert min(mail.came for mail in mails) >= due[0], "a mail before its time"
    return mails


def _beside_the_loop(
    estate: Estate, found: dict[tuple[int, int], list[float]], steps: int
) -> Iterator[Line]:
    few = min(waiting for waiting, _ in found)
    late = percentile(found[few, steps], 0.99)
    what = f"first byte late, {steps:,} at once, p99"
    for peer, mailing, aim in (
        ("bare loop, two commits and a mail", True, ratio(most=2.5)),
        ("bare loop, two commits, no mail", False, None),
    ):
        floor = percentile(_loop(estate, steps, mailing=mailing), 0.99)
        yield Line("a", what, "ms", late, peer, floor, aim)


def _loop(estate: Estate, steps: int, *, mailing: bool) -> list[float]:
    """Mark, commit, send, note, commit, in one process on one connection."""
    late: list[float] = []
    with estate.owner() as owner, smtplib.SMTP(HOST, estate.sink.port) as server:
        owner.execute("CREATE TABLE bare (id int PRIMARY KEY, state text)")
        owner.execute("INSERT INTO bare SELECT n, 'waiting' FROM generate_series(1, %s) n", [steps])
        mark, due = estate.sink.mark(), time.time()
        for number in range(1, steps + 1):
            owner.execute("UPDATE bare SET state = 'sending' WHERE id = %s", [number])
            late.append((time.time() - due) * 1000)
            if mailing:
                server.sendmail(ADDRESS, [ADDRESS], MESSAGE)
            owner.execute("UPDATE bare SET state = 'sent' WHERE id = %s", [number])
        owner.execute("DROP TABLE bare")
    if not mailing:
        return late
    mails = estate.sink.mails(mark)
    assert len(mails) == steps
    return [(mail.came - due) * 1000 for mail in mails]


def _beside_countdown(
    estate: Estate, found: dict[tuple[int, int], list[float]], of: Sequence[Size]
) -> Iterator[Line]:
    few = min(waiting for waiting, _ in found)
    with _worker(estate):
        for size in of:
            late = _counted_down(estate, size)
            what = f"first byte late, {size.steps:,} at once, p99"
            mine = percentile(found[few, size.steps], 0.99)
            yield Line("a", what, "ms", mine, "Celery countdown", percentile(late, 0.99))


@contextmanager
def _worker(estate: Estate) -> Iterator[None]:
    """A Celery worker with as many processes as ours, on the same Valkey."""
    settings = {
        "BENCH_REDIS": estate.environment["REDIS_URL"],
        "BENCH_SMTP": str(estate.sink.port),
        "PYTHONPATH": str(ROOT),
    }
    command = ["-m", "celery", "-A", "bench.countdown", "worker", "-c", "2", "-Q", countdown.QUEUE]
    child = subprocess.Popen(
        [sys.executable, *command, "--loglevel=ERROR"],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
    )
    countdown.app.conf.broker_url = settings["BENCH_REDIS"]
    try:
        mark = estate.sink.mark()
        countdown.send.delay(ADDRESS, MESSAGE)
        wait_until("the countdown's worker is up", lambda: len(estate.sink.mails(mark)) == 1)
        yield
    finally:
        child.terminate()
        child.wait(30)


def _counted_down(estate: Estate, size: Size) -> list[float]:
    late: list[float] = []
    for _ in range(min(size.rounds, 8)):
        late += _one_countdown(estate, size.steps)
    return late


def _one_countdown(estate: Estate, steps: int) -> list[float]:
    # A thousand messages take a while to be handed over; none may be late already.
    mark, due = estate.sink.mark(), time.time() + LEAD + steps / 400
    for _ in range(steps):
        countdown.send.apply_async((ADDRESS, MESSAGE), countdown=due - time.time())
    assert time.time() < due, "handing the messages over took longer than the countdown"
    wait_until("all are sent", lambda: len(estate.sink.mails(mark)) == steps, 300)
    return [(mail.came - due) * 1000 for mail in estate.sink.mails(mark)]
