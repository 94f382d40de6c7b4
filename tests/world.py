"""A whole installation in one process, on real servers, whose clock tests may set.

Only two things differ from production: rounds are driven by the test instead of by processes, and
`announcer_now()` is replaced by its owner. What came out is read from the mail server and over
HTTP, never from our own tables.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
from werkzeug.serving import make_server

from announcer.bootstrap import install
from announcer.config import Config
from announcer.db.engine import Database, Point, silent
from announcer.domain.audience import Person
from announcer.domain.manuscript import read_manuscript
from announcer.domain.plan import Gate, may_start
from announcer.people.lookup import directory, find_person
from announcer.services import (
    board_watch,
    calling_by_mail,
    delivering,
    dispatching,
    proofreading_by_mail,
    sweeping,
    watching,
    writing,
)
from announcer.services import status as statuses
from announcer.services.importing import IMPORTS
from announcer.services.status import AnnouncementStatus
from tests.compiled import STATEMENTS
from tests.doubles.recording_smtp import RecordingSmtp

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
POLICY = ROOT / "policies" / "hallefors.toml"
TEMPLATE = "announcer_template"
SECRET = "a secret for tests only, long enough to be taken"

#: Whoever travels in time stays signed in.
LONG_SESSIONS = {
    "ANNOUNCER_SESSION_HOURS": "1000000",
    "ANNOUNCER_SESSION_IDLE_HOURS": "1000000",
}
#: A Tuesday morning on which everybody is at work: 8 December 2026, 10.00 in Hällefors.
MORNING = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)

BESLUT = """+++
class = "beslut"
unit = "bildning"
title = "{title}"
summary = "Bildningsnämnden beslutade det i dag."
audience = {audience}
contact = "Rektor, 0591-555 10"
record_number = "BN 2026-1"
+++

Det här händer nu.
"""


def config(
    app_url: str,
    intranet_url: str,
    smtp_port: int,
    policy: Path = POLICY,
    channels: Mapping[str, str] | None = None,
) -> Config:
    """Settings as an operator would give them; ``channels`` are those of packages."""
    return Config.read(
        {
            "DATABASE_URL": app_url,
            "REDIS_URL": "redis://localhost:1/0",
            "ANNOUNCER_POLICY": str(policy),
            "ANNOUNCER_INTRANET_URL": intranet_url,
            "ANNOUNCER_SECRET_KEY": SECRET,
            "ANNOUNCER_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}?helo=test.example",
            "ANNOUNCER_SIGN_IN": "choose",
            **LONG_SESSIONS,
            **(channels or {}),
        }
    )


def laid_over_hallefors(folder: Path, toml: str) -> Path:
    """A policy file in ``folder`` that says ``toml`` over the policy of Hällefors."""
    file = folder / "changed.toml"
    logo = POLICY.with_suffix("") / "logo"
    file.write_text(f'derived_from = "{POLICY}"\norganisation.logo = "{logo}"\n{toml}')
    return file


def fill_template(database: Database, examples: Path) -> None:
    """Import the example organisation into a database."""
    url = database.url
    installation = install(config(url, "http://127.0.0.1:1", 1))
    for name in ("units", "staff", "press", "workplaces"):
        IMPORTS[name](installation, (examples / "organisation" / f"{name}.csv").read_bytes())
    installation.database.dispose()
    database.dispose()


class World:
    """See the module. ``policy`` and ``gate`` may be exchanged before the first round."""

    def __init__(
        self,
        app_url: str,
        owner_url: str,
        smtp: RecordingSmtp,
        folder: Path,
        *,
        policy: Path = POLICY,
        channels: Mapping[str, str] | None = None,
        point: Point = silent,
        gate: Gate = may_start,
    ) -> None:
        self.smtp = smtp
        self.folder = folder
        self.owner_url = owner_url
        self.owner = psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.config = config(app_url, self.url, smtp.port, policy, channels)
        self.installation = install(self.config, point=point, gate=gate)
        STATEMENTS.shared_with(self.installation.database)
        self._web: Callable[..., Any] | None = None
        #: Given the WSGI environment, answers instead of the intranet; None lets it answer.
        self.liar: Callable[[dict[str, Any]], Callable[..., Any] | None] = lambda _: None
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        self.set_time(MORNING)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.installation.database.dispose()
        self.owner.close()

    def metrics_token(self, token: str) -> None:
        """Serve from now on with this ANNOUNCER_METRICS_TOKEN."""
        self.config = replace(self.config, metrics_token=token)
        self._web = None

    def settings(self, **given: Any) -> None:
        """Serve from now on with these settings of `Config`."""
        self.config = replace(self.config, **given)
        self._web = None

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self._web is None:
            from web.inside import mounted

            self._web = mounted(self.installation, self.config)
        return (self.liar(environ) or self._web)(environ, start_response)

    # The clock -------------------------------------------------------------------------------

    def set_time(self, moment: datetime) -> None:
        """Make it ``moment`` in the database; time goes on from there."""
        offset = (moment - datetime.now(UTC)).total_seconds()
        self.owner.execute(
            "CREATE OR REPLACE FUNCTION announcer.announcer_now() RETURNS timestamptz "
            "LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp "
            f"AS 'SELECT clock_timestamp() + interval ''{offset:.6f} seconds'''"
        )

    def now(self) -> datetime:
        """The database's time."""
        row = self.owner.execute("SELECT announcer.announcer_now()").fetchone()
        assert row is not None
        return row[0].astimezone(UTC)

    def advance(self, **amount: float) -> None:
        """Let time pass, as ``timedelta(**amount)``."""
        self.set_time(self.now() + timedelta(**amount))

    # People and texts ------------------------------------------------------------------------

    def person(self, directory_id: str) -> Person:
        with self.installation.database.reading() as session:
            return find_person(session, directory_id)

    @cached_property
    def _everyone(self) -> list[Person]:
        with self.installation.database.reading() as session:
            return directory(session)

    def somebody(self, unit: str, role: str = "") -> Person:
        """The first colleague of a unit, with this role if one is named."""
        return next(p for p in self._everyone if p.unit == unit and role in ("", p.role))

    @property
    def chief(self) -> Person:
        return self.somebody("bildning", "chef")

    @property
    def communicator(self) -> Person:
        return self.somebody("info", "informatör")

    def submit(self, text: str, author: Person | None = None) -> str:
        """Hand in a manuscript; the public id."""
        content = read_manuscript(
            text.encode(), lambda name: (EXAMPLES / "announcements" / name).read_bytes()
        )
        if content.decision_at and content.decision_at < self.now():
            content = replace(content, decision_at=self.now() + timedelta(days=7))
        author = author or self.somebody(content.unit, "chef")
        return writing.submit(self.installation, author, content).public_id

    def decision(self, title: str = "Skolan börjar senare", audience: str = '["alla"]') -> str:
        """Hand in a decision."""
        return self.submit(BESLUT.format(title=title, audience=audience))

    def example(self, number: str) -> str:
        """Hand in one of the examples by its number."""
        file = next((EXAMPLES / "announcements").glob(f"{number}-*.md"))
        return self.submit(file.read_text(encoding="utf-8"))

    def status(self, public_id: str) -> AnnouncementStatus:
        return statuses.of(self.installation, public_id)

    def step(self, public_id: str, channel: str) -> Any:
        """One step's status."""
        return next(s for s in self.status(public_id).steps if s.channel == channel)

    # Rounds ----------------------------------------------------------------------------------

    def round(self) -> int:
        """What dispatcher and workers do once; returns how much there was to do."""
        swept = sweeping.sweep(self.installation)
        watching.watch(self.installation)
        board_watch.watch(self.installation)
        begun = dispatching.look(self.installation)
        claimed = dispatching.claim(self.installation)
        for batch in claimed:
            delivering.deliver(self.installation, UUID(str(batch.batch)))
        calls = calling_by_mail.claim(self.installation)
        for call in calls:
            calling_by_mail.deliver(self.installation, call)
        asked = proofreading_by_mail.claim(self.installation)
        for one in asked:
            proofreading_by_mail.deliver(self.installation, one)
        return swept + begun + len(claimed) + len(calls) + len(asked)

    def settle(self, limit: int = 50) -> None:
        """Rounds until there is nothing to do at this moment."""
        for _ in range(limit):
            if not self.round():
                return
        raise AssertionError(f"still busy after {limit} rounds")

    # What came out ---------------------------------------------------------------------------

    def staff_mail(self) -> list[str]:
        """Every address on the organisation's own domain that was sent something, with repeats."""
        return [
            r for m in self.smtp.messages for r in m.recipients if r.endswith("@hallefors.example")
        ]

    def press_mail(self) -> list[str]:
        """Every other address that was sent something, with repeats."""
        return [
            r
            for m in self.smtp.messages
            for r in m.recipients
            if not r.endswith("@hallefors.example")
        ]

    @contextmanager
    def trigger_off(self, *tables: str) -> Iterator[None]:
        """The database's gate switched off by its owner."""
        self._gate(tables, "DISABLE")
        yield
        self._gate(tables, "ENABLE")

    def _gate(self, tables: tuple[str, ...], switch: str) -> None:
        for table in tables:
            triggers = self.owner.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'gate%%'",
                (f"announcer.{table}",),
            ).fetchall()
            for (trigger,) in triggers:
                self.owner.execute(f"ALTER TABLE announcer.{table} {switch} TRIGGER {trigger}")
