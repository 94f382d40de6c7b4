"""The intranet page: published by the database, confirmed only by reading it back.

The reader has the audience's rights and nothing else, and goes to the public address, through
whatever proxies and caches stand before it, as a colleague would.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from defusedxml import ElementTree
from lxml.etree import LxmlError

from announcer import lean
from announcer.channels import to_all
from announcer.channels.reading import (
    SILENCE,
    THERE,
    THERE_OR_GONE,
    WHOLE,
    Reading,
    ReadingError,
    read,
    reader,
)
from announcer.domain.announcement import Attachment, Content
from announcer.domain.channel import INTRANET
from announcer.domain.delivery import Edition, Job, Outcome, Result
from announcer.render.catalogue import translator
from announcer.render.page import article, article_digest, attachment_url

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
    timeout: float = SILENCE
    #: For one address, all in all.
    whole_timeout: float = WHOLE


@dataclass(frozen=True)
class Intranet:
    """Answers with two words only: confirmed (read back and right) or deferred (and why)."""

    intranet: IntranetAddress
    kind = INTRANET
    media_type = "text/html"
    batch_size = 1
    idempotent = True

    def compose(self, edition: Edition) -> bytes:
        """The article fragment in all its languages, UTF-8."""
        return article(edition.content, edition.public_id, translator).encode()

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """Read page, attachments and feed back and compare them with what was approved."""
        digest = article_digest(job.artefact.decode(), job.edition.public_id)
        return self._looked(job, self._read_back, digest)

    #: The page in its new words is read back as the first one was; and so it is looked at.
    correct = deliver
    check = deliver

    def withdraw(self, job: Job) -> Mapping[str, Outcome]:
        """Look that neither page nor feed shows the withdrawn text any more to its audience."""
        digest = article_digest(job.artefact.decode(), job.edition.public_id)
        return self._looked(job, self._read_that_gone, digest)

    def _looked(
        self, job: Job, look: Callable[[Job, str], None], digest: str
    ) -> Mapping[str, Outcome]:
        """What ``look`` found; ``digest`` is that of the artefact."""
        try:
            look(job, digest)
        except ReadingError as wrong:
            wait = timedelta(seconds=WAITS[min(job.attempt, len(WAITS) - 1)])
            return to_all(job, Outcome(Result.DEFERRED, str(wrong), wait))
        return to_all(job, Outcome(Result.CONFIRMED, f"read back: {digest}", evidence=digest))

    def _read_back(self, job: Job, digest: str) -> None:
        """Raises ReadingError for the first thing that is not right."""
        edition, rights = job.edition, job.rights
        with self._reader(rights) as client:
            self._look_at_page(client, edition.public_id, digest)
            for attachment in edition.content.attachments:
                self._look_at_attachment(client, edition.public_id, attachment)
            self._look_at_feed(client, rights, edition.public_id, edition.content)

    def _read_that_gone(self, job: Job, _digest: str) -> None:
        """Raises ReadingError for the first thing that is still there."""
        public_id, content = job.edition.public_id, job.edition.content
        with self._reader(job.rights) as client:
            page = self._get(client, _page_path(public_id), "Sidan", THERE_OR_GONE)
            if page.status == THERE and content.content_hash.encode() in page.body:
                raise ReadingError("Sidan visar fortfarande den tillbakadragna texten.")
            for one in content.attachments:
                what, path = _attachment_at(public_id, one)
                file = self._get(client, path, what, THERE_OR_GONE)
                if file.status == THERE and hashlib.sha256(file.body).hexdigest() == one.sha256:
                    raise ReadingError(f"{what} går fortfarande att hämta.")
            if any(_shows(entry, content) for entry in self._feed(client, job.rights, public_id)):
                raise ReadingError("Flödet har fortfarande den tillbakadragna texten.")

    def _reader(self, rights: tuple[str, ...]) -> httpx.Client:
        return reader(self.intranet.reader_token(rights), self.intranet.timeout)

    def _get(
        self,
        client: httpx.Client,
        path: str,
        what: str,
        statuses: frozenset[int] = frozenset({THERE}),
    ) -> Reading:
        url = self.intranet.base_url + path
        return read(client, url, what, self.intranet.whole_timeout, statuses)

    def _look_at_page(self, client: httpx.Client, public_id: str, digest: str) -> None:
        page = self._get(client, _page_path(public_id), "Sidan")
        if page.media_type != "text/html":
            raise ReadingError("Sidan är ingen webbsida.")
        try:
            found = article_digest(page.body.decode(), public_id)
        except (ValueError, LxmlError):  # no such article, not UTF-8, nothing to parse
            raise ReadingError("Sidan saknar artikeln eller är avklippt.") from None
        if found != digest:
            raise ReadingError("Sidan visar en annan text än den godkända.")

    def _look_at_attachment(
        self, client: httpx.Client, public_id: str, attachment: Attachment
    ) -> None:
        what, path = _attachment_at(public_id, attachment)
        body = self._get(client, path, what).body
        if hashlib.sha256(body).hexdigest() != attachment.sha256:
            raise ReadingError(f"{what} är inte den godkända filen.")

    def _look_at_feed(
        self, client: httpx.Client, rights: tuple[str, ...], public_id: str, content: Content
    ) -> None:
        entries = self._feed(client, rights, public_id)
        if not entries:
            raise ReadingError("Nyheten finns inte i flödet.")
        if not any(_shows(entry, content) for entry in entries):
            raise ReadingError("Flödet har en annan text än den godkända.")

    def _feed(
        self, client: httpx.Client, rights: tuple[str, ...], public_id: str
    ) -> "list[Element[str]]":
        name = next(iter(rights), "") or EVERYBODY  # a unit's feed comes first among the rights
        feed = self._get(client, f"/floden/{quote(name, safe='')}.atom", "Flödet").body
        return _entries(feed, public_id)


def _page_path(public_id: str) -> str:
    return f"/nyheter/{quote(public_id, safe='')}"


def _attachment_at(public_id: str, one: Attachment) -> tuple[str, str]:
    """What an attachment is called in a sentence, and its path."""
    return f"Bilagan ”{one.name}”", attachment_url(public_id, one.name)


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
