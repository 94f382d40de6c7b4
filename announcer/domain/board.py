"""A board: on which days somebody can put something up there, and what is to be done with it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from announcer.domain.channel import POSTER, VISITORS_BOARD

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: A workplace that is closed for longer has no board.
LONGEST_CLOSED = 366


class BoardKind(StrEnum):
    """Who passes there."""

    STAFF = "staff"
    #: Whoever comes: what hangs there has left the house.
    VISITORS = "visitors"


#: The channel that makes what hangs there.
CHANNELS: Mapping[str, str] = {
    BoardKind.STAFF: POSTER.name,
    BoardKind.VISITORS: VISITORS_BOARD.name,
}


class Paper(StrEnum):
    """What fits on it."""

    A4 = "a4"
    A3 = "a3"


def poster_key(channel: str, language: str, paper: str) -> str:
    """What a poster goes by among the recipients of its step; on A4 as when all were."""
    return f"{channel} {language}" if paper == Paper.A4 else f"{channel} {language} {paper}"


def paper_of(key: str) -> Paper:
    """What the poster of this key is printed on."""
    last = key.split()[-1]
    return Paper(last) if last in set(Paper) else Paper.A4


class Task(StrEnum):
    """What is to be done with a notice on one board."""

    PUT_UP = "put up"
    #: Another text of it hangs there.
    REPLACE = "replace"
    #: It no longer holds.
    TAKE_DOWN = "take down"
    #: Somebody said at the board that it hangs there, and something waits for a word with a name.
    CONFIRM = "confirm"


@dataclass(frozen=True)
class Hanging:
    """What hangs on a board and what should, by what each was printed from; None: nothing.
    ``is_awaited``: something waits until somebody with a name has said that it hangs there."""

    hangs: object = None
    should: object = None
    is_awaited: bool = False

    @property
    def task(self) -> Task | None:
        """What is left to do."""
        if self.hangs == self.should:
            return Task.CONFIRM if self.is_awaited and self.hangs is not None else None
        if self.hangs is None:
            return Task.PUT_UP
        return Task.TAKE_DOWN if self.should is None else Task.REPLACE


def mark_of(*what: object) -> str:
    """A word for what somebody was shown, which says nothing of it: they give it back with theirs."""
    return sha256(" ".join(map(str, what)).encode()).hexdigest()[:20]


def read_days(text: str) -> tuple[int, ...]:
    """Weekdays, Monday is 0, of ``mon-fri`` or ``mon wed sun``; empty for anything else."""
    found: set[int] = set()
    for word in text.casefold().split():
        first, _, last = word.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            return ()
        begins, ends = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        if ends < begins:
            return ()
        found.update(range(begins, ends + 1))
    return tuple(sorted(found))


def next_open(open_days: Collection[str], is_day_off: Callable[[date], bool], today: date) -> date:
    """The first day from ``today`` on, by the organisation's date, on which somebody is there. A
    board that is open all week is so on holidays as well; others are closed on them."""
    always = set(open_days) >= set(WEEKDAYS)
    for ahead in range(LONGEST_CLOSED):
        day = today + timedelta(days=ahead)
        if always or (WEEKDAYS[day.weekday()] in open_days and not is_day_off(day)):
            return day
    return today
