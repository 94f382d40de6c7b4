"""What every template knows: languages, dates, sizes and addresses."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from babel.numbers import format_decimal
from flask import Flask, request, url_for
from flask_babel import get_locale
from markupsafe import Markup

from announcer.render.catalogue import date_in_words, language_name, moment_in_words
from announcer.render.release import file_url
from announcer.render.text import cleaned_again
from announcer.services.released import LONGEST_SEARCH, Released, ReleasedText
from web.newsroom.house import address, chosen, language, large_print, newsroom, to
from web.shared.moments import stamp

_HEADING = re.compile(r"<(/?)h([2-5])>")
#: What a file is called by people; anything else by its ending.
_KINDS = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/svg+xml": "SVG",
}


def day(value: datetime) -> str:
    """The day of an aware moment: ``8 december 2026``."""
    return date_in_words(value, newsroom().sender.time_zone, language())


def moment(value: datetime) -> str:
    """Day and time of an aware moment. Never "i dag": the page is kept until something changes."""
    return moment_in_words(value, newsroom().sender.time_zone, language())


def size(length: int) -> str:
    """Bytes as people say them: ``1,2 MB``."""
    unit, share = ("MB", 1_000_000) if length >= 1_000_000 else ("kB", 1_000)
    number = max(length / share, 1) if unit == "kB" else length / share
    digits = "0.#" if number < 10 else "0"
    return f"{format_decimal(number, digits, locale=get_locale())} {unit}"


def kind(name: str, media_type: str) -> str:
    """What kind of file it is, in a word."""
    return _KINDS.get(media_type) or name.rpartition(".")[2].upper()[:5]


def texts_of(item: Released) -> list[ReleasedText]:
    """The texts, the one in the reader's language first."""
    first = item.text_in(language())
    return [first, *(one for one in item.texts if one is not first)]


def safe(html: str) -> Markup:
    """A released text. It was cleaned when it was made; this house does not take that on trust."""
    return Markup(cleaned_again(html, "/nyheter/"))  # noqa: S704 - it is what makes it safe


def lowered(html: str) -> str:
    """Safe HTML with every heading a level lower. Headings have no attributes (``render.text``)."""
    return _HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}>", html)


def link_to_file(item: Released, name: str) -> str:
    """Where a file of an item is."""
    return file_url(item.public_id, name)


def other_languages(bare: bool) -> list[tuple[str, str]]:
    """The other languages of the house, each with where this page is in it.

    From a page that is ``bare`` (an error) they lead to the first page: what does not exist and
    what is not out must look the same, so nothing there may be about the address.
    """
    endpoint, values = _here(bare)
    if large_print():
        values["storstil"] = "ja"
    return [
        (one, url_for(endpoint, **values, sprak=one))
        for one in newsroom().languages
        if one != language()
    ]


def other_print(bare: bool) -> str:
    """Where this page is in large print, or back in the usual one; from one that is ``bare`` the first
    page is."""
    endpoint, values = _here(bare)
    if chosen():
        values["sprak"] = chosen()
    if not large_print():
        values["storstil"] = "ja"
    return url_for(endpoint, **values)


def _here(bare: bool) -> tuple[str, dict[str, Any]]:
    """This page's name and what is asked of it."""
    if bare:
        return "reading.front", {}
    kept = {n: request.args[n][:LONGEST_SEARCH] for n in ("sida", "q") if n in request.args}
    return request.endpoint or "reading.front", {**(request.view_args or {}), **kept}


def answers() -> str:
    """How soon questions are answered, in the page's language; empty where nothing is promised."""
    return newsroom().answers.get(language(), "")


WORDS: tuple[Callable[..., Any], ...] = (
    stamp,
    day,
    moment,
    size,
    kind,
    texts_of,
    lowered,
    safe,
    link_to_file,
    other_languages,
    other_print,
    large_print,
    language,
    language_name,
    chosen,
    to,
    address,
    answers,
)


def teach(app: Flask) -> None:
    """Give the words to every template."""
    app.jinja_env.globals.update({word.__name__: word for word in WORDS})

    @app.context_processor
    def house() -> dict[str, Any]:
        return {"sender": newsroom().sender}
