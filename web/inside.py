"""Everything that is served inside, in one process: ``web.inside:app`` for gunicorn.

The houses do not know each other; here they get their addresses.
"""

import os
from functools import cache

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from announcer.bootstrap import install, ready
from announcer.config import Config
from announcer.services.installation import Installation
from web.api.app import create_app as create_api
from web.intranet.app import create_app as create_intranet
from web.shared.rehearsal import rehearsed


def mounted(installation: Installation, config: Config) -> DispatcherMiddleware:
    """The intranet, and the API at ``/api``. Connects to nothing."""
    return DispatcherMiddleware(
        create_intranet(installation, config), {"/api": create_api(installation, config)}
    )


@cache
def _app() -> DispatcherMiddleware:
    config = Config.read(os.environ)
    installation = ready(install(config))
    application = mounted(installation, config)
    return rehearsed(application, "/logga-in", installation.database.dispose)


def __getattr__(name: str) -> DispatcherMiddleware:
    """``app``, on first use: importing this module reads no settings and connects to nothing.

    Raises `SetupError` when settings, database or schema are not as they should be.
    """
    if name == "app":
        return _app()
    raise AttributeError(name)
