"""Tasks: five lines each; what they do stands in ``announcer.services``."""

from uuid import UUID

from announcer.services import calling_by_mail, delivering, proofreading_by_mail
from workers.app import app, installation


@app.task(name="announcer.deliver")  # type: ignore[untyped-decorator]
def deliver(*batches: str) -> None:
    """Carry out batches, by id."""
    delivering.deliver(installation(), *map(UUID, batches))


@app.task(name="announcer.call")  # type: ignore[untyped-decorator]
def call(called: str) -> None:
    """Mail a call, by its id."""
    calling_by_mail.deliver(installation(), UUID(called))


@app.task(name="announcer.ask_reader")  # type: ignore[untyped-decorator]
def ask_reader(asked: str) -> None:
    """Mail a colleague who is asked to read a draft, by the asking's id."""
    proofreading_by_mail.deliver(installation(), UUID(asked))
