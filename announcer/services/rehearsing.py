"""What a worker does, done once for nobody before its pool is forked.

A child shares memory with its parent until one of them writes to it, and whatever is built or used
for the first time writes: catalogues, mappers, statements, the driver. After a rehearsal that is in
the parent, and each child's own memory is half of what it would be.
"""

from datetime import UTC, datetime
from uuid import UUID

from announcer.domain.announcement import Content
from announcer.domain.calendar import public_holidays
from announcer.domain.delivery import Edition
from announcer.services import delivering
from announcer.services.installation import Installation

#: Not the poster: its compiler's threads would stay behind in the parent.
CHANNELS = ("intranet", "email", "press", "newsroom")
_NOBODY = UUID(int=0)
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = "Detta är **en** text.\n\n- med en [länk](https://www.example.org/)\n"


def rehearse(installation: Installation) -> None:
    """Compose for nobody and take a batch that is not there. Leaves nothing behind, and nothing
    connected. Raises `announcer.db.engine.AWAY` where the database does not answer."""
    policy = installation.policy
    public_holidays(policy.organisation.country, _AT.year)
    content = Content("", "", "Rubrik", "Ingress.", _WORDS, (), "Kontakt")
    for name in CHANNELS:
        if channel := installation.channels.get(name):
            channel.compose(_edition(installation, content, policy.organisation.email, name))
    try:
        delivering.deliver(installation, _NOBODY)
    finally:
        installation.database.dispose()


def _edition(installation: Installation, content: Content, to: str, channel: str) -> Edition:
    return Edition(
        content=content,
        language=content.language,
        sender=installation.sender,
        public_id="rehearsal",
        page_url="" if channel == "press" else f"{installation.base_url}/nyheter/rehearsal",
        at=_AT,
        message_id=f"<rehearsal@{installation.mail_domain}>",
        to=to if channel == "press" else "",
    )
