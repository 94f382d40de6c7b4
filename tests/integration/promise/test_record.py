"""The record: whoever changes what happened afterwards is found out, even the database's owner."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from announcer.services import records, verifying
from tests.integration.promise.way import published, to_the_press
from tests.world import World


def faults(world: World) -> list[str]:
    with world.installation.database.reading() as session:
        return [f"{fault.where}: {fault.what}" for fault in verifying.verify(session)]


@contextmanager
def triggers_off(world: World, table: str) -> Iterator[None]:
    """As an intruder who has become the owner."""
    world.owner.execute(f"ALTER TABLE announcer.{table} DISABLE TRIGGER USER")
    yield
    world.owner.execute(f"ALTER TABLE announcer.{table} ENABLE TRIGGER USER")


@pytest.fixture
def told(world: World) -> str:
    """A decision that went all the way."""
    public_id = published(world)
    to_the_press(world, public_id)
    return public_id


def test_a_record_nobody_touched_has_no_faults(world: World, told: str):
    assert faults(world) == []


FORGERIES = {
    "another payload": (
        "event",
        "UPDATE announcer.event SET payload = replace(payload, 'approved', 'edited') WHERE seq = 2",
        "the chain breaks at event 2",
    ),
    "an event less": (
        "event",
        "DELETE FROM announcer.event WHERE seq = 3",
        "the chain breaks at event 4",
    ),
    "an event more": (
        "event",
        (
            "INSERT INTO announcer.event SELECT announcement, max(seq) + 1, '{}', '', ''"
            " FROM announcer.event GROUP BY announcement"
        ),
        "the chain breaks",
    ),
    "a seal made anew": (
        "event",
        (
            'UPDATE announcer.event SET payload = \'{"what": "approved"}\', sha256 = encode(sha256('
            "convert_to(previous || '{\"what\": \"approved\"}', 'UTF8')), 'hex') WHERE seq = 2"
        ),
        "the chain breaks at event 3",
    ),
    "another text": (
        "revision",
        "UPDATE announcer.revision SET content = replace(content, 'klockan 9', 'klockan 8')",
        "the text is not what its hash says",
    ),
    "other bytes": (
        "blob",
        "UPDATE announcer.blob SET content = content || '!'",
        "the bytes are not what their hash says",
    ),
    "an approval nobody gave": (
        "event",
        "DELETE FROM announcer.event",
        "a row in approval without its event",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_is_changed_afterwards_is_found(world: World, told: str, forgery: str):
    table, statement, sentence = FORGERIES[forgery]
    with triggers_off(world, table):
        assert world.owner.execute(statement).rowcount > 0
    assert any(sentence in fault for fault in faults(world)), faults(world)


def test_the_record_tells_the_way_in_its_order(world: World, told: str):
    with world.installation.database.reading() as session:
        events = records.events(session, world.status(told).id)
    what = [event["what"] for event in events if event["what"] != "sent"]
    assert what[:5] == ["submitted", "approved", "planned", "step begun", "confirmed"]
    assert what.index("released") < len(what) - 1 == what.index("completed")
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_people_stand_in_the_record_by_pseudonym_only(world: World, told: str):
    with world.installation.database.reading() as session:
        chain = json.dumps(records.events(session, world.status(told).id))
    assert str(world.chief.pseudonym) in chain
    assert str(world.communicator.pseudonym) in chain
    assert "@" not in chain
    assert re.search(r"\bp\d{4}\b", chain) is None


def test_the_record_names_the_very_bytes_that_went_out(world: World, told: str):
    from hashlib import sha256

    with world.installation.database.reading() as session:
        events = records.events(session, world.status(told).id)
    artefacts = {event["detail"]["artefact"] for event in events if event["what"] == "sent"}
    assert {sha256(message.content).hexdigest() for message in world.smtp.messages} <= artefacts


def test_an_approval_names_the_text_it_is_of(world: World, told: str):
    with world.installation.database.reading() as session:
        events = records.events(session, world.status(told).id)
    approved = next(event for event in events if event["what"] == "approved")
    assert approved["detail"]["content"] == world.status(told).content_hash


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("board_up", "(announcement, workplace, actor) SELECT a.id, 'x', a.author"),
        ("tick", "(step, actor, note) SELECT s.id, a.author, ''"),
    ],
)
def test_what_somebody_opened_without_its_event_is_found(world: World, table: str, row: str):
    published(world)
    world.owner.execute(
        f"INSERT INTO announcer.{table} {row} FROM announcer.announcement a"
        " JOIN announcer.step s ON s.announcement = a.id LIMIT 1"
    )
    with world.installation.database.reading() as session:
        (fault,) = verifying.verify(session)
    assert fault.what == f"a row in {table} without its event"
