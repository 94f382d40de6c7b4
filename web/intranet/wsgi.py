"""The application for gunicorn: ``web.intranet.wsgi:app``, made when first asked for."""

import os
from functools import cache

from flask import Flask

from announcer.bootstrap import install, ready
from announcer.config import Config
from web.intranet.app import create_app


@cache
def _app() -> Flask:
    config = Config.read(os.environ)
    return create_app(ready(install(config)), config)


def __getattr__(name: str) -> Flask:
    """``app``, on first use: importing this module reads no settings and connects to nothing.

    Raises `SetupError` when settings, database or schema are not as they should be.
    """
    if name == "app":
        return _app()
    raise AttributeError(name)
