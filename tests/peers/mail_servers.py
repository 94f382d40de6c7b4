"""Debian's Postfix and Dovecot on loopback, from a folder of their own, for tests.

No mail can leave: there is no relay host, and every address but those of the people given is
answered with an error.
"""

import functools
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import trustme

from announcer.embedded.death import die_with_parent
from announcer.embedded.mail import free_port

POSTFIX, DOVECOT = "/usr/sbin/postfix", "/usr/sbin/dovecot"
MASTER = "/usr/lib/postfix/sbin/master"
DOMAIN = "hallefors.example"
USER, PASSWORD = f"announcer@{DOMAIN}", "a-password-for-tests-only"
#: Recipients of one message, as Postfix is told; the rest of a hundred must come in another.
MOST_RECIPIENTS = 60
#: Bytes of one message.
LARGEST = 1_000_000
#: Seconds after which Postfix hangs up on a client that says nothing, at the impatient port.
PATIENCE = 3

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/state
maillog_file_prefixes = {home}
maillog_file = {home}/postfix.log
myhostname = mail.{domain}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks =
relayhost =
default_transport = error:no mail leaves this test
relay_transport = error:no mail leaves this test
local_transport = error:no local mail in this test
alias_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = texthash:{home}/people
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{home}/moods
smtpd_recipient_limit = {most}
message_size_limit = {largest}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {home}/server.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
"""

_SERVICE = "{0:10} {1:5} {2} - n {3} {4} {5}\n"
MASTER_CF = "".join(
    _SERVICE.format(*fields)
    for fields in (
        ("127.0.0.1:{smtp}", "inet", "n", "-", "-", "smtpd"),
        ("127.0.0.1:{impatient}", "inet", "n", "-", "-", "smtpd -o smtpd_timeout={patience}s"),
        ("cleanup", "unix", "n", "-", "0", "cleanup"),
        ("qmgr", "unix", "n", "300", "1", "qmgr"),
        ("tlsmgr", "unix", "-", "1000?", "1", "tlsmgr"),
        ("rewrite", "unix", "-", "-", "-", "trivial-rewrite"),
        *((name, "unix", "-", "-", "0", "bounce") for name in ("bounce", "defer", "trace")),
        ("verify", "unix", "-", "-", "1", "verify"),
        ("flush", "unix", "n", "1000?", "0", "flush"),
        ("proxymap", "unix", "-", "-", "-", "proxymap"),
        ("error", "unix", "-", "-", "-", "error"),
        ("retry", "unix", "-", "-", "-", "error"),
        ("lmtp", "unix", "-", "-", "-", "lmtp"),
        ("anvil", "unix", "-", "-", "1", "anvil"),
        ("scache", "unix", "-", "-", "1", "scache"),
        ("postlog", "unix-dgram", "n", "-", "1", "postlogd"),
    )
)

DOVECOT_CONF = """\
base_dir = {home}/dovecot
state_dir = {home}/dovecot
log_path = {home}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%Ln
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={home}/mail/%Ln allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
"""


@dataclass(frozen=True)
class MailServers:
    """Running servers: ports on 127.0.0.1, the authority that vouches for localhost, the people."""

    home: Path
    smtp: int
    #: The same Postfix, which hangs up here after :data:`PATIENCE` seconds of silence.
    impatient: int
    imap: int
    people: tuple[str, ...]

    @property
    def ca(self) -> str:
        return str(self.home / "ca.pem")

    @property
    def log(self) -> str:
        """What Postfix wrote so far."""
        return (self.home / "postfix.log").read_text(encoding="utf-8")

    def delivered(self) -> None:
        """Wait until everything that Postfix took is in a mailbox."""
        queues = [self.home / "spool" / name for name in ("incoming", "active", "deferred")]
        until(lambda: not any(f for q in queues for f in q.rglob("*") if f.is_file()), "delivery")

    def mailbox(self, address: str) -> list[bytes]:
        """Every message of one person, whole, as their mail program gets it over IMAP."""
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=30) as box:
            box.login(address, PASSWORD)
            _, (count,) = box.select(readonly=True)
            _, found = box.fetch("1:*", "(BODY.PEEK[])") if count != b"0" else ("", [])
            return [part[1] for part in found if isinstance(part, tuple)]


@contextmanager
def mail_servers(people: Iterable[str], moods: dict[str, str]) -> Iterator[MailServers]:
    """Postfix and Dovecot with mailboxes for ``people``; ``moods`` are answers to RCPT by address.

    Needs root and the packages that ``tests/peers/install`` installs.
    """
    home = Path(tempfile.mkdtemp(prefix="announcer-mail-"))
    home.chmod(0o755)  # the servers' own users must get in
    ports = {name: free_port() for name in ("smtp", "impatient", "imap", "lmtp", "auth")}
    servers = MailServers(home, ports["smtp"], ports["impatient"], ports["imap"], tuple(people))
    try:
        _prepare(servers, ports, moods)
        dovecot = [DOVECOT, "-F", "-c", str(home / "dovecot.conf")]
        # Not "start-fg", whose master would be nobody's child and outlive a killed test run.
        postfix = [MASTER, "-c", str(home / "etc"), "-d"]
        with _running(dovecot, home, ports["imap"]), _running(postfix, home, ports["smtp"]):
            yield servers
    finally:
        shutil.rmtree(home)


def _prepare(servers: MailServers, ports: dict[str, int], moods: dict[str, str]) -> None:
    home = servers.home
    for name in ("etc", "spool", "state", "mail", "dovecot"):
        (home / name).mkdir(mode=0o755)
    _owned_by("postfix", home / "state")
    _owned_by("mail", home / "mail")
    values = {
        "home": home,
        "domain": DOMAIN,
        "password": PASSWORD,
        "most": MOST_RECIPIENTS,
        "largest": LARGEST,
        "patience": PATIENCE,
    } | ports
    _write(home / "etc" / "main.cf", MAIN_CF.format(**values))
    _write(home / "etc" / "master.cf", MASTER_CF.format(**values))
    _write(home / "dovecot.conf", DOVECOT_CONF.format(**values))
    _write(home / "people", "".join(f"{person} here\n" for person in servers.people))
    _write(home / "moods", "".join(f"{person} {mood}\n" for person, mood in moods.items()))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(home / "ca.pem")
    leaf = authority.issue_cert("localhost")
    leaf.private_key_and_cert_chain_pem.write_to_path(home / "server.pem")
    # Makes what is missing in the spool.
    subprocess.run([POSTFIX, "-c", str(home / "etc"), "check"], check=True, capture_output=True)


@contextmanager
def _running(command: list[str], home: Path, port: int) -> Iterator[None]:
    """The server, until the end of the block or of this process, however that ends."""
    with (home / "output").open("ab") as output:
        server = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=functools.partial(die_with_parent, signal.SIGTERM),
        )
    try:
        until(lambda: server.poll() is not None or _answers(port), f"{command[0]} to answer")
        assert server.poll() is None, _last_words(home)
        yield
    finally:
        server.terminate()  # both masters end their own children
        server.wait(timeout=30)
        until(lambda: not _group_lives(server.pid), f"{command[0]} to end")


def _group_lives(leader: int) -> bool:
    """Whether a server's children still run; who waits to be reaped by nobody does not."""
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == leader and process.info["status"] != psutil.STATUS_ZOMBIE:
                return True
        except ProcessLookupError:
            continue  # it ended while we looked
    return False


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return bool(connection.recv(1))
    except OSError:  # nobody listens yet
        return False


def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait for something that happens in another process."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def _last_words(home: Path) -> str:
    logs = (home / name for name in ("output", "postfix.log", "dovecot.log"))
    return "\n".join(log.read_text(errors="replace") for log in logs if log.exists())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def _owned_by(user: str, path: Path) -> None:
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)
