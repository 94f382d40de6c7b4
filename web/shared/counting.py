"""Counting requests in Redis, and in this process alone while Redis is away."""

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from flask_limiter import Limiter

#: Seconds; whoever waits for a page does not wait for the counter.
PATIENCE = 1


def counted_in(redis_url: str) -> dict[str, Any]:
    """For the limiter: where it counts. Celery's ``redis+socket://`` is its ``redis+unix://``."""
    parts = urlsplit(redis_url)
    is_socket = parts.scheme == "redis+socket"
    return {
        "storage_uri": f"redis+unix://{parts.netloc}{parts.path}" if is_socket else redis_url,
        "storage_options": {}
        if is_socket
        else {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE},
        "in_memory_fallback_enabled": True,
        # Of two who find Redis gone at once the library sends the later one away with its error.
        "swallow_errors": True,
    }


def apart(
    app: Flask, endpoints: Collection[str], who: Callable[[], str], **settings: Any
) -> Limiter:
    """A limiter that meets only ``endpoints``, whose views are given to `count`.

    It is set up on an application of its own: on ours it would look at every request three times.
    """
    own = Flask(__name__)
    limiter = Limiter(who, app=own, **settings)
    afterwards = own.after_request_funcs[None]

    @app.after_request
    def look(response: Any) -> Any:
        """What is counted by its answer."""
        if request.endpoint in endpoints:
            for hook in afterwards:
                response = hook(response)
        return response

    return limiter


def count(app: Flask, endpoint: str, counted: Callable[[Any], Any]) -> None:
    """From now on this endpoint's view is asked through ``counted``."""
    app.view_functions[endpoint] = counted(app.view_functions[endpoint])
