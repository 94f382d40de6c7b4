"""What staff and newsrooms find in their mailboxes, and what the boards get."""

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from announcer.channels import Channel
from announcer.channels.builtin import built_in
from announcer.channels.intranet import IntranetAddress
from announcer.channels.smtp import SmtpServer
from announcer.domain.delivery import DeliveryState, Edition, Job, Recipient
from tests.doubles.recording_smtp import RecordingSmtp, Rules

ANNA = Recipient("1", "anna@a.example", "sv", "<1@kommun.example>")
BERTIL = Recipient("2", "bertil@b.example", "sv", "<1@kommun.example>")
DESK = Recipient("3", "desk@tidning.example", "sv", "<3@kommun.example>")
#: Works where Anna works and shares her mailbox.
CILLA = Recipient("4", "anna@a.example", "sv", "<1@kommun.example>")


@pytest.fixture
def channels(mail_server: RecordingSmtp) -> dict[str, Channel]:
    return built_in(
        SmtpServer(mail_server.host, mail_server.port, helo_name="announcer.example"),
        IntranetAddress("http://127.0.0.1:9", lambda audience: ""),
        staff_sender="personal@kommun.example",
        press_sender="press@kommun.example",
    )


def test_each_channel_goes_by_its_own_name(channels: dict[str, Channel]) -> None:
    assert {name: channel.kind.name for name, channel in channels.items()} == {
        "intranet": "intranet",
        "email": "email",
        "poster": "poster",
        "press": "press",
        "newsroom": "newsroom",
        "visitors_board": "visitors_board",
    }
    assert {n: c.batch_size for n, c in channels.items() if c.batch_size > 1} == {"email": 100}
    assert {n for n, c in channels.items() if c.idempotent} == {
        "intranet",
        "poster",
        "newsroom",
        "visitors_board",
    }


def test_colleagues_get_one_message_and_do_not_see_each_other(
    channels: dict[str, Channel], mail_server: RecordingSmtp, edition: Edition
) -> None:
    email = channels["email"]
    artefact = email.compose(edition)

    outcomes = email.deliver(Job(edition, artefact, (ANNA, BERTIL)))

    assert {key: outcome.state for key, outcome in outcomes.items()} == {
        "1": DeliveryState.ACCEPTED,
        "2": DeliveryState.ACCEPTED,
    }
    (message,) = mail_server.messages
    assert message.sender == "personal@kommun.example"
    assert message.recipients == (ANNA.address, BERTIL.address)
    assert message.content == artefact
    assert b"anna@" not in message.content
    mail = message_from_bytes(message.content, policy=policy.SMTP)
    assert mail["Message-ID"] == edition.message_id
    assert edition.content.title in mail["Subject"]


def test_a_repeat_carries_the_same_message_id(
    channels: dict[str, Channel], mail_server: RecordingSmtp, edition: Edition
) -> None:
    email = channels["email"]
    for attempt in (0, 1):
        email.deliver(Job(edition, email.compose(edition), (ANNA,), attempt=attempt))

    first, second = mail_server.messages
    assert first.content == second.content


def test_people_who_share_a_mailbox_get_one_copy(
    channels: dict[str, Channel], mail_server: RecordingSmtp, edition: Edition
) -> None:
    email = channels["email"]
    outcomes = email.deliver(Job(edition, email.compose(edition), (ANNA, CILLA)))

    assert set(outcomes) == {"1", "4"}
    assert mail_server.messages[0].recipients == (ANNA.address,)


def test_every_recipient_gets_an_answer_of_their_own(
    channels: dict[str, Channel], mail_server: RecordingSmtp, edition: Edition
) -> None:
    mail_server.rules = Rules(replies={ANNA.address: "550 No such user"})
    email = channels["email"]

    outcomes = email.deliver(Job(edition, email.compose(edition), (ANNA, BERTIL)))

    assert outcomes["1"].state is DeliveryState.REFUSED
    assert outcomes["2"].state is DeliveryState.ACCEPTED


def test_a_newsroom_is_addressed_by_itself(
    channels: dict[str, Channel], mail_server: RecordingSmtp, edition: Edition
) -> None:
    press = channels["press"]
    outside = replace(edition, page_url="", to=DESK.address, message_id=DESK.message_id)
    artefact = press.compose(outside)

    outcomes = press.deliver(Job(outside, artefact, (DESK,)))

    assert outcomes["3"].state is DeliveryState.ACCEPTED
    (message,) = mail_server.messages
    assert message.sender == "press@kommun.example"
    assert message.recipients == (DESK.address,)
    mail = message_from_bytes(message.content, policy=policy.SMTP)
    assert DESK.address in mail["To"]


def test_a_press_message_is_never_handed_to_two_newsrooms(
    channels: dict[str, Channel], mail_server: RecordingSmtp, edition: Edition
) -> None:
    with pytest.raises(ValueError, match="values to unpack"):
        channels["press"].deliver(Job(edition, b"To: x\r\n\r\n", (DESK, ANNA)))
    assert mail_server.messages == []


def test_a_poster_is_a_pdf_that_can_be_printed(
    channels: dict[str, Channel], edition: Edition
) -> None:
    poster = channels["poster"]
    board = Recipient("skolan", "skolan", "sv", "")

    artefact = poster.compose(edition)
    outcome = poster.deliver(Job(edition, artefact, (board,)))["skolan"]

    assert artefact.startswith(b"%PDF-")
    assert outcome.state is DeliveryState.ACCEPTED
