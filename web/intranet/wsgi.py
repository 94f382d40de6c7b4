"""The application for gunicorn: ``web.intranet.wsgi:app``, made when first asked for."""

import os
from functools import cache

from flask import Flask

from announcer.bootstrap import install, ready
from announcer.config import Config
from web.intranet.app import create_app
from web.shared.rehearsal import rehearsed


@cache
def _app() -> Flask:
    config = Config.read(os.environ)
    installation = ready(install(config))
    return rehearsed(create_app(installation, config), "/logga-in", installation.database.dispose)


def __getattr__(name: str) -> Flask:
    """``app``, on first use: importing this module reads no settings and connects to nothing.

    Raises `SetupError` when settings, database or schema are not as they should be.
    """
    if name == "app":
        return _app()
    raise AttributeError(name)
