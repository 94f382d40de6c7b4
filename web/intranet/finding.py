"""Finding what is no longer at the top: a search, and all the news by month, unit and subject.

What somebody looks for is written down nowhere, and no answer to a search is kept.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from flask import Blueprint, Response, abort, request

from announcer.services import reading, searching
from announcer.services.reading import Article, Kind, Listed
from web.intranet.access import installation, kept, kept_until, looking, reader
from web.intranet.frame import Part, framed, midnight, part
from web.intranet.reading import whole_board
from web.intranet.words import language
from web.shared.files import UNKEPT

blueprint = Blueprint("finding", __name__)
#: On a page of the archive, and of what a search found.
PER_PAGE = 20
#: No archive has as many pages; a longer number is no page.
LAST_PAGE = 9_999


def page_number() -> int:
    """The page that is asked for, from 1; 404 for what is no page."""
    asked = request.args.get("sida", "1")
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked[:5]) <= LAST_PAGE):
        abort(404)
    return int(asked)


@blueprint.get("/sok")
def search() -> Response:
    """What fits the words among what this person may read."""
    asked = " ".join(request.args.get("q", "").split())[: searching.LONGEST_SEARCH]
    number = page_number()
    found, older = None, False
    if asked:
        board = whole_board()
        lines = board.lines_of(board.readable(reader()))
        start = PER_PAGE * (number - 1)
        found = searching.search(
            looking(), installation(), lines, asked, language(), PER_PAGE, start
        )
        older = found.total > start + PER_PAGE
    page = part("search.html", echoes=True, asked=asked, found=found, number=number, older=older)
    # A shared computer must not hold what somebody looked for.
    response = framed(page)
    response.headers["Cache-Control"] = UNKEPT
    return response


@dataclass(frozen=True)
class Wanted:
    """What the archive is narrowed to; what is empty fits everything. ``month`` is ``2026-11``."""

    unit: str = ""
    kind: str = ""
    topic: str = ""
    month: str = ""

    def without_month(self) -> "Wanted":
        """The same in any month."""
        return Wanted(self.unit, self.kind, self.topic)

    def in_the_address(self, **other: str | int) -> dict[str, str | int]:
        """As it stands in the address, with ``other`` beside or in place of it."""
        said = {"enhet": self.unit, "slag": self.kind, "amne": self.topic, "manad": self.month}
        return {name: value for name, value in (said | other).items() if value}


@dataclass(frozen=True)
class Choices:
    """What the archive can be narrowed to, for those who may read certain kinds of lines."""

    units: tuple[str, ...]
    kinds: tuple[str, ...]
    topics: tuple[str, ...]


@blueprint.get("/nyheter")
def archive() -> Response:
    """All the news that this person may read, newest first, by month."""
    board = whole_board()
    readable = board.readable(reader())
    lines = [line for line in board.lines_of(readable) if not line.withdrawn_at]
    subjects = kept("topics", lambda: searching.topics(looking()))
    choices = _choices(lines, readable, subjects)
    wanted = _wanted(choices)
    number = page_number()
    fitting = [line for line in lines if _fits(line, wanted, subjects)]
    if wanted.unit:
        concerned = {line.id for line in board.lines_of(readable, wanted.unit)}
        fitting = [line for line in fitting if line.id in concerned]
    if number > 1 and len(fitting_in(fitting, wanted.month)) <= PER_PAGE * (number - 1):
        abort(404)
    made = kept_until(
        ("archive", readable, language(), wanted, number),
        lambda: (_archive(fitting, wanted, choices, number), midnight()),
    )
    return framed(made)


def _choices(
    lines: Sequence[Listed], readable: frozenset[Kind], subjects: Mapping[UUID, str]
) -> Choices:
    known = installation().policy.classes
    topics = {subjects[line.revision] for line in lines if line.revision in subjects}
    kinds = {line.class_name for line in lines}
    return Choices(
        tuple(sorted({unit for _audience, unit in readable})),
        tuple(name for name in known if name in kinds),
        tuple(sorted(topics)),
    )


def _wanted(choices: Choices) -> Wanted:
    """What is asked for; 404 for what there is none of, so that no address says what there is."""
    asked = request.args
    wanted = Wanted(
        asked.get("enhet", ""), asked.get("slag", ""), asked.get("amne", ""), asked.get("manad", "")
    )
    known = (
        wanted.unit in ("", *choices.units)
        and wanted.kind in ("", *choices.kinds)
        and wanted.topic in ("", *choices.topics)
        and (not wanted.month or _is_month(wanted.month))
    )
    if not known:
        abort(404)
    return wanted


def _is_month(words: str) -> bool:
    try:
        return datetime.strptime(words, "%Y-%m").strftime("%Y-%m") == words  # noqa: DTZ007
    except ValueError:
        return False


def _fits(line: Listed, wanted: Wanted, subjects: Mapping[UUID, str]) -> bool:
    return (not wanted.kind or line.class_name == wanted.kind) and (
        not wanted.topic or subjects.get(line.revision, "") == wanted.topic
    )


def month_of(line: Listed) -> str:
    """When it was put up, where the organisation is: ``2026-11``."""
    return f"{line.published_at.astimezone(installation().policy.zone):%Y-%m}"


def fitting_in(lines: Sequence[Listed], month: str) -> Sequence[Listed]:
    """Those of a month, or all."""
    return [line for line in lines if month_of(line) == month] if month else lines


def _by_month(articles: Sequence[Article]) -> list[tuple[str, list[Article]]]:
    return [
        (month, list(group)) for month, group in groupby(articles, lambda one: month_of(one.listed))
    ]


def _archive(lines: Sequence[Listed], wanted: Wanted, choices: Choices, number: int) -> Part:
    months = Counter(month_of(line) for line in lines)
    in_month = fitting_in(lines, wanted.month)
    start = PER_PAGE * (number - 1)
    shown = in_month[start : start + PER_PAGE]
    return part(
        "archive.html",
        by_month=_by_month(reading.load(looking(), installation(), shown)),
        staff_first=reading.staff_first(looking(), shown),
        months=[(date.fromisoformat(f"{one}-01"), count) for one, count in months.items()],
        wanted=wanted,
        choices=choices,
        number=number,
        total=len(in_month),
        older=len(in_month) > start + PER_PAGE,
    )
