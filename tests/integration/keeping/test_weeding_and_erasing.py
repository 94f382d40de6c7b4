"""What goes when its time has come, what stays, and what nobody can be asked about again."""

import dataclasses
import hashlib

import pytest

from announcer.db.engine import Database
from announcer.domain.errors import NotAllowed, NotFound, SetupError
from announcer.domain.policy import Policy, Retention, load_policy
from announcer.services import (
    arriving,
    calling,
    erasing,
    holding,
    reading,
    records,
    returning,
    verifying,
    weeding,
    writing,
)
from tests.integration.promise.way import SMALL, approve, decided, newsrooms, to_the_press
from tests.world import POLICY, World

DECISION = "KS 2026/12 § 3"


@pytest.fixture
def policy() -> Policy:
    rules = {"decision": DECISION, "drafts": "0 s", "recipients": "365 d"}
    found = load_policy(POLICY)
    return found.model_copy(update={"retention": Retention.model_validate(rules)})


@pytest.fixture
def owner(world: World):
    database = Database(world.owner_url)
    yield database
    database.dispose()


def everything_stored(world: World) -> str:
    """Every row of every table as text: what a search of the whole database would find."""
    tables = [
        name
        for (name,) in world.owner.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace IN ('announcer'::regnamespace, 'newsroom'::regnamespace)"
        ).fetchall()
    ]
    rows = []
    for table in tables:
        rows += world.owner.execute(
            f"SELECT encode(convert_to(t::text, 'UTF8'), 'escape') FROM {table} t"
        ).fetchall()
    blobs = world.owner.execute("SELECT encode(content, 'escape') FROM announcer.blob").fetchall()
    return "\n".join(row[0] for row in (*rows, *blobs))


def with_a_rewritten_text(world: World) -> str:
    """An announcement whose first text was thrown away, and went out in its second."""
    public_id = world.decision("Första ordet KANARIEFÅGEL", SMALL)
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        content = records.content_of(session, records.newest_revision(session, row.id))
    writing.edit(
        world.installation,
        world.chief,
        public_id,
        dataclasses.replace(content, title="Andra ordet"),
    )
    return public_id


def test_a_draft_goes_when_it_is_closed_and_the_record_still_agrees(world, owner, policy):
    public_id = with_a_rewritten_text(world)
    assert weeding.weed(owner, policy)["drafts"] == 0, "not while it is under way"
    approve(world, public_id)
    world.settle()
    to_the_press(world, public_id)
    assert "KANARIEF" in everything_stored(world)
    assert weeding.weed(owner, policy)["drafts"] == 1
    assert "KANARIEF" not in everything_stored(world)
    with world.installation.database.reading() as session:
        assert list(verifying.verify(session)) == []
        about = records.find(session, public_id).id
        weeded = [e for e in records.events(session, about) if e["what"] == "drafts weeded"]
    assert [e["detail"] for e in weeded] == [{"decision": DECISION, "count": 1}]
    page = reading.reader_of(world.somebody("bibliotek"))
    with world.installation.database.reading() as session:
        assert (
            reading.page(session, world.installation, page, public_id).content.title
            == "Andra ordet"
        )
    assert weeding.weed(owner, policy)["drafts"] == 0, "once"


def test_why_a_text_was_given_back_goes_with_the_drafts_and_its_hash_stays(world, owner, policy):
    public_id = world.decision(audience=SMALL)
    reason = "Skriv om stycket om KANARIEFÅGELN."
    returning.give_back(world.installation, world.communicator, public_id, reason)
    returning.take_back(world.installation, world.communicator, public_id)
    approve(world, public_id)
    world.settle()
    to_the_press(world, public_id)
    assert "KANARIEF" in everything_stored(world)
    weeding.weed(owner, policy)
    assert "KANARIEF" not in everything_stored(world)
    assert hashlib.sha256(reason.encode()).hexdigest() in everything_stored(world)


def test_who_it_was_sent_to_goes_after_the_time_of_the_decision(world, owner, policy):
    public_id = decided(world)
    world.settle()
    to_the_press(world, public_id)
    address = min(newsrooms(world))
    for contact in newsrooms(world):
        erasing.erase_press_contact(world.installation, world.communicator, contact.upper())
    assert weeding.weed(owner, policy)["recipients"] == 0
    assert address in everything_stored(world), "what was sent waits for weeding"
    world.advance(days=366)
    assert weeding.weed(owner, policy)["recipients"] > 0
    assert address not in everything_stored(world)
    with world.installation.database.reading() as session:
        assert list(verifying.verify(session)) == []


def test_who_was_called_goes_with_the_recipients_and_their_mail_with_the_drafts(
    world, owner, policy
):
    public_id = world.decision("KANARIEFÅGEL", SMALL)
    with world.installation.database.transaction("tick") as session:
        row = records.find(session, public_id, lock=True)
        calling.call(session, row, "x", ("enhetschef",), "Väntar på att texten godkänns.")
    world.settle()
    assert world.staff_mail()

    def called() -> object:
        (found,) = world.owner.execute("SELECT reached FROM announcer.call").fetchall()
        return found[0]

    assert called() == [world.chief.pseudonym]
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    weeding.weed(owner, policy)
    assert called() == [world.chief.pseudonym]
    assert "KANARIEF" not in everything_stored(world)
    world.advance(days=366)
    weeding.weed(owner, policy)
    assert called() == []
    with world.installation.database.reading() as session:
        assert list(verifying.verify(session)) == []


def test_without_a_decision_nothing_is_weeded(world, owner):
    with pytest.raises(SetupError, match=r"\[retention\]"):
        weeding.weed(owner, load_policy(POLICY).model_copy(update={"retention": None}))


def test_the_gate_stands_again_after_weeding(world, owner, policy):
    weeding.weed(owner, policy)
    enabled = world.owner.execute(
        "SELECT bool_and(tgenabled = 'O') FROM pg_trigger WHERE NOT tgisinternal"
    ).fetchone()
    assert enabled == (True,)


def test_an_erased_person_is_nowhere_but_in_pseudonym(world):
    public_id = decided(world)
    author = world.chief
    key = reading.create_feed_token(world.installation, author)
    glance = world.installation.database.glance
    assert arriving.arrive_with_key(glance, key)[1] == reading.reader_of(author)
    with pytest.raises(NotAllowed):
        erasing.erase_person(world.installation, author, author.directory_id)
    erasing.erase_person(world.installation, world.communicator, author.directory_id)
    assert author.directory_id not in everything_stored(world)
    assert arriving.arrive_with_key(glance, key)[1] is None
    with world.installation.database.reading() as session:
        events = records.events(session, records.find(session, public_id).id)
        assert list(verifying.verify(session)) == []
    assert events[0]["who"] == str(author.pseudonym)
    with pytest.raises(NotFound):
        erasing.erase_person(world.installation, world.communicator, author.directory_id)


def test_a_wildcard_is_no_address(world):
    with pytest.raises(NotFound):
        erasing.erase_press_contact(world.installation, world.communicator, "%")
