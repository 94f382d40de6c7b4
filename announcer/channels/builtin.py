"""The channels that come with Announcer, in one explicit place."""

from announcer.channels import Channel
from announcer.channels.email import StaffEmail
from announcer.channels.intranet import Intranet, IntranetAddress
from announcer.channels.newsroom import Newsroom
from announcer.channels.poster import Poster, VisitorsPoster
from announcer.channels.press import PressEmail
from announcer.channels.smtp import SmtpServer, SmtpTransport


def built_in(
    smtp: SmtpServer,
    intranet: IntranetAddress,
    staff_sender: str,
    press_sender: str,
    newsroom_url: str = "",
) -> dict[str, Channel]:
    """Every channel by its name; the senders are envelope addresses, where bounces go."""
    transport = SmtpTransport(smtp)  # connects when the first mail goes, so after a fork
    channels: tuple[Channel, ...] = (
        Intranet(intranet),
        StaffEmail(transport, staff_sender),
        Poster(),
        Newsroom(newsroom_url),
        PressEmail(transport, press_sender),
        VisitorsPoster(),
    )
    return {channel.kind.name: channel for channel in channels}
