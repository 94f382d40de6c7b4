"""A mail catcher: takes every message, keeps its exact bytes in a folder, sends nothing anywhere.

python -m announcer.embedded.mail --listen 127.0.0.1:2525 --folder var/mail
"""

import argparse
import asyncio
import ipaddress
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from announcer.domain.errors import N_, SetupError
from announcer.embedded.child import Child
from announcer.embedded.folders import ServerFolder, short_hash
from announcer.embedded.mailbox import Mailbox
from announcer.lean import OnFirstUse

if TYPE_CHECKING:
    from aiosmtpd import smtp
else:  # the catcher is a process of its own; whoever starts it needs no mail server
    smtp = OnFirstUse("aiosmtpd.smtp")

#: Bytes of one message; said to the sender as SIZE (RFC 1870).
LARGEST_MESSAGE = 30 * 1024 * 1024


class EmbeddedMail:
    """A mail catcher on the loopback interface that writes into ``folder``."""

    def __init__(self, folder: Path, port: int = 0, *, host: str = "127.0.0.1") -> None:
        self.folder = folder.resolve()
        self.host = host
        self.port = port or free_port(host)

    def child(self) -> Child:
        """What the supervisor runs; ready means that it, and no other server, answers there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Child(
            name="mail",
            argv=[
                *(sys.executable, "-m", "announcer.embedded.mail"),
                *("--listen", f"{self.host}:{self.port}", "--folder", str(self.folder)),
            ],
            env={
                "PATH": os.defpath,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),  # imports what we import
                "PYTHONUTF8": "1",
                "PYTHONUNBUFFERED": "1",
                "LC_ALL": "C",
                "TZ": "UTC",
            },
            cwd=self.folder,
            log=self.folder / "log",
            ready=self._ready,
        )

    def _ready(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=2) as connection:
                return _greeting(self.folder).encode() in connection.recv(512)
        except OSError:  # nobody listens yet
            return False


class Catcher:
    """What aiosmtpd asks when a message has come."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name for it
        self, _server: "smtp.SMTP", _session: "smtp.Session", envelope: "smtp.Envelope"
    ) -> str:
        """Answer 250 only when the message is on the disk (RFC 5321 section 4.2.5)."""
        if not isinstance(envelope.content, bytes):
            return "554 No message"
        try:
            name = self._mailbox.keep(envelope.content, envelope.mail_from or "", envelope.rcpt_tos)
        except OSError as error:
            return f"452 Cannot write it: {error.strerror}"
        return f"250 Kept as {name}"


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port that nobody listens on right now. Another may take it before you do."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


async def catch(host: str, port: int, folder: Path) -> None:
    """Catch mail until SIGTERM or SIGINT.

    Raises SetupError if it cannot listen there or another catcher writes into the folder.
    """
    ServerFolder(folder).open()
    loop = asyncio.get_running_loop()
    catcher = Catcher(Mailbox(folder))

    def protocol() -> "smtp.SMTP":
        return smtp.SMTP(
            catcher,
            data_size_limit=LARGEST_MESSAGE,
            enable_SMTPUTF8=True,
            hostname="localhost",  # else aiosmtpd asks the DNS for our name
            ident=_greeting(folder),
            loop=loop,
        )

    try:
        server = await loop.create_server(protocol, host, port)
    except OSError as error:
        raise SetupError(
            N_("{host}:{port} kan inte öppnas: {error}").format(host=host, port=port, error=error)
        ) from error
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with server:
        await stop.wait()


def loopback(address: str) -> tuple[str, int]:
    """Host and port of ``host:port``. Raises SetupError for anything but a loopback address."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        if ipaddress.ip_address(host).is_loopback and 0 < int(port) < 65536:
            return host, int(port)
    except ValueError:
        pass  # said below, with everything else that is no loopback address
    raise SetupError(
        N_(
            "{address} är ingen adress på den egna datorn: skriv till exempel 127.0.0.1:2525."
        ).format(address=address)
    )


def main(arguments: list[str] | None = None) -> int:
    """The program; its exit code."""
    parser = argparse.ArgumentParser(prog="announcer.embedded.mail", description=__doc__)
    parser.add_argument("--listen", required=True, metavar="127.0.0.1:PORT")
    parser.add_argument("--folder", required=True, type=Path)
    options = parser.parse_args(arguments)
    os.umask(0o077)  # drafts may lie here before they are public
    try:
        host, port = loopback(options.listen)
        asyncio.run(catch(host, port, options.folder.resolve()))
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _greeting(folder: Path) -> str:
    return f"Announcer mail catcher {short_hash(folder)}"


if __name__ == "__main__":
    sys.exit(main())
