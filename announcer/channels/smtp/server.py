"""Where mail is handed in."""

import ipaddress
from dataclasses import dataclass, field
from typing import Literal

from announcer.domain.errors import SetupError

#: Least and most of what an operator may set; beyond that it is a slip of the keyboard.
BOUNDS = {
    "connections": (1, 20),
    "messages_per_minute": (0, 100_000),
    "recipients_per_message": (1, 10_000),
}


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in, and how much of it. Times are seconds.

    Certificates are verified for ``starttls`` and ``tls``, against ``ca`` (a PEM file) alone where
    it is given and else against the system's authorities; there is no falling back to plain text.
    Raises SetupError for settings that cannot work and for a password that would travel in plain
    text.
    """

    host: str
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    #: Empty means this host's own name.
    helo_name: str = ""
    ca: str = ""
    #: How many may be open at a time in one process.
    connections: int = 2
    #: Of one process; 0 is no bound.
    messages_per_minute: int = 0
    #: RFC 5321 section 4.5.3.1.8: a server must take 100.
    recipients_per_message: int = 100
    #: Like the reuse limits of mail servers among themselves: nobody is kept busy for ever.
    messages_per_connection: int = 100
    #: Far below the five minutes that a server waits (RFC 5321 section 4.5.3.2.7).
    idle_seconds: float = 30.0
    connect_timeout: float = 30.0
    command_timeout: float = 60.0
    #: RFC 5321 section 4.5.3.2.5: three minutes for a block of the message.
    block_timeout: float = 180.0
    #: RFC 5321 section 4.5.3.2.6: ten minutes for the answer to the final dot.
    after_data_timeout: float = 600.0

    def __post_init__(self) -> None:
        if self.security not in ("none", "starttls", "tls"):
            raise SetupError(f"SMTP security is {self.security!r}: use none, starttls or tls.")
        if not _resolvable(self.host) or not 0 < self.port < 65536:
            raise SetupError(f"SMTP server {self.host!r}, port {self.port}: no such address.")
        if not f"{self.user}{self.password}{self.helo_name}".isascii():
            raise SetupError("SMTP user, password and HELO name can only have ASCII characters.")
        for name, (least, most) in BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise SetupError(f"{name} is {getattr(self, name)}: use {least} to {most}.")
        self._refuse_plain_text()

    def _refuse_plain_text(self) -> None:
        if self.security != "none":
            return
        if (self.user or self.password) and not is_loopback(self.host):
            raise SetupError(
                f"the password for {self.host} would travel in plain text: "
                "use smtp+starttls:// or smtps://."
            )
        if self.ca:
            raise SetupError("ca names who may vouch for the server: use it with TLS only.")


def is_loopback(host: str) -> bool:
    """Whether a name or address can only be this machine (RFC 6761 section 6.3)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _resolvable(host: str) -> bool:
    try:
        return bool(host.encode("idna"))  # what the resolver will be asked
    except UnicodeError:
        return False
