"""(g) Whether the newsroom takes as long over what is being prepared as over what never was.

Nobody should learn from a stopwatch that a draft exists: its address, its file and its title in a
search are asked for in turn with an address, a file and a word that nobody ever had.
"""

import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from announcer.domain.announcement import Attachment
from announcer.domain.manuscript import read_manuscript
from announcer.services import reviewing, writing
from bench.estate import Estate, running, wait_until
from bench.table import Line, median, ratio
from bench.web import published

TITLE = "Kvarnhjulsfärden"
#: As long as the title, in letters and in bytes; nobody has written it.
NONSENSE = "Skrattmåsarnas11"
#: As long as a public id.
NEVER_WAS = "00112233445566aabb"
FILE = "lavskrikan.svg"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'
DRAFT = f"""+++
class = "beslut"
unit = "bildning"
title = "{TITLE}"
summary = "Sandstensmuren rivs i vår."
audience = ["bibliotek"]
contact = "Rektor, 0591-555 10"
record_number = "BN 2026-1"
+++

Det här händer sedan.
"""


@dataclass(frozen=True)
class Question:
    """What is asked about the draft, the same about nothing, and the status that both must get."""

    what: str
    of_the_draft: str
    of_nothing: str
    status: int


def measure(*, quick: bool) -> list[Line]:
    """The lines of this part."""
    rounds = 100 if quick else 1_000
    with running() as estate:
        published(estate, 5 if quick else 20)
        questions = list(_about(_prepared(estate)))
        return [_measured(estate.newsroom_port, question, rounds) for question in questions]


def _prepared(estate: Estate) -> str:
    """A decision that staff have and the public has not, since nobody releases it; its public id."""
    content = replace(
        read_manuscript(DRAFT.encode(), lambda _: b""),
        attachments=(Attachment(FILE, "image/svg+xml", DRAWING, "En lavskrika"),),
    )
    author = estate.chief_of(content.unit)
    public_id = writing.submit(estate.installation, author, content).public_id
    assert reviewing.approve(estate.installation, estate.communicator, public_id)
    query = (
        "SELECT count(*) FROM announcer.step s JOIN announcer.announcement a"
        " ON a.id = s.announcement WHERE a.public_id = %s AND s.confirmed_at IS NOT NULL"
    )
    with estate.owner() as owner:
        wait_until(
            "staff can read the draft",
            lambda: owner.execute(query, [public_id]).fetchone() == (1,),
        )
    return public_id


def _about(draft: str) -> Iterator[Question]:
    page, nowhere = f"/nyheter/{draft}", f"/nyheter/{NEVER_WAS}"
    yield Question("address of a draft", page, nowhere, 404)
    yield Question("file of a draft", f"{page}/filer/{FILE}", f"{nowhere}/filer/{FILE}", 404)
    yield Question(
        "title of a draft, searched", f"/sok?q={quote(TITLE)}", f"/sok?q={quote(NONSENSE)}", 200
    )


def _measured(port: int, question: Question, rounds: int) -> Line:
    """Turn by turn, each first every other time, so that noise and order meet both."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    took: dict[str, list[float]] = {question.of_the_draft: [], question.of_nothing: []}
    lengths = set()
    for number in range(rounds + 1):
        for path in sorted(took, reverse=bool(number % 2)):
            begin = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            took[path].append((time.perf_counter() - begin) * 1000)
            assert answer.status == question.status, (path, answer.status)
            lengths.add(len(body))
    connection.close()
    assert len(lengths) == 1, "another answer for a draft than for nothing"
    draft, nothing = (median(found[1:]) for found in took.values())  # the first does not count
    return Line(
        "g", question.what, "ms", draft, "what never was", nothing, ratio(least=0.9, most=1.1)
    )
