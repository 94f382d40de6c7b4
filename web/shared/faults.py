"""Noting what broke: where, and never who was reading what."""

import logging
from types import TracebackType

from flask import Flask

from announcer.logs import described, get_logger

log = get_logger("announcer.web")


class House(Flask):
    """A Flask that writes down what broke, and not who was reading what."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        # The development server would write a line per request with its path (TF 3 kap. 5 §).
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        self.jinja_env.trim_blocks = self.jinja_env.lstrip_blocks = True

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Flask's own would name the path."""
        note(exc_info[1])


def note(error: BaseException | None) -> None:
    """Write down what broke and where, never the message, the path or the person: they may hold a
    name, an address or a key, and show who reads what (TF 3 kap. 5 §)."""
    log.error("request failed", **described(error) if error else {})
