"""What was made once is given again for as long as nothing public has changed."""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

#: Pages kept in one process; a page is some ten kilobytes.
ROOM = 500


@dataclass(frozen=True)
class Made:
    """A finished page with its ETag."""

    content: bytes
    etag: str


class Shelf:
    """Pages of one version of what is public.

    The version is asked of the database before each answer (`announcer.services.released.version`)
    and a page is made after that: it is never older than the version it stands under, and a
    withdrawal empties the shelf of every process by itself.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._held: tuple[int, dict[Hashable, Made]] = (-1, {})

    def find(self, version: int, key: Hashable, make: Callable[[], str | bytes]) -> Made:
        """The page under ``key``, made by ``make`` where it is not there. What ``make`` raises
        goes on, and nothing is kept."""
        held, pages = self._held
        if held != version:
            pages = {}
            self._held = (version, pages)
        found = pages.get(key)
        if found is None:
            written = make()
            content = written.encode() if isinstance(written, str) else written
            found = Made(content, hashlib.sha256(content).hexdigest())
            if len(pages) < self._room:
                pages[key] = found
        return found
