"""The command line: everything the web can do, and what the operator needs."""

from announcer.cli.main import main

__all__ = ["main"]
