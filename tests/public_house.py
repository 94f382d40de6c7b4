"""The newsroom of a `World`, served as in production: its own role, its own application."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from werkzeug.serving import make_server

from announcer.bootstrap import open_newsroom
from announcer.config import NewsroomConfig
from tests.compiled import STATEMENTS
from tests.world import POLICY
from web.newsroom.app import create_app


class PublicHouse:
    """A newsroom at ``url``; ``database_url`` is the newsroom role's own."""

    def __init__(self, database_url: str, policy: Path = POLICY) -> None:
        self.environ = {
            "NEWSROOM_DATABASE_URL": database_url,
            "ANNOUNCER_POLICY": str(policy),
            "ANNOUNCER_NEWSROOM_URL": "https://nyheter.hallefors.example",
        }
        self.newsroom = open_newsroom(NewsroomConfig.read(self.environ))
        STATEMENTS.shared_with(self.newsroom.database)
        self.app = create_app(self.newsroom)
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.newsroom.database.dispose()
