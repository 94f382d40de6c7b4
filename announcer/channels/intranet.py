"""The intranet page: published by the database, confirmed only by reading it back.

The reader has the audience's rights and nothing else, and goes to the public address, through
whatever proxies and caches stand before it, as a colleague would.
"""

import hashlib
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import quote

from defusedxml import ElementTree
from lxml.etree import LxmlError

from announcer import lean
from announcer.channels.reading import ReadingError, read
from announcer.domain.announcement import Attachment, Content
from announcer.domain.delivery import DeliveryState, Edition, Job, Outcome
from announcer.render.catalogue import translator
from announcer.render.page import article, article_digest

with lean.without("httpx._main"):  # as in reading.py
    import httpx

if TYPE_CHECKING:  # the parser is defusedxml's; this is only the name of what it returns
    from xml.etree.ElementTree import Element

#: Seconds between looks: a page is there at once or something is wrong, and everything waits.
WAITS = (1, 2, 5, 10, 30)
#: Where a feed entry says which content it shows.
CONTENT_HASH_SCHEME = "urn:announcer:content-hash"
#: The feed that is of no unit.
EVERYBODY = "alla"
_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class IntranetAddress:
    """Where colleagues read. ``base_url`` has no final slash; times are seconds.

    ``reader_token`` makes a short-lived token with the rights it is given.
    """

    base_url: str
    reader_token: Callable[[tuple[str, ...]], str] = field(repr=False)
    #: For connecting and for every silence in between.
    timeout: float = 10.0
    #: For one address, all in all.
    whole_timeout: float = 60.0


@dataclass(frozen=True)
class Intranet:
    """Answers with two words only: accepted (read back and right) or deferred (and why)."""

    intranet: IntranetAddress
    name = "intranet"
    media_type = "text/html"
    batch_size = 1
    idempotent = True

    def compose(self, edition: Edition) -> bytes:
        """The article fragment in all its languages, UTF-8."""
        return article(edition.content, edition.public_id, translator).encode()

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """Read page, attachments and feed back and compare them with what was approved."""
        digest = article_digest(job.artefact.decode(), job.edition.public_id)
        try:
            self._read_back(job, digest)
            outcome = Outcome(DeliveryState.ACCEPTED, f"read back: {digest}", evidence=digest)
        except ReadingError as wrong:
            wait = timedelta(seconds=WAITS[min(job.attempt, len(WAITS) - 1)])
            outcome = Outcome(DeliveryState.DEFERRED, str(wrong), wait)
        return {recipient.key: outcome for recipient in job.recipients}

    def _read_back(self, job: Job, digest: str) -> None:
        """Raises ReadingError for the first thing that is not right."""
        edition, rights = job.edition, job.rights
        page_path = f"/nyheter/{quote(edition.public_id, safe='')}"
        with self._reader(rights) as client:
            self._look_at_page(client, page_path, edition.public_id, digest)
            for attachment in edition.content.attachments:
                self._look_at_attachment(client, page_path, attachment)
            self._look_at_feed(client, rights, edition.public_id, edition.content)

    def _reader(self, rights: tuple[str, ...]) -> httpx.Client:
        """A client that keeps nothing, follows nothing and reads no proxy settings."""
        return httpx.Client(
            headers={
                "Authorization": f"Bearer {self.intranet.reader_token(rights)}",
                "Accept-Encoding": "identity",
                "User-Agent": "Announcer",
            },
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=self.intranet.timeout,
            verify=_authorities(),
            follow_redirects=False,
            trust_env=False,
        )

    def _get(self, client: httpx.Client, path: str, what: str) -> tuple[str, bytes]:
        url = self.intranet.base_url + path
        reading = read(client, url, what, self.intranet.whole_timeout)
        return reading.media_type, reading.body

    def _look_at_page(self, client: httpx.Client, path: str, public_id: str, digest: str) -> None:
        media_type, body = self._get(client, path, "Sidan")
        if media_type != "text/html":
            raise ReadingError("Sidan är ingen webbsida.")
        try:
            found = article_digest(body.decode(), public_id)
        except (ValueError, LxmlError):  # no such article, not UTF-8, nothing to parse
            raise ReadingError("Sidan saknar artikeln eller är avklippt.") from None
        if found != digest:
            raise ReadingError("Sidan visar en annan text än den godkända.")

    def _look_at_attachment(
        self, client: httpx.Client, page_path: str, attachment: Attachment
    ) -> None:
        what = f"Bilagan ”{attachment.name}”"
        _, body = self._get(client, f"{page_path}/bilagor/{quote(attachment.name, safe='')}", what)
        if hashlib.sha256(body).hexdigest() != attachment.sha256:
            raise ReadingError(f"{what} är inte den godkända filen.")

    def _look_at_feed(
        self, client: httpx.Client, rights: tuple[str, ...], public_id: str, content: Content
    ) -> None:
        name = next(iter(rights), "") or EVERYBODY  # a unit's feed comes first among the rights
        _, body = self._get(client, f"/floden/{quote(name, safe='')}.atom", "Flödet")
        entries = _entries(body, public_id)
        if not entries:
            raise ReadingError("Nyheten finns inte i flödet.")
        if not any(_shows(entry, content) for entry in entries):
            raise ReadingError("Flödet har en annan text än den godkända.")


@cache
def _authorities() -> ssl.SSLContext:
    """Who is trusted for https: the system's authorities, read once (it takes 50 ms)."""
    return ssl.create_default_context()


def _entries(feed: bytes, public_id: str) -> "list[Element[str]]":
    """The Atom entries whose id ends in or contains this public id as a part of its own."""
    try:
        root = ElementTree.fromstring(feed)
    except (SyntaxError, ValueError, LookupError):  # not XML, not safe XML, no such encoding
        raise ReadingError("Flödet går inte att tolka.") from None
    return [
        entry
        for entry in root.iter(f"{_ATOM}entry")
        if public_id in re.split(r"[:/?#]", entry.findtext(f"{_ATOM}id", "").strip())
    ]


def _shows(entry: "Element[str]", content: Content) -> bool:
    return any(
        category.get("scheme") == CONTENT_HASH_SCHEME
        and category.get("term") == content.content_hash
        for category in entry.iter(f"{_ATOM}category")
    )
