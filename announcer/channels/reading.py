"""A sceptical reader: fetches one address as it is, and says in words what was wrong with it."""

import ssl
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy

from announcer import lean

# Its command line draws with rich; that part is left out where it cannot be imported.
with lean.without("httpx._main"):
    import httpx

#: HTTP: what is served, and what is no longer there for this reader.
THERE = 200
THERE_OR_GONE = frozenset({THERE, 404, 410})
#: When to look again for what was not there.
LOOK_AGAIN = timedelta(seconds=10)
#: Seconds for connecting and for every silence in between, and for one address all in all.
SILENCE, WHOLE = 10.0, 60.0
#: More than any page, attachment or feed has; a stream without end is cut here.
LARGEST_BODY = 20 * 1024 * 1024


class ReadingError(Exception):
    """What was read is not what should be there; the text is a Swedish sentence for the record."""


@dataclass(frozen=True)
class Reading:
    """A whole body and its media type without parameters, in lower case."""

    media_type: str
    body: bytes
    status: int = THERE


def reader(token: str = "", silence: float = SILENCE) -> httpx.Client:
    """A client that keeps nothing, follows nothing and reads no proxy settings.

    ``token`` is shown to whoever wants one; ``silence`` is in seconds.
    """
    shown = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(
        headers={**shown, "Accept-Encoding": "identity", "User-Agent": "Announcer"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=silence,
        verify=_authorities(),
        follow_redirects=False,
        trust_env=False,
    )


@cache
def _authorities() -> ssl.SSLContext:
    """Who is trusted for https: the system's authorities, read once (it takes 50 ms)."""
    return ssl.create_default_context()


def read(
    client: httpx.Client,
    url: str,
    what: str,
    seconds: float = WHOLE,
    statuses: frozenset[int] = frozenset({THERE}),
) -> Reading:
    """Fetch ``url`` within ``seconds`` all in all; ``what`` names it in the sentence.

    Raises ReadingError for anything but a complete answer with one of ``statuses``.
    """
    try:
        with client.stream("GET", url) as response:
            _look_at_status(response, what, statuses)
            body = _whole_body(response, what, time.monotonic() + seconds)
            media_type = response.headers.get("content-type", "").partition(";")[0]
            return Reading(media_type.strip().lower(), body, response.status_code)
    except httpx.TimeoutException:
        raise ReadingError(f"{what} svarade inte i tid.") from None
    except httpx.ConnectError:
        raise ReadingError(f"{what} gick inte att nå: ingen förbindelse.") from None
    except (httpx.ReadError, httpx.RemoteProtocolError):
        cut = f"{what} är avklippt: förbindelsen bröts innan hela svaret hade kommit."
        raise ReadingError(cut) from None
    except httpx.TransportError as error:
        raise ReadingError(f"{what} gick inte att läsa: {type(error).__name__}.") from error


def _look_at_status(response: httpx.Response, what: str, statuses: frozenset[int]) -> None:
    status = response.status_code
    if 300 <= status < 400:
        raise ReadingError(f"{what} skickar vidare ({status}), troligen till inloggningen.")
    if status in (401, 403):
        raise ReadingError(f"{what} släpper inte in läsaren ({status}).")
    if status not in statuses:
        raise ReadingError(f"{what} svarade {status}.")
    # We ask for identity; an answer packed all the same could unfold without bounds.
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise ReadingError(f"{what} är komprimerad fast det inte begärdes.")


def _whole_body(response: httpx.Response, what: str, deadline: float) -> bytes:
    """The body; httpx itself raises where it is shorter than the header promised."""
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ReadingError(f"{what} är för stor.")
        if time.monotonic() > deadline:
            raise ReadingError(f"{what} svarade inte i tid.")
    return bytes(body)
