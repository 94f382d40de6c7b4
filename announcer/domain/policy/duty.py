"""Who is told what waits for a person, and how often until it is dealt with."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from announcer.domain.notation import Duration, quoted
from announcer.domain.policy.strict import Strict

if TYPE_CHECKING:
    from announcer.domain.policy.model import Policy

#: A person who is called more often than this does nothing but read mail.
LEAST = timedelta(minutes=5)


class Duty(Strict):
    """Told besides those who can answer anyway: the information unit, and out of hours whoever may
    release then. Told anew after each ``again`` for as long as it waits."""

    by: tuple[str, ...] = ()
    again: Duration = timedelta(hours=1)
    source: str = ""


def duty_faults(policy: "Policy") -> Iterator[str]:
    """What cannot be meant."""
    for name in policy.duty.by:
        if name not in policy.roles:
            yield f"duty.by: there is no role {name!r}. Add [roles.{quoted(name)}]."
    if policy.duty.again < LEAST:
        yield "duty.again: is more often than anybody can answer. Write at least 5 minutes."
