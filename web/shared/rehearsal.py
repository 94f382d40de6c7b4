"""One page for nobody, before gunicorn forks its workers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from werkzeug.test import Client

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

App = TypeVar("App", bound="WSGIApplication")


def rehearsed(application: App, page: str, disconnect: Callable[[], None]) -> App:
    """The same application, after it has answered ``page`` once; ``disconnect`` is called then.

    Whatever is built or used for the first time is written to, and what is written to after the fork
    is there once for each worker: templates, catalogues, mappers, the driver.
    """
    try:
        Client(application).get(page)
    finally:
        disconnect()
    return application
