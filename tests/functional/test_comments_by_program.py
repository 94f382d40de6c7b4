"""Comments on a text that waits, over the API and on the command line."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from announcer.domain.audience import Person
from announcer.domain.errors import NotFound, Refusal
from announcer.services import reviewing, tokens
from announcer.services.tokens import Scope
from tests.functional.test_api import Caller, is_problem
from tests.functional.test_approving_together import typed
from tests.world import World

__all__ = ["typed"]

QUOTE = "Fritids öppnar klockan 6, precis som i dag."
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def text(world: World) -> str:
    return world.example("02")


def caller(world: World, person: Person, *scopes: Scope) -> Caller:
    who, asked = world.communicator, scopes or tuple(Scope)
    token = tokens.create(
        world.installation, who, person.directory_id, asked, "", timedelta(days=1)
    )
    return Caller(world, token)


def say(world: World, text: str, **fields: Any) -> dict[str, Any]:
    return {"content_hash": world.status(text).content_hash, "words": "Vilken dag?", **fields}


def test_an_approvers_system_says_it_and_the_authors_ticks_it_off(world: World, text: str) -> None:
    desk, author = caller(world, world.communicator), caller(world, world.chief)
    where = f"/announcements/{text}/comments"
    body = say(world, text, quote=QUOTE)
    assert [desk.post(where, body).json()["changed"] for _ in range(2)] == [True, False]
    (one,) = author.get(where).json()["comments"]
    assert (one["words"], one["quote"], one["field"]) == ("Vilken dag?", QUOTE, "text")
    assert (one["roles"], one["mine"], one["done"], one["moved_away"]) == (
        ["informationsenheten"],
        False,
        False,
        False,
    )
    ticked = f"{where}/{one['id']}/done"
    assert [author.post(ticked).json()["changed"] for _ in range(2)] == [True, False]
    assert author.post(f"{where}/{NOBODY}/done").json()["changed"] is False
    assert [one["done"] for one in author.get(where).json()["comments"]] == [True]


def test_words_that_are_not_there_and_another_text_are_refused(world: World, text: str) -> None:
    desk, where = caller(world, world.communicator), f"/announcements/{text}/comments"
    for wrong, why in (
        ({"quote": "Det står ingenstans"}, "”Det står ingenstans” står inte i texten."),
        ({"content_hash": "0" * 64}, "Texten har ändrats sedan du läste den."),
    ):
        answer = desk.post(where, say(world, text, **wrong))
        assert is_problem(answer, "refused")
        assert why in answer.text
    assert desk.get(where).json()["comments"] == []


def test_whoever_may_follow_it_but_not_read_it_yet_is_told_of_no_comment(
    world: World, text: str
) -> None:
    stranger = caller(world, world.somebody("bibliotek", "medarbetare"))
    assert is_problem(stranger.get(f"/announcements/{text}/comments"), "not-found")


def test_once_it_is_approved_none_is_left_and_none_is_taken(world: World, text: str) -> None:
    desk, where = caller(world, world.communicator), f"/announcements/{text}/comments"
    desk.post(where, say(world, text))
    reviewing.approve(world.installation, world.communicator, text)
    assert desk.get(where).json()["comments"] == []
    assert is_problem(desk.post(where, say(world, text)), "refused")


def test_the_command_line_says_lists_and_ticks_off(
    world: World, text: str, typed: Callable[..., str]
) -> None:
    desk, author = world.communicator, world.chief
    assert "Ingen har kommenterat texten." in typed(desk, "comments", text)
    with pytest.raises(Refusal, match="”ingenstans” står inte i texten"):
        typed(desk, "comments", text, "--say", "Vad?", "--about", "ingenstans")
    typed(desk, "comments", text, "--say", "Vilken dag?", "--about", QUOTE)
    listed = typed(author, "comments", text)
    assert [line.strip() for line in listed.splitlines()[1:]] == [
        "Vilken dag?",
        "Informationsenheten",
    ]
    short = listed.split()[0]
    assert listed.startswith(f"{short}  ”{QUOTE}”")
    with pytest.raises(NotFound, match="ingen kommentar ”x”"):
        typed(author, "comments", text, "--done", "x")
    assert "Kommentaren är avbockad." in typed(author, "comments", text, "--done", short)
    assert "Klar" in typed(author, "comments", text)
