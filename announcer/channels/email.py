"""E-mail to staff: one message, many envelopes, nobody sees anybody."""

from collections.abc import Mapping
from dataclasses import dataclass

from announcer.channels import unsupported
from announcer.channels.smtp import SmtpTransport
from announcer.domain.channel import EMAIL
from announcer.domain.delivery import Edition, Job, Outcome
from announcer.render.catalogue import translator
from announcer.render.mail import staff_mail


@dataclass(frozen=True)
class StaffEmail:
    """Hands the stored message in for at most 100 recipients at a time.

    ``sender`` is the envelope's sender, where bounces go (RFC 5321 section 4.4).
    """

    transport: SmtpTransport
    sender: str
    kind = EMAIL
    media_type = "message/rfc822"
    #: Below what any common server takes in one transaction (RFC 5321 section 4.5.3.1.8: 100).
    batch_size = 100
    #: A repeat is a second copy in the mailbox, though under the same Message-ID.
    idempotent = False

    def compose(self, edition: Edition) -> bytes:
        """The serialised message, CRLF line ends; in its thread where something changed."""
        return staff_mail(edition, translator(edition.language))

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """One SMTP transaction, or as few as the server takes; people who share a mailbox share
        its copy and its outcome."""
        addresses = [recipient.address for recipient in job.recipients]
        outcomes = self.transport.send(self.sender, addresses, job.artefact, job.attempt)
        return {recipient.key: outcomes[recipient.address] for recipient in job.recipients}

    #: A mail cannot be taken back: what changed is a new message after the first.
    correct = deliver
    withdraw = deliver
    #: SMTP has no way to ask for a message that was handed over.
    check = unsupported("check")
