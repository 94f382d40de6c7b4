"""What a text that waits for approval would do when, and why then."""

from dataclasses import dataclass
from datetime import datetime

from announcer.db import engine
from announcer.domain.policy import Policy
from announcer.domain.why import Foreseen, foresee
from announcer.services import planning, records
from announcer.services.installation import Installation


@dataclass(frozen=True)
class Prospect:
    """A plan before it is one. ``known_at`` (aware UTC) is when the news is known anyway."""

    policy: Policy
    class_name: str
    steps: list[Foreseen]
    known_at: datetime | None


def of_proposal(installation: Installation, reference: str) -> Prospect:
    """The steps of an announcement's newest text, as if it were approved and its page confirmed
    now; with the policy that it was handed in under.

    Tells no words of the text. Whoever may read it has been asked by `reviewing.proposal`. Raises
    `NotFound`.
    """
    with installation.database.reading() as session:
        row = records.find(session, reference)
        policy = records.policy_of(session, installation, row)
        content = records.text_of(records.text_in_force(session, row.id))
        plan = planning.forecast_of(session, policy, content, engine.now(session))
        steps = foresee(policy, row.class_name, plan)
        return Prospect(policy, row.class_name, steps, content.known_at)
