"""Two application hosts, a database host and a Redis host: the work spreads, and no cut breaks a
promise.

Judged by what the mail server took, from whom and when, and by what is answered at the intranet's
public address. `docs/operate.md` says the same in a table ("When a machine or a line is gone").
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from tests.doubles.recording_smtp import Message
from tests.peers.estate import APPLICATION_HOSTS, DATABASE, QUIET, REDIS, WINDOW, Estate, What
from tests.peers.network import cannot

pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("hosts"), pytest.mark.timeout(420)]

#: How many the example organisation tells.
STAFF, NEWSROOMS = 495, 10
#: What everybody is told, and the press.
EVERYBODY = STAFF + NEWSROOMS
#: Seconds after which a wait has failed. A machine that is busy with other tests takes its time.
SOON = 120
#: Real seconds within which the other host goes on, however the database's clock is put forward:
#: the database would let go of what a dead host holds after 60
#: (``idle_in_transaction_session_timeout``), if it did not notice the silence before.
NOTICED = 50

one_after_another = pytest.mark.parametrize("what", ["line", "machine"])


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory, programs: Path | None) -> Iterator[Estate]:
    if why := cannot():
        pytest.skip(f"No network namespace can be made here, so no line can be cut: {why}")
    with Estate(tmp_path_factory.mktemp("estate"), programs) as running:
        yield running


def until(
    estate: Estate,
    wanted: str,
    fulfilled: Callable[[], bool],
    *,
    seconds: float = SOON,
    each: Callable[[], None] = lambda: None,
) -> None:
    """Wait for it, while supervisors watch; ``each`` runs between two looks."""
    deadline = time.monotonic() + seconds
    while not fulfilled():
        assert time.monotonic() < deadline, f"no {wanted} in {seconds} s\n{estate.last_words()}"
        estate.watch()
        each()
        time.sleep(0.05)


@contextmanager
def brought_back(estate: Estate, what: What, name: str) -> Iterator[None]:
    """What is taken away within the block is back after it."""
    try:
        yield
    finally:
        estate.bring_back(what, name)


def at_work(estate: Estate, *hosts: str) -> list[str]:
    """Announcements of which each of the hosts is just handing in mail; more as long as none is."""
    ids = estate.hand_in(3)
    begun = time.monotonic()

    def more() -> None:
        if all(len(estate.mails()[one]) >= STAFF for one in ids):
            ids.extend(estate.hand_in(2))

    until(estate, f"mail from {hosts}", lambda: estate.senders(ids, begun) >= {*hosts}, each=more)
    return ids


def finish(estate: Estate, ids: Sequence[str]) -> None:
    """Let everything go to its end: leases run out, people answer doubts.

    A step is settled when everybody was tried once; who was deferred or in doubt comes after it.
    """

    def at_its_end() -> bool:
        told = (len(estate.mails()[one]) for one in ids)
        return all(count >= EVERYBODY for count in told) and estate.completed(ids)

    def help_along() -> None:
        estate.let_leases_run_out()
        estate.answer_doubts()

    until(estate, "end", at_its_end, each=help_along)


def quiet(estate: Estate) -> bool:
    """Whether nothing comes any more."""
    last = max((message.at for message in estate.mail.messages), default=0.0)
    return time.monotonic() > last + QUIET


def keeps_its_promises(estate: Estate, ids: Sequence[str]) -> None:
    """Nothing lost, nothing silently twice, first inside, and the press after its window."""
    for public_id in ids:
        mails = estate.mails()[public_id]
        staff = {a: m for a, m in mails.items() if a.endswith("@hallefors.example")}
        assert (len(staff), len(mails)) == (STAFF, EVERYBODY)
        for address, messages in mails.items():
            if address in staff:
                same = len(messages) == 1 or len({message_id(one) for one in messages}) == 1
                assert same, f"{address} got another mail"
            else:
                assert len(messages) == 1, f"{address} was told twice"
        page = f"/nyheter/{public_id}"
        read = estate.door.first_read[page]
        for address, messages in mails.items():
            waited = estate.passed(read, messages[0].at)
            assert waited > (0 if address in staff else WINDOW), f"{address} was told too early"
        assert estate.get(page) == 200


def message_id(message: Message) -> str:
    return str(BytesHeaderParser().parsebytes(message.content)["Message-ID"])


def test_the_work_spreads(estate: Estate) -> None:
    ids = at_work(estate, *APPLICATION_HOSTS)
    finish(estate, ids)
    keeps_its_promises(estate, ids)
    repeated = [a for one in ids for a, m in estate.mails()[one].items() if len(m) > 1]
    assert not repeated, "nothing was cut, so nothing was in doubt"


@one_after_another
@pytest.mark.parametrize("host", APPLICATION_HOSTS)
def test_when_an_application_host_is_gone_the_other_finishes_alone(
    estate: Estate, host: str, what: What
) -> None:
    ids = at_work(estate, host)
    with brought_back(estate, what, host):
        # The worst moment: it is its turn to hand out work, and nobody else can meanwhile.
        with estate.catch_handing_out(host):
            estate.take_away(what, host)
        gone = time.monotonic()
        ids += estate.hand_in(1)
        goes_on = lambda: bool(estate.senders(ids[-1:]))  # noqa: E731
        run_out = estate.let_leases_run_out
        until(estate, "mail from the other", goes_on, seconds=NOTICED, each=run_out)
        finish(estate, ids)
        assert host not in estate.senders(ids, gone + QUIET)
        keeps_its_promises(estate, ids)
    at_work(estate, host)


@one_after_another
def test_without_redis_nothing_new_starts_and_all_of_it_goes_on_afterwards(
    estate: Estate, what: What
) -> None:
    ids = at_work(estate, *APPLICATION_HOSTS)
    with brought_back(estate, what, REDIS):
        estate.take_away(what, REDIS)
        later = estate.hand_in(2)  # accepted all the same
        until(estate, "quiet", lambda: quiet(estate))
        assert not estate.senders(later)
        assert estate.get(f"/nyheter/{ids[0]}") == 200, "who reads notices nothing"
    begun = lambda: bool(estate.senders(later))  # noqa: E731
    until(estate, "mail", begun, each=estate.let_leases_run_out)
    at_work(estate, *APPLICATION_HOSTS)
    finish(estate, [*ids, *later])
    keeps_its_promises(estate, [*ids, *later])


@one_after_another
def test_without_the_database_everything_stops_and_goes_on_afterwards(
    estate: Estate, what: What
) -> None:
    ids = at_work(estate, *APPLICATION_HOSTS)
    page = f"/nyheter/{ids[0]}"
    with brought_back(estate, what, DATABASE):
        # The worst moment: both dispatchers wait for an answer, which will never come.
        with estate.catch_every_dispatcher():
            estate.take_away(what, DATABASE)
        gone = time.monotonic()
        until(estate, "honest answer to readers", lambda: estate.get(page) in (500, 503))
        until(estate, "quiet", lambda: quiet(estate))
        assert not estate.senders(ids, gone + QUIET)
    until(estate, "page", lambda: estate.get(page) == 200)
    at_work(estate, *APPLICATION_HOSTS)
    finish(estate, ids)
    keeps_its_promises(estate, ids)


def test_in_the_end_all_that_was_ever_accepted_has_gone_out(estate: Estate) -> None:
    """Also what was under way while the next thing was cut."""
    ids = [*estate.titles]
    finish(estate, ids)
    keeps_its_promises(estate, ids)
