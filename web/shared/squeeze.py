"""Answers made smaller on their way (RFC 9110 section 8.4.1), without telling a secret.

Whoever sees only how long a compressed answer is learns something when it holds both a secret and
words of their own choosing (BREACH). So a page is compressed in pieces that know nothing of each
other, each made once and kept; what is about one person, the form's token with it, stands in it as
it is. An answer that says back what was asked for is not compressed at all.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from flask import Flask, Response, request

#: RFC 1952 section 2.3: gzip, deflate, no name, no time.
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
#: An empty last block (RFC 1951 section 3.2.6).
_END = b"\x03\x00"
_FILES = ("text/css", "text/javascript", "image/svg+xml")
#: What is about nothing and nobody. Drawings that people hand in are left as they were approved.
OPEN_FILES = frozenset(
    {"look.static", "look.theme", "look.logo", "bootstrap.static", "assets.asset"}
)
#: Bytes under which nothing is won.
SMALL = 500


@dataclass(frozen=True)
class Piece:
    """A part of an answer that is the same for many."""

    plain: bytes

    @cached_property
    def small(self) -> bytes:
        """As blocks of deflate that end on a byte and look back at nothing."""
        return _deflated(self.plain, 9)


def _deflated(plain: bytes, level: int) -> bytes:
    one = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return one.compress(plain) + one.flush(zlib.Z_FULL_FLUSH)


def gzipped(parts: Iterable[Piece | bytes]) -> bytes:
    """The parts in a row, pieces compressed and bytes as they are, in one gzip member."""
    body, check, length = [_HEAD], 0, 0
    for part in parts:
        plain = part.plain if isinstance(part, Piece) else part
        body.append(part.small if isinstance(part, Piece) else _deflated(part, 0))
        check = zlib.crc32(plain, check)
        length += len(plain)
    sizes = check.to_bytes(4, "little") + (length % 2**32).to_bytes(4, "little")
    return b"".join((*body, _END, sizes))


@lru_cache(maxsize=50)
def _file(plain: bytes) -> bytes:
    return gzipped([Piece(plain)])


def takes_gzip() -> bool:
    """Whether whoever asks can read it."""
    return request.accept_encodings["gzip"] > 0


def page(parts: list[Piece | bytes], *, plain: bool = False) -> Response:
    """A page of pieces, as small as whoever asks can read it, or ``plain``."""
    small = takes_gzip() and not plain
    content = (
        gzipped(parts)
        if small
        else b"".join(part.plain if isinstance(part, Piece) else part for part in parts)
    )
    response = Response(content, mimetype="text/html")
    _say(response, small=small)
    return response


def _say(response: Response, *, small: bool) -> None:
    response.headers["Vary"] = ", ".join(
        filter(None, (response.headers.get("Vary"), "Accept-Encoding"))
    )
    if small:
        response.headers["Content-Encoding"] = "gzip"


def squeeze_files(app: Flask) -> None:
    """Styles, scripts and the logo go out small, each compressed once for as long as it is the same."""

    @app.after_request
    def squeeze(response: Response) -> Response:
        etag, _weak = response.get_etag()
        if (
            response.status_code != 200
            or response.mimetype not in _FILES
            or not etag
            or request.endpoint not in OPEN_FILES
        ):
            return response
        response.direct_passthrough = False
        plain = response.get_data()
        small = takes_gzip() and len(plain) > SMALL
        if small:
            response.set_data(_file(plain))
            # Other bytes of the same thing (RFC 9110 section 8.8.1).
            response.set_etag(etag, weak=True)
        _say(response, small=small)
        return response
