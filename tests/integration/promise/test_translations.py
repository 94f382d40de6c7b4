"""A reader gets the text that was approved in their language, or in the first; never an older one."""

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from announcer.domain.announcement import Translation
from announcer.domain.errors import BadSubmission
from announcer.render.release import release as released
from announcer.services import holding, records, reviewing, writing
from announcer.services.installation import Installation
from tests.integration.promise.way import read, to_staff
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import POLICY, World

TEXT = """+++
class = "beslut"
unit = "bildning"
title = "Skolan börjar 8.30"
summary = "Bildningsnämnden beslutade det i dag."
audience = ["alla"]
contact = "Rektor, 0591-555 10"
languages = ["sv", "fi"]

[translations.fi]
title = "Koulu alkaa 8.30"
summary = "Lautakunta päätti asiasta tänään."
+++

Det här händer nu.
"""
RULES = """
derived_from = "{base}"
name = "Med regler om språk"

[classes.beslut.content]
{rules}
"""


@pytest.fixture
def make(make_world: Callable[..., World], tmp_path: Path) -> Callable[[str], World]:
    """A world whose class of decisions has these rules."""
    for one in POLICY.parent.iterdir():
        (tmp_path / one.name).symlink_to(one)

    def made(rules: str) -> World:
        file = tmp_path / "rules.toml"
        file.write_text(RULES.format(base=POLICY.name, rules=rules), encoding="utf-8")
        return make_world(policy=file)

    return made


def corrected(world: World, **changes: Any) -> str:
    """Handed in, and its Swedish text changed by its author while it waits."""
    public_id = world.submit(TEXT)
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        content = records.content_of(session, records.newest_revision(session, row.id))
    content = replace(content, title="Skolan börjar 8.20", **changes)
    writing.edit(world.installation, world.chief, public_id, content)
    return public_id


def out(world: World, public_id: str) -> None:
    """Approved, confirmed, released, its window over: everywhere it can be."""
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    holding.release(world.installation, world.communicator, public_id)
    world.advance(hours=3)
    world.settle()


def titles(world: World) -> set[str]:
    return {
        str(message_from_bytes(m.content, policy=policy.SMTP)["Subject"])
        for m in world.smtp.messages
    }


def test_a_stale_translation_keeps_the_text_in_review(make: Callable[[str], World]) -> None:
    world = make("")
    public_id = corrected(world)
    with pytest.raises(BadSubmission, match="Översättningen till finska är äldre än texten"):
        reviewing.approve(world.installation, world.communicator, public_id)
    (proposal,) = reviewing.waiting_for(world.installation, world.communicator)
    assert "äldre än texten" in str(proposal.unfit[0])
    world.settle()
    assert world.smtp.messages == []


def test_where_swedish_goes_first_no_one_gets_the_stale_text(
    make: Callable[[str], World], newsroom: PublicHouse
) -> None:
    world = make('stale = "first"')
    public_id = corrected(world)
    out(world, public_id)
    assert titles(world) == {"Skolan börjar 8.20"}
    assert world.press_mail()
    page = Reader(newsroom.url).get(f"/nyheter/{public_id}").text
    assert "Skolan börjar 8.20" in page
    assert "Koulu alkaa 8.30" not in page
    assert "äldre än texten" in str(world.status(public_id).untranslated[0])


def test_a_translation_that_changed_too_goes_out(
    make: Callable[[str], World], newsroom: PublicHouse
) -> None:
    """Or the tests above would prove nothing."""
    world = make('stale = "first"')
    finnish = Translation("Koulu alkaa 8.20", "Lautakunta päätti asiasta tänään.")
    public_id = corrected(world, translations={"fi": finnish})
    out(world, public_id)
    assert titles(world) == {"Skolan börjar 8.20", "Koulu alkaa 8.20"}
    assert "Koulu alkaa 8.20" in Reader(newsroom.url).get(f"/nyheter/{public_id}").text
    assert world.status(public_id).untranslated == ()


def test_the_database_publishes_no_stale_text_whatever_a_program_hands_over(
    make: Callable[[str], World], monkeypatch: pytest.MonkeyPatch, newsroom: PublicHouse
) -> None:
    world = make('stale = "first"')
    public_id = corrected(world)
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    holding.release(world.installation, world.communicator, public_id)
    world.advance(hours=3)

    def careless(content: Any, name: str, *, correction: str = "") -> bytes:
        forgetful = {k: replace(t, of="") for k, t in content.translations.items()}
        stored = replace(content, translations=forgetful)
        return released(stored, name, correction=correction).replace(
            stored.content_hash.encode(), content.content_hash.encode()
        )

    monkeypatch.setattr("announcer.channels.newsroom.release", careless)
    world.settle()
    assert world.step(public_id, "newsroom").settled_at is None
    assert Reader(newsroom.url).get(f"/nyheter/{public_id}").status_code == 404


def test_a_sentence_about_a_withdrawal_is_for_those_who_had_the_text_in_its_language(
    world: World,
) -> None:
    public_id = world.submit(TEXT)
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    had = len(world.smtp.messages)
    said = {"sv": "Nytt kommer."}
    holding.withdraw(world.installation, world.communicator, public_id, "Fel beslut.", said)
    world.settle()
    told = {
        m["Content-Language"]: m.get_body(("plain",)).get_content()
        for m in map(read, filter(to_staff, world.smtp.messages[had:]))
    }
    assert told.keys() == {"sv", "fi"}
    assert "Nytt kommer." in told["sv"]
    assert "Nytt kommer." not in told["fi"]
    assert "on vedetty takaisin" in told["fi"], "fixed words"


def test_what_goes_without_a_required_language_stands_in_the_record(
    make: Callable[[str], World],
) -> None:
    world = make('languages = ["en"]\nwithout = "first"')
    public_id = world.submit(TEXT)
    reviewing.approve(world.installation, world.communicator, public_id)
    installation: Installation = world.installation
    with installation.database.reading() as session:
        row = records.find(session, public_id)
        events = {one["what"]: one for one in records.events(session, row.id)}
    assert events["submitted"]["detail"]["without"] == ["en"]
    assert events["planned"]["detail"]["without"] == ["en"]
    assert [str(one) for one in world.status(public_id).untranslated] == [
        "Översättning till engelska saknas."
    ]
