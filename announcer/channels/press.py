"""E-mail to newsrooms: one message each, with the newsroom as its visible addressee."""

from collections.abc import Mapping
from dataclasses import dataclass

from announcer.channels import unsupported
from announcer.channels.smtp import SmtpTransport
from announcer.domain.channel import PRESS
from announcer.domain.delivery import Edition, Job, Outcome
from announcer.render.catalogue import translator
from announcer.render.mail import press_mail


@dataclass(frozen=True)
class PressEmail:
    """Hands one newsroom its own message; ``sender`` is the envelope's sender."""

    transport: SmtpTransport
    sender: str
    kind = PRESS
    media_type = "message/rfc822"
    #: The artefact carries its addressee, so nobody else may get it.
    batch_size = 1
    #: A newsroom that gets a release twice wonders what was changed.
    idempotent = False

    def compose(self, edition: Edition) -> bytes:
        """The serialised message to ``edition.to``, CRLF line ends."""
        return press_mail(edition, translator(edition.language))

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """One SMTP transaction. Raises ValueError for a job with several newsrooms."""
        (recipient,) = job.recipients
        outcomes = self.transport.send(self.sender, [recipient.address], job.artefact, job.attempt)
        return {recipient.key: outcomes[recipient.address]}

    #: As with staff mail: a new message after the first, and nobody to ask.
    correct = deliver
    withdraw = deliver
    check = unsupported("check")
