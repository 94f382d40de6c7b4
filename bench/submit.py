"""(f) From handing a text in to the page that answers 200, with everything running."""

import http.client
import time

from announcer.domain.manuscript import read_manuscript
from announcer.services import writing
from bench.estate import Estate, running, wait_until
from bench.filling import TEXT, UNIT, Original
from bench.table import Line, median, ours, percentile

#: Milliseconds.
MOST = 300
#: Seconds between two looks at the page.
LOOK_EVERY = 0.002


def measure(*, quick: bool) -> list[Line]:
    """The lines of this part; a unit's own message needs nobody's approval."""
    with running() as estate:
        original = Original(estate)  # also a first round that does not count
        turns = [_readable(estate, number) for number in range(4 if quick else 40)]
        original.close()
    readable, plain = zip(*turns, strict=True)
    what = "submit to readable"
    peer = "that page once more"
    return [
        Line("f", f"{what}, p50", "ms", median(readable), peer, median(plain), ours(most=MOST)),
        Line("f", f"{what}, p99", "ms", percentile(readable, 0.99), peer, percentile(plain, 0.99)),
    ]


def _readable(estate: Estate, number: int) -> tuple[float, float]:
    """Milliseconds until the page can be read, and those of reading it once more."""
    title = f"Meddelande nummer {number}"
    content = read_manuscript(TEXT.format(title=title).encode(), lambda _: b"")
    author, rights = estate.chief_of(UNIT), estate.bearer(UNIT)
    connection = http.client.HTTPConnection("127.0.0.1", estate.port, timeout=30)

    def page(public_id: str) -> bytes:
        connection.request("GET", f"/nyheter/{public_id}", headers=rights)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status in (200, 404), answer.status
        return body if answer.status == 200 else b""

    begin = time.perf_counter()
    public_id = writing.submit(estate.installation, author, content).public_id
    while not (body := page(public_id)):
        time.sleep(LOOK_EVERY)
    took = time.perf_counter() - begin
    assert title.encode() in body, "another page"
    begin = time.perf_counter()
    page(public_id)
    again = time.perf_counter() - begin
    connection.close()
    _wait_for_mail(estate, number)
    return took * 1000, again * 1000


def _wait_for_mail(estate: Estate, number: int) -> None:
    """The announcement's way goes on; the next one begins in quiet."""
    query = "SELECT count(*) FROM announcer.announcement WHERE state <> 'completed'"
    with estate.owner() as owner:
        wait_until(
            f"announcement {number} is completed",
            lambda: owner.execute(query).fetchone() == (0,),
        )
