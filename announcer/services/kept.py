"""What was made once from something that never changes, and need not be made again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """The last ``room`` things used, each under a key that says all that it was made of.

    Who asked is never in a key: nothing here may show who reads what (TF 3 kap. 5 §).
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._things: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> Made | None:
        """What is kept under ``key``."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def keep(self, key: Hashable, made: Made) -> Made:
        """Keep it, and let go of what was not used for longest; returns it."""
        with self._lock:
            self._things[key] = made
            while len(self._things) > self._room:
                self._things.popitem(last=False)
        return made

    def made(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is kept under ``key``, or what ``make`` gives, kept from now on."""
        found = self.find(key)
        return self.keep(key, make()) if found is None else found
