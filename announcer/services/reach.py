"""How many a step would reach if it began now; nothing is fixed by asking."""

from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, StepRow
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
