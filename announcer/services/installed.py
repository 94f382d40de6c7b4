"""The channels that are installed here, and those that the database knows from before."""

from collections.abc import Iterator

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from announcer.db.models import AnnouncementRow, BatchRow, ChannelRow, StepRow
from announcer.domain.announcement import AnnouncementState
from announcer.domain.channel import MEETING
from announcer.domain.policy import Policy
from announcer.domain.step import StepState
from announcer.services.installation import Installation


def keep_channels(session: Session, policy: Policy) -> None:
    """Write down what the channels of a policy say of themselves; what stands there stays."""
    session.execute(
        insert(ChannelRow)
        .values([_said(policy, name) for name in sorted(policy.channels_used)])
        .on_conflict_do_nothing()
    )


def _said(policy: Policy, name: str) -> dict[str, object]:
    return {"name": name, "external": policy.channels[name].external}


def channel_faults(session: Session, installation: Installation) -> Iterator[str]:
    """What an operator must mend before anything goes out: the fault and the fix."""
    for name, external in session.execute(select(ChannelRow.name, ChannelRow.external)):
        kind = installation.kinds.get(name)
        if kind is not None and kind.external is not external:
            then, now = ("external", "inside") if external else ("inside", "external")
            yield (
                f"The channel {name!r} was {then} when it was first used here, and its package "
                f"says {now} now. Install the version that was there, or one with another name."
            )
    for name in session.scalars(_unfinished().order_by(StepRow.channel)):
        if name not in installation.channels and name != MEETING.name:
            yield (
                f"Something is still on its way through the channel {name!r}, and no installed "
                "package brings it with all its settings. Install that package again, and set what "
                f"it needs (ANNOUNCER_CHANNEL_{name.upper()}_…)."
            )


def _unfinished() -> Select[str]:
    """The channels of steps of which something may still go out."""
    batch = exists().where(BatchRow.step == StepRow.id, BatchRow.state != "done")
    return (
        select(StepRow.channel)
        .join(AnnouncementRow, AnnouncementRow.id == StepRow.announcement)
        .where(
            AnnouncementRow.state != AnnouncementState.WITHDRAWN.value,
            or_(StepRow.state != StepState.SETTLED.value, batch),
        )
        .distinct()
    )
