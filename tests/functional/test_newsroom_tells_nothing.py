"""Before release, and after the withdrawal of something never sent, the newsroom is the same as if
the announcement did not exist: every page, feed, list, search and guess, byte for byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from announcer.services import holding
from tests.functional.newsroom_way import correct, out, out_with_files, with_files
from tests.integration.promise.way import approve, open_window, release
from tests.public_house import PublicHouse
from tests.public_visitor import Answer, Reader, searches
from tests.world import World

TITLE = "Kvarnhjulsresan"
BODY = "Sandstensmuren rivs i vår."
PICTURE = "lavskrikan.svg"
WORDS = (TITLE, "sandstensmuren", "lavskrikan", "Kvarnhjul", '"rivs i vår"')
#: As long as a public id.
RANDOM = "00112233445566aabb"


def guesses(public_id: str) -> list[str]:
    """What somebody would ask for who knows or guesses names."""
    page = f"/nyheter/{public_id}"
    return [
        *(page, f"{page}?sprak=fi", f"{page}/", f"{page}/filer/{PICTURE}"),
        *(f"{page}/filer/tider.pdf", f"{page}/filer/", f"{page}/bilagor/{PICTURE}"),
        *(f"{page}/affisch.pdf", f"{page}.json", f"/floden/{public_id}.rss"),
    ]


def seen(newsroom: PublicHouse, public_id: str) -> dict[str, Answer]:
    """Everything there is to see, with guesses under the name ``RANDOM`` whatever they were."""
    found = Reader(newsroom.url).crawl(*searches(*WORDS), *guesses(public_id))
    return {path.replace(public_id, RANDOM): answer for path, answer in found.items()}


def test_nothing_shows_before_release_nor_after_the_withdrawal_of_what_was_never_sent(
    world: World, newsroom: PublicHouse
) -> None:
    out(world)
    correct(world, out_with_files(world), "Klockan 8.30, inte 8.40.")
    before = seen(newsroom, RANDOM)
    assert before[f"/nyheter/{RANDOM}"].status == 404
    assert len([path for path in before if path.startswith("/nyheter/")]) > 8  # it did read

    draft = with_files(world, TITLE, BODY, PICTURE)
    assert seen(newsroom, draft) == before, "in review"
    approve(world, draft)
    world.settle()
    assert world.step(draft, "intranet").confirmed_at
    assert seen(newsroom, draft) == before, "while staff are first"
    holding.hold(world.installation, world.communicator, draft, "Fel datum")
    assert seen(newsroom, draft) == before, "held"
    holding.resume(world.installation, world.communicator, draft)
    release(world, draft)
    world.settle()
    assert seen(newsroom, draft) == before, "released, with the window open"
    holding.withdraw(world.installation, world.communicator, draft, "Upphävt")
    open_window(world, draft)
    world.settle()
    assert seen(newsroom, draft) == before, "withdrawn and never sent"


def test_the_same_eyes_see_it_once_it_is_out(world: World, newsroom: PublicHouse) -> None:
    """Or the test above would prove nothing."""
    draft = approve(world, with_files(world, TITLE, BODY, PICTURE))
    world.settle()
    before = seen(newsroom, draft)
    release(world, draft)
    open_window(world, draft)
    world.settle()
    after = seen(newsroom, draft)
    changed = {path for path in after if before.get(path) != after[path]}
    page = f"/nyheter/{RANDOM}"
    assert {"/", "/sitemap.xml", page, f"HEAD {page}", f"{page}/filer/{PICTURE}"} <= changed
    assert {f"/floden/nyheter.{one}" for one in ("rss", "atom", "json")} <= changed
    assert set(searches(*WORDS[:2])) <= changed
    assert b"circle" in after[f"{page}/filer/{PICTURE}"].body


@contextmanager
def questions(newsroom: PublicHouse) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []
    glance, engine = newsroom.newsroom.glance, newsroom.newsroom.database._engine
    ask = glance._ask

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def note_glance(connection: psycopg.Connection[Any]) -> int:
        asked.append("version")
        return ask(connection)

    event.listen(engine, "before_cursor_execute", note)
    glance._ask = note_glance  # type: ignore[method-assign]
    yield asked
    glance._ask = ask  # type: ignore[method-assign]
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("secret", "nothing"),
    [
        ("/nyheter/{draft}", f"/nyheter/{RANDOM}"),
        (f"/nyheter/{{draft}}/filer/{PICTURE}", f"/nyheter/{RANDOM}/filer/{PICTURE}"),
        (f"/sok?q={TITLE}", "/sok?q=Skrattmasen1234"),
    ],
)
def test_what_is_not_out_costs_the_database_the_same_as_what_is_not(
    world: World, newsroom: PublicHouse, secret: str, nothing: str
) -> None:
    draft = approve(world, with_files(world, TITLE, BODY, PICTURE))
    world.settle()
    reader = Reader(newsroom.url)
    reader.get("/")
    with questions(newsroom) as of_the_draft:
        reader.get(secret.format(draft=draft))
    with questions(newsroom) as of_nothing:
        reader.get(nothing)
    assert of_the_draft == of_nothing
    assert of_nothing


def test_nothing_public_is_counted_before_it_is_out(world: World, newsroom: PublicHouse) -> None:
    """The number that the newsroom's pages are kept by moves with what is public, and only so."""

    def number() -> int:
        row = world.owner.execute("SELECT number FROM newsroom.change").fetchone()
        assert row
        return int(row[0])

    before = number()
    draft = approve(world, with_files(world, TITLE, BODY, PICTURE))
    world.settle()
    holding.withdraw(world.installation, world.communicator, draft, "Upphävt")
    assert number() == before
    gone = out(world)
    shown = number()
    assert shown > before
    holding.withdraw(world.installation, world.communicator, gone, "Fel")
    assert number() > shown
