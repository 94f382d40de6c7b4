"""The zero-set-up default: real servers from wheels, run by our own small supervisor.

PostgreSQL, Valkey and a mail catcher are started as child processes that cannot outlive the
supervisor. ``DATABASE_URL``, ``REDIS_URL`` and a real mail server replace them in production.
"""
