"""Counting requests in Redis, and in this process alone while Redis is away."""

from typing import Any
from urllib.parse import urlsplit

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
