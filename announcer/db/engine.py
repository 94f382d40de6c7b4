"""Connections and transactions. The database is the truth and the clock."""

import math
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import Connection, sql
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Engine,
    Function,
    any_,
    create_engine,
    event,
    func,
    literal,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from announcer.db.glance import Glance
from announcer.domain.errors import SetupError

#: Told the name of every point where a crash would be felt; see ``docs/developer.md``.
Point = Callable[[str], None]


def silent(_: str) -> None:
    """The point of every installation: nothing happens."""


#: A connection whose other end says nothing for ten seconds is given up, on both sides: a third of
#: a worker's lease. A cut line and a machine without power say nothing, and the kernel by itself
#: would wait for a quarter of an hour for an acknowledgement and two hours while nothing is sent
#: (tcp(7)). Nothing of this concerns a unix socket.
NOTICES_SILENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
#: The server's side of it: else a dead machine's transaction keeps its locks, and while that is
#: the one that hands out work, nobody does.
_SERVER_NOTICES_SILENCE = (
    " -c tcp_user_timeout=10s -c tcp_keepalives_idle=4s"
    " -c tcp_keepalives_interval=2s -c tcp_keepalives_count=3"
)
#: Its name is not to be guessed: every role of the database may listen to a name it knows, and the
#: newsroom's would hear each act of a writer.
_BELL = "SELECT channel FROM announcer.bell"
_RING = "SELECT pg_notify(channel, '') FROM announcer.bell"
#: Raised when the database does not answer, ends a connection, or is locked for too long: by
#: SQLAlchemy, and by the driver where it is asked itself.
AWAY = (OperationalError, psycopg.OperationalError)


class GateClosed(Exception):
    """The database refused a move that would break the promise; the text names the rule."""


class Database:
    """One role's way into the database. Connects when first used, never before a fork.

    A connection that rested for ``asks_after`` seconds is asked whether it is still one before it
    is used: 0 for whoever answers a person, more for work that is tried again anyway.
    """

    def __init__(self, url: str, point: Point = silent, *, asks_after: float = 0.0) -> None:
        self.url = url
        self.point = point
        #: For small questions before every answer.
        self.glance = Glance(url)
        self._engine = create_engine(
            url,
            # The words of an error go to logs, which are public records; values are people's.
            hide_parameters=True,
            pool_size=5,
            max_overflow=15,
            connect_args={
                **NOTICES_SILENCE,
                "options": "-c timezone=UTC -c lock_timeout=20s"
                " -c idle_in_transaction_session_timeout=60s" + _SERVER_NOTICES_SILENCE,
            },
        )
        _ask_rested(self._engine, asks_after)

    @contextmanager
    def transaction(self, name: str) -> Iterator[Session]:
        """One transaction, committed at the end; ``name`` names its two crash points.

        Raises `GateClosed` where a trigger refused; everything is rolled back then.
        """
        session = Session(self._engine, expire_on_commit=False)
        try:
            with session.begin():
                yield session
                session.flush()
                self.point(f"{name}: before commit")
        except DBAPIError as error:
            rule = refusal_of_gate(error)
            if rule is None:
                raise
            raise GateClosed(rule) from error
        finally:
            session.close()
        self.point(f"{name}: after commit")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only; what it changes is rolled back."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session
            session.rollback()

    def joined(self, session: Session) -> "Joined":
        """The same database, whose transactions are parts of the one that ``session`` is in."""
        return Joined(self, session)

    def notify(self) -> None:
        """Wake the dispatchers; they also look by themselves."""
        with self._engine.begin() as connection:
            connection.execute(text(_RING))

    def listen(self, seconds: float) -> None:
        """Wait until somebody calls :meth:`notify`, at most ``seconds``."""
        with self._engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            bell = connection.scalars(text(_BELL)).one()
            driver: Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
            driver.execute(sql.SQL("LISTEN {}").format(sql.Identifier(bell)))
            for _ in driver.notifies(timeout=seconds, stop_after=1):
                pass
            driver.execute("UNLISTEN *")

    def check(self) -> None:
        """Raise `SetupError` naming the host when the database does not answer."""
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError as error:
            where = self._engine.url.render_as_string(hide_password=True)
            raise SetupError(
                f"DATABASE_URL ({where}): no answer from PostgreSQL: {str(error.orig).strip()}"
            ) from None

    def dispose(self) -> None:
        """Close every connection; call in a forked child and at the end."""
        self._engine.dispose()
        self.glance.dispose()


def _ask_rested(engine: Engine, asks_after: float) -> None:
    """Ask a connection that has rested whether it is still one, before it is used.

    SQLAlchemy's own ``pool_pre_ping`` asks each time, which was a tenth of a worker's statements.
    """

    def rests(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def ask(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < asks_after:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error  # made anew, and so are all that are as old

    event.listen(engine, "checkin", rests)
    event.listen(engine, "checkout", ask)


class Joined(Database):
    """A database inside a transaction: what is done here is committed with it, or not at all."""

    def __init__(self, whole: Database, session: Session) -> None:
        self.url = whole.url
        self.point = whole.point
        self.glance = whole.glance
        self._engine = whole._engine  # noqa: SLF001 - the same class
        self._session = session

    @contextmanager
    def transaction(self, name: str) -> Iterator[Session]:
        """A savepoint; what fails inside it is undone alone. Raises `GateClosed` as outside."""
        try:
            with self._session.begin_nested():
                yield self._session
                self._session.flush()
                self.point(f"{name}: before commit")
        except DBAPIError as error:
            rule = refusal_of_gate(error)
            if rule is None:
                raise
            raise GateClosed(rule) from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The same session, which sees what was done in it."""
        yield self._session

    def notify(self) -> None:
        """Heard by the dispatchers when the whole is committed."""
        wake_dispatchers(self._session)


def wake_dispatchers(session: Session) -> None:
    """Heard when the transaction is committed; see :meth:`Database.notify`."""
    session.execute(text(_RING))


def refusal_of_gate(error: DBAPIError) -> str | None:
    """The rule that the gate named, or None where the error is something else."""
    diagnosis = getattr(error.orig, "diag", None)
    message = diagnosis and diagnosis.message_primary
    return message.removeprefix("gate: ") if message and message.startswith("gate: ") else None


def now(session: Session) -> datetime:
    """The database's time, aware UTC; the only clock a decision may ask."""
    moment: datetime = session.execute(text("SELECT announcer.announcer_now()")).scalar_one()
    return moment.astimezone(UTC)


def is_among(column: InstrumentedAttribute[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column is one of ``values``. One parameter however many there are: one statement to
    prepare, and nothing to put together."""
    return column == any_(literal(list(values), ARRAY(column.type)))


def advisory_lock(what: str) -> Function[None]:
    """A lock named ``what``, held to the end of the transaction.

    Every role of the database can take it: put something into the name that only ours know.
    """
    return func.pg_advisory_xact_lock(func.hashtextextended(what, 0))
