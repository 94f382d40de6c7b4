"""(b) Mail to all staff in batches and to newsrooms one by one, beside a bare smtplib loop."""

import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import cast

from bench import memory
from bench.estate import Estate, running, wait_until
from bench.sink import HOST, Mail
from bench.table import Line, ours, ratio

SENDER = "kommun@hallefors.example"
#: Recipients of one message (RFC 5321 section 4.5.3.1.8).
BATCH = 100

TEXT = (
    """+++
class = "{klass}"
unit = "{unit}"
title = "{title}"
summary = "Från den 11 januari öppnar biblioteket klockan 9. Kommunstyrelsen beslutade det i dag."
audience = ["{audience}"]
contact = "Kommunchef, 0591-555 10"
+++

"""
    + "Det här händer nu, och det gäller alla som arbetar i kommunen. " * 20
)

_STAFF = """
INSERT INTO announcer.person (pseudonym, directory_id, unit, workplace, role, email, language)
SELECT gen_random_uuid(), 'b' || n, 'bildning', 'Kommunhuset', 'medarbetare',
  'b' || n || '@hallefors.example', 'sv' FROM generate_series(1, {count}) n
"""
_PRESS = """
INSERT INTO announcer.press_contact (id, newsroom, email, language, area)
SELECT gen_random_uuid(), 'Redaktion ' || n, 'r' || n || '@press.example', 'sv', 'Örebro län'
FROM generate_series(1, {count}) n
"""


@dataclass(frozen=True)
class Mailing:
    """One step to its end: seconds from its begin (by the database's clock) to the last 250 and
    from the first byte to it, what the sink took, rows on record, most rows ever `sending`."""

    whole: float
    handing_in: float
    mails: list[Mail]
    rows: int
    in_doubt: int

    @property
    def recipients(self) -> list[str]:
        """Everybody who got it, with repeats."""
        return [address for mail in self.mails for address in mail.recipients]


def measure(*, quick: bool) -> list[Line]:
    """The lines of this part, and of (e) what it took in memory."""
    staff, press = (2_000, 200) if quick else (50_000, 5_000)
    with running() as estate, memory.sampled(estate.pid) as sampled:
        lines = [
            *_to_staff(estate, staff),
            *_to_press(estate, press),
        ]
        lines.append(memory.line("under (b)", sampled.most))
    return lines


def _to_staff(estate: Estate, count: int) -> Iterator[Line]:
    _fill(estate, _STAFF, count - _reached_now(estate))
    found = _mailed(estate, "information", "alla", "email", count)
    yield from _lines("staff, 100 a message", found, _bare_staff(estate, found))


def _to_press(estate: Estate, count: int) -> Iterator[Line]:
    _fill(estate, _PRESS, count)
    found = _mailed(estate, "kris", "bibliotek", "press", count)
    yield from _lines("press, one each", found, _bare_press(estate, count, found))


def _lines(what: str, found: Mailing, floor: float) -> Iterator[Line]:
    count, unit = found.rows, "recipients/s"
    peer = "bare smtplib loop"
    what = f"{count:,} recipients, {what}"
    yield Line(
        "b",
        f"{what}: step begun to last 250",
        unit,
        count / found.whole,
        peer,
        floor,
        ratio(least=0.6),
    )
    yield Line("b", f"{what}: first byte to last 250", unit, count / found.handing_in, peer, floor)
    yield Line("b", f"{what}: on record, each once", "rows", found.rows, aim=ours(least=count))
    yield Line("b", f"{what}: in doubt if all died at once, at most", "rows", found.in_doubt)


def _fill(estate: Estate, statement: str, count: int) -> None:
    with estate.owner() as owner:
        owner.execute(statement.format(count=count))
        owner.execute("ANALYZE")


def _reached_now(estate: Estate) -> int:
    """Mailboxes of staff that are there already."""
    with estate.owner() as owner:
        row = owner.execute(
            "SELECT count(DISTINCT lower(email)) FROM announcer.person WHERE left_at IS NULL"
        ).fetchone()
    assert row is not None
    return cast(int, row[0])


def _mailed(estate: Estate, klass: str, audience: str, channel: str, count: int) -> Mailing:
    """Hand a text in, let it go its way, and look what came out: every recipient exactly once."""
    mark = estate.sink.mark()
    text = TEXT.format(klass=klass, unit="ks", title=f"Till {channel}", audience=audience)
    with estate.owner() as owner, _most_sending(estate, channel) as most:
        public_id = estate.submit(text, approve=True)
        query = (
            "SELECT extract(epoch FROM s.started_at)::float8,"
            " (SELECT count(*) FROM announcer.delivery d WHERE d.step = s.id AND d.state = 'accepted')"
            " FROM announcer.step s JOIN announcer.announcement a ON a.id = s.announcement"
            " WHERE a.public_id = %s AND s.channel = %s AND s.state = 'settled'"
        )
        found: list[tuple[float, int]] = []

        def is_settled() -> bool:
            found.extend(
                cast(
                    "list[tuple[float, int]]", owner.execute(query, [public_id, channel]).fetchall()
                )
            )
            time.sleep(0.2)  # asking costs the database something as well
            return bool(found)

        wait_until(f"the step {channel} is settled", is_settled, 300)
    begun, rows = found[0]
    domain = "@press.example" if channel == "press" else "@hallefors.example"
    mails = [mail for mail in estate.sink.mails(mark) if mail.recipients[0].endswith(domain)]
    last = max(mail.taken for mail in mails)
    mailing = Mailing(last - begun, last - min(m.came for m in mails), mails, rows, max(most))
    if channel == "press":
        assert len(mails) == count, "newsrooms share no message"
    assert rows == count, f"{rows} of {count} rows are accepted"
    assert channel == "email" or len(set(mailing.recipients)) == len(mailing.recipients) == count
    return mailing


@contextmanager
def _most_sending(estate: Estate, channel: str) -> Iterator[list[int]]:
    """How many rows were `sending`, looked at again and again."""
    found, done = [0], threading.Event()

    def look() -> None:
        with estate.owner() as owner:
            while not done.wait(0.25):
                row = owner.execute(
                    "SELECT count(*) FROM announcer.delivery d JOIN announcer.step s ON s.id = d.step"
                    " WHERE s.state = 'sending' AND s.channel = %s AND d.state = 'sending'",
                    [channel],
                ).fetchone()
                assert row is not None
                found.append(cast(int, row[0]))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def _message(estate: Estate, channel: str) -> bytes:
    """What was sent through a channel last, as it is on record."""
    with estate.owner() as owner:
        row = owner.execute(
            "SELECT b.content FROM announcer.delivery d JOIN announcer.blob b ON b.sha256 = d.artefact"
            " WHERE d.channel = %s LIMIT 1",
            [channel],
        ).fetchone()
    assert row is not None
    return cast(bytes, row[0])


def _bare_staff(estate: Estate, found: Mailing) -> float:
    """Recipients a second of ``sendmail`` in a loop on one connection; nothing is recorded."""
    message, everyone = _message(estate, "email"), found.recipients
    mark, begin = estate.sink.mark(), time.monotonic()
    with smtplib.SMTP(HOST, estate.sink.port) as server:
        for first in range(0, len(everyone), BATCH):
            server.sendmail(SENDER, everyone[first : first + BATCH], message)
        took = time.monotonic() - begin
    assert sum(len(mail.recipients) for mail in estate.sink.mails(mark)) == len(everyone)
    return len(everyone) / took


def _bare_press(estate: Estate, count: int, found: Mailing) -> float:
    """The same with a message of its own for each newsroom, made from the same parts."""
    model = message_from_bytes(_message(estate, "press"), policy=SMTP)
    assert isinstance(model, EmailMessage)
    mark, begin = estate.sink.mark(), time.monotonic()
    with smtplib.SMTP(HOST, estate.sink.port) as server:
        for address in found.recipients:
            server.send_message(_personal(model, address), SENDER, [address])
        took = time.monotonic() - begin
    assert len(estate.sink.mails(mark)) == count
    return count / took


def _personal(model: EmailMessage, address: str) -> EmailMessage:
    plain, page = model.get_body(("plain",)), model.get_body(("html",))
    assert plain is not None
    assert page is not None
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, address, str(model["Subject"])
    message.set_content(plain.get_content())
    message.add_alternative(page.get_content(), subtype="html")
    alternative = list(message.iter_parts())[1]
    assert isinstance(alternative, EmailMessage)
    for picture in model.walk():
        if picture.get_content_maintype() == "image":
            alternative.add_related(
                picture.get_content(), "image", "png", cid=picture["Content-ID"]
            )
    return message
