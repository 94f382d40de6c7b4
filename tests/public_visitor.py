"""Somebody who reads the newsroom: follows every link there is, and keeps what was answered."""

import re
import ssl
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpx
import lxml.html

#: Where a reader begins who knows nothing.
BEGINNINGS = (
    *("/", "/robots.txt", "/sitemap.xml", "/sok", "/.well-known/security.txt", "/favicon.ico"),
    *("/healthz", "/readyz", "/nyheter/", "/nyheter", "/floden/nyheter", "/?sida=2"),
)
#: Read once, though nobody here speaks it: reading every authority takes longer than reading a page.
TLS = ssl.create_default_context()
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
#: Differs by the second, or by the test's own port.
_OF_THE_MOMENT = frozenset({"date", "expires", "server", "connection"})


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Reader:
    """One reader of the newsroom at ``url``."""

    def __init__(self, url: str, **headers: str) -> None:
        self.client = httpx.Client(
            base_url=url, headers=headers, trust_env=False, timeout=30, verify=TLS
        )

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def text(self, path: str) -> str:
        """What can be read on a page, blanks made single."""
        body = lxml.html.fromstring(self.get(path).text).find("body")
        return " ".join(body.text_content().split())

    def answer(self, path: str, method: str = "GET", **headers: str) -> Answer:
        found = self.client.request(method, path, headers=headers)
        kept = ((k, v) for k, v in found.headers.items() if k not in _OF_THE_MOMENT)
        return Answer(found.status_code, tuple(sorted(kept)), found.content)

    def crawl(self, *more: str) -> dict[str, Answer]:
        """Every answer that can be reached from `BEGINNINGS` and ``more``, with HEAD for each."""
        waiting = [*BEGINNINGS, *more]
        seen: dict[str, Answer] = {}
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen[path] = self.answer(path)
            seen[f"HEAD {path}"] = self.answer(path, "HEAD")
            waiting += [link for link in _links(seen[path].body) if link not in seen]
        return seen


def searches(*words: str) -> list[str]:
    """The addresses of searches, in every language of the frame."""
    return [f"/sok?q={quote(word)}&sprak={one}" for word in words for one in ("sv", "fi", "en")]


def _links(body: bytes) -> list[str]:
    """Everything in a page, a feed or a list that looks like an address in this house."""
    text = body.decode("utf-8", errors="replace")
    found = set(_ADDRESS.findall(text)) | set(re.findall(r"(?:href|src)=\"(/[^\"#]*)", text))
    ours = (urlsplit(one.replace("&amp;", "&")) for one in found)
    return [
        parts.path + (f"?{parts.query}" if parts.query else "")
        for parts in ours
        if parts.hostname in (None, "nyheter.hallefors.example") and parts.path
    ]
