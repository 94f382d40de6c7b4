"""Tasks: five lines each; what they do stands in ``announcer.services``."""

from uuid import UUID

from announcer.services import delivering
from workers.app import app, installation


@app.task(name="announcer.deliver")  # type: ignore[untyped-decorator]
def deliver(batch: str) -> None:
    """Carry out one batch, by id."""
    delivering.deliver(installation(), UUID(batch))
