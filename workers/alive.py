"""``python -m workers.alive``: whether what is due is being taken; for health checks."""

import sys

from announcer.domain.errors import AnnouncerError
from announcer.services import health
from workers.app import installation


def main() -> int:
    """0: nothing has been due for long; 1 with a sentence: it has, or the database is away."""
    try:
        installed = installation()
        with installed.database.reading() as session:
            age = health.oldest_due(session)
    except AnnouncerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if age > health.TOO_OLD:
        sys.stderr.write(f"the oldest due thing has waited {age.total_seconds():.0f} s\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
