"""Which newsroom this is, and in which language it speaks to whoever asks.

There is no cookie and no session: a language that is chosen stands in the address, and so do large
letters.
"""

from functools import lru_cache
from typing import Any, cast

from flask import current_app, request, url_for
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from announcer.services.released import Newsroom
from web.shared.shelf import Shelf


def newsroom() -> Newsroom:
    """The newsroom this application serves."""
    return cast(Newsroom, current_app.extensions["newsroom"])


def shelf() -> Shelf:
    """What this process has made since the last change."""
    return cast(Shelf, current_app.extensions["newsroom shelf"])


def chosen() -> str:
    """The language in the address, empty where none is that we have."""
    asked = request.args.get("sprak", "")
    return asked if asked in newsroom().languages else ""


def language() -> str:
    """The language chosen, else the browser's, else the house's."""
    return chosen() or preferred()


def preferred() -> str:
    """The language that the browser asks for, else the house's."""
    wished = request.environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return _best(wished, newsroom().languages, newsroom().sender.language)


@lru_cache
def _best(wished: str, languages: tuple[str, ...], ours: str) -> str:
    return parse_accept_header(wished, LanguageAccept).best_match(languages, ours) or ours


def large_print() -> bool:
    """Whether the address asks for letters of 18 points and more."""
    return request.args.get("storstil") == "ja"


def to(endpoint: str, **values: Any) -> str:
    """An address in this house that keeps what was chosen: the language and large print."""
    if chosen():
        values["sprak"] = chosen()
    if large_print():
        values["storstil"] = "ja"
    return url_for(endpoint, **values)


def address(endpoint: str, **values: Any) -> str:
    """The one address under which the world knows a page (RFC 6596)."""
    return newsroom().base_url + url_for(endpoint, **values)
