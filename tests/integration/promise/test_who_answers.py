"""Role and direct number stand on everything that leaves the house, and how soon we answer."""

from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

from announcer.services import holding, reviewing
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import BESLUT, POLICY, World

RULES = f"""
derived_from = "{POLICY.name}"
name = "Med talespersoner"

[answers]
within = "24 h"

[[spokespersons]]
topic = "skolan"
title = "Skolchefen"
phone = "0591-555 12"
"""


def test_a_topic_is_enough_for_every_channel_to_say_whom_to_call(
    make_world: Callable[..., World], tmp_path: Path, newsroom: PublicHouse
) -> None:
    for one in POLICY.parent.iterdir():
        (tmp_path / one.name).symlink_to(one)
    file = tmp_path / "people.toml"
    file.write_text(RULES, encoding="utf-8")
    world = make_world(policy=file)
    text = BESLUT.format(title="Skolan börjar senare", audience='["alla"]')
    text = text.replace('contact = "Rektor, 0591-555 10"', 'topic = "skolan"')
    public_id = world.submit(text)
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    holding.release(world.installation, world.communicator, public_id)
    world.advance(hours=3)
    world.settle()

    press = next(
        message_from_bytes(m.content, policy=policy.SMTP)
        for m in world.smtp.messages
        if not m.recipients[0].endswith("@hallefors.example")
    )
    for part in ("plain", "html"):
        body = press.get_body((part,))
        assert body is not None
        words = body.get_content()
        assert "Skolchefen, 0591-555 12" in words
        assert "Vi svarar inom 24 timmar." in words
    page = Reader(newsroom.url).get(f"/nyheter/{public_id}").text
    assert "Skolchefen, 0591-555 12" in page
    assert "Vi svarar inom 24 timmar." in page
