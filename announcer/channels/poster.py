"""Posters for the staff boards: made and stored, then printed from the staff pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from announcer.domain.delivery import DeliveryState, Edition, Job, Outcome
from announcer.domain.errors import N_
from announcer.render.catalogue import translator
from announcer.render.poster import poster


@dataclass(frozen=True)
class Poster:
    """A PDF for one board; a person prints it and puts it up."""

    name = "poster"
    media_type = "application/pdf"
    batch_size = 1
    idempotent = True

    def compose(self, edition: Edition) -> bytes:
        """The PDF."""
        return poster(edition, translator(edition.language))

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """The artefact is stored before the first attempt, so it can be printed by now."""
        ready = Outcome(DeliveryState.ACCEPTED, N_("Affischen finns att skriva ut."))
        return {recipient.key: ready for recipient in job.recipients}
