"""The mail catcher: what a mail client hands over is what lies in the folder."""

import json
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import psutil
import pytest

from announcer.domain.errors import SetupError
from announcer.embedded.mail import LARGEST_MESSAGE, EmbeddedMail
from announcer.embedded.supervisor import Supervisor
from tests.integration.embedded.house import wait_until


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor() as running:
        yield running


@pytest.fixture
def catcher(home: Path, supervisor: Supervisor) -> EmbeddedMail:
    mail = EmbeddedMail(home / "mail")
    supervisor.start(mail.child())
    return mail


def message(subject: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["From"] = "kommunikation@kommun.example"
    mail["To"] = "alla@kommun.example"
    mail.set_content("Hej!\n.en rad med punkt\n\nÅÄÖ", cte="8bit")
    return mail.as_bytes()


def send(catcher: EmbeddedMail, content: bytes) -> None:
    with smtplib.SMTP(catcher.host, catcher.port, timeout=30) as client:
        to = ["a@kommun.example", "b@elsewhere.example"]
        assert client.sendmail("bounce@kommun.example", to, content) == {}


def test_the_file_has_exactly_the_bytes_that_were_sent_and_the_envelope_beside_it(
    catcher: EmbeddedMail,
) -> None:
    send(catcher, message("Ny öppettid på biblioteket!"))
    kept = catcher.folder / "0001-ny-oppettid-pa-biblioteket.eml"
    assert kept.read_bytes() == message("Ny öppettid på biblioteket!")
    envelope = json.loads(kept.with_suffix(".json").read_text())
    assert envelope["mail_from"] == "bounce@kommun.example"
    assert envelope["rcpt_to"] == ["a@kommun.example", "b@elsewhere.example"]
    assert envelope["accepted_at"].endswith("+00:00")
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        (b"", "0001-utan-amne.eml"),
        (b"Subject: ../../etc/passwd\r\n", "0001-etc-passwd.eml"),
        (b"Subject: =?nonsense?B?!!!?=\r\n", "0001-nonsense-b.eml"),
        (b"Subject: =?utf-8?B?A?=\r\n", "0001-utf-8-b-a.eml"),
        (b"Subject: \xff\xfe\r\n", "0001-utan-amne.eml"),
    ],
)
def test_no_subject_is_too_strange_to_be_kept(
    catcher: EmbeddedMail, subject: bytes, name: str
) -> None:
    send(catcher, subject + b"\r\ntext\r\n")
    assert [path.name for path in catcher.folder.glob("*.eml")] == [name]


def test_a_message_over_the_limit_is_refused_and_leaves_nothing(catcher: EmbeddedMail) -> None:
    too_much = b"Subject: x\r\n\r\n" + (b"x" * 998 + b"\r\n") * (LARGEST_MESSAGE // 1000 + 1)
    with smtplib.SMTP(catcher.host, catcher.port, timeout=60) as client:
        client.ehlo()
        refused, _ = client.mail("a@kommun.example", [f"SIZE={len(too_much)}"])
        assert refused == 552
        client.mail("a@kommun.example")  # one that does not say how much comes
        client.rcpt("b@kommun.example")
        assert client.data(too_much)[0] == 552
    assert list(catcher.folder.glob("*.eml")) + list(catcher.folder.glob("*.json")) == []


def test_a_kill_in_the_middle_leaves_whole_messages_only(
    catcher: EmbeddedMail, supervisor: Supervisor
) -> None:
    send(catcher, message("Ett"))
    with socket.create_connection((catcher.host, catcher.port)) as client:
        client.sendall(b"HELO x\r\nMAIL FROM:<a@k.example>\r\nRCPT TO:<b@k.example>\r\nDATA\r\nhal")
        psutil.Process(supervisor.pids["mail"]).kill()
        # What a kill between the two files and in the middle of one leaves.
        (catcher.folder / "0002-halv.json").write_text("{}")
        (catcher.folder / ".incoming-0002-halv.eml").write_text("Subject: ha")

        def back() -> bool:
            supervisor.tick()
            return "mail" in supervisor.pids and catcher.child().ready()

        wait_until(back, "the mail catcher's restart")
    send(catcher, message("Tre"))
    names = {path.name for path in catcher.folder.glob("*") if path.name not in ("log", "lock")}
    assert names == {"0001-ett.eml", "0001-ett.json", "0003-tre.eml", "0003-tre.json"}
    assert (catcher.folder / "0003-tre.eml").read_bytes() == message("Tre")


def test_a_message_that_cannot_be_written_is_put_off_and_not_accepted(
    catcher: EmbeddedMail,
) -> None:
    catcher.folder.rename(catcher.folder.with_name("gone"))
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(catcher, message("Ett"))
    assert refused.value.smtp_code == 452


def test_it_talks_to_nobody_but_who_comes_on_loopback(
    catcher: EmbeddedMail, supervisor: Supervisor
) -> None:
    send(catcher, message("Ett"))
    sockets = psutil.Process(supervisor.pids["mail"]).net_connections()
    assert {(s.laddr.ip, s.laddr.port) for s in sockets} == {("127.0.0.1", catcher.port)}


@pytest.mark.parametrize("address", ["0.0.0.0:2525", "192.0.2.1:2525", "2525", "127.0.0.1:x"])
def test_any_address_but_a_loopback_one_is_refused(home: Path, address: str) -> None:
    program = [sys.executable, "-m", "announcer.embedded.mail", "--listen", address]
    refused = subprocess.run([*program, "--folder", str(home)], capture_output=True, text=True)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"{address} är ingen adress på den egna datorn")


def test_a_port_where_another_server_answers_is_not_taken_for_ours(
    catcher: EmbeddedMail, home: Path, supervisor: Supervisor
) -> None:
    with pytest.raises(SetupError, match=f"127.0.0.1:{catcher.port} kan inte öppnas"):
        supervisor.start(EmbeddedMail(home / "other", catcher.port).child())
