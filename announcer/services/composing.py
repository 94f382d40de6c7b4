"""What goes to the recipients of a step, and with whose eyes its page is read back."""

from dataclasses import astuple
from datetime import datetime

from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, RevisionRow, StepRow
from announcer.domain.audience import reader_in
from announcer.domain.delivery import Edition
from announcer.people.lookup import load_units
from announcer.services import changes, records
from announcer.services.installation import Installation


def edition_of(
    session: Session,
    installation: Installation,
    row: AnnouncementRow,
    step: StepRow,
    language: str,
    now: datetime,
    *,
    without_page: bool = False,
) -> Edition:
    """A step's text in one language; ``now`` (aware UTC) dates a step that has not begun.

    ``without_page`` is for colleagues who may not read its page.
    """
    revision = session.get_one(RevisionRow, step.revision)
    policy = records.policy_of(session, installation, row)
    outside = without_page or step.external
    reads_inside = not outside and not any(map(policy.is_group, step.audience))
    return Edition(
        content=records.content_of(session, revision),
        language=language,
        sender=installation.sender,
        public_id=row.public_id,
        # Whoever does not read the intranet is given no address inside it.
        page_url=f"{installation.base_url}/nyheter/{row.public_id}" if reads_inside else "",
        # Whole seconds: the Date of a mail and the timestamp of a PDF have no fractions.
        at=(step.started_at or now).replace(microsecond=0),
        change=changes.change_of(session, row, step),
    )


def rights_of(
    session: Session, installation: Installation, row: AnnouncementRow, step: StepRow
) -> tuple[str, ...]:
    """The rights that somebody of a page's audience reads with, as a `Reader`'s own words."""
    if step.channel != "intranet":
        return ()
    # By the policy that colleagues are asked by as well, which may be a newer one.
    staff, units = installation.policy.staff, load_units(session)
    return astuple(reader_in(tuple(step.audience), row.unit, units, staff))
