"""Feeds that are at hand are given at the door.

Programs ask for a feed again and again, mostly to hear that nothing has changed; entering Flask takes
longer than all the rest of such an answer. Only what a house made and keeps is given here, after the
same question to the database as inside; everything else goes in.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from web.shared.files import Finished, is_known

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: The finished feed at a path, where the house has it and whoever asks may read it at this moment.
AtHand = Callable[[str], Finished | None]


class Porch:
    """The door of ``house``. ``headers`` are those of every answer of the house."""

    def __init__(
        self,
        house: "WSGIApplication",
        at_hand: AtHand,
        headers: Iterable[tuple[str, str]],
    ) -> None:
        self._house = house
        self._at_hand = at_hand
        self._headers = list(headers)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        found = self._found(environ)
        if found is None:
            return self._house(environ, start_response)
        if is_known(found.etag, environ.get("HTTP_IF_NONE_MATCH")):
            start_response("304 NOT MODIFIED", [("ETag", f'"{found.etag}"'), *self._headers])
            return ()
        length = ("Content-Length", str(len(found.content)))
        own = [("Content-Type", found.content_type), *found.headers, length]
        start_response("200 OK", [*own, *self._headers])
        return (found.content,)

    def _found(self, environ: "WSGIEnvironment") -> Finished | None:
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return None
        try:
            return self._at_hand(environ["PATH_INFO"])
        except Exception:  # noqa: BLE001 - the house asks the same, and knows how to say what broke
            return None
