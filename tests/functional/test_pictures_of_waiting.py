"""The timeline of a step that waits for an event: it has no time, and says what it waits for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from announcer.services import happening
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.conftest import Publish
from tests.functional.test_plan_pictures import picture
from tests.functional.visitor import Visitor
from tests.integration.promise.way import policy_of
from tests.world import World

MINUTES = (
    '[events."protokollet godkänt"]',
    'opened_by = ["informationsenheten"]',
    "[classes.beslut.steps.press]",
    'gates = ["protokollet godkänt"]',
)


@pytest.fixture
def world(app_url: str, owner_url: str, smtp: RecordingSmtp, tmp_path: Path) -> Iterator[World]:
    policy = policy_of(tmp_path, *MINUTES)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as running:
        yield running


def test_what_waits_for_an_event_has_no_time_until_it_has_happened(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = world.decision()
    before = picture(desk, f"/godkann/{public_id}")
    assert "utan klockslag Pressmeddelande, utanför huset." in before
    assert "Väntar på: protokollet godkänt." in before
    assert "tidigast 12.30 Nyhetsrummet" in before
    publish(public_id)
    waiting = picture(desk, f"/meddelanden/{public_id}")
    assert "utan klockslag Pressmeddelande, utanför huset." in waiting
    assert "Väntar på: protokollet godkänt." in waiting
    happening.happened(world.installation, world.communicator, public_id, "protokollet godkänt", "")
    after = picture(desk, f"/meddelanden/{public_id}")
    assert "tidigast 12.30 Pressmeddelande, utanför huset." in after
    assert "protokollet" not in after
