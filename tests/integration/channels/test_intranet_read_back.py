"""The intranet is believed only when a reader with the audience's rights sees the right thing."""

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from announcer.channels.intranet import Intranet, IntranetAddress
from announcer.domain.announcement import Content
from announcer.domain.delivery import DeliveryState, Edition, Job, Outcome, Recipient
from tests.doubles.lying_intranet import Answer, LyingIntranet

RECIPIENT = Recipient("sida", "", "sv", "")
ATOM = "application/atom+xml"


def token(rights: tuple[str, ...]) -> str:
    return "reads-as-" + "+".join(rights)


def channel_at(base_url: str) -> Intranet:
    return Intranet(IntranetAddress(base_url, token, timeout=0.5, whole_timeout=2))


def feed_of(public_id: str, content_hash: str) -> bytes:
    return f"""<?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom"><title>Nytt</title>
    <entry><id>urn:announcer:another</id><category term="00" scheme="urn:announcer:content-hash"/>
    </entry>
    <entry><id>urn:announcer:{public_id}</id><title>Å</title>
    <category term="beslut" scheme="urn:announcer:class"/>
    <category term="{content_hash}" scheme="urn:announcer:content-hash"/>
    </entry></feed>""".encode()


class House:
    """An intranet where everything is right, until a test changes something."""

    def __init__(self, server: LyingIntranet, edition: Edition) -> None:
        self.server, self.edition = server, edition
        self.channel = channel_at(server.base_url)
        self.artefact = self.channel.compose(edition)
        self.page = f"/nyheter/{edition.public_id}"
        self.attachment = f"{self.page}/bilagor/plan%20f%C3%B6r%20skolan.pdf"
        self.feed = "/floden/alla.atom"
        content = edition.content
        server.answers = {
            self.page: Answer(self.html(self.artefact)),
            self.attachment: Answer(content.attachments[0].content, "application/pdf"),
            self.feed: Answer(feed_of(edition.public_id, content.content_hash), ATOM),
        }

    @staticmethod
    def html(article: bytes) -> bytes:
        return (
            b'<!doctype html><html lang="sv"><head><title>x</title></head><body>'
            b"<nav>Meny</nav><main>" + article + b"</main><footer>Exempel</footer></body></html>"
        )

    def job(self, attempt: int = 0, rights: tuple[str, ...] = ()) -> Job:
        return Job(self.edition, self.artefact, (RECIPIENT,), rights, attempt)

    def look(self, attempt: int = 0, rights: tuple[str, ...] = ()) -> Outcome:
        return self.channel.deliver(self.job(attempt, rights))["sida"]


@pytest.fixture
def house(web_server: LyingIntranet, edition: Edition) -> House:
    return House(web_server, edition)


def test_a_page_that_is_right_in_every_part_is_confirmed(house: House) -> None:
    outcome = house.look()

    assert outcome.state is DeliveryState.ACCEPTED, outcome.reply
    assert outcome.reply == f"read back: {outcome.evidence}"
    assert len(outcome.evidence) == 64


def test_the_reader_comes_with_the_audiences_rights_and_nothing_else(house: House) -> None:
    page = house.server.answers[house.page]
    house.server.answers[house.page] = replace(page, headers={"Set-Cookie": "session=1"})

    assert house.look().state is DeliveryState.ACCEPTED

    assert [request.path for request in house.server.requests] == [
        house.page,
        house.attachment,
        house.feed,
    ]
    for request in house.server.requests:
        assert request.headers["Authorization"] == "Bearer reads-as-"
        assert request.headers["Cookie"] is None


def test_a_units_own_page_is_looked_for_in_the_units_feed(house: House) -> None:
    house.server.answers["/floden/ks.atom"] = house.server.answers.pop(house.feed)

    assert house.look(rights=("ks", "", "chef")).state is DeliveryState.ACCEPTED
    assert house.server.requests[-1].headers["Authorization"] == "Bearer reads-as-ks++chef"


def old_revision(house: House) -> Answer:
    content = replace(house.edition.content, body="Läs **halva** planen i bilagan.")
    return Answer(house.html(house.channel.compose(replace(house.edition, content=content))))


def cut_with_right_length(house: House) -> Answer:
    return Answer(house.html(house.artefact[: len(house.artefact) // 2])[: -len("</main>")])


def cut_with_wrong_length(house: House) -> Answer:
    body = house.html(house.artefact)
    return Answer(body[:-40], length=len(body))


PAGES: dict[str, tuple[Callable[[House], Answer], str]] = {
    "fault": (lambda house: Answer(b"", status=503), "svarade 503"),
    "gone": (lambda house: Answer(b"", status=404), "svarade 404"),
    "moved": (
        lambda house: Answer(status=302, headers={"Location": "/logga-in"}),
        "skickar vidare (302)",
    ),
    "locked": (lambda house: Answer(status=403), "släpper inte in"),
    "sign-in": (
        lambda house: Answer(b"<!doctype html><title>Logga in</title><form></form>"),
        "saknar artikeln",
    ),
    "empty": (lambda house: Answer(b""), "saknar artikeln"),
    "only an end": (lambda house: Answer(b"<!doctype html></html>"), "saknar artikeln"),
    "not text": (lambda house: Answer(b"\xff\xfe\xfa"), "saknar artikeln"),
    "not a page": (lambda house: Answer(house.artefact, "text/plain"), "ingen webbsida"),
    "packed": (
        lambda house: Answer(house.artefact, headers={"Content-Encoding": "gzip"}),
        "komprimerad",
    ),
    "old": (old_revision, "annan text"),
    "cut, right length": (cut_with_right_length, "avklippt"),
    "cut, wrong length": (cut_with_wrong_length, "avklippt"),
    "hangs": (lambda house: Answer(hangs=True), "inte i tid"),
    "drips": (lambda house: Answer(b" " * 200, drips=True), "inte i tid"),
    "endless": (lambda house: Answer(b" " * (21 * 1024 * 1024)), "för stor"),
}


@pytest.mark.parametrize("case", PAGES)
def test_any_other_page_is_a_no_that_says_why(house: House, case: str) -> None:
    answer, words = PAGES[case]
    house.server.answers[house.page] = answer(house)

    outcome = house.look()

    assert outcome.state is DeliveryState.DEFERRED
    assert words in outcome.reply
    assert outcome.reply.startswith("Sidan")
    assert outcome.evidence == ""


def test_a_redirect_is_not_followed(house: House) -> None:
    house.server.answers["/annan"] = house.server.answers[house.page]
    house.server.answers[house.page] = Answer(status=301, headers={"Location": "/annan"})

    assert house.look().state is DeliveryState.DEFERRED
    assert [request.path for request in house.server.requests] == [house.page]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"%PDF-1.7 gammal plan", "application/pdf"), "inte den godkända filen"),
        (Answer(b"%PDF", "application/pdf", length=400), "avklippt"),
        (Answer(status=404), "svarade 404"),
    ],
)
def test_an_attachment_that_differs_is_named(house: House, answer: Answer, words: str) -> None:
    house.server.answers[house.attachment] = answer

    outcome = house.look()

    assert outcome.state is DeliveryState.DEFERRED
    assert "plan för skolan.pdf" in outcome.reply
    assert words in outcome.reply


ENTITIES = b"""<!DOCTYPE a [<!ENTITY b "c">]><feed xmlns="http://www.w3.org/2005/Atom">&b;</feed>"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "går inte att tolka"),
        (b"<feed", "går inte att tolka"),
        (ENTITIES, "går inte att tolka"),
        (b'<?xml version="1.0" encoding="what"?><feed/>', "går inte att tolka"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "finns inte i flödet"),
        (feed_of("k3v9x2m7q4t8-x", "aa"), "finns inte i flödet"),
        (feed_of("k3v9x2m7q4t8", "aa"), "annan text"),
    ],
)
def test_the_news_must_be_in_the_feed(house: House, body: bytes, words: str) -> None:
    house.server.answers[house.feed] = Answer(body, ATOM)

    outcome = house.look()

    assert outcome.state is DeliveryState.DEFERRED
    assert words in outcome.reply


def test_the_feed_must_show_the_same_content(house: House, content: Content) -> None:
    other = replace(content, title="Skolan börjar klockan nio").content_hash
    house.server.answers[house.feed] = Answer(feed_of(house.edition.public_id, other), ATOM)

    assert house.look().state is DeliveryState.DEFERRED


def test_nobody_listening_is_a_no(edition: Edition) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        channel = channel_at(f"http://127.0.0.1:{unused.getsockname()[1]}")
        job = Job(edition, channel.compose(edition), (RECIPIENT,), ("alla",))
        outcome = channel.deliver(job)["sida"]

    assert outcome.state is DeliveryState.DEFERRED
    assert "ingen förbindelse" in outcome.reply


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(0, 1), (1, 2), (2, 5), (3, 10), (4, 30), (100, 30)]
)
def test_it_looks_again_soon(house: House, attempt: int, seconds: int) -> None:
    house.server.answers[house.page] = Answer(status=503)

    assert house.look(attempt).retry_after == timedelta(seconds=seconds)


def test_proxy_settings_of_the_machine_are_not_used(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")

    assert house.look().state is DeliveryState.ACCEPTED
