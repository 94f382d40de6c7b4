"""The channels that come with Announcer, in one explicit place."""

from announcer.channels import Channel
from announcer.channels.email import StaffEmail
from announcer.channels.intranet import Intranet, IntranetAddress
from announcer.channels.poster import Poster
from announcer.channels.press import PressEmail
from announcer.channels.smtp import SmtpServer


def built_in(
    smtp: SmtpServer, intranet: IntranetAddress, staff_sender: str, press_sender: str
) -> dict[str, Channel]:
    """Every channel by its name; the senders are envelope addresses, where bounces go."""
    channels: tuple[Channel, ...] = (
        Intranet(intranet),
        StaffEmail(smtp, staff_sender),
        Poster(),
        PressEmail(smtp, press_sender),
    )
    return {channel.name: channel for channel in channels}
