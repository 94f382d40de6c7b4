"""The mail server's address, and what an operator is told about one that is wrong."""

from pathlib import Path

import pytest

from announcer.channels.smtp import SmtpServer
from announcer.channels.smtp.url import server_at
from announcer.config import smtp_server
from announcer.domain.errors import SetupError

AUTHORITY = Path(__file__).parents[2] / "doubles" / "localhost.pem"


def test_every_part_of_an_address_is_read() -> None:
    server = server_at(
        "smtp+starttls://kommun%40a:hem%20lig@mail.example:2525?helo=announcer.example"
        f"&ca={AUTHORITY}&connections=3&messages_per_minute=30&recipients_per_message=500"
    )

    assert server == SmtpServer(
        "mail.example",
        2525,
        "starttls",
        user="kommun@a",
        password="hem lig",
        helo_name="announcer.example",
        ca=str(AUTHORITY),
        connections=3,
        messages_per_minute=30,
        recipients_per_message=500,
    )


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [
        ("smtp://mail.example", "none", 25),
        ("smtp+starttls://mail.example", "starttls", 587),
        ("smtps://mail.example", "tls", 465),
    ],
)
def test_each_scheme_has_its_port(url: str, security: str, port: int) -> None:
    server = server_at(url)

    assert (server.security, server.port) == (security, port)
    assert server.messages_per_minute == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://mail.example", "write smtp://"),
        ("smtp://", "and a host"),
        ("smtp://mail.example:99999", "the port is a number"),
        ("smtp://mail.example:x", "the port is a number"),
        ("smtp://mail.example?conections=2", "there is no setting 'conections': use helo, ca, con"),
        ("smtp://mail.example?connections=two", "connections is 'two': use a number from 1 to 20"),
        ("smtp://mail.example?connections=0", "connections is 0: use 1 to 20"),
        ("smtp://mail.example?connections=21", "connections is 21: use 1 to 20"),
        ("smtp://mail.example?connections=", "connections: give one value"),
        ("smtp://mail.example?connections=1&connections=2", "connections: give one value"),
        ("smtp://mail.example?messages_per_minute=-1", "messages_per_minute is '-1': use a number"),
        ("smtp://mail.example?recipients_per_message=0", "recipients_per_message is 0: use 1"),
        ("smtps://mail.example?ca=/no/such.pem", "ca: cannot use /no/such.pem: No such file"),
        (f"smtps://mail.example?ca={__file__}", "it holds no certificate"),
        (f"smtp://mail.example?ca={AUTHORITY}", "use it with TLS only"),
        ("smtp://anna:hemlig@mail.example", "would travel in plain text"),
        ("smtp://anna:hemlig@10.0.0.1", "would travel in plain text"),
    ],
)
def test_what_is_wrong_is_said_with_the_name_of_the_setting(url: str, said: str) -> None:
    with pytest.raises(SetupError) as refused:
        smtp_server(url)

    assert str(refused.value).startswith("ANNOUNCER_SMTP_URL: ")
    assert said in str(refused.value)
    assert "hemlig" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_password_may_go_in_plain_text_within_this_machine(host: str) -> None:
    assert server_at(f"smtp://anna:hemlig@{host}").user == "anna"
