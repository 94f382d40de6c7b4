"""(j) The information unit's desk with 500 announcements under way, beside the same desk with five."""

import http.client
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from announcer.domain.change import CorrectionKind
from announcer.domain.manuscript import read_manuscript
from announcer.services import correcting, holding, overview
from announcer.services.overview import PAGE, Question
from bench.estate import Estate, running, wait_until
from bench.filling import anew, copy, past_the_gate
from bench.table import Line, ours, percentile
from bench.wagtail import cookie

#: Milliseconds.
MOST = 100
MANY = 500
#: The desk, what an open one asks for every few seconds, and the longest list that it has.
PAGES = {
    "the desk": "/bevakning",
    "the desk, by itself": "/bevakning/nu",
    f"the desk, {PAGE} of one question": f"/bevakning?fraga={Question.NEEDS_YOU}",
}
TEXT = """+++
class = "information"
unit = "bibliotek"
title = "{title}"
summary = "Det här är en nyhet som är på väg, och den gäller dem som arbetar här."
audience = {audience}
contact = "Bibliotekets chef, 0591-555 10"
{more}
+++

## Det här gäller

Biblioteket har öppet längre på torsdagar. Den som arbetar då börjar senare på morgonen.
"""
OUTSIDE = '["bibliotek", "press"]'
INSIDE = '["bibliotek"]'
MEETING = 'channels = ["intranet", "poster", "meeting"]'
#: What no two announcements have alike.
_OWN = ", ".join(
    f"'{one}', md5('{one}' || (original.whole).id || n)" for one in ("public_id", "submitted_hash")
)
#: What one announcement is made of: the tables, and their columns that name a row of these tables.
COPIED = (
    ("announcement", ("id",), _OWN),
    ("revision", ("id", "announcement"), ""),
    ("approval", ("revision",), ""),
    ("correction", ("revision", "announcement"), ""),
    ("step", ("id", "announcement", "revision"), ""),
    ("meeting_unit", ("step",), ""),
    ("batch", ("id", "step"), ""),
    ("delivery", ("id", "batch", "step", "revision"), ""),
)


@dataclass(frozen=True)
class Sort:
    """Announcements of one sort: the question they stand under, and what makes them stand there."""

    title: str
    question: Question
    audience: str
    more: str = ""
    approve: bool = True
    afterwards: Callable[[Estate, str], object] | None = None

    @property
    def text(self) -> str:
        """One of them as a manuscript."""
        return TEXT.format(title=self.title, audience=self.audience, more=self.more)


def _hold(estate: Estate, public_id: str) -> None:
    holding.hold(estate.installation, estate.communicator, public_id, "Nämnden har frågor")


def _correct(estate: Estate, public_id: str) -> None:
    text = Sort("Rättad", Question.NEEDS_YOU, OUTSIDE).text
    correcting.propose(
        estate.installation,
        estate.chief_of("bibliotek"),
        public_id,
        read_manuscript(text.encode(), lambda _: b""),
        CorrectionKind.REAL,
        {"sv": "Rubriken var fel."},
    )


#: In equal parts.
SORTS = (
    Sort("Ogodkänd", Question.NEEDS_YOU, OUTSIDE, approve=False),
    Sort("Snart ute", Question.NEXT_OUT, OUTSIDE),
    Sort("Inne", Question.INSIDE, INSIDE, MEETING),
    Sort("Pausad", Question.WAITING, OUTSIDE, afterwards=_hold),
    Sort("Fel", Question.NEEDS_YOU, OUTSIDE, afterwards=_correct),
)


def measure(*, quick: bool) -> list[Line]:
    """The lines of this part."""
    times, many = (10, 25) if quick else (60, MANY)
    with running(imports=("units", "staff", "press")) as estate:
        signed_in = {"Cookie": cookie(estate, estate.communicator.directory_id)}
        found = []
        _first(estate)
        for each in (1, many // len(SORTS)):
            if each > 1:
                _copy(estate, each - 1)
            _check(estate, each)
            found.append(_asked(estate, signed_in, times))
    few, all_of_them = found
    return list(_lines(few, all_of_them, many))


def _lines(
    few: Mapping[str, list[float]], many: Mapping[str, list[float]], count: int
) -> Iterator[Line]:
    for what in PAGES:
        name = f"{what}, {count} under way"
        for share, label in ((0.5, "p50"), (0.95, "p95")):
            yield Line(
                "j",
                f"{name}, {label}",
                "ms",
                percentile(many[what], share),
                f"with {len(SORTS)}",
                percentile(few[what], share),
                ours(most=MOST),
            )


def _first(estate: Estate) -> None:
    """One of each sort, each on the way that the gate lets it go."""
    made = [(sort, estate.submit(sort.text, approve=sort.approve)) for sort in SORTS]
    with estate.owner() as owner:
        steps = "SELECT count(*), count(settled_at) FROM announcer.step WHERE channel = ANY(%s)"

        def are_up() -> bool:
            row = owner.execute(steps, [["intranet", "email", "poster"]]).fetchone()
            return row is not None and row[0] == row[1]

        wait_until("all is up that goes at once", are_up)
    for sort, public_id in made:
        if sort.afterwards:
            sort.afterwards(estate, public_id)


def _copy(estate: Estate, each: int) -> None:
    """So many more of each sort, past the gate."""
    superuser = past_the_gate(estate)
    for table, ids, more in COPIED:
        changed = ", ".join(filter(None, (anew(*ids), more)))
        copy(superuser, table, range(1, each + 1), changed, "true")
        superuser.execute(f"VACUUM (ANALYZE) announcer.{table}")
    superuser.close()


def _check(estate: Estate, each: int) -> None:
    wanted = Counter(sort.question for sort in SORTS)
    numbers = overview.of(estate.installation, estate.communicator).numbers
    assert numbers == {one: wanted[one] * each for one in Question}, f"{numbers} are under way"


def _asked(estate: Estate, headers: Mapping[str, str], times: int) -> dict[str, list[float]]:
    """Milliseconds of each page, one answer at a time; they take turns."""
    connection = http.client.HTTPConnection("127.0.0.1", estate.port, timeout=30)

    def ask(path: str) -> float:
        begin = time.perf_counter()
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - begin
        assert answer.status == 200, answer.status
        assert b'class="desk-row"' in body, "nothing is under way"
        return took * 1000

    for path in PAGES.values():
        ask(path)  # a first time, which does not count
    turns = [[ask(path) for path in PAGES.values()] for _ in range(times)]
    connection.close()
    return dict(zip(PAGES, map(list, zip(*turns, strict=True)), strict=True))
