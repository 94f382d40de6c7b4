"""A text that was given back with a reason is approved by nobody, until it is another or taken up."""

import hashlib
from pathlib import Path
from typing import Any

import psycopg
import pytest

from announcer.domain.audience import Person
from announcer.domain.errors import NotAllowed, Refusal
from announcer.domain.manuscript import read_manuscript
from announcer.services import records, returning, reviewing, status, writing
from tests.integration.promise.way import SMALL
from tests.world import BESLUT, World, laid_over_hallefors

REASON = "Datumet i andra stycket stämmer inte."


@pytest.fixture
def world(make_world: Any, tmp_path: Path) -> World:
    """Where two must approve."""
    chain = 'classes.beslut.approval = { by = [], each = ["informationsenheten", "chef"] }'
    return make_world(policy=laid_over_hallefors(tmp_path, chain))


@pytest.fixture
def text(world: World) -> str:
    return world.decision(audience=SMALL)


def manager(world: World) -> Person:
    return world.somebody("kost", "chef")


def approve(world: World, who: Person, text: str) -> bool:
    return reviewing.approve(world.installation, who, text)


def give_back(world: World, who: Person, text: str, reason: str = REASON) -> bool:
    return returning.give_back(world.installation, who, text, reason)


def test_nobody_approves_it_and_the_author_sees_why_and_from_whom(world: World, text: str):
    assert give_back(world, world.communicator, text)
    assert not give_back(world, manager(world), text), "once is enough"
    for who in (manager(world), world.communicator):
        with pytest.raises(Refusal, match=f"återlämnad: {REASON}"):
            approve(world, who, text)
    (mine,) = status.by_author(world.installation, world.chief.pseudonym)
    assert mine.state == "in_review"
    assert mine.standing
    assert mine.standing.given_back
    assert mine.standing.given_back.reason == REASON
    assert mine.standing.given_back.roles == ("informationsenheten",)


def test_when_it_is_changed_it_can_be_approved(world: World, text: str):
    give_back(world, world.communicator, text)
    changed = read_manuscript(
        BESLUT.format(title="Rätt datum", audience=SMALL).encode(), lambda _: b""
    )
    writing.edit(world.installation, world.chief, text, changed)
    assert approve(world, manager(world), text)
    assert approve(world, world.communicator, text)
    world.settle()
    assert world.staff_mail()


def test_whoever_gave_it_back_takes_that_back_and_what_was_approved_counts_again(
    world: World, text: str
):
    approve(world, manager(world), text)
    give_back(world, world.communicator, text)
    for who in (manager(world), world.chief):
        with pytest.raises(NotAllowed, match="Bara den som lämnade tillbaka"):
            returning.take_back(world.installation, who, text)
    assert returning.take_back(world.installation, world.communicator, text)
    assert not returning.take_back(world.installation, world.communicator, text)
    assert approve(world, world.communicator, text)
    world.settle()
    assert world.staff_mail()


def test_also_somebody_who_has_approved_can_give_it_back_while_others_are_missing(
    world: World, text: str
):
    approve(world, world.communicator, text)
    assert give_back(world, world.communicator, text)
    with pytest.raises(Refusal, match="återlämnad"):
        approve(world, manager(world), text)
    world.settle()
    assert world.smtp.messages == []


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1001])
def test_without_a_reason_that_can_be_read_it_is_not_given_back(world: World, text: str, reason):
    with pytest.raises(Refusal, match="Skriv varför"):
        give_back(world, world.communicator, text, reason)


def test_who_may_not_approve_may_not_give_back(world: World, text: str):
    for who in (world.chief, world.somebody("bibliotek", "medarbetare")):
        with pytest.raises(NotAllowed, match="Bara den som får godkänna"):
            give_back(world, who, text)


def test_what_is_planned_is_not_given_back(world: World, text: str):
    approve(world, world.communicator, text)
    approve(world, manager(world), text)
    with pytest.raises(Refusal, match="väntar inte på godkännande"):
        give_back(world, world.communicator, text)


def test_the_chain_says_who_and_when_and_keeps_of_the_reason_its_hash(world: World, text: str):
    give_back(world, world.communicator, text)
    returning.take_back(world.installation, world.communicator, text)
    with world.installation.database.reading() as session:
        chain = records.events(session, records.find(session, text).id)
    given, taken = chain[-2:]
    assert (given["what"], taken["what"]) == ("given back", "return taken back")
    assert given["who"] == taken["who"] == str(world.communicator.pseudonym)
    assert given["detail"]["roles"] == ["informationsenheten"]
    assert given["detail"]["reason_sha256"] == hashlib.sha256(REASON.encode()).hexdigest()
    assert REASON not in str(chain)


def test_the_database_takes_no_approval_of_it_past_every_service(world: World, text: str):
    give_back(world, world.communicator, text)
    say = (
        "INSERT INTO announcer.approval (revision, approver, content_hash, roles)"
        " SELECT r.id, %s, r.content_hash, '{chef}' FROM announcer.revision r"
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="given back is not approved"):
        world.owner.execute(say, [manager(world).pseudonym])
    with pytest.raises(psycopg.errors.CheckViolation, match="taken back once"):
        world.owner.execute("UPDATE announcer.returned SET reason = 'x'")
    returning.take_back(world.installation, world.communicator, text)
    world.owner.execute(say, [manager(world).pseudonym])
