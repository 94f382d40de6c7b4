"""What was made once is given again for as long as nothing has changed that could be seen in it."""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar

#: Things kept in one process; a page is some ten kilobytes.
ROOM = 500
#: The version of nothing.
_NONE = -1

Made = TypeVar("Made")


class Shelf:
    """Things of one version of what a house shows.

    The version is asked of the database before each answer and a thing is made after that: it is
    never older than the version it stands under, and a withdrawal empties the shelf of every process
    by itself.

    Who asked is never in a key: nothing here may show who reads what (TF 3 kap. 5 §).
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._held: tuple[int, dict[Hashable, Any]] = (_NONE, {})

    def find(self, version: int, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is under ``key``, made by ``make`` where it is not there. What ``make`` raises goes
        on, and nothing is kept."""
        things = self._things(version)
        if key in things:
            found: Made = things[key]
            return found
        made = make()
        if len(things) < self._room:
            things[key] = made
        return made

    def find_for(
        self,
        version: int,
        now: datetime,
        key: Hashable,
        make: Callable[[], tuple[Made, datetime | None]],
    ) -> Made:
        """The same for what changes by itself: ``make`` also says when next (aware), or None.
        What was made at a later moment than ``now`` does not hold either: clocks are set."""
        things = self._things(version)
        made, since, until = things.get(key, (None, now, now))
        if since <= now and (until is None or now < until):
            found: Made = made
            return found
        anew, until = make()
        if key in things or len(things) < self._room:
            things[key] = anew, now, until
        return anew

    def glimpse(self, version: int, key: Hashable, now: datetime | None = None) -> Any | None:
        """What is under ``key`` and holds, without making it: of `find_for` where there is a ``now``,
        else of `find`."""
        held, things = self._held
        found = things.get(key) if held == version else None
        if found is None or now is None:
            return found
        made, since, until = found
        return made if since <= now and (until is None or now < until) else None

    def _things(self, version: int) -> dict[Hashable, Any]:
        held, things = self._held
        if held != version:
            things = {}
            self._held = (version, things)
        return things
