"""The application for gunicorn: ``web.newsroom.wsgi:app``, made when first asked for."""

import os
from functools import cache

from flask import Flask

from announcer.bootstrap import open_newsroom, ready_newsroom
from announcer.config import NewsroomConfig
from web.newsroom.app import create_app
from web.shared.rehearsal import rehearsed


@cache
def _app() -> Flask:
    newsroom = ready_newsroom(open_newsroom(NewsroomConfig.read(os.environ)))
    return rehearsed(create_app(newsroom), "/", newsroom.database.dispose)


def __getattr__(name: str) -> Flask:
    """``app``, on first use: importing this module reads no settings and connects to nothing.

    Raises `SetupError` when settings, database or schema are not as they should be, or when the
    role can see more than what is released.
    """
    if name == "app":
        return _app()
    raise AttributeError(name)
