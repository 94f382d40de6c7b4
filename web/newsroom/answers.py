"""Answers that may be kept by anyone and must be asked for again: a withdrawal bites at once."""

from collections.abc import Callable, Hashable

from flask import Response

from announcer.services import released
from web.newsroom.house import chosen, large_print, newsroom, preferred, shelf
from web.shared.files import REVALIDATED, Finished, answer, finish, given

HTML = "text/html; charset=utf-8"


def page(key: Hashable, make: Callable[[], str]) -> Response:
    """A page in the reader's language that is made anew only when something public has changed.

    Raises `Unreachable`: without the database nobody knows what is still public.
    """
    asked = chosen()
    return in_language(kept((key, asked or preferred(), asked, large_print()), make, HTML))


def kept(key: Hashable, make: Callable[[], str | bytes], media_type: str) -> Response:
    """The same for what is alike in every language. Raises `Unreachable`."""

    def finished() -> Finished:
        made = make()
        return finish(made.encode() if isinstance(made, str) else made, media_type)

    made = shelf().find(released.version(newsroom()), key, finished)
    return given(made, REVALIDATED)


def standing(html: str) -> Response:
    """A page that tells nothing of what is released, and needs no database."""
    return in_language(answer(html.encode(), HTML, cache=REVALIDATED))


def in_language(response: Response) -> Response:
    """Tells caches that another browser may get another language."""
    response.headers["Vary"] = "Accept-Language"
    return response
