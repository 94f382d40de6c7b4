"""Mail that Debian's Postfix took and Dovecot put into mailboxes, read as its readers read it."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from announcer.channels.email import StaffEmail
from announcer.channels.press import PressEmail
from announcer.channels.smtp import SmtpServer, SmtpTransport, send
from announcer.channels.smtp.url import server_at
from announcer.domain.announcement import Content
from announcer.domain.delivery import DeliveryState, Edition, Job, Outcome, Recipient
from announcer.domain.organisation import Sender
from tests.peers.mail_servers import (
    DOMAIN,
    DOVECOT,
    LARGEST,
    MOST_RECIPIENTS,
    PASSWORD,
    POSTFIX,
    USER,
    MailServers,
    mail_servers,
    until,
)

pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("mail")]

STAFF = [f"p{number:03}@{DOMAIN}" for number in range(250)]
DESKS = [f"redaktion{number}@{DOMAIN}" for number in range(5)]
GREY, FULL, BUSY = f"gra@{DOMAIN}", f"full@{DOMAIN}", f"upptagen@{DOMAIN}"
NOBODY = f"ingen@{DOMAIN}"
SENDER = f"kommun@{DOMAIN}"
MESSAGE = (
    b"Date: Tue, 03 Feb 2026 08:00:00 +0000\r\nFrom: kommun@hallefors.example\r\n"
    b"To: undisclosed-recipients:;\r\nSubject: Nytt\r\nMessage-ID: <x@hallefors.example>\r\n"
    b"\r\nHej!\r\n.\r\n..punkt\r\n"
)
MOODS = {
    GREY: "450 4.7.1 Greylisted, come back later",
    FULL: "452 4.2.2 Mailbox full",
    BUSY: "421 4.7.0 Too much",
}
ACCEPTED, DEFERRED, REFUSED = DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.REFUSED


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    for program in (POSTFIX, DOVECOT):
        assert Path(program).exists(), "run 'make test-peers': it installs Postfix and Dovecot"
    if os.geteuid():
        pytest.skip("Postfix and Dovecot start as root only")
    with mail_servers([*STAFF, *DESKS, *MOODS, SENDER], MOODS) as running:
        yield running


@pytest.fixture
def server(servers: MailServers) -> SmtpServer:
    """As the operator would write it."""
    user = USER.replace("@", "%40")
    return server_at(
        f"smtp+starttls://{user}:{PASSWORD}@localhost:{servers.smtp}"
        f"?helo=announcer.{DOMAIN}&ca={servers.ca}"
    )


@pytest.fixture
def transport(server: SmtpServer) -> Iterator[SmtpTransport]:
    with SmtpTransport(server) as opened:
        yield opened


@pytest.fixture
def edition() -> Edition:
    return Edition(
        content=Content(
            class_name="beslut",
            unit="ks",
            title="Skolan börjar klockan åtta",
            summary="Från den 1 mars börjar alla skolor klockan åtta.",
            body="Läs **hela** planen.\n\n.\n\n.. och prata med din chef.",
            audience=("alla",),
            contact="Informationsenheten",
        ),
        language="sv",
        sender=Sender(
            name="Exempel kommun",
            short_name="Exempel",
            address="Torget 1, 123 45 Exempel",
            phone="010-123 45 67",
            email=SENDER,
            web="www.kommun.example",
            colour="#005a9c",
            accent="#ffcc00",
            logo_svg=b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
            logo_png=b"",
            time_zone="Europe/Stockholm",
            language="sv",
        ),
        public_id="k3v9x2m7q4t8",
        page_url="https://intranat.kommun.example/nyheter/k3v9x2m7q4t8",
        at=datetime(2026, 2, 3, 8, 0, tzinfo=UTC),
        message_id="<staff-1@kommun.example>",
    )


def recipients(addresses: list[str]) -> tuple[Recipient, ...]:
    return tuple(
        Recipient(a, a, "sv", f"<{a.partition('@')[0]}@kommun.example>") for a in addresses
    )


def sessions(servers: MailServers) -> int:
    """How many connections Postfix was opened."""
    return len(re.findall(r"smtpd\[\d+\]: connect from", servers.log))


def one(outcomes: object) -> Outcome:
    assert isinstance(outcomes, dict)
    (outcome,) = outcomes.values()
    assert isinstance(outcome, Outcome)
    return outcome


def test_everyone_of_250_colleagues_gets_one_mail_and_sees_no_other(
    servers: MailServers, transport: SmtpTransport, edition: Edition
):
    email, before = StaffEmail(transport, SENDER), sessions(servers)
    artefact = email.compose(edition)
    outcomes: dict[str, Outcome] = {}
    for start in range(0, len(STAFF), email.batch_size):
        batch = recipients(STAFF[start : start + email.batch_size])
        outcomes |= email.deliver(Job(edition, artefact, batch))
    servers.delivered()

    assert {outcome.state for outcome in outcomes.values()} == {ACCEPTED}, outcomes
    assert set(outcomes) == set(STAFF)
    assert email.batch_size > MOST_RECIPIENTS, "so that every batch must be handed in twice"
    for person in STAFF:
        (mail,) = servers.mailbox(person)
        assert mail.endswith(artefact), "the bytes that were stored are the bytes that arrived"
        assert message_from_bytes(mail)["Message-ID"] == edition.message_id
        assert set(re.findall(rb"p\d{3}@hallefors\.example", mail)) <= {person.encode()}
    assert sessions(servers) == before + 1, "all over one connection"


def test_newsrooms_get_one_mail_each_over_one_connection(
    servers: MailServers, transport: SmtpTransport, edition: Edition
):
    press, before = PressEmail(transport, SENDER), sessions(servers)
    for desk in recipients(DESKS):
        outside = replace(edition, page_url="", to=desk.address, message_id=desk.message_id)
        outcome = one(press.deliver(Job(outside, press.compose(outside), (desk,))))
        assert outcome.state is ACCEPTED
    servers.delivered()

    for desk in recipients(DESKS):
        (mail,) = servers.mailbox(desk.address)
        read = message_from_bytes(mail)
        assert read["Message-ID"] == desk.message_id
        assert desk.address in read["To"]
        assert set(re.findall(rb"redaktion\d@hallefors\.example", mail)) == {desk.address.encode()}
    assert sessions(servers) == before + 1


def test_a_user_that_does_not_exist_is_refused_and_the_others_get_it(
    servers: MailServers, transport: SmtpTransport
):
    before = len(servers.mailbox(SENDER))
    outcomes = transport.send(SENDER, [NOBODY, SENDER], MESSAGE)
    servers.delivered()

    assert outcomes[NOBODY].state is REFUSED
    assert outcomes[NOBODY].reply.startswith("550 5.1.1 <…>: Recipient address rejected")
    assert outcomes[SENDER].state is ACCEPTED
    mails = servers.mailbox(SENDER)
    assert len(mails) == before + 1
    assert mails[-1].endswith(MESSAGE)


def test_no_mail_leaves_this_machine(transport: SmtpTransport):
    """Of these servers, not of Announcer: a mistake in a test must harm nobody."""
    outcome = one(transport.send(SENDER, ["someone@elsewhere.example"], MESSAGE))

    assert outcome.state is REFUSED
    assert "Relay access denied" in outcome.reply


@pytest.mark.parametrize(
    ("person", "least", "most"),
    [
        (GREY, timedelta(minutes=5), timedelta(minutes=6)),
        (FULL, timedelta(hours=2), timedelta(hours=2.5)),
        (BUSY, timedelta(minutes=10), timedelta(minutes=11)),
    ],
    ids=["greylisted", "mailbox full", "rate limited"],
)
def test_each_reason_to_wait_has_its_own_time(
    transport: SmtpTransport, person: str, least: timedelta, most: timedelta
):
    outcome = one(transport.send(SENDER, [person], MESSAGE))

    assert outcome.state is DEFERRED
    assert outcome.retry_after
    assert least <= outcome.retry_after <= most, outcome.reply


def test_a_message_that_is_too_big_is_refused_before_it_is_sent(transport: SmtpTransport):
    outcome = one(transport.send(SENDER, [SENDER], MESSAGE + b"x" * LARGEST))

    assert outcome.state is REFUSED
    assert f"högst {LARGEST}" in outcome.reply


def test_a_connection_that_postfix_gave_up_delays_nobody(servers: MailServers, server: SmtpServer):
    with SmtpTransport(replace(server, port=servers.impatient)) as transport:
        assert one(transport.send(SENDER, [SENDER], MESSAGE)).state is ACCEPTED
        gone = servers.log.count("timeout after END-OF-MESSAGE")
        until(
            lambda: servers.log.count("timeout after END-OF-MESSAGE") > gone, "Postfix to hang up"
        )

        assert one(transport.send(SENDER, [SENDER], MESSAGE)).state is ACCEPTED


def test_a_wrong_password_delays_and_says_so(server: SmtpServer):
    outcome = one(send(replace(server, password="wrong"), SENDER, [SENDER], MESSAGE))

    assert outcome.state is DEFERRED
    assert outcome.reply.startswith("535 5.7.8")


def test_a_postfix_that_another_authority_vouches_for_gets_nothing(server: SmtpServer):
    outcome = one(send(replace(server, ca=""), SENDER, [SENDER], MESSAGE))

    assert outcome.state is DEFERRED
    assert "(localhost)" in outcome.reply
    assert "certificate" in outcome.reply
