"""How each channel goes: when something last went and when it last did not, and what is left.

Counts and times alone: no recipient, no address, no words of the other side, which may name both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import DeliveryRow
from announcer.domain.audience import Person
from announcer.domain.channel import MEETING
from announcer.domain.delivery import DeliveryState
from announcer.services import lists
from announcer.services.installation import Installation

#: What was refused longer ago says nothing of how it goes.
RECENT = timedelta(days=30)
_FAILED = (DeliveryState.DEFERRED, DeliveryState.REFUSED, DeliveryState.IN_DOUBT)
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)


@dataclass(frozen=True)
class ChannelHealth:
    """One channel. Moments are aware UTC, None where there was none; the rest counts recipients.

    ``refused`` are those of the last `RECENT`; ``next_try`` is when the first of the deferred is
    tried again. ``set_up``: a package brings it, with all its settings.
    """

    name: str
    external: bool
    set_up: bool
    last_sent: datetime | None
    last_failed: datetime | None
    waiting: int
    deferred: int
    next_try: datetime | None
    in_doubt: int
    refused: int

    @property
    def is_unused(self) -> bool:
        """Whether it is there and has never carried anything, so that nobody knows how it goes."""
        tried = self.last_sent or self.last_failed or self.waiting
        return self.set_up and not tried

    @property
    def is_well(self) -> bool:
        """Whether nothing asks for a person: something that failed and nothing since that went."""
        went_since = self.last_failed is None or (
            self.last_sent is not None and self.last_sent > self.last_failed
        )
        return self.set_up and not self.in_doubt and (went_since or not self.deferred)


@dataclass(frozen=True)
class _State:
    count: int
    latest: datetime
    next_try: datetime | None


def of_channels(installation: Installation, actor: Person) -> list[ChannelHealth]:
    """Every channel that the policy uses and that carries something. Raises `NotAllowed`."""
    lists.require_keeper(installation, actor)
    policy = installation.policy
    with installation.database.reading() as session:
        states = _states(session)
        refused = _refused(session)
    names = [name for name in policy.channels if name in policy.channels_used or name in states]
    return [
        _health(installation, name, states.get(name, {}), refused.get(name, 0))
        for name in names
        if name != MEETING.name
    ]


def _health(
    installation: Installation, name: str, states: Mapping[str, _State], refused: int
) -> ChannelHealth:
    def count(*which: DeliveryState) -> int:
        return sum(states[one].count for one in which if one in states)

    accepted = states.get(DeliveryState.ACCEPTED)
    deferred = states.get(DeliveryState.DEFERRED)
    failed = [states[one].latest for one in _FAILED if one in states]
    return ChannelHealth(
        name=name,
        external=installation.policy.channels[name].external,
        set_up=name in installation.channels,
        last_sent=accepted.latest if accepted else None,
        last_failed=max(failed, default=None),
        waiting=count(*_OPEN),
        deferred=count(DeliveryState.DEFERRED),
        next_try=deferred.next_try if deferred else None,
        in_doubt=count(DeliveryState.IN_DOUBT),
        refused=refused,
    )


def _states(session: Session) -> dict[str, dict[str, _State]]:
    rows = session.execute(
        select(
            DeliveryRow.channel,
            DeliveryRow.state,
            func.count(),
            func.max(DeliveryRow.changed_at),
            func.min(DeliveryRow.next_try_at),
        ).group_by(DeliveryRow.channel, DeliveryRow.state)
    )
    found: dict[str, dict[str, _State]] = {}
    for channel, state, count, latest, next_try in rows:
        found.setdefault(channel, {})[state] = _State(count, latest, next_try)
    return found


def _refused(session: Session) -> dict[str, int]:
    query = (
        select(DeliveryRow.channel, func.count())
        .where(
            DeliveryRow.state == DeliveryState.REFUSED.value,
            DeliveryRow.changed_at > engine.now(session) - RECENT,
        )
        .group_by(DeliveryRow.channel)
    )
    return dict(session.execute(query).all())
