"""gunicorn's settings for the intranet.

Use as ``gunicorn --config python:web.intranet.gunicorn web.intranet.wsgi:app``.
"""

from web.shared.gunicorn import *  # noqa: F403 - settings are this module's names

bind = "127.0.0.1:8080"
threads = 8
