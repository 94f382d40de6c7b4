"""What an answer of the newsroom costs its database, in numbers that no machine's speed changes.

A time can be compared nowhere but on a quiet machine (``bench/silence.py``). What makes the time can
be compared everywhere: which questions are asked, and how many rows each step of their plans
touches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import event

from announcer.db.glance import Row
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from web.shared.shelf import Shelf

_EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF, FORMAT JSON) "
#: The names under which something is asked for, whatever it is.
PUBLIC_ID = "00112233445566aabb"
WORD = "ord"


@dataclass(frozen=True)
class Question:
    """One statement with its values, and what each step of its plan did with how many rows."""

    statement: str
    values: str
    steps: tuple[tuple[Any, ...], ...]


@contextmanager
def questions(newsroom: PublicHouse) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of the database meanwhile, with the values."""
    asked: list[tuple[str, Any]] = []
    glance, engine = newsroom.newsroom.database.glance, newsroom.newsroom.database._engine
    ask = glance.row

    def note(_c: object, _k: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    def note_glance(question: str, *values: str | None) -> Row:
        asked.append((question, values or None))
        return ask(question, *values)

    event.listen(engine, "before_cursor_execute", note)
    glance.row = note_glance  # type: ignore[method-assign]
    yield asked
    glance.row = ask  # type: ignore[method-assign]
    event.remove(engine, "before_cursor_execute", note)


def costs(
    newsroom: PublicHouse, public_id: str, word: str, file_name: str, sha256: str
) -> dict[str, list[Question]]:
    """Of every kind of answer: made anew, given again, and to somebody who says to have it already.

    ``sha256`` is what somebody who has the file would say. Id and word have the same names in what
    is found, whatever they were.
    """
    newsroom.app.extensions["newsroom shelf"] = Shelf()
    reader = Reader(newsroom.url)
    paths = (
        *(f"/nyheter/{public_id}", f"/nyheter/{public_id}/filer/{file_name}", f"/sok?q={word}"),
        *("/", "/sitemap.xml", *(f"/floden/nyheter.{one}" for one in ("rss", "atom", "json"))),
    )
    reader.get("/readyz")  # whoever comes first waits for a connection to be made
    found = {}
    for path in paths:
        tag = f'"{sha256}"'
        for how in ("anew", "again", "who has it"):
            headers = {"If-None-Match": tag} if how == "who has it" else {}
            with questions(newsroom) as asked:
                answer = reader.get(path, **headers)
            tag = answer.headers.get("etag", tag)
            named = f"{how}: {path}".replace(public_id, PUBLIC_ID).replace(word, WORD)
            found[named] = [_explained(newsroom, public_id, word, *one) for one in asked]
    return found


def _explained(
    newsroom: PublicHouse, public_id: str, word: str, statement: str, values: Any
) -> Question:
    url = newsroom.newsroom.database.url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        row = connection.execute((_EXPLAIN + statement).encode(), values).fetchone()
    assert row
    named = repr(values).replace(public_id, PUBLIC_ID).replace(word, WORD)
    return Question(statement, named, tuple(_steps(row[0][0]["Plan"])))


def _steps(plan: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Every step of a plan: what it is, how often it ran, the rows it gave and threw away."""
    removed = sorted((key, rows) for key, rows in plan.items() if key.startswith("Rows Removed"))
    yield plan["Node Type"], plan["Actual Loops"], plan["Actual Rows"], *removed
    for below in plan.get("Plans", []):
        yield from _steps(below)
