"""Days that must go right, on the database's clock, judged by what came out of the house."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from announcer.services.importing import import_group
from tests.doubles.recording_smtp import Message
from tests.integration.promise.way import policy_of, read
from tests.world import World

HERE = Path(__file__).parent
STOCKHOLM = ZoneInfo("Europe/Stockholm")
ELECTED = """office,email,language
Ordförande,ordforande@politik.example,sv
Vice ordförande,vice@politik.example,sv
""".encode()


@pytest.fixture
def at(app_url, owner_url, smtp, tmp_path) -> Iterator:
    """A world at a local time, with the story's own policy laid over that of Hällefors."""
    worlds = []

    def make(moment: str, policy: str = "", channels: Mapping[str, str] | None = None) -> "Day":
        lines = (HERE / policy).read_text(encoding="utf-8").splitlines() if policy else ()
        file = policy_of(tmp_path, *lines)
        world = World(app_url, owner_url, smtp, tmp_path, policy=file, channels=channels or {})
        worlds.append(world)
        world.__enter__()
        day = Day(world)
        day.comes(moment)
        return day

    yield make
    for world in worlds:
        world.__exit__(None, None, None)


class Day:
    """A world whose clock goes on as the story tells it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def comes(self, moment: str) -> None:
        """It is ``moment`` local time (``2026-12-08 07:30``), and everything due is done."""
        local = datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM)
        self.world.set_time(local.astimezone(UTC))
        self.world.settle()

    def got(self, title: str) -> set[str]:
        """Everyone who has been mailed the text with this title, and nobody of them twice."""
        found = [
            address
            for message in self.world.smtp.messages
            if str(read(message)["Subject"]) == title
            for address in message.recipients
        ]
        assert len(found) == len(set(found)), "nobody gets it twice"
        return set(found)

    def is_read(self, public_id: str) -> bool:
        """Whether a colleague can read it on the intranet."""
        return self.world.step(public_id, "intranet").confirmed_at is not None

    def elected(self, policy_name: str = "fortroendevalda") -> set[str]:
        """Import the elected members; their addresses."""
        import_group(self.world.installation, policy_name, ELECTED)
        return {"ordforande@politik.example", "vice@politik.example"}

    def letters_about(self, *titles: str) -> list[Message]:
        """Every message with one of these titles, in the order in which they left."""
        return [one for one in self.world.smtp.messages if str(read(one)["Subject"]) in titles]
