"""The newsroom: what is released stands where everyone can read it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import lxml.html
from lxml.etree import LxmlError

from announcer.channels import UnsupportedError, to_all, unsupported
from announcer.channels.reading import LOOK_AGAIN, THERE, THERE_OR_GONE, ReadingError, read, reader
from announcer.domain.channel import NEWSROOM
from announcer.domain.delivery import Edition, Job, Outcome, Result
from announcer.domain.errors import N_
from announcer.render.release import release


@dataclass(frozen=True)
class Newsroom:
    """One public article.

    The database copies the artefact into the newsroom's schema in the very transaction that
    writes down this channel's answer (``db/gate/0002.sql``), after asking the gate once more: it
    cannot be accepted and not out, nor out and not accepted.

    ``base_url`` is the newsroom's public address without a final slash, empty where the
    organisation has none.
    """

    base_url: str = ""
    kind = NEWSROOM
    media_type = "application/json"
    batch_size = 1
    idempotent = True

    def compose(self, edition: Edition) -> bytes:
        """The article in every language, as canonical JSON."""
        what = edition.change.what if edition.change else {}
        first = what.get(edition.content.language, "")
        return release(edition.content, edition.public_id, correction=first)

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        """The artefact is stored; accepting it is what publishes it."""
        return to_all(job, Outcome(Result.ACCEPTED, N_("Pressmeddelandet är ute i nyhetsrummet.")))

    #: The article again, in the place of the first.
    correct = deliver
    #: The database does it as soon as the announcement is withdrawn; there is nothing to hand over.
    withdraw = unsupported("withdraw")

    def check(self, job: Job) -> Mapping[str, Outcome]:
        """Look at the public page: does it show every text of the artefact?

        Raises UnsupportedError where the newsroom has no address.
        """
        if not self.base_url:
            raise UnsupportedError(N_("Nyhetsrummet har ingen adress där det går att se efter."))
        url = f"{self.base_url}/nyheter/{quote(job.edition.public_id, safe='')}"
        try:
            with reader() as client:
                page = read(client, url, "Sidan i nyhetsrummet", statuses=THERE_OR_GONE)
            shown = page.status == THERE and _shows(page.body, json.loads(job.artefact))
        except ReadingError as wrong:
            return to_all(job, Outcome(Result.IN_DOUBT, str(wrong)))
        if not shown:
            missing = N_("Pressmeddelandet finns inte på sidan i nyhetsrummet.")
            return to_all(job, Outcome(Result.DEFERRED, missing, LOOK_AGAIN))
        evidence = hashlib.sha256(page.body).hexdigest()
        return to_all(job, Outcome(Result.CONFIRMED, f"read back: {evidence}", evidence=evidence))


def _shows(page: bytes, article: Mapping[str, Any]) -> bool:
    """Whether somebody who reads the page reads the title, the lead and the text in each language.

    Raises ReadingError for what is no page.
    """
    shown = _words(page)
    wanted = [(text["title"], text["summary"], text["html"]) for text in article["texts"]]
    return all(
        _plain(title) in shown and _plain(summary) in shown and _words(html.encode()) in shown
        for title, summary, html in wanted
    )


def _words(html: bytes) -> str:
    """The text of a page or a part of one, blanks made single."""
    if not html.strip():
        return ""
    try:
        root = lxml.html.document_fromstring(html.decode())
    except (ValueError, LxmlError):
        raise ReadingError("Sidan i nyhetsrummet går inte att tolka.") from None
    return _plain(str(root.text_content()))


def _plain(words: str) -> str:
    return " ".join(words.split())
