"""Asking a colleague to read a draft: what the database lets nobody do, and a mail that is not lost."""

from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest

from announcer.domain.audience import Person
from announcer.domain.errors import NotFound, Refusal
from announcer.services import drafting, proofreading, proofreading_by_mail, remarking
from tests.doubles.recording_smtp import Rules, Stage
from tests.integration.promise.way import Died
from tests.world import World

FIELDS = [("rubrik", "Tidig stängning"), ("text", "Vi stänger på fredag.")]


def writer(world: World) -> Person:
    return world.chief


def reader(world: World) -> Person:
    return world.somebody("kost", "medarbetare")


def asked(world: World) -> str:
    """Asks; the id of what there is to read."""
    draft = drafting.save(world.installation, writer(world), "", 0, "information", FIELDS, [])
    whom = reader(world).directory_id
    proofreading.ask(world.installation, writer(world), draft.public_id, whom, "")
    with world.installation.database.reading() as session:
        (one,) = proofreading.to_read(session, reader(world))
    return str(one.id)


def as_app(world: World) -> psycopg.Connection:
    return psycopg.connect(world.config.database_url.replace("+psycopg", ""), autocommit=True)


def test_the_programs_cannot_put_other_words_before_the_reader_nor_into_their_mouth(world: World):
    one = asked(world)
    remarking.remark(world.installation, reader(world), one, 1, "Vilken fredag?")
    with as_app(world) as app:
        stamped = (
            "INSERT INTO announcer.remark (id, proofreading, field, quote, start, words, at)"
            f" VALUES (gen_random_uuid(), '{one}', '', '', 0, 'x', now())"
        )
        for forbidden in (
            stamped,
            "UPDATE announcer.proofreading SET fields = '[]'",
            "UPDATE announcer.proofreading SET reader = gen_random_uuid()",
            "UPDATE announcer.remark SET words = 'Bra.'",
            "DELETE FROM announcer.remark",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_what_is_read_is_what_its_owner_had_saved(world: World):
    one = asked(world)
    found = proofreading.requested(world.installation, reader(world), one)
    assert list(found.text.fields) == FIELDS
    assert found.writer.pseudonym == writer(world).pseudonym


@pytest.mark.parametrize(
    ("column", "value"), [("words", "x" * 1001), ("words", ""), ("quote", "x" * 2001)]
)
def test_the_database_bounds_what_is_said(world: World, column: str, value: str):
    one = asked(world)
    said = {"words": "x", "quote": "", column: value}
    with as_app(world) as app, pytest.raises(psycopg.errors.CheckViolation):
        app.execute(
            "INSERT INTO announcer.remark (id, proofreading, field, quote, start, words)"
            " VALUES (%s, %s, '', %s, 0, %s)",
            (uuid4(), one, said["quote"], said["words"]),
        )


def test_the_database_takes_nothing_from_one_who_is_done_and_asks_nobody_about_their_own(
    world: World,
):
    one = asked(world)
    proofreading.done(world.installation, reader(world), one)
    with as_app(world) as app:
        with pytest.raises(psycopg.errors.CheckViolation, match="asked to read is remarked on"):
            app.execute(
                "INSERT INTO announcer.remark (id, proofreading, field, quote, start, words)"
                " VALUES (%s, %s, '', '', 0, 'x')",
                (uuid4(), one),
            )
        with pytest.raises(psycopg.errors.CheckViolation, match="their own draft"):
            app.execute(
                "INSERT INTO announcer.proofreading (id, draft, reader, message)"
                " SELECT gen_random_uuid(), public_id, owner, '' FROM announcer.draft"
            )


@pytest.mark.parametrize("words", ["", " \n", "x" * 1001])
def test_nothing_or_too_much_is_not_said(world: World, words: str):
    one = asked(world)
    with pytest.raises(Refusal, match="Skriv en kommentar med högst 1000 tecken"):
        remarking.remark(world.installation, reader(world), one, 1, words)


def test_the_same_is_said_once_and_not_more_than_enough(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("announcer.services.remarking.MOST_REMARKS", 1)
    one = asked(world)
    said = [remarking.remark(world.installation, reader(world), one, 1, "Bra.") for _ in range(2)]
    assert said == [True, False]
    with pytest.raises(Refusal, match="Prata med varandra"):
        remarking.remark(world.installation, reader(world), one, 1, "Bättre.")


def test_a_reference_that_is_none_is_not_found(world: World):
    with pytest.raises(NotFound):
        proofreading.requested(world.installation, reader(world), "x")


def test_a_mail_server_that_is_away_delays_the_mail_and_loses_nothing(world: World):
    asked(world)
    world.smtp.rules = Rules(hang_up=Stage.GREETING)
    world.settle()
    assert world.smtp.messages == []
    world.smtp.rules = Rules()
    world.advance(minutes=30)
    world.settle()
    assert len(world.staff_mail()) == 1
    world.advance(days=1)
    world.settle()
    assert len(world.staff_mail()) == 1


def test_whoever_dies_after_the_mail_left_sends_it_again_under_the_same_name(
    make_world: Callable[..., World],
):
    dying = [True]

    def point(name: str) -> None:
        if name == "email: after send" and dying:
            dying.pop()
            raise Died

    world = make_world(point=point)
    asked(world)
    (one,) = proofreading_by_mail.claim(world.installation)
    with pytest.raises(Died):
        proofreading_by_mail.deliver(world.installation, one)
    assert proofreading_by_mail.claim(world.installation) == [], "leased"
    world.advance(seconds=61)
    world.settle()
    first, second = (message.content for message in world.smtp.messages)
    assert first == second


def test_what_is_taken_back_before_the_mail_left_is_not_mailed(world: World):
    one = asked(world)
    (leased,) = proofreading_by_mail.claim(world.installation)
    with world.installation.database.reading() as session:
        (mine,) = proofreading.readers(session, writer(world))
    proofreading.take_back(world.installation, writer(world), mine.draft, one)
    proofreading_by_mail.deliver(world.installation, leased)
    assert world.smtp.messages == []
