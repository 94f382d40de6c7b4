"""How long to wait, by the server's own reason."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.channels.smtp.backoff import (
    GREYLISTED,
    LONGEST,
    MAILBOX,
    MAILBOX_FULL,
    RATE,
    SIGN_IN,
    TABLE,
    TROUBLE,
    Schedule,
    not_taken,
    schedule,
)
from announcer.domain.delivery import DeliveryState

SEED = "anna@a.example"


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("450 4.2.0 <x>: Recipient address rejected: Greylisted", GREYLISTED),
        ("451 4.7.1 Greylisting in action, please come back later", GREYLISTED),
        ("450 Mailbox busy", GREYLISTED),
        ("452 4.2.2 The email account is over quota", MAILBOX_FULL),
        ("450 4.2.2 Mailbox full", MAILBOX_FULL),
        ("450 4.2.1 Mailbox disabled for now", MAILBOX),
        ("450 4.1.8 Domain of sender address not found", MAILBOX),
        ("452 4.3.1 Insufficient system storage", TROUBLE),
        ("421 4.3.2 Service shutting down", TROUBLE),
        ("421 4.4.2 Timeout exceeded", TROUBLE),
        ("432 4.3.2 Concurrent connections limit exceeded", TROUBLE),
        ("451 4.4.1 No answer from host", TROUBLE),
        ("454 4.7.0 TLS not available due to temporary reason", TROUBLE),
        ("421 4.7.0 Too many connections", RATE),
        ("450 4.7.0 Too many messages from you", RATE),
        ("421 Closing", RATE),
        ("535 5.7.8 Wrong user or password", SIGN_IN),
        ("451 Local error", TROUBLE),
        ("399 4.9.9.9 what", TROUBLE),
        ("421 4.7.01234 what", RATE),
    ],
)
def test_each_reason_has_its_own_schedule(reply: str, found: Schedule) -> None:
    code, _, text = reply.partition(" ")
    assert schedule(int(code), text.encode()) is found


def test_only_what_is_about_ourselves_holds_the_whole_server() -> None:
    assert {row[2] for row in TABLE if row[2].whole_server} == {RATE, SIGN_IN}


@pytest.mark.parametrize(
    ("found", "first", "longest"),
    [
        (TROUBLE, timedelta(minutes=1), timedelta(hours=2)),
        (GREYLISTED, timedelta(minutes=5), timedelta(hours=1)),
        (RATE, timedelta(minutes=10), timedelta(hours=4)),
        (MAILBOX_FULL, timedelta(hours=2), timedelta(hours=4)),
    ],
)
def test_waits_double_up_to_their_longest(
    found: Schedule, first: timedelta, longest: timedelta
) -> None:
    waits = [found.wait(attempt, SEED) for attempt in range(30)]

    assert first <= waits[0] <= first * 1.1
    assert waits[1] >= first * 2 or waits[1] >= longest * 0.9
    assert longest * 0.9 <= waits[-1] <= longest
    assert found.wait(10**9, SEED) <= longest


@given(
    st.integers(200, 599),
    st.sampled_from(["", "4.2.2", "4.7.0", "4.3.0", "5.7.1", "5.1.1"]),
    st.integers(0, 10**6),
    st.text(max_size=20),
)
def test_whoever_waits_waits_a_minute_to_four_hours(
    code: int, status: str, attempt: int, seed: str
) -> None:
    outcome = not_taken(code, f"{status} Words".encode(), attempt, seed)

    if outcome.state is DeliveryState.DEFERRED:
        assert outcome.retry_after
        assert timedelta(minutes=1) <= outcome.retry_after <= LONGEST
    else:
        assert outcome.state is DeliveryState.REFUSED
        assert code >= 500


def test_waits_are_the_same_every_time_and_differ_between_recipients() -> None:
    waits = [TROUBLE.wait(3, f"p{number}@a.example") for number in range(50)]

    assert waits == [TROUBLE.wait(3, f"p{number}@a.example") for number in range(50)]
    assert len(set(waits)) == 50


def test_our_own_used_up_day_is_no_fault_of_the_recipient() -> None:
    said = b"5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; permanent"

    outcome = not_taken(554, said, 0, SEED)

    assert outcome.state is DeliveryState.DEFERRED
    assert outcome.retry_after
    assert outcome.retry_after >= timedelta(hours=1)
    assert not_taken(554, b"5.2.0 Other", 0, SEED).state is DeliveryState.REFUSED
