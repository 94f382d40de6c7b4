"""Tasks: five lines each; what they do stands in ``announcer.services``."""

from uuid import UUID

from announcer.services import delivering
from workers.app import app, installation


@app.task(name="announcer.deliver")  # type: ignore[untyped-decorator]
def deliver(*batches: str) -> None:
    """Carry out batches, by id."""
    delivering.deliver(installation(), *map(UUID, batches))
