"""Connections are kept for the next message, and nothing is lost, doubled or mixed by it."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from announcer.channels.smtp import SmtpTransport
from tests.doubles.recording_smtp import RecordingSmtp, Rules, Stage
from tests.integration.channels.letters import (
    ACCEPTED,
    ANNA,
    BERTIL,
    DEFERRED,
    IN_DOUBT,
    MESSAGE,
    REFUSED,
    SENDER,
    Clock,
    at,
    states,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transport(mail_server: RecordingSmtp, clock: Clock) -> Iterator[SmtpTransport]:
    with SmtpTransport(at(mail_server), clock) as opened:
        yield opened


def test_nothing_is_connected_before_the_first_mail(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    assert mail_server.connections == 0


def test_one_connection_carries_one_message_after_another(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    for address in (ANNA, BERTIL, ANNA):
        assert states(transport.send(SENDER, [address], MESSAGE)) == {address: ACCEPTED}

    assert mail_server.connections == 1
    assert [message.recipients for message in mail_server.messages] == [(ANNA,), (BERTIL,), (ANNA,)]
    assert {message.content for message in mail_server.messages} == {MESSAGE}
    assert sum(command.startswith("ehlo") for command in mail_server.commands) == 1


def test_the_server_is_told_when_the_transport_is_closed(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    transport.send(SENDER, [ANNA], MESSAGE)
    transport.close()

    assert mail_server.commands[-1] == "QUIT"


def test_a_connection_the_server_closed_meanwhile_costs_nobody_a_delay(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    transport.send(SENDER, [ANNA], MESSAGE)
    mail_server.hang_up_on_all()

    assert states(transport.send(SENDER, [BERTIL], MESSAGE)) == {BERTIL: ACCEPTED}
    assert [message.recipients for message in mail_server.messages] == [(ANNA,), (BERTIL,)]
    assert mail_server.connections == 2


@pytest.mark.parametrize(
    "enough", ["", "421 4.7.0 Enough", "421 4.4.2 Timeout exceeded", "421 Bye"]
)
def test_a_server_that_ends_each_connection_after_two_messages_gets_all_of_them(
    transport: SmtpTransport, mail_server: RecordingSmtp, enough: str
) -> None:
    mail_server.rules = Rules(most_messages=2, enough=enough)

    outcomes = [transport.send(SENDER, [ANNA], MESSAGE)[ANNA].state for _ in range(9)]

    assert outcomes == [ACCEPTED] * 9
    assert len(mail_server.messages) == 9
    assert mail_server.connections == 5


def test_the_number_of_messages_a_connection_takes_is_learned(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    mail_server.rules = Rules(most_messages=2)

    for _ in range(12):
        transport.send(SENDER, [ANNA], MESSAGE)

    # Turned away twice after two messages; from then on we leave by ourselves.
    mails = sum(command.startswith("MAIL") for command in mail_server.commands)
    assert mails == len(mail_server.messages) + 2
    assert mail_server.connections == 6


def test_connections_closed_after_a_rest_teach_nothing(
    transport: SmtpTransport, mail_server: RecordingSmtp, clock: Clock
) -> None:
    for _ in range(4):
        transport.send(SENDER, [ANNA], MESSAGE)
        clock.seconds += 10
        mail_server.hang_up_on_all()
    mail_server.forget()

    for _ in range(5):
        transport.send(SENDER, [ANNA], MESSAGE)

    assert mail_server.connections == 1


def test_a_connection_that_rested_too_long_is_ended_politely(
    transport: SmtpTransport, mail_server: RecordingSmtp, clock: Clock
) -> None:
    transport.send(SENDER, [ANNA], MESSAGE)
    clock.seconds += 31
    transport.send(SENDER, [ANNA], MESSAGE)

    assert mail_server.connections == 2
    assert mail_server.commands.count("QUIT") == 1


def test_a_connection_that_nobody_needs_is_ended_even_if_no_mail_follows(
    mail_server: RecordingSmtp,
) -> None:
    with SmtpTransport(at(mail_server, idle_seconds=0.05)) as transport:
        transport.send(SENDER, [ANNA], MESSAGE)
        until = time.monotonic() + 30
        while "QUIT" not in mail_server.commands and time.monotonic() < until:
            time.sleep(0.01)

        assert mail_server.commands.count("QUIT") == 1


def test_a_connection_is_left_after_so_many_messages(mail_server: RecordingSmtp) -> None:
    with SmtpTransport(at(mail_server, messages_per_connection=3)) as transport:
        for _ in range(7):
            transport.send(SENDER, [ANNA], MESSAGE)

    assert mail_server.connections == 3
    assert len(mail_server.messages) == 7


def test_a_bound_on_messages_that_is_announced_is_kept(mail_server: RecordingSmtp) -> None:
    mail_server.rules = Rules(features=("LIMITS RCPTMAX=9 MAILMAX=2",), most_messages=2)
    with SmtpTransport(at(mail_server)) as transport:
        for _ in range(4):
            transport.send(SENDER, [ANNA], b"Subject: a\r\n\r\nb\r\n")

    assert sum(command.startswith("MAIL") for command in mail_server.commands) == 4
    assert mail_server.connections == 2


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        (Rules(mail="451 4.3.0 Later"), DEFERRED),
        (Rules(replies={ANNA: "550 5.1.1 No such user"}), REFUSED),
        (Rules(replies={ANNA: "421 4.3.2 Closing"}), DEFERRED),
        (Rules(data="554 5.5.1 No"), REFUSED),
        (Rules(data="250 What?"), DEFERRED),
        (Rules(accept="421 4.3.2 Closing"), DEFERRED),
        (Rules(accept="gibberish"), IN_DOUBT),
        (Rules(hang_up=Stage.BEFORE_DATA), DEFERRED),
        (Rules(hang_up=Stage.AFTER_DOT), IN_DOUBT),
        (Rules(stall=Stage.AFTER_DOT), IN_DOUBT),
    ],
)
def test_a_connection_of_which_anything_is_doubtful_is_never_used_again(
    transport: SmtpTransport, mail_server: RecordingSmtp, rules: Rules, state: object
) -> None:
    transport.send(SENDER, [BERTIL], MESSAGE)
    mail_server.rules = rules
    assert states(transport.send(SENDER, [ANNA], MESSAGE)) == {ANNA: state}
    before = mail_server.connections

    mail_server.rules = Rules()
    assert states(transport.send(SENDER, [ANNA], MESSAGE)) == {ANNA: ACCEPTED}
    assert mail_server.connections == before + 1


def test_a_lost_connection_after_mail_was_accepted_is_not_tried_again_at_once(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    transport.send(SENDER, [BERTIL], MESSAGE)
    mail_server.rules = Rules(hang_up=Stage.RCPT)

    assert states(transport.send(SENDER, [ANNA], MESSAGE)) == {ANNA: DEFERRED}
    assert mail_server.connections == 1


def test_a_server_that_says_one_thing_too_many_is_not_believed_afterwards(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    """With answers that slip by one, a refusal would be read as the answer before it: 250."""
    mail_server.rules = Rules(stray="250 2.0.0 And more")
    transport.send(SENDER, [ANNA], MESSAGE)
    mail_server.rules = Rules(replies={ANNA: "550 5.1.1 No such user"})

    outcomes = transport.send(SENDER, [BERTIL, ANNA], MESSAGE)

    assert states(outcomes) == {BERTIL: ACCEPTED, ANNA: REFUSED}
    assert mail_server.connections == 2


def test_many_threads_share_few_connections_and_every_message_arrives_once(
    mail_server: RecordingSmtp,
) -> None:
    people = [f"p{number}@a.example" for number in range(60)]
    server = at(mail_server, connections=2, command_timeout=60, after_data_timeout=60)
    with SmtpTransport(server) as transport:

        def work(mine: list[str]) -> None:
            for address in mine:
                transport.send(SENDER, [address], MESSAGE)

        threads = [threading.Thread(target=work, args=(people[n::6],)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert Counter(m.recipients for m in mail_server.messages) == Counter((p,) for p in people)
    assert mail_server.connections <= 2


def test_who_finds_all_connections_in_use_for_long_is_deferred(mail_server: RecordingSmtp) -> None:
    mail_server.rules = Rules(stall=Stage.AFTER_DOT)
    server = at(mail_server, connections=1, command_timeout=0.2, after_data_timeout=20)
    with SmtpTransport(server) as transport:
        busy = threading.Thread(target=transport.send, args=(SENDER, [ANNA], MESSAGE))
        busy.start()
        while not mail_server.messages:
            time.sleep(0.01)
        outcome = transport.send(SENDER, [BERTIL], MESSAGE)[BERTIL]
        mail_server.closing.set()
        busy.join()

    assert outcome.state is DEFERRED
    assert "in use" in outcome.reply
    assert len(mail_server.messages) == 1


def test_a_child_process_opens_connections_of_its_own(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    transport.send(SENDER, [ANNA], MESSAGE)
    child = os.fork()
    if not child:
        taken = transport.send(SENDER, [BERTIL], MESSAGE)[BERTIL].state is ACCEPTED
        os._exit(0 if taken else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    assert states(transport.send(SENDER, [ANNA], MESSAGE)) == {ANNA: ACCEPTED}
    assert [m.recipients for m in mail_server.messages] == [(ANNA,), (BERTIL,), (ANNA,)]
    assert mail_server.connections == 2, "one of the parent, used again, and one of the child"


def test_a_fork_while_another_thread_has_the_pools_lock_does_not_hang_the_child(
    transport: SmtpTransport, mail_server: RecordingSmtp
) -> None:
    transport.send(SENDER, [ANNA], MESSAGE)
    with transport._pool._lock:
        child = os.fork()
        if not child:
            transport.send(SENDER, [BERTIL], MESSAGE)
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
