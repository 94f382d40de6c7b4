"""How many a step would reach if it began now; nothing is fixed by asking."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, StepRow
from announcer.domain.errors import Refusal
from announcer.domain.reach import goes_to
from announcer.people.lookup import addressees
from announcer.services import changes, following, records
from announcer.services.dispatching import already_named
from announcer.services.installation import Installation


def would_reach(
    session: Session, installation: Installation, row: AnnouncementRow, step: StepRow
) -> int:
    """The number of recipients who have not got it and are not about to."""
    content = records.text_of(records.text_in_force(session, row.id))
    policy = records.policy_of(session, installation, row)
    if step.about is not None:
        return len(changes.concerned(session, policy, step, content))
    people = addressees(
        session, policy, step.channel, tuple(step.audience), row.unit, content.languages
    )
    keys = {one.key for one in (*people, *following.told_before(session, policy, row, step))}
    return len(keys - already_named(session, step))


def of_steps(installation: Installation, reference: str, keys: Collection[str]) -> list[Refusal]:
    """What these steps of an announcement would take where, each in a sentence. Raises `NotFound`."""
    with installation.database.reading() as session:
        row = records.find(session, reference)
        kinds = records.policy_of(session, installation, row).channels
        return [
            goes_to(kinds[step.channel], would_reach(session, installation, row, step))
            for step in records.steps_of(session, row.id)
            if step.key in keys
        ]
