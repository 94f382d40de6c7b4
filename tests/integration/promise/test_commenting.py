"""Comments on a text that waits for approval: for those who may read it, and no longer than it waits."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import text as sql

from announcer.domain.audience import Person
from announcer.domain.change import CorrectionKind
from announcer.domain.errors import NotFound, Refusal
from announcer.domain.manuscript import read_manuscript
from announcer.plain_language.passage import Passage, passages
from announcer.services import (
    commenting,
    correcting,
    erasing,
    holding,
    records,
    reviewing,
    writing,
)
from announcer.services.commenting import Comment
from tests.integration.promise.way import SMALL
from tests.world import BESLUT, World

WORDS = "Säg vilken dag det börjar."


@pytest.fixture
def text(world: World) -> str:
    return world.decision(audience=SMALL)


def last(world: World, text: str) -> Passage:
    return passages(newest(world, text).content)[-1]


def newest(world: World, text: str) -> reviewing.Proposal:
    return reviewing.proposal(world.installation, world.communicator, text)


def say(
    world: World, text: str, who: Person | None = None, words: str = WORDS, whole: bool = False
) -> bool:
    about = None if whole else last(world, text)
    content_hash = newest(world, text).content_hash
    someone = who or world.communicator
    return commenting.comment(world.installation, someone, text, content_hash, words, about)


def of(world: World, text: str, who: Person | None = None) -> list[Comment]:
    content = newest(world, text).content
    return commenting.of(world.installation, who or world.chief, text, content)


def rewrite(world: World, text: str, body: str, title: str = "Skolan börjar senare") -> None:
    manuscript = BESLUT.format(title=title, audience=SMALL).replace("Det här händer nu.", body)
    content = read_manuscript(manuscript.encode(), lambda _: b"")
    writing.edit(world.installation, world.chief, text, content)


def left(world: World) -> Any:
    with world.installation.database.reading() as session:
        return session.scalar(sql("SELECT count(*) FROM announcer.comment"))


def test_the_author_reads_what_is_said_of_which_passage_and_in_which_role(world: World, text: str):
    assert say(world, text)
    assert not say(world, text), "once is enough"
    (one,) = of(world, text)
    assert (one.words, one.quote, one.field) == (WORDS, "Det här händer nu.", "text")
    assert one.place == (0, len("Det här händer nu."))
    assert one.roles == ("informationsenheten",)
    assert (one.mine, one.can_tick, one.is_done) == (False, True, False)


def test_it_follows_its_passage_through_a_changed_text_and_says_where_that_is_gone(
    world: World, text: str
):
    say(world, text)
    rewrite(world, text, "Först något annat.\n\nDet här **händer** nu.")
    (one,) = of(world, text)
    assert one.place == (20, 42)
    assert not one.is_moved_away
    rewrite(world, text, "Något annat.")
    (one,) = of(world, text)
    assert one.is_moved_away


def test_a_text_that_has_changed_since_it_was_read_is_not_commented_on(world: World, text: str):
    before = newest(world, text).content_hash
    rewrite(world, text, "Något annat.")
    with pytest.raises(Refusal, match="har ändrats sedan du läste den"):
        commenting.comment(world.installation, world.communicator, text, before, WORDS)


def test_only_who_may_read_it_says_or_sees_or_ticks_off(world: World, text: str):
    say(world, text)
    stranger = world.somebody("bibliotek", "medarbetare")
    (one,) = of(world, text)
    for act in (
        lambda: say(world, text, stranger),
        lambda: of(world, text, stranger),
        lambda: commenting.tick_off(world.installation, stranger, text, [one.id]),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_author_ticks_it_off_once_and_of_this_text_alone(world: World, text: str):
    say(world, text)
    other = world.decision("En annan", audience=SMALL)
    (one,) = of(world, text)
    ticked = [
        commenting.tick_off(world.installation, world.chief, about, [one.id])
        for about in (other, text, text)
    ]
    assert ticked == [0, 1, 0]
    (one,) = of(world, text)
    assert one.is_done
    assert not one.can_tick


@pytest.mark.parametrize("words", ["", " \n", "x" * 1001])
def test_nothing_or_too_much_is_not_said(world: World, text: str, words: str):
    with pytest.raises(Refusal, match="Skriv en kommentar med högst 1000 tecken"):
        say(world, text, words=words)


def test_when_the_text_is_approved_they_are_gone_and_the_chain_has_their_hash(
    world: World, text: str
):
    say(world, text)
    say(world, text, whole=True)
    reviewing.approve(world.installation, world.communicator, text)
    assert left(world) == 0
    with world.installation.database.reading() as session:
        chain = records.events(session, records.find(session, text).id)
    said = [one for one in chain if one["what"] == "commented"]
    assert [len(one["detail"]["sha256"]) for one in said] == [64, 64]
    assert WORDS not in str(chain)
    with pytest.raises(Refusal, match="väntar inte på godkännande"):
        say(world, text)


def test_when_it_is_withdrawn_they_are_gone(world: World, text: str):
    say(world, text)
    holding.withdraw(world.installation, world.communicator, text, "fel")
    assert left(world) == 0


@pytest.mark.parametrize("way", ["approved", "taken back", "withdrawn"])
def test_of_a_correction_too_whichever_way_it_ends(world: World, text: str, way: str):
    reviewing.approve(world.installation, world.communicator, text)
    world.settle()
    manuscript = BESLUT.format(title="Skolan börjar klockan 9", audience=SMALL).encode()
    content = read_manuscript(manuscript, lambda _: b"")
    correcting.propose(
        world.installation, world.chief, text, content, CorrectionKind.REAL, {"sv": "Klockan 9."}
    )
    say(world, text)
    assert left(world) == 1
    if way == "approved":
        reviewing.approve(world.installation, world.communicator, text)
    elif way == "taken back":
        correcting.take_back(world.installation, world.chief, text)
    else:
        holding.withdraw(world.installation, world.communicator, text, "fel")
    assert left(world) == 0


def test_whoever_is_erased_leaves_no_comment(world: World, text: str):
    say(world, text)
    head = world.somebody("info", "chef")
    erasing.erase_person(world.installation, head, world.communicator.directory_id)
    assert left(world) == 0


def test_the_database_takes_none_of_a_text_that_does_not_wait(world: World, text: str):
    say(world, text)
    reviewing.approve(world.installation, world.communicator, text)
    with pytest.raises(psycopg.errors.CheckViolation, match="only a text that waits"):
        world.owner.execute(
            "INSERT INTO announcer.comment (id, announcement, revision, author, roles, field, quote,"
            " start, words) SELECT gen_random_uuid(), r.announcement, r.id, r.author, '{}', '', '',"
            " 0, 'x' FROM announcer.revision r"
        )
