"""Posters for the boards: made and stored, then printed from the staff pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from announcer.channels import to_all, unsupported
from announcer.domain.channel import POSTER, VISITORS_BOARD
from announcer.domain.delivery import Edition, Job, Outcome, Result
from announcer.domain.errors import N_
from announcer.render.catalogue import translator
from announcer.render.poster import poster


@dataclass(frozen=True)
class Poster:
    """A PDF for boards where staff pass; a person prints it and puts it up."""

    kind = POSTER
    media_type = "application/pdf"
    batch_size = 1
    idempotent = True

    def compose(self, edition: Edition) -> bytes:
        """The PDF. Raises ValueError for an exercise that would leave the house."""
        if self.kind.external and edition.content.exercise:
            raise ValueError("an exercise never leaves the house")
        return poster(edition, translator(edition.language))

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """The artefact is stored before the first attempt, so it can be printed by now."""
        return to_all(job, Outcome(Result.ACCEPTED, N_("Affischen finns att skriva ut.")))

    #: A new poster, to be put up instead of the first.
    correct = deliver
    #: Whoever takes a poster down, or sees if it is up, is a person.
    withdraw = unsupported("withdraw")
    check = unsupported("check")


class VisitorsPoster(Poster):
    """A PDF for boards where visitors pass: it leaves the house."""

    kind = VISITORS_BOARD
