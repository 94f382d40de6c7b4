"""The few connections that a process keeps open to one mail server.

Nothing is opened before it is needed, and a child process never uses what its parent opened: two
processes that wrote into one connection would mix their messages.
"""

import os
import threading
import time
from collections.abc import Callable
from weakref import WeakSet

from announcer.channels.smtp.connection import Connection
from announcer.channels.smtp.limits import Learned, least
from announcer.channels.smtp.server import SmtpServer


class Pool:
    """Thread safe; ``clock`` is seconds that only grow."""

    def __init__(self, server: SmtpServer, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._clock = clock
        self.learned = Learned()
        self._begin()
        _POOLS.add(self)

    def _begin(self) -> None:
        self._places = threading.BoundedSemaphore(self._server.connections)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._sweeper: threading.Timer | None = None

    def take(self) -> Connection:
        """A connection for this thread alone, until :meth:`give_back`.

        Raises OSError where none can be had; TimeoutError where all stay in use.
        """
        if not self._places.acquire(timeout=self._server.command_timeout):
            raise TimeoutError("all connections to the mail server are in use")
        try:
            return self._rested() or Connection.open(self._server)
        except BaseException:
            self._places.release()
            raise

    def _rested(self) -> Connection | None:
        """The one that was used last, if it can be trusted to be where it was left."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return None
            connection.rested = self._clock() - connection.idle_since
            if not connection.is_quiet():
                connection.drop()
            elif self._too_long_idle(connection):
                connection.end()
            else:
                return connection

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next message, or end it where it is not to be used again."""
        try:
            if connection.reusable and connection.messages < self._most_messages(connection):
                self._keep(connection)
            else:
                connection.end()
        finally:
            self._places.release()

    def _most_messages(self, connection: Connection) -> int:
        return least(
            self._server.messages_per_connection,
            connection.announced.messages,
            self.learned.messages,
        )

    def _keep(self, connection: Connection) -> None:
        connection.idle_since = self._clock()
        with self._lock:
            self._idle.append(connection)
            if self._sweeper is None:
                self._sweeper = self._timer()

    def _timer(self) -> threading.Timer:
        timer = threading.Timer(self._server.idle_seconds, self._sweep)
        timer.daemon = True
        timer.start()
        return timer

    def _sweep(self) -> None:
        with self._lock:
            over = [one for one in self._idle if self._too_long_idle(one)]
            self._idle = [one for one in self._idle if one not in over]
            self._sweeper = self._timer() if self._idle else None
        for connection in over:
            connection.end()

    def _too_long_idle(self, connection: Connection) -> bool:
        return self._clock() - connection.idle_since >= self._server.idle_seconds

    def close(self) -> None:
        """End what is idle; what is in use is ended by whoever uses it, or kept."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._sweeper is not None:
                self._sweeper.cancel()
                self._sweeper = None
        for connection in idle:
            connection.end()

    def begin_again_after_fork(self) -> None:
        """In the child: hang up on our copies, which the parent does not notice, and say nothing.

        The locks are new because another thread of the parent may have held the old ones.
        """
        inherited = self._idle
        self._begin()
        for connection in inherited:
            connection.drop()


_POOLS: WeakSet[Pool] = WeakSet()


def _after_fork() -> None:
    for pool in list(_POOLS):
        pool.begin_again_after_fork()


os.register_at_fork(after_in_child=_after_fork)
