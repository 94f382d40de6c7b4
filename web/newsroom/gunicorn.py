"""gunicorn's settings for the newsroom.

Use as ``gunicorn --config python:web.newsroom.gunicorn web.newsroom.wsgi:app``.
"""

from web.shared.gunicorn import *  # noqa: F403 - settings are this module's names

bind = "127.0.0.1:8081"
#: As many as the database pool keeps connections (``announcer/db/engine.py``).
threads = 5
