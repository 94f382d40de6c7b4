"""gunicorn's settings for both houses: threads, no access log, workers that end with their parent."""

from typing import Any

from gunicorn.glogging import Logger

from announcer import lean, logs
from announcer.embedded.death import die_with_parent


class SilentAboutReaders(Logger):  # type: ignore[misc]
    """gunicorn's log without what it would say about a request: its address and its path."""

    def setup(self, cfg: Any) -> None:
        """Its lines go the way of everybody's."""
        super().setup(cfg)
        logs.configure()
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """``args`` are method and path of a request; without them it is about the server."""
        if args:
            self.error_log.error("gunicorn could not carry out a request", **kwargs)
        else:
            self.error_log.exception(msg, **kwargs)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """ "Invalid request from ip=…" names a reader; everything else is about the server."""
        if "from ip=" not in msg:
            self.error_log.warning(msg, *args, **kwargs)

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Nothing: here gunicorn would name every path, and a feed's holds somebody's key."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Never a line in which a person and a page meet (TF 3 kap. 5 §), whatever is set."""


worker_class = "gthread"
workers = 2
timeout = 60
graceful_timeout = 20
keepalive = 5
accesslog = None
errorlog = "-"
loglevel = "warning"
logger_class = SilentAboutReaders
#: The application is made once and forked, so that the workers share it and all that it imported.
#: Settings, database and schema are looked at then; no connection is left open from that.
preload_app = True
#: Nobody commands it over a socket; a supervisor starts and stops it. The thread for that socket
#: would be there when a worker is forked.
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """Last thing before the first worker is forked."""
    lean.share_with_forks()


def post_fork(_server: Any, _worker: Any) -> None:
    """First thing in a new worker."""
    die_with_parent()
