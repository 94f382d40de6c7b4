"""`make bench`: how much our parts cost, as ratios against something measured in the same run.

Nothing here passes or fails; the figures are for people. Each line is the median of many runs.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from announcer.bootstrap import install, sender_of
from announcer.config import Config
from announcer.db import schema
from announcer.db.engine import Database
from announcer.domain.delivery import Edition
from announcer.domain.manuscript import read_manuscript
from announcer.domain.policy import load_policy
from announcer.embedded import postgres
from announcer.render.catalogue import translator
from announcer.render.mail import staff_mail
from announcer.render.page import article
from announcer.render.poster import poster
from announcer.services import dispatching

ROOT = Path(__file__).parents[1]
POLICY = ROOT / "policies" / "hallefors.toml"
EXAMPLE = ROOT / "examples" / "announcements" / "02-skolans-tider.md"
WAITING = 100_000


def median(work: Callable[[], object], runs: int = 30) -> float:
    """Seconds, the median of ``runs`` after three that do not count."""
    times = []
    for _ in range(runs + 3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times[3:])


def edition() -> Edition:
    """The example decision as staff get it."""
    content = read_manuscript(EXAMPLE.read_bytes(), lambda _: b"")
    return Edition(
        content=content,
        language="sv",
        sender=sender_of(load_policy(POLICY), POLICY.parent),
        public_id="0123456789abcdef01",
        page_url="https://intranet.example/nyheter/0123456789abcdef01",
        at=datetime(2026, 12, 8, 9, tzinfo=UTC),
        message_id="<bench@hallefors.example>",
    )


def rendering() -> None:
    """The page is the measure; mail and poster are told in pages."""
    one, say = edition(), translator("sv")
    page = median(lambda: article(one.content, one.public_id, translator))
    print(f"article (the measure)            {page * 1000:8.2f} ms   1.0")
    for name, work in (("mail", staff_mail), ("poster", poster)):
        took = median(lambda work=work: work(one, say))  # type: ignore[misc]
        print(f"{name:32} {took * 1000:8.2f} ms {took / page:5.1f}")


def dispatching_() -> None:
    """Looking for work among many waiting steps, told in round trips to the database."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "postgres"
        with postgres.running(home) as server:
            schema.upgrade(server.owner_url)
            database = Database(server.app_url)
            with database.reading() as session:
                trip = median(lambda: session.connection().exec_driver_sql("SELECT 1").scalar())
            print(f"round trip (the measure)         {trip * 1000:8.2f} ms   1.0")
            installation = install(_config(server.app_url))
            for waiting in (0, WAITING):
                _fill(server.owner_url, waiting)
                took = median(lambda: dispatching.look(installation))
                print(
                    f"looking, {waiting:7,} steps waiting     {took * 1000:8.2f} ms {took / trip:5.1f}"
                )
            installation.database.dispose()
            database.dispose()
        postgres.discard(home)


def _config(url: str) -> Config:
    return Config.read(
        {
            "DATABASE_URL": url,
            "REDIS_URL": "redis://localhost:1/0",
            "ANNOUNCER_POLICY": str(POLICY),
            "ANNOUNCER_INTRANET_URL": "http://127.0.0.1:1",
            "ANNOUNCER_SECRET_KEY": "only for measuring, long enough to be taken",
            "ANNOUNCER_SMTP_URL": "smtp://127.0.0.1:1",
        }
    )


def _fill(owner_url: str, waiting: int) -> None:
    """So many steps that wait for tomorrow, put in by the owner past the gate."""
    if not waiting:
        return
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as owner:
        for table in ("announcement", "revision", "step"):
            owner.execute(f"ALTER TABLE announcer.{table} DISABLE TRIGGER USER")
        owner.execute("INSERT INTO announcer.unit VALUES ('u', 'U', '', '', '')")
        owner.execute(
            "INSERT INTO announcer.person VALUES (gen_random_uuid(), 'p', 'u', '', '', NULL, 'sv', NULL)"
        )
        owner.execute("INSERT INTO announcer.policy VALUES ('x', '{}', now())")
        owner.execute(
            "INSERT INTO announcer.announcement (id, public_id, class_name, unit, author,"
            " submitted_hash, policy, state) SELECT gen_random_uuid(), n::text, 'beslut', 'u',"
            f" (SELECT pseudonym FROM announcer.person), n::text, 'x', 'active' FROM generate_series(1, {waiting}) n"
        )
        owner.execute(
            "INSERT INTO announcer.revision (id, announcement, number, content, content_hash, author)"
            " SELECT gen_random_uuid(), id, 1, '{}', '', author FROM announcer.announcement"
        )
        owner.execute(
            "INSERT INTO announcer.step (id, announcement, revision, position, key, channel, audience,"
            " external, before_intranet, after, floor_seconds, approval, release_by, ticked_by,"
            " greatest_lateness_seconds, urgent, source, state, look_at)"
            " SELECT gen_random_uuid(), announcement, id, 0, 'epost', 'email', '{alla}', false, false,"
            " '{}', 0, 'none', '{}', '{}', 1, false, '', 'waiting', now() + interval '1 day'"
            " FROM announcer.revision"
        )
        owner.execute("ANALYZE")


if __name__ == "__main__":
    rendering()
    dispatching_()
