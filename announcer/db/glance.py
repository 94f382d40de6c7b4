"""One small question asked before every answer, in one round trip to the database."""

from typing import Any

from sqlalchemy import Select, create_engine
from sqlalchemy.exc import DBAPIError

#: Seconds; who waits for a page waits no longer than this for a database that is away.
PATIENCE = 5


class Glance:
    """The answer to ``question`` (one row, one number) at this moment.

    Neither a ping nor a transaction: 0.17 ms instead of the 0.53 ms of ``Database.reading``
    (measured over a unix socket). Connects when first asked.
    """

    def __init__(self, url: str, question: Select[tuple[int]]) -> None:
        self._question = question
        self._engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            connect_args={"connect_timeout": PATIENCE},
        )

    def number(self) -> int:
        """The number. Raises SQLAlchemy's `DBAPIError` when the database does not answer."""
        try:
            return self._ask()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # The connection was from before a restart, and so are its neighbours, which are gone now.
        return self._ask()

    def _ask(self) -> int:
        with self._engine.connect() as connection:
            found: Any = connection.execute(self._question).scalar_one()
        return int(found)

    def dispose(self) -> None:
        """Close every connection."""
        self._engine.dispose()
