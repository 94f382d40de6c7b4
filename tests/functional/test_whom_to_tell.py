"""Whoever finds a hole in either house is told whom to tell (RFC 9116)."""

from datetime import UTC, datetime, timedelta

import httpx

from tests.public_house import PublicHouse
from tests.world import World

PATH = "/.well-known/security.txt"


def test_both_houses_say_whom_to_tell_and_nothing_of_each_other(
    world: World, newsroom: PublicHouse
) -> None:
    public = newsroom.environ["ANNOUNCER_NEWSROOM_URL"]
    for url, known_as, other in (
        (world.url, world.config.intranet_url, public),
        (newsroom.url, public, world.config.intranet_url),
    ):
        answer = httpx.get(f"{url}{PATH}", trust_env=False)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
        assert fields["Contact"] == "mailto:kommun@hallefors.example"
        assert fields["Canonical"] == f"{known_as}{PATH}"
        assert other not in answer.text
        left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
        assert timedelta(days=170) < left < timedelta(days=365)
