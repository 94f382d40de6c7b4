"""``python -m announcer`` is the command ``announcer``."""

from announcer.cli import main

main()
