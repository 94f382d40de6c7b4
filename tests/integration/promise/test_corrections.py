"""A text that some have had is corrected: once, for exactly them, and not before it is approved."""

from dataclasses import replace

from announcer.domain.announcement import Content
from announcer.domain.change import CorrectionKind
from announcer.services import correcting, records
from tests.integration.promise.way import (
    approve,
    newsrooms,
    open_window,
    read,
    release,
    staff_of,
)
from tests.world import World

TO_BOTH = '["bibliotek", "press"]'
WHAT = {"sv": "Tiden är 8.20, inte 8.30."}


def in_force(world: World, public_id: str) -> Content:
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        return records.content_of(session, records.text_in_force(session, row.id))


def corrected(
    world: World,
    public_id: str,
    body: str = "Det händer klockan 8.20.",
    kind: CorrectionKind = CorrectionKind.REAL,
    what: dict[str, str] = WHAT,
) -> correcting.Proposed:
    """Propose a correction, as its author."""
    content = replace(in_force(world, public_id), body=body)
    return correcting.propose(world.installation, world.chief, public_id, content, kind, what)


def texts_to(world: World, address: str) -> list[str]:
    """What somebody was mailed, in order."""
    return [
        read(message).get_body(("plain",)).get_content()
        for message in world.smtp.messages
        if address in message.recipients
    ]


def test_who_had_the_wrong_text_gets_the_right_one_once_and_the_press_only_that(world: World):
    public_id = approve(world, world.decision(audience=TO_BOTH))
    world.settle()
    staff = staff_of(world, "bibliotek")
    assert set(world.staff_mail()) == staff
    release(world, public_id)
    proposed = corrected(world, public_id)
    assert not proposed.applied
    open_window(world, public_id)
    world.settle()
    assert world.press_mail() == [], "the press waits while a correction does"
    approve(world, public_id)
    world.settle()
    assert sorted(world.staff_mail()) == sorted([*staff, *staff])
    assert set(world.press_mail()) == newsrooms(world)
    assert len(world.press_mail()) == len(newsrooms(world))
    for address in newsrooms(world):
        (text,) = texts_to(world, address)
        assert "8.20" in text
        assert "Rättelse" not in text
    for address in staff:
        assert "8.20" in texts_to(world, address)[-1]
    world.advance(days=1)
    world.settle()
    assert world.status(public_id).state == "completed"
