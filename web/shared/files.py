"""Bytes as an answer, sent again only when they have changed."""

import hashlib
from datetime import datetime

from flask import Response, request

#: Kept by the reader's browser only, and asked for again each time: rights may have changed.
PERSONAL = "private, no-cache"
PUBLIC = "public, max-age=31536000, immutable"


def answer(
    content: bytes,
    media_type: str,
    *,
    cache: str = PERSONAL,
    name: str = "",
    changed_at: datetime | None = None,
) -> Response:
    """200, or 304 for who has this version (strong ETag, RFC 9110 section 8.8.3).

    ``Last-Modified`` is for information: two changes can share a second, an ETag tells them apart.
    """
    etag = hashlib.sha256(content).hexdigest()
    same = request.if_none_match.contains(etag)
    response = Response(b"" if same else content, status=304 if same else 200)
    response.set_etag(etag)
    response.headers["Cache-Control"] = cache
    if not same:
        response.headers["Content-Type"] = media_type
    if name:
        response.headers.set("Content-Disposition", "inline", filename=name)
    if changed_at:
        response.last_modified = changed_at
    return response
