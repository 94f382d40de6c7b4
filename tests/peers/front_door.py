"""The one address of several web servers, as a load balancer gives it. For tests."""

import itertools
import selectors
import socket
import socketserver
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Self


class FrontDoor(socketserver.ThreadingTCPServer):
    """The intranet's public address: gives each connection to the next web server that answers.

    ``first_read`` has, for each path, when it was first answered with 200, in monotonic seconds.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, host: str, behind: Iterable[tuple[str, int]]) -> None:
        super().__init__((host, 0), _Visit)
        self._behind = tuple(behind)
        self._turns = itertools.cycle(self._behind)
        self.first_read: dict[str, float] = {}
        self.url = f"http://{host}:{self.server_address[1]}"
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def reach(self) -> socket.socket:
        """Raises OSError where no web server answers."""
        for address in itertools.islice(self._turns, len(self._behind)):
            with suppress(OSError):  # that one does not; the next may
                return socket.create_connection(address, timeout=0.5)
        raise ConnectionError("no web server answers")


class _Visit(socketserver.BaseRequestHandler):
    server: FrontDoor

    def handle(self) -> None:
        asked = ""
        with suppress(OSError), self.server.reach() as web, selectors.DefaultSelector() as both:
            web.settimeout(10)
            both.register(self.request, selectors.EVENT_READ, web)
            both.register(web, selectors.EVENT_READ, self.request)
            while ready := both.select(timeout=60):
                for key, _ in ready:
                    here: socket.socket = key.fileobj  # type: ignore[assignment]
                    block = here.recv(1 << 16)
                    if not block:
                        return
                    if here is not web and block.startswith(b"GET "):
                        asked = block.split(b" ", 2)[1].decode()
                    elif here is web and block.startswith(b"HTTP/1.1 200"):
                        self.server.first_read.setdefault(asked, time.monotonic())
                    key.data.sendall(block)
