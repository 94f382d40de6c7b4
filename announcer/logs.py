"""What the processes write down: JSON for machines, words for a terminal, and never a reader.

An authority's logs are public records, and nobody may look for a source (TF 3 kap. 5 §). So a
line has only the keys that are listed here: which batch, which step, which channel; no person, no
address, no path. What a library says about an error is kept to where it happened, because its
words may hold a name or a key; our own sentences about settings name files and hosts, and stay.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import TextIO

from announcer import lean
from announcer.domain.errors import PolicyError, SetupError

# It draws tracebacks with rich where that is installed; ours have none, and it is large.
with lean.without("rich"):
    import structlog
    from structlog.typing import EventDict, Processor, WrappedLogger

#: For everybody who writes lines.
get_logger = structlog.get_logger

#: Everything a line may hold. `announcement` is a public id: which, and never who.
KEYS = frozenset(
    {
        *("event", "level", "logger", "timestamp", "error", "where", "said"),
        *("announcement", "batch", "step", "channel", "queue", "process"),
        *("accepted", "deferred", "refused", "in_doubt", "steps", "batches", "seconds", "signal"),
    }
)


def configure(stream: TextIO | None = None) -> None:
    """Let this process write its lines to ``stream`` (stderr); ours from INFO, others' from WARNING.

    Called once, first thing in a process; a second call replaces the first.
    """
    out = stream or sys.stderr
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    )
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_where_it_broke,
        only_known_keys,
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("announcer").setLevel(logging.INFO)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _ended
    threading.excepthook = lambda ended: _ended(ended.exc_type, ended.exc_value)


def _ended(kind: type[BaseException], error: BaseException | None, _trace: object = None) -> None:
    """A process or a thread ends by an error: a line like every other."""
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("announcer.process").critical(
        "ended by an error", **described(error or kind())
    )


def only_where_it_broke(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """An exception becomes its kinds and places. A library's sentence with values put into it
    becomes the sentence without them."""
    found = line.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    if not isinstance(error, BaseException):
        return line
    record = line.get("_record")
    if isinstance(record, logging.LogRecord):
        line["event"] = str(record.msg)
    line.update(described(error))
    return line


def described(error: BaseException) -> dict[str, object]:
    """What broke and where, without the words that came with it; ours about settings stay."""
    kinds: dict[str, object] = {"error": type(error).__qualname__, "where": list(_frames(error))}
    if isinstance(error, SetupError | PolicyError):
        kinds["said"] = str(error)
    return kinds


def _frames(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"{type(error).__qualname__} {frame.filename}:{frame.lineno} {frame.name}"
        error = error.__cause__ or error.__context__


def only_known_keys(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """What is not in `KEYS` is left out, whoever wrote it."""
    return {key: value for key, value in line.items() if key in KEYS or key.startswith("_")}
