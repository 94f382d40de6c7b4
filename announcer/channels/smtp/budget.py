"""So many messages a minute, without anybody sleeping for it."""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

MINUTE = 60.0


class MinuteBudget:
    """At most ``most`` messages in any 60 seconds of one process; 0 is no bound.

    Who comes too early is told when to come back, each a little later than the one before: five
    thousand newsrooms that all came back after one minute would keep the database busy for hours.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._sent: deque[float] = deque()
        self._promised = 0.0
        self._lock = threading.Lock()

    def claim(self) -> timedelta | None:
        """None: send now, it is counted. Else: how long to wait before asking again."""
        if not self._most:
            return None
        with self._lock:
            now = self._clock()
            while self._sent and self._sent[0] <= now - MINUTE:
                self._sent.popleft()
            if len(self._sent) < self._most:
                self._sent.append(now)
                return None
            free = self._sent[0] + MINUTE
            self._promised = max(self._promised + MINUTE / self._most, free)
            return timedelta(seconds=self._promised - now)
