"""Bytes as an answer, sent again only when they have changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import http_date, parse_etags, quote_etag

from web.shared.headers import FILE

#: Kept by the reader's browser only, and asked for again each time: rights may have changed.
PERSONAL = "private, no-cache"
#: Kept by anyone, and asked for again each time: it may be withdrawn.
REVALIDATED = "public, no-cache"
#: Not kept at all: a shared computer must not hold what has not left the house.
UNKEPT = "no-store"
PUBLIC = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Finished:
    """Bytes that are ready to be given, and the headers that are about them."""

    content: bytes
    etag: str
    #: What a 304 has as well (RFC 9110 section 15.4.5).
    headers: tuple[tuple[str, str], ...]
    content_type: str


def finish(
    content: bytes, media_type: str, *, etag: str = "", changed_at: datetime | None = None
) -> Finished:
    """``etag`` is the content's SHA-256 where that is known. ``Last-Modified`` is for information:
    two changes can share a second, an ETag tells them apart."""
    etag = etag or hashlib.sha256(content).hexdigest()
    headers = [("ETag", quote_etag(etag))]
    if changed_at:
        headers.append(("Last-Modified", http_date(changed_at)))
    return Finished(content, etag, tuple(headers), _with_charset(media_type))


def given(made: Finished, cache: str) -> Response:
    """200, or 304 for who has this version (RFC 9110 section 13.1.2)."""
    headers = Headers([*made.headers, ("Cache-Control", cache)])
    if is_fresh(made.etag):
        return Response(status=304, headers=headers)
    return Response(made.content, headers=headers, content_type=made.content_type)


def answer(
    content: bytes,
    media_type: str,
    *,
    cache: str = PERSONAL,
    name: str = "",
    etag: str = "",
    attached: bool = False,
) -> Response:
    """The same for what is given once. ``attached`` tells a browser to save the file as ``name``
    instead of opening it."""
    response = given(finish(content, media_type, etag=etag), cache)
    if name:
        kind = "attachment" if attached else "inline"
        response.headers["Content-Disposition"] = _disposition(kind, name)
    return response


def is_fresh(etag: str) -> bool:
    """Whether who asks has this version."""
    return is_known(etag, request.environ.get("HTTP_IF_NONE_MATCH"))


def is_known(etag: str, known: str | None) -> bool:
    """Whether ``known`` (If-None-Match, None where there is none) has this version. A weak tag
    counts: proxies that compress weaken ours."""
    if known is None:
        return False
    # Parsed only where it is not simply ours.
    return known == f'"{etag}"' or parse_etags(known).contains_weak(etag)


#: What a browser shows by itself; everything else is saved.
_SHOWN = ("image/", "application/pdf")


def attachment_answer(
    content: bytes, media_type: str, name: str, cache: str = PERSONAL, etag: str = ""
) -> Response:
    """A file that people handed in: never run, never taken for something else.

    ``media_type`` is the one found in the content when it was taken in. A PDF keeps the page's own
    policy: browsers refuse to show one in a sandbox.
    """
    attached = not media_type.startswith(_SHOWN)
    response = answer(content, media_type, cache=cache, name=name, etag=etag, attached=attached)
    if media_type != "application/pdf":
        response.headers["Content-Security-Policy"] = FILE
    return response


def _with_charset(media_type: str) -> str:
    """All text here is UTF-8, also what people hand in."""
    bare = media_type.startswith("text/") and ";" not in media_type
    return f"{media_type}; charset=utf-8" if bare else media_type


def _disposition(kind: str, name: str) -> str:
    """The header with a name for old readers and the true one (RFC 6266 appendix D, RFC 8187)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
