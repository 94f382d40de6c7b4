"""The newsroom: what is released stands where everyone can read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from announcer.domain.delivery import DeliveryState, Edition, Job, Outcome
from announcer.domain.errors import N_
from announcer.render.release import release


@dataclass(frozen=True)
class Newsroom:
    """One public article.

    The database copies the artefact into the newsroom's schema in the very transaction that
    writes down this channel's answer (``db/gate/0002.sql``), after asking the gate once more: it
    cannot be accepted and not out, nor out and not accepted.
    """

    name = "newsroom"
    media_type = "application/json"
    batch_size = 1
    idempotent = True

    def compose(self, edition: Edition) -> bytes:
        """The article in every language, as canonical JSON."""
        return release(edition.content, edition.public_id)

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """The artefact is stored; accepting it is what publishes it."""
        out = Outcome(DeliveryState.ACCEPTED, N_("Pressmeddelandet är ute i nyhetsrummet."))
        return {recipient.key: out for recipient in job.recipients}
