"""The demonstration: real announcements, real servers, windows of seconds.

It plays the people whom the policy asks for (an approver, the information unit, a manager who
holds a meeting) through the same use cases as everybody, and says so.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table

from announcer.bootstrap import install
from announcer.cli.house import House
from announcer.config import Config
from announcer.domain.announcement import AnnouncementState
from announcer.domain.audience import Person, reader_in
from announcer.domain.errors import Refusal
from announcer.domain.manuscript import read_manuscript
from announcer.domain.step import StepState
from announcer.embedded.mail import free_port
from announcer.embedded.postgres import discard
from announcer.people.lookup import directory, load_units
from announcer.services import holding, reader_token, records, reviewing, writing
from announcer.services import status as statuses
from announcer.services.importing import IMPORTS
from announcer.services.installation import Installation
from announcer.services.status import AnnouncementStatus, StepStatus

#: Columns of the table, by channel.
COLUMNS = ("meeting", "intranet", "email", "poster", "press", "newsroom")
#: What the events of the record are called on screen.
EVENTS = {
    "submitted": "inlämnat",
    "approved": "godkänt",
    "planned": "planerat",
    "step begun": "börjar",
    "confirmed": "uppe på intranätet, kontrollerat",
    "sent": "skickat",
    "settled": "klart",
    "released": "släppt till medierna",
    "meeting held": "mötet är hållet",
    "completed": "allt är klart",
}


@dataclass
class Demonstration:
    """One run in ``home``; what an earlier one left there is removed first."""

    home: Path
    policy: Path
    examples: Path
    port: int
    console: Console = field(default_factory=lambda: Console(soft_wrap=True))
    said: list[str] = field(default_factory=list)

    def play(self, *, once: bool) -> None:
        """Run until everything is settled (``once``) or until Ctrl-C."""
        self._sweep_out()
        with House(self.home, self.policy, self.port, free_port(), {}) as house:
            house.start(patient=False)
            installation = install(Config.read(house.environment))
            self._fill(installation)
            self._watch(house, installation)
            self._leave(house, installation)
            self._tell(house)
            if not once:
                house.supervisor.run()
            installation.database.dispose()

    def _sweep_out(self) -> None:
        discard(self.home / "postgres")
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True, mode=0o700)

    # What goes in ---------------------------------------------------------------------------

    def _fill(self, installation: Installation) -> None:
        for name in ("units", "staff", "press", "workplaces"):
            file = self.examples / "organisation" / f"{name}.csv"
            result = IMPORTS[name](installation, file.read_bytes())
            for finding in result.findings:
                self.said.append(f"{name}.csv: {finding.refusal.say(str)}")

    def _submit(self, installation: Installation, file: Path) -> None:
        content = read_manuscript(file.read_bytes(), lambda name: (file.parent / name).read_bytes())
        if content.decision_at and content.decision_at < datetime.now(UTC) + timedelta(days=1):
            content = replace(content, decision_at=datetime.now(UTC) + timedelta(days=30))
            self.said.append(f"{file.name}: beslutsdagen har passerat och flyttas fram 30 dagar.")
        author = self._chief_of(installation, content.unit)
        result = writing.submit(installation, author, content)
        self.said.append(
            f"{author.directory_id} (chef, {content.unit}) lämnar in ”{content.title[:50]}”."
        )
        if result.state is AnnouncementState.IN_REVIEW:
            approver = self._communicator(installation)
            reviewing.approve(installation, approver, result.public_id)
            self.said.append(
                f"{approver.directory_id} (informationsenheten) godkänner ”{content.title[:40]}”."
            )

    def _chief_of(self, installation: Installation, unit: str) -> Person:
        return self._somebody(installation, lambda p: p.unit == unit and p.role == "chef")

    def _communicator(self, installation: Installation) -> Person:
        return self._somebody(installation, lambda p: p.unit == "info")

    @staticmethod
    def _somebody(installation: Installation, fits: Callable[[Person], bool]) -> Person:
        with installation.database.reading() as session:
            return next(person for person in directory(session) if fits(person))

    # What happens ---------------------------------------------------------------------------

    def _until_done(
        self, house: House, installation: Installation
    ) -> Iterator[list[AnnouncementStatus]]:
        files = sorted((self.examples / "announcements").glob("*.md"))
        while True:
            house.supervisor.tick()
            if files:
                self._submit(installation, files.pop(0))
            found = statuses.under_way(installation, finished=True)[::-1]
            yield found
            if not files and all(one.state is AnnouncementState.COMPLETED for one in found):
                return
            for one in found:
                self._play_people(installation, one)
            time.sleep(0 if files else 0.2)

    def _play_people(self, installation: Installation, found: AnnouncementStatus) -> None:
        for step in found.steps:
            if step.can_tick:
                chief = self._chief_of(installation, found.unit)
                self._say_and(
                    f"{chief.directory_id} (chef) bockar av mötet om ”{found.title[:40]}”.",
                    lambda chief=chief, step=step: holding.tick(  # type: ignore[misc]
                        installation, chief, found.public_id, step.key
                    ),
                )
            elif step.needs_release and step.earliest:
                communicator = self._communicator(installation)
                self._say_and(
                    f"{communicator.directory_id} (informationsenheten) släpper ”{found.title[:40]}” till medierna.",
                    lambda communicator=communicator: holding.release(  # type: ignore[misc]
                        installation, communicator, found.public_id
                    ),
                )

    def _say_and(self, words: str, act: Callable[[], Any]) -> None:
        try:
            act()
        except Refusal as refusal:  # not yet its time; the next look tries again
            words = f"{words} {refusal}"
        if not self.said or self.said[-1] != words:
            self.said.append(words)

    def _watch(self, house: House, installation: Installation) -> None:
        """A live table in a terminal; elsewhere a line per thing that happens."""
        if self.console.is_terminal:
            with Live(console=self.console, refresh_per_second=4) as live:
                for found in self._until_done(house, installation):
                    live.update(self._table(found))
            return
        told: set[str] = set()
        for found in self._until_done(house, installation):
            for line in (*self.said, *_happened(found)):
                if line not in told:
                    self.console.print(line, highlight=False, markup=False)
                    told.add(line)
        self.console.print(self._table(found))

    # What is seen ---------------------------------------------------------------------------

    def _table(self, found: list[AnnouncementStatus]) -> Table:
        table = Table(
            title=f"Demonstration: fönstren är sekunder ({self.policy.name})",
            caption="\n".join(self.said[-6:]),
            caption_justify="left",
            title_style="bold",
            caption_style="none",
            box=box.SIMPLE_HEAD,
            expand=False,
        )
        table.add_column("Meddelande", max_width=44, no_wrap=True, overflow="ellipsis")
        for channel in ("Möte", "Intranät", "E-post", "Affisch", "Press", "Nyhetsrum"):
            table.add_column(channel, min_width=10, no_wrap=True)
        for one in found:
            steps = {step.channel: step for step in one.steps}
            table.add_row(one.title, *(_cell(steps.get(channel)) for channel in COLUMNS))
        return table

    def _tell(self, house: House) -> None:
        url = house.environment["ANNOUNCER_INTRANET_URL"]
        self.console.print(f"\nIntranätet: {url}  (välj t.ex. p0002 som läsare)", highlight=False)
        self.console.print(
            f"Bevakning:  {url}/bevakning  (som någon i enheten info)", highlight=False
        )
        newsroom = house.environment["ANNOUNCER_NEWSROOM_URL"]
        self.console.print(f"Nyhetsrum:  {newsroom}  (det som alla kan läsa)", highlight=False)
        self.console.print(
            f"Det som kom ut ligger i {self.home}: mail/, posters/, feeds/, timeline.txt"
        )

    # What is left behind --------------------------------------------------------------------

    def _leave(self, house: House, installation: Installation) -> None:
        self._leave_timeline(installation)
        token = reader_token.sign(house.environment["ANNOUNCER_SECRET_KEY"], ("alla",))
        with httpx.Client(
            base_url=house.environment["ANNOUNCER_INTRANET_URL"],
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        ) as client:
            self._leave_feeds(client, installation)
            self._leave_posters(client, installation)

    def _leave_feeds(self, client: httpx.Client, installation: Installation) -> None:
        folder = self.home / "feeds"
        folder.mkdir()
        with installation.database.reading() as session:
            names = ["alla", *load_units(session).by_code]
        for name in names:
            for ending in ("rss", "atom", "json"):
                answer = client.get(f"/floden/{name}.{ending}").raise_for_status()
                (folder / f"{name}.{ending}").write_bytes(answer.content)

    def _leave_posters(self, client: httpx.Client, installation: Installation) -> None:
        folder = self.home / "posters"
        folder.mkdir()
        for found in statuses.under_way(installation, finished=True):
            step = next((s for s in found.steps if s.channel == "poster"), None)
            if step is None:
                continue
            with installation.database.reading() as session:
                units = load_units(session)
            reader = reader_in(step.audience, found.unit, units, installation.policy.staff)
            token = reader_token.sign(self._secret, astuple(reader))
            for language in installation.policy.organisation.languages:
                answer = client.get(
                    f"/nyheter/{found.public_id}/affisch.pdf",
                    params={"sprak": language},
                    headers={"Authorization": f"Bearer {token}"},
                )
                if answer.status_code != httpx.codes.NOT_FOUND:  # there is no text in it
                    answer.raise_for_status()
                    name = f"{found.public_id}-{language}.pdf"
                    (folder / name).write_bytes(answer.content)

    @property
    def _secret(self) -> str:
        return (self.home / "secret-key").read_text(encoding="utf-8")

    def _leave_timeline(self, installation: Installation) -> None:
        lines = []
        with installation.database.reading() as session:
            for found in statuses.under_way(installation, finished=True):
                for event in records.events(session, found.id):
                    what = EVENTS.get(event["what"], event["what"])
                    step = event["detail"].get("step", "")
                    lines.append(f"{event['at']}  {found.title[:60]:60}  {step:9} {what}")
        (self.home / "timeline.txt").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")


def _happened(found: list[AnnouncementStatus]) -> Iterator[str]:
    for one in found:
        for step in one.steps:
            if moment := step.confirmed_at or step.settled_at:
                yield f"{moment.astimezone():%H:%M:%S}  {one.title[:50]:50}  {step.channel_name}: klart"


def _cell(step: StepStatus | None) -> str:
    if step is None:
        return "[dim]–[/]"
    clock = step.confirmed_at or step.settled_at
    if clock:
        return f"[bright_green]✓ {clock.astimezone():%H:%M:%S}[/]"
    if step.state is StepState.SENDING:
        return "[bright_yellow]pågår[/]"
    if step.earliest and step.external:
        return f"[bright_cyan]{step.earliest.astimezone():%H:%M:%S}[/]"
    return "väntar"
