"""What becomes of a message at a mail server that does everything a mail server can do."""

import select
import smtplib
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from announcer.channels.smtp import SmtpServer, send
from announcer.domain.delivery import DeliveryState
from announcer.domain.errors import SetupError
from tests.doubles.recording_smtp import RecordingSmtp, Rules, Stage
from tests.integration.channels.letters import (
    ACCEPTED,
    ANNA,
    BERTIL,
    CILLA,
    DEFERRED,
    IN_DOUBT,
    MESSAGE,
    REFUSED,
    SENDER,
    at,
    states,
)

#: More than the sockets between us and a server on this machine hold.
LARGE = b"Subject: Stort\r\n\r\n" + (b"x" * 76 + b"\r\n") * 300_000


def misbehaving(how: str, stage: Stage) -> Rules:
    return Rules(hang_up=stage) if how == "hang_up" else Rules(stall=stage)


def test_the_server_gets_the_very_bytes_once_for_all_recipients(mail_server: RecordingSmtp) -> None:
    outcomes = send(at(mail_server), SENDER, [ANNA, BERTIL], MESSAGE)

    assert states(outcomes) == {ANNA: ACCEPTED, BERTIL: ACCEPTED}
    (message,) = mail_server.messages
    assert message.content == MESSAGE
    assert (message.sender, message.recipients) == (SENDER, (ANNA, BERTIL))


def test_the_servers_own_words_are_kept(mail_server: RecordingSmtp) -> None:
    outcomes = send(at(mail_server), SENDER, [ANNA], MESSAGE)

    assert outcomes[ANNA].reply == "250 2.0.0 Queued as 7F3A"
    assert outcomes[ANNA].retry_after is None


def test_a_large_message_arrives_whole(mail_server: RecordingSmtp) -> None:
    send(at(mail_server, after_data_timeout=30, block_timeout=30), SENDER, [ANNA], LARGE)

    assert mail_server.messages[0].content == LARGE


def test_one_address_twice_is_one_envelope_recipient(mail_server: RecordingSmtp) -> None:
    send(at(mail_server), SENDER, [ANNA, ANNA], MESSAGE)

    assert mail_server.messages[0].recipients == (ANNA,)


def test_a_refused_recipient_does_not_keep_the_others_from_getting_it(
    mail_server: RecordingSmtp,
) -> None:
    mail_server.rules = Rules(
        replies={ANNA: "550 5.1.1 No such user", BERTIL: "450 4.7.1 Greylisted"}
    )

    outcomes = send(at(mail_server), SENDER, [ANNA, BERTIL, CILLA], MESSAGE)

    assert states(outcomes) == {ANNA: REFUSED, BERTIL: DEFERRED, CILLA: ACCEPTED}
    assert mail_server.messages[0].recipients == (CILLA,)
    assert outcomes[ANNA].reply == "550 5.1.1 No such user"


def test_nothing_is_written_where_nobody_is_taken(mail_server: RecordingSmtp) -> None:
    mail_server.rules = Rules(replies={ANNA: "451 4.3.0 Later"})

    assert states(send(at(mail_server), SENDER, [ANNA], MESSAGE)) == {ANNA: DEFERRED}
    assert "DATA" not in mail_server.commands


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        (Rules(greeting="421 Too busy"), DEFERRED),
        (Rules(greeting="554 No mail here"), DEFERRED),
        (Rules(mail="451 4.3.0 Later"), DEFERRED),
        (Rules(mail="550 5.7.1 Sender not allowed"), REFUSED),
        (Rules(mail="530 5.7.0 Sign in first"), DEFERRED),
        (Rules(mail="552 5.3.4 Too large"), REFUSED),
        (Rules(replies={ANNA: "552 Too many recipients"}), DEFERRED),
        (Rules(replies={ANNA: "421 Closing"}), DEFERRED),
        (Rules(data="451 4.3.0 Later"), DEFERRED),
        (Rules(data="554 5.5.1 No"), REFUSED),
        (Rules(data="250 What?"), DEFERRED),
        (Rules(accept="451 4.3.0 Disk full"), DEFERRED),
        (Rules(accept="421 Closing"), DEFERRED),
        (Rules(accept="554 5.7.1 Looks like spam"), REFUSED),
        (Rules(accept="gibberish"), IN_DOUBT),
        (Rules(accept="250 " + "x" * 9000), IN_DOUBT),
    ],
)
def test_each_answer_means_what_rfc_5321_says(
    mail_server: RecordingSmtp, rules: Rules, state: DeliveryState
) -> None:
    mail_server.rules = rules

    assert states(send(at(mail_server), SENDER, [ANNA], MESSAGE)) == {ANNA: state}


@pytest.mark.parametrize(
    ("stage", "state", "recorded"),
    [
        (Stage.GREETING, DEFERRED, 0),
        (Stage.MAIL, DEFERRED, 0),
        (Stage.RCPT, DEFERRED, 0),
        (Stage.BEFORE_DATA, DEFERRED, 0),
        (Stage.AFTER_DOT, IN_DOUBT, 1),
        (Stage.AFTER_ACCEPT, ACCEPTED, 1),
    ],
)
@pytest.mark.parametrize("how", ["hang_up", "stall"])
def test_only_a_message_whose_dot_was_written_can_be_in_doubt(
    mail_server: RecordingSmtp, how: str, stage: Stage, state: DeliveryState, recorded: int
) -> None:
    mail_server.rules = misbehaving(how, stage)

    assert states(send(at(mail_server), SENDER, [ANNA, BERTIL], MESSAGE)) == {
        ANNA: state,
        BERTIL: state,
    }
    assert len(mail_server.messages) == recorded


@pytest.mark.parametrize("how", ["hang_up", "stall"])
def test_a_message_cut_in_the_middle_may_go_again(mail_server: RecordingSmtp, how: str) -> None:
    mail_server.rules = misbehaving(how, Stage.IN_DATA)

    outcomes = send(at(mail_server), SENDER, [ANNA], LARGE)

    assert outcomes[ANNA].state is DEFERRED
    assert outcomes[ANNA].retry_after
    assert mail_server.messages == []


def test_a_dot_that_could_not_be_written_leaves_no_doubt(
    mail_server: RecordingSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = smtplib.SMTP.send

    def write_after_the_reset(smtp: smtplib.SMTP, block: Any) -> None:
        if block == b".\r\n":
            assert smtp.sock
            assert select.select([smtp.sock], [], [], 10)[0]  # the server's reset is here
        write(smtp, block)

    monkeypatch.setattr(smtplib.SMTP, "send", write_after_the_reset)
    mail_server.rules = Rules(hang_up=Stage.IN_DATA)

    assert states(send(at(mail_server), SENDER, [ANNA], MESSAGE)) == {ANNA: DEFERRED}


def test_a_doubt_is_told_in_words(mail_server: RecordingSmtp) -> None:
    mail_server.rules = Rules(stall=Stage.AFTER_DOT)

    reply = send(at(mail_server), SENDER, [ANNA], MESSAGE)[ANNA].reply

    assert "helt överlämnat" in reply
    assert "timed out" in reply


def test_a_refusal_before_the_connection_breaks_stands(mail_server: RecordingSmtp) -> None:
    mail_server.rules = Rules(replies={ANNA: "550 No such user", BERTIL: "421 Closing"})

    outcomes = send(at(mail_server), SENDER, [ANNA, BERTIL, CILLA], MESSAGE)

    assert states(outcomes) == {ANNA: REFUSED, BERTIL: DEFERRED, CILLA: DEFERRED}
    assert outcomes[CILLA].reply == "421 Closing"


def test_nobody_listening_is_a_delay() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server = SmtpServer("127.0.0.1", unused.getsockname()[1], connect_timeout=1)
        outcomes = send(server, SENDER, [ANNA], MESSAGE)

    assert outcomes[ANNA].state is DEFERRED


@pytest.mark.parametrize(
    "message",
    [
        b"Subject: a\nBcc: x@y.example\r\n\r\nHej\r\n",
        b"Subject: a\rBcc: x@y.example\r\n\r\nHej\r\n",
        b"Subject: a\0b\r\n\r\nHej\r\n",
        b"Subject: a\r\n\r\nHej\n.\nMAIL FROM:<x@y.example>\r\n",
        b"Subject: a\r\n\r\nHej\r.\r",
    ],
)
def test_a_message_that_could_smuggle_another_never_reaches_a_server(
    mail_server: RecordingSmtp, message: bytes
) -> None:
    assert states(send(at(mail_server), SENDER, [ANNA], message)) == {ANNA: REFUSED}
    assert mail_server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nDATA",
        "a@b.example\n",
        "a b@c.example",
        "a@b.example> NOTIFY=NEVER",
        "<a@b.example>",
        "a\u00a0b@c.example",
        "a\x7f@b.example",
        "a\u200b@b.example",
        "ingen-adress",
        "@b.example",
        "",
        "a" * 250 + "@b.example",
    ],
)
def test_an_address_that_is_none_is_refused_alone(mail_server: RecordingSmtp, address: str) -> None:
    outcomes = send(at(mail_server), SENDER, [address, ANNA], MESSAGE)

    assert states(outcomes) == {address: REFUSED, ANNA: ACCEPTED}
    assert mail_server.messages[0].recipients == (ANNA,)


def test_a_reply_is_kept_without_addresses_and_in_bounds(mail_server: RecordingSmtp) -> None:
    words = f"550 <{ANNA}> unknown\x07, not\tlike {BERTIL}; " + "x" * 800
    mail_server.rules = Rules(replies={ANNA: words})

    reply = send(at(mail_server), SENDER, [ANNA], MESSAGE)[ANNA].reply

    assert reply.startswith("550 <…> unknown , not like …; xxx")
    assert len(reply) == 500


class TestLettersBeyondAscii:
    SWEDISH = "åsa@b.example"

    def test_smtputf8_is_asked_for_only_where_it_is_needed(
        self, mail_server: RecordingSmtp
    ) -> None:
        send(at(mail_server), SENDER, [ANNA], MESSAGE)
        send(at(mail_server), SENDER, [ANNA, self.SWEDISH], MESSAGE)

        plain, swedish = mail_server.messages
        assert "SMTPUTF8" not in plain.options
        assert "SMTPUTF8" in swedish.options
        assert swedish.recipients == (ANNA, self.SWEDISH)

    def test_a_server_without_it_still_gets_the_others(self, mail_server: RecordingSmtp) -> None:
        mail_server.rules = Rules(features=())

        outcomes = send(at(mail_server), SENDER, [ANNA, self.SWEDISH], MESSAGE)

        assert states(outcomes) == {ANNA: ACCEPTED, self.SWEDISH: REFUSED}
        assert "ASCII" in outcomes[self.SWEDISH].reply

    @pytest.mark.parametrize(
        "message", ["Subject: å\r\n\r\nHej\r\n", "Subject: a\r\n\r\nHej då, vi går\r\n"]
    )
    def test_bytes_a_server_cannot_carry_are_refused_with_the_reason(
        self, mail_server: RecordingSmtp, message: str
    ) -> None:
        mail_server.rules = Rules(features=())

        outcome = send(at(mail_server), SENDER, [ANNA], message.encode())[ANNA]

        assert outcome.state is REFUSED
        assert outcome.reply
        assert mail_server.messages == []

    def test_a_body_in_utf8_is_declared(self, mail_server: RecordingSmtp) -> None:
        send(at(mail_server), SENDER, [ANNA], "Subject: a\r\n\r\nHej då, vi går\r\n".encode())

        assert "BODY=8BITMIME" in mail_server.messages[0].options

    def test_a_server_that_only_knows_helo_gets_plain_messages(
        self, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(ehlo="502 What?")

        assert states(send(at(mail_server), SENDER, [ANNA], MESSAGE)) == {ANNA: ACCEPTED}
        assert mail_server.messages[0].options == ()


class TestEncryption:
    CERTIFICATE = str(Path(__file__).parents[2] / "doubles" / "localhost.pem")

    @pytest.fixture(params=["starttls", "tls"])
    def security(self, request: pytest.FixtureRequest, mail_server: RecordingSmtp) -> str:
        mail_server.rules = Rules(
            certificate=self.CERTIFICATE, tls=request.param == "tls", credentials="kommun:hemlig"
        )
        return str(request.param)

    def test_a_trusted_server_gets_the_password_and_the_message_encrypted(
        self, mail_server: RecordingSmtp, security: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", self.CERTIFICATE)

        server = at(mail_server, security=security, host="localhost")
        outcomes = send(replace(server, user="kommun", password="hemlig"), SENDER, [ANNA], MESSAGE)

        assert states(outcomes) == {ANNA: ACCEPTED}
        assert mail_server.messages[0].encrypted

    def test_an_untrusted_server_gets_neither(
        self, mail_server: RecordingSmtp, security: str
    ) -> None:
        server = at(mail_server, security=security, host="localhost")
        outcomes = send(replace(server, user="kommun", password="hemlig"), SENDER, [ANNA], MESSAGE)

        assert outcomes[ANNA].state is DEFERRED
        assert "certificate" in outcomes[ANNA].reply.lower()
        assert not any(c.startswith(("AUTH", "MAIL")) for c in mail_server.commands)

    def test_a_certificate_for_another_host_is_not_trusted(
        self, mail_server: RecordingSmtp, security: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", self.CERTIFICATE)

        # The same trusted certificate; but it is for localhost, not for 127.0.0.1.
        outcomes = send(at(mail_server, security=security), SENDER, [ANNA], MESSAGE)

        assert states(outcomes) == {ANNA: DEFERRED}
        assert "mismatch" in outcomes[ANNA].reply

    def test_a_server_that_offers_no_starttls_gets_nothing_in_plain_text(
        self, mail_server: RecordingSmtp
    ) -> None:
        outcomes = send(at(mail_server, security="starttls"), SENDER, [ANNA], MESSAGE)

        assert states(outcomes) == {ANNA: DEFERRED}
        assert not any(command.startswith("MAIL") for command in mail_server.commands)

    def test_a_wrong_password_is_the_operators_fault_not_the_recipients(
        self, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(credentials="kommun:hemlig")

        outcomes = send(at(mail_server, user="kommun", password="fel"), SENDER, [ANNA], MESSAGE)

        assert states(outcomes) == {ANNA: DEFERRED}
        assert outcomes[ANNA].reply.startswith("535")


def test_a_password_is_not_in_the_settings_repr() -> None:
    assert "hemlig" not in repr(
        SmtpServer("mail.example", security="tls", user="a", password="hemlig")
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"security": "ssl"},
        {"port": 0},
        {"host": ""},
        {"host": "mail..example"},
        {"security": "tls", "password": "lösenord"},
        {"connections": 0},
        {"recipients_per_message": 0},
    ],
)
def test_settings_that_cannot_work_are_an_operators_mistake(settings: dict[str, Any]) -> None:
    with pytest.raises(SetupError):
        SmtpServer(**({"host": "mail.example"} | settings))
