"""What a server takes at a time is found out, kept to, and costs nobody a delay."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from announcer.channels.smtp import SmtpTransport, send
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
    Clock,
    at,
    states,
)

MANY = [f"p{number}@a.example" for number in range(40)]
EXTENSIONS = ("8BITMIME", "SMTPUTF8", "SIZE 33554432", "PIPELINING")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transport(mail_server: RecordingSmtp, clock: Clock) -> Iterator[SmtpTransport]:
    with SmtpTransport(at(mail_server), clock) as opened:
        yield opened


def envelopes(server: RecordingSmtp) -> list[int]:
    """How many recipients each message had."""
    return [len(message.recipients) for message in server.messages]


def once_each(server: RecordingSmtp) -> bool:
    return set(Counter(r for m in server.messages for r in m.recipients).values()) == {1}


def asked(server: RecordingSmtp) -> int:
    return sum(command.startswith("RCPT") for command in server.commands)


@pytest.fixture(params=["one by one", "pipelining"])
def features(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return EXTENSIONS if request.param == "pipelining" else EXTENSIONS[:-1]


class TestRecipients:
    @pytest.mark.parametrize(
        "beyond",
        ["452 4.5.3 Too many", "552 5.5.3 Too many", "452 Too many", "552 Too many recipients"],
    )
    def test_those_beyond_the_servers_bound_get_it_in_further_messages_at_once(
        self,
        transport: SmtpTransport,
        mail_server: RecordingSmtp,
        beyond: str,
        features: tuple[str, ...],
    ) -> None:
        mail_server.rules = Rules(features=features, most_recipients=15, beyond=beyond)

        outcomes = transport.send(SENDER, MANY, MESSAGE)

        assert set(states(outcomes).values()) == {ACCEPTED}
        assert envelopes(mail_server) == [15, 15, 10]
        assert once_each(mail_server)
        assert mail_server.connections == 1

    def test_the_bound_is_remembered(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(most_recipients=15)
        transport.send(SENDER, MANY, MESSAGE)
        mail_server.forget()

        transport.send(SENDER, MANY, MESSAGE)

        assert envelopes(mail_server) == [15, 15, 10]
        assert asked(mail_server) == 40, "nobody was asked for in vain"

    def test_a_server_without_room_is_soon_not_asked_any_more(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        """Postfix hangs up after 20 errors, and then nobody would have got it."""
        mail_server.rules = Rules(most_recipients=3, beyond="452 No")

        transport.send(SENDER, MANY[:20], MESSAGE)

        first = "\n".join(mail_server.commands).split("\nDATA")[0]
        assert first.count("RCPT") == 13

    def test_full_mailboxes_are_no_bound(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(replies={BERTIL: "452 Mailbox full"})

        outcomes = transport.send(SENDER, [ANNA, BERTIL, CILLA], MESSAGE)

        assert states(outcomes) == {ANNA: ACCEPTED, BERTIL: DEFERRED, CILLA: ACCEPTED}
        assert envelopes(mail_server) == [2]

    def test_one_whose_mailbox_may_be_full_is_asked_for_by_themselves_and_then_deferred(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(replies={CILLA: "452 Perhaps full"})

        outcomes = transport.send(SENDER, [ANNA, BERTIL, CILLA], MESSAGE)

        assert states(outcomes) == {ANNA: ACCEPTED, BERTIL: ACCEPTED, CILLA: DEFERRED}
        assert envelopes(mail_server) == [2]

    def test_a_mailbox_that_is_full_for_good_is_refused(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(replies={BERTIL: "552 5.2.2 Over quota"})

        outcomes = transport.send(SENDER, [ANNA, BERTIL], MESSAGE)

        assert states(outcomes) == {ANNA: ACCEPTED, BERTIL: REFUSED}

    def test_a_doubt_about_the_first_message_is_not_a_doubt_about_the_rest(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(most_recipients=2, hang_up=Stage.AFTER_DOT)

        outcomes = transport.send(SENDER, [ANNA, BERTIL, CILLA], MESSAGE)

        assert states(outcomes) == {ANNA: IN_DOUBT, BERTIL: IN_DOUBT, CILLA: IN_DOUBT}
        assert envelopes(mail_server) == [2, 1], "each was handed in once, each in doubt alone"

    def test_what_the_server_announces_is_kept_without_asking_too_much(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(
            features=(*EXTENSIONS, "LIMITS RCPTMAX=16 MAILMAX=50"), most_recipients=16
        )

        transport.send(SENDER, MANY, MESSAGE)

        assert envelopes(mail_server) == [16, 16, 8]
        assert asked(mail_server) == 40

    def test_the_operators_bound_is_kept(self, mail_server: RecordingSmtp) -> None:
        send(at(mail_server, recipients_per_message=25), SENDER, MANY, MESSAGE)

        assert envelopes(mail_server) == [25, 15]


class TestPipelining:
    def test_it_is_used_where_it_is_announced(self, mail_server: RecordingSmtp) -> None:
        mail_server.rules = Rules(features=EXTENSIONS, together=20)

        outcomes = send(at(mail_server), SENDER, MANY[:20], MESSAGE)

        assert set(states(outcomes).values()) == {ACCEPTED}
        assert envelopes(mail_server) == [20]

    def test_it_is_not_used_elsewhere(self, mail_server: RecordingSmtp) -> None:
        mail_server.rules = Rules(together=1)

        assert states(send(at(mail_server), SENDER, [ANNA], MESSAGE)) == {ANNA: DEFERRED}

    def test_everyone_gets_their_own_answer(self, mail_server: RecordingSmtp) -> None:
        refused = dict.fromkeys(MANY[1::3], "550 5.1.1 No such user")
        later = dict.fromkeys(MANY[2::3], "450 4.2.1 Busy")
        mail_server.rules = Rules(features=EXTENSIONS, replies=refused | later)

        outcomes = send(at(mail_server), SENDER, MANY, MESSAGE)

        assert {a for a, o in outcomes.items() if o.state is ACCEPTED} == set(MANY[::3])
        assert {a for a, o in outcomes.items() if o.state is REFUSED} == set(refused)
        assert {a for a, o in outcomes.items() if o.state is DEFERRED} == set(later)
        assert mail_server.messages[0].recipients == tuple(MANY[::3])

    def test_a_refused_sender_is_a_refusal_for_all(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(features=EXTENSIONS, mail="550 5.7.1 Sender not allowed")
        assert states(transport.send(SENDER, [ANNA], MESSAGE)) == {ANNA: REFUSED}

        mail_server.rules = Rules(features=EXTENSIONS)
        assert states(transport.send(SENDER, [ANNA], MESSAGE)) == {ANNA: ACCEPTED}

    def test_answers_given_before_the_connection_breaks_stand(
        self, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(
            features=EXTENSIONS, replies={ANNA: "550 No such user", BERTIL: "421 Closing"}
        )

        outcomes = send(at(mail_server), SENDER, [ANNA, BERTIL, CILLA], MESSAGE)

        assert states(outcomes) == {ANNA: REFUSED, BERTIL: DEFERRED, CILLA: DEFERRED}


class TestSize:
    def test_a_message_that_is_too_big_is_refused_before_it_is_sent(
        self, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(features=("SIZE 1000",))

        outcome = send(at(mail_server), SENDER, [ANNA], b"A: b\r\n\r\n" + b"x" * 1000)[ANNA]

        assert outcome.state is REFUSED
        assert re.search(r"för stort: 1010 byte.*högst 1000", outcome.reply)
        assert not any(command.startswith("MAIL") for command in mail_server.commands)

    @pytest.mark.parametrize("feature", ["SIZE 1010", "SIZE 0", "SIZE", "8BITMIME"])
    def test_a_message_that_just_fits_is_sent(
        self, mail_server: RecordingSmtp, feature: str
    ) -> None:
        mail_server.rules = Rules(features=(feature,))

        message = b"A: b\r\n\r\n" + b"x" * 1000
        assert states(send(at(mail_server), SENDER, [ANNA], message)) == {ANNA: ACCEPTED}


class TestTheMinute:
    @pytest.fixture
    def transport(self, mail_server: RecordingSmtp, clock: Clock) -> Iterator[SmtpTransport]:
        with SmtpTransport(at(mail_server, messages_per_minute=3), clock) as opened:
            yield opened

    def test_what_is_too_much_for_it_waits_elsewhere(
        self, transport: SmtpTransport, mail_server: RecordingSmtp, clock: Clock
    ) -> None:
        outcomes = [transport.send(SENDER, [ANNA], MESSAGE)[ANNA] for _ in range(5)]

        assert [outcome.state for outcome in outcomes] == [ACCEPTED] * 3 + [DEFERRED] * 2
        assert outcomes[3].retry_after == timedelta(seconds=60)
        assert outcomes[4].retry_after == timedelta(seconds=80), "no stampede"
        assert len(mail_server.messages) == 3

        clock.seconds += 61
        assert states(transport.send(SENDER, [ANNA], MESSAGE)) == {ANNA: ACCEPTED}

    def test_the_rest_of_a_batch_waits_when_it_takes_several_messages(
        self, transport: SmtpTransport, mail_server: RecordingSmtp
    ) -> None:
        mail_server.rules = Rules(most_recipients=10)

        outcomes = transport.send(SENDER, MANY, MESSAGE)

        assert [outcomes[a].state for a in MANY] == [ACCEPTED] * 30 + [DEFERRED] * 10
        assert envelopes(mail_server) == [10, 10, 10]


class TestTheWholeServer:
    FULL = Rules(greeting="421 4.7.0 Too many connections")

    @pytest.mark.parametrize(
        "rules",
        [
            Rules(greeting="421 4.7.0 Too many connections from you"),
            Rules(greeting="421 Too busy"),
            Rules(mail="450 4.7.0 Too many messages from you"),
            Rules(mail="421 4.7.66 Slow down"),
        ],
    )
    def test_one_that_wants_nothing_from_us_is_left_alone_for_a_while(
        self, transport: SmtpTransport, mail_server: RecordingSmtp, clock: Clock, rules: Rules
    ) -> None:
        mail_server.rules = rules
        first = transport.send(SENDER, [ANNA], MESSAGE)[ANNA]
        mail_server.rules = Rules()
        second = transport.send(SENDER, [BERTIL], MESSAGE)[BERTIL]

        assert (first.state, second.state) == (DEFERRED, DEFERRED)
        assert mail_server.connections == 1
        assert first.retry_after
        assert second.retry_after
        assert second.retry_after >= timedelta(minutes=10)
        assert first.reply in second.reply

        clock.seconds += second.retry_after.total_seconds()
        assert states(transport.send(SENDER, [BERTIL], MESSAGE)) == {BERTIL: ACCEPTED}

    def test_each_time_it_is_longer_until_something_is_taken(
        self, transport: SmtpTransport, mail_server: RecordingSmtp, clock: Clock
    ) -> None:
        waits = []
        for rules in (self.FULL, self.FULL, Rules(), self.FULL):
            mail_server.rules = rules
            transport.send(SENDER, [ANNA], MESSAGE)
            waits.append(transport._hold.left())
            clock.seconds += waits[-1].total_seconds()

        assert waits[1] > waits[0] * 1.5
        assert waits[2] == timedelta()
        assert waits[3] == pytest.approx(waits[0], abs=timedelta(milliseconds=1))

    @pytest.mark.parametrize(
        "rules",
        [
            Rules(replies={ANNA: "450 4.7.1 Greylisted"}),
            Rules(replies={ANNA: "421 4.7.0 Too many connections"}),
            Rules(mail="451 4.3.2 Not now"),
            Rules(greeting="421 4.3.2 Shutting down"),
            Rules(hang_up=Stage.GREETING),
        ],
    )
    def test_anything_else_does_not_keep_the_others_from_it(
        self, transport: SmtpTransport, mail_server: RecordingSmtp, rules: Rules
    ) -> None:
        mail_server.rules = rules
        transport.send(SENDER, [ANNA], MESSAGE)
        mail_server.rules = Rules()

        assert states(transport.send(SENDER, [BERTIL], MESSAGE)) == {BERTIL: ACCEPTED}
