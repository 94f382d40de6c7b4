"""What the tests of sending mail send, to whom, and how they look at what became of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from announcer.channels.smtp import SmtpServer
from announcer.domain.delivery import DeliveryState, Outcome
from tests.doubles.recording_smtp import RecordingSmtp

ACCEPTED = DeliveryState.ACCEPTED
DEFERRED = DeliveryState.DEFERRED
REFUSED = DeliveryState.REFUSED
IN_DOUBT = DeliveryState.IN_DOUBT

MESSAGE = b"Subject: Nytt\r\nMessage-ID: <1@kommun.example>\r\n\r\nHej!\r\n.punkt\r\n..\r\n"
ANNA, BERTIL, CILLA = "anna@a.example", "bertil@b.example", "cilla@c.example"
SENDER = "avsandare@kommun.example"


def at(server: RecordingSmtp, **settings: Any) -> SmtpServer:
    quick = SmtpServer(
        server.host,
        server.port,
        helo_name="announcer.example",
        connect_timeout=1,
        command_timeout=1,
        block_timeout=1,
        after_data_timeout=1,
    )
    return replace(quick, **settings)


def states(outcomes: Mapping[str, Outcome]) -> dict[str, DeliveryState]:
    return {address: outcome.state for address, outcome in outcomes.items()}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds
