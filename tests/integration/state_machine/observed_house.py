"""A whole installation that is watched where things leave it, and hurt where it would be felt."""

import itertools
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from werkzeug.test import run_wsgi_app

from announcer.channels import Channel
from announcer.domain.delivery import Job, Outcome
from announcer.domain.plan import Gate, may_start
from announcer.services import delivering, reader_token
from tests.doubles.recording_smtp import Message, RecordingSmtp, Rules, Stage
from tests.integration.state_machine.promise_model import Item, Model
from tests.world import SECRET, World

#: What stands before the title of an exercise.
_MARK = re.compile(r"^(ÖVNING|HARJOITUS): ")
#: How the intranet can lie to the reader that is sent to look.
LIES = ("inloggning", "fel", "gammal text", "avklippt", "flödet saknar nyheten")


class Crash(BaseException):
    """The process is killed here; nothing after this line runs."""


class TimedSmtp(RecordingSmtp):
    """Tells what arrives at the moment it arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: Callable[[Message, bool], None] = lambda *_: None

    def record(self, message: Message) -> None:
        super().record(message)
        self.arrived(message, self.rules.hang_up is Stage.AFTER_DOT)


class Watched:
    """A channel as it is, with a note of what it was asked to do."""

    def __init__(self, channel: Channel, asked: Callable[[str, Job], None]) -> None:
        self.channel, self.asked = channel, asked
        self.kind, self.media_type = channel.kind, channel.media_type
        self.batch_size, self.idempotent = channel.batch_size, channel.idempotent
        self.compose = channel.compose

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        self.asked(self.kind.name, job)
        return self.channel.deliver(job)

    def correct(self, job: Job) -> Mapping[str, Outcome]:
        self.asked(self.kind.name, job)
        return self.channel.correct(job)

    def withdraw(self, job: Job) -> Mapping[str, Outcome]:
        self.asked(self.kind.name, job)
        return self.channel.withdraw(job)

    def check(self, job: Job) -> Mapping[str, Outcome]:
        return self.channel.check(job)


class ObservedHouse:
    """One :class:`World` for a whole run; :meth:`begin` empties it for the next example."""

    def __init__(
        self,
        urls: tuple[str, str],
        smtp: TimedSmtp,
        folder: Path,
        newsroom: str,
        gate: Gate = may_start,
    ) -> None:
        self.world = World(*urls, smtp, folder, point=self._point, gate=gate)
        self.smtp = smtp
        smtp.arrived = self._mail_arrived
        channels: dict[str, Channel] = self.world.installation.channels  # type: ignore[assignment]
        for name, channel in list(channels.items()):
            channels[name] = Watched(channel, self._channel_asked)
        self.world.liar = self._answer
        self.reader = httpx.Client(base_url=self.world.url, trust_env=False)
        #: Somebody outside the house, at the newsroom's address.
        self.public = httpx.Client(base_url=newsroom, trust_env=False)
        self.total: dict[str, int] = {}
        self.forget()

    def forget(self) -> None:
        self.model = Model()
        self.lie = ""
        #: The name's end and the how many-th such point it is; an empty name is never reached.
        self.crash_at, self.interrupt_at = ("", 0), ("", 0)
        self.interruption: Callable[[], object] = lambda: None
        self._worker = 0
        #: What the worker that runs now carries out.
        self.worked_on: Item | None = None
        self._in_hands: Item | None = None
        self._sent_at = datetime.min.replace(tzinfo=UTC)
        self._workers = itertools.count(1)
        self._truthful: dict[str, datetime] = {}
        self._lied_about_page = False
        self.smtp.rules = Rules()
        self.smtp.forget()

    def begin(self, morning: datetime) -> None:
        """Nothing was ever announced; it is ``morning``."""
        for name, count in self.model.came_out.items():
            self.total[name] = self.total.get(name, 0) + count
        self.forget()
        self.world.owner.execute(
            "TRUNCATE announcer.announcement, announcer.blob, announcer.standstill CASCADE"
        )
        self.world.set_time(morning)

    # Work --------------------------------------------------------------------------------------

    def deliver(self, batch: UUID) -> None:
        """A worker takes a message from the queue."""
        before = self._worker, self.worked_on
        self._worker, self.worked_on = next(self._workers), self._item_of(batch)
        try:
            delivering.deliver(self.world.installation, batch)
        finally:
            if self.worked_on is not None:
                self.worked_on.in_flight = 0
            self._worker, self.worked_on = before

    def survive(self, move: Callable[[], object]) -> None:
        """Make a move; where it comes to the point named in ``crash_at``, it ends there."""
        try:
            move()
        except Crash:
            self.model.came_out["crash"] += 1

    def stopped(self, item: Item) -> None:
        """``item`` was held or withdrawn: what its worker has in its hands may still leave."""
        if item is self._in_hands:
            item.in_flight = 1

    def all_stopped(self) -> None:
        """Everything stands still: what a worker has in its hands may still leave."""
        if self._in_hands is not None:
            self._in_hands.in_flight = 1

    def _item_of(self, batch: UUID) -> Item | None:
        found = self.world.owner.execute(
            "SELECT a.public_id FROM announcer.batch b JOIN announcer.step s ON s.id = b.step "
            "JOIN announcer.announcement a ON a.id = s.announcement WHERE b.id = %s",
            (batch,),
        ).fetchone()
        return self.model.by_id(found[0]) if found else None

    def heal(self) -> None:
        """Nobody dies, nothing comes in between, every server does as it should."""
        self.smtp.rules, self.lie = Rules(), ""
        self.crash_at, self.interrupt_at = ("", 0), ("", 0)

    # What still waits; never asked for whether the promise holds ---------------------------------

    def stopped_items(self) -> set[str]:
        """The public ids of what waits for a person to resume it."""
        return self._ids("a.held_at IS NOT NULL OR s.held_at IS NOT NULL")

    def completed_items(self) -> set[str]:
        return self._ids("a.state = 'completed'")

    def _ids(self, condition: str) -> set[str]:
        rows = self.world.owner.execute(
            "SELECT DISTINCT a.public_id FROM announcer.announcement a "
            f"JOIN announcer.step s ON s.announcement = a.id WHERE {condition}"
        )
        return {row[0] for row in rows}

    def next_moment(self) -> datetime:
        """When the next thing is due that waits for nothing but time, or a while from now."""
        row = self.world.owner.execute(
            "SELECT coalesce(min(at), announcer.announcer_now() + interval '10 minutes') FROM ("
            " SELECT look_at FROM announcer.step WHERE state = 'waiting' UNION ALL"
            " SELECT due_at FROM announcer.batch WHERE state = 'ready' UNION ALL"
            " SELECT lease_until FROM announcer.batch WHERE state IN ('queued', 'running')"
            ") moments (at) WHERE at > announcer.announcer_now()"
        ).fetchone()
        assert row is not None
        moment: datetime = row[0]
        return moment

    # Points ------------------------------------------------------------------------------------

    def _point(self, name: str) -> None:
        if threading.current_thread().name.startswith("lease"):
            return  # the heartbeat's own; whoever dies, dies with it
        self._note(name)
        sending = name.endswith("before send") or name == "mark sending: after commit"
        self.interrupt_at, interrupted = _count_down(self.interrupt_at, name)
        if sending:
            self._sent_at = self.world.now()
        if interrupted:
            self._interrupt(sending)
        self.crash_at, crashed = _count_down(self.crash_at, name)
        if crashed and self.worked_on:
            self.worked_on.unsure = True
        if crashed:
            if sending and self.worked_on and not name.startswith("press"):
                self.worked_on.died_before_trying = True
            raise Crash(name)

    def _interrupt(self, sending: bool) -> None:
        self.model.came_out["interruption"] += 1
        if self.worked_on is not None:
            self.worked_on.unsure = True
        self._in_hands, sent_at = self.worked_on if sending else None, self._sent_at
        self.interruption()
        self._in_hands, self._sent_at = None, sent_at

    def _note(self, name: str) -> None:
        if self.worked_on is None:
            return
        if name == "intranet: before send":
            self.worked_on.read_at = None
        elif name == "record outcome: after commit":
            self.model.recorded(self.worked_on, self._worker)
            self._look_at_newsroom(self.worked_on)

    # What comes out ----------------------------------------------------------------------------

    def _channel_asked(self, name: str, job: Job) -> None:
        item = self.model.by_id(job.edition.public_id)
        assert item is not None
        if name == "email":
            those = item.tried if job.edition.change is None else item.tried_again
            those.update(recipient.address.casefold() for recipient in job.recipients)
        elif name == "poster":
            self.model.poster(item, max(self.world.now(), self._sent_at))

    def _mail_arrived(self, message: Message, doubtful: bool) -> None:
        parsed = message_from_bytes(message.content, policy=SMTP)
        title = str(parsed["Subject"])
        gone = re.match(r"(Tillbakadraget|Vedetty takaisin|Peruttu): ", title)
        if gone:
            known_as = _MARK.sub("", title.removeprefix(gone[0]))
            message_id = str(parsed["Message-ID"])
            self.model.notice(known_as, message.recipients, self._worker, doubtful, message_id)
            return
        if title.startswith("Rättelse: "):
            known_as = title.removeprefix("Rättelse: ")
            message_id = str(parsed["Message-ID"])
            self.model.correction(known_as, message.recipients, self._worker, doubtful, message_id)
            return
        # A clock that was set back after the decision to send makes nothing earlier.
        at = max(self.world.now(), self._sent_at)
        marked = _MARK.match(title) is not None
        title = _MARK.sub("", title)
        self.model.mail(title, message.recipients, at, self._worker, doubtful, marked=marked)

    def look_at_pages(self, *, again: bool = False) -> None:
        """A colleague in the unit that wrote it looks for each page not seen yet, over HTTP.

        ``again``: also for those that were up before.
        """
        for item in self.model.items:
            if item.seen and not again:
                continue
            bearer = f"Bearer {reader_token.sign(SECRET, (item.unit,))}"
            answer = self.reader.get(
                f"/nyheter/{item.public_id}", headers={"Authorization": bearer}
            )
            self.model.page(item, answer.status_code, answer.text)

    def look_at_newsroom(self) -> None:
        """Somebody outside looks for everything that was ever written."""
        for item in self.model.items:
            self._look_at_newsroom(item)

    def _look_at_newsroom(self, item: Item) -> None:
        answer = self.public.get(f"/nyheter/{item.public_id}")
        at = max(self.world.now(), self._sent_at)
        self.model.newsroom(item, answer.status_code, answer.text, at)

    # The intranet, as the reader that is sent to look sees it -----------------------------------

    def _answer(self, environ: dict[str, Any]) -> Callable[..., Any] | None:
        if environ.get("HTTP_USER_AGENT") != "Announcer":
            return None
        assert self.world._web is not None
        chunks, status, headers = run_wsgi_app(self.world._web, environ)
        body = b"".join(chunks)
        path = environ["PATH_INFO"]
        if self.lie:
            truth = status, body
            status, body = _lying(self.lie, path, status, body)
            self._note_lie(path, (status, body) != truth)
        else:
            self._note_truth(path, status, body.decode("utf-8", "replace"))
        headers["Content-Length"] = str(len(body))

        def answer(_: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response(status, list(headers.items()))
            return [body]

        return answer

    def _note_lie(self, path: str, lied: bool) -> None:
        """A lie that leaves page and feed as they are would make the whole run a lie."""
        if path.startswith("/nyheter/"):
            self._lied_about_page = lied
        elif not (lied or self._lied_about_page):
            self.model.say("the test's own lie was no lie", self.lie)

    def _note_truth(self, path: str, status: str, body: str) -> None:
        """Readable means: page and feed both answered, and the page has the approved title."""
        now = self.world.now()
        for item in self.model.items:
            if not status.startswith("200"):
                continue
            if path == f"/nyheter/{item.public_id}" and item.approved in body:
                self._truthful[item.public_id] = now
            elif path.startswith("/floden/") and item is self.worked_on and item.public_id in body:
                item.read_at = self._truthful.pop(item.public_id, None)
                item.read_title = item.approved


def _count_down(at: tuple[str, int], name: str) -> tuple[tuple[str, int], bool]:
    """One occurrence fewer to go; whether this is the one."""
    wanted, left = at
    if not wanted or not name.endswith(wanted):
        return at, False
    return (("", 0), True) if left <= 1 else ((wanted, left - 1), False)


def _lying(lie: str, path: str, status: str, body: bytes) -> tuple[str, bytes]:
    page = path.startswith("/nyheter/")
    if lie == "inloggning":
        return "302 Found", b""
    if lie == "fel":
        return "500 Internal Server Error", body
    if lie == "gammal text" and page:
        return status, re.sub(rb"version \d+", b"version 0", body)
    if lie == "avklippt" and page:
        return status, body[: len(body) // 2]
    if lie == "flödet saknar nyheten" and not page:
        return status, re.sub(rb"(?s)<entry\b.*</entry>", b"", body)
    return status, body
