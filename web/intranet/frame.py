"""Pages that many read, put together from two parts that are each kept: what is the page's own, and
the house around it.

Neither knows of the other: nothing that is kept shows who reads what (TF 3 kap. 5 §). What is about
one person is put in at the end and kept nowhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import render_template, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from web.intranet.access import arrival, installation, kept, signed_in
from web.intranet.words import (
    keeps_lists,
    language,
    makes_codes,
    may_approve_something,
    on_the_desk,
    sees_crises,
    sees_events,
    unit_name,
)

#: RECORD SEPARATOR, which stands in no page: texts are cleaned of control characters.
_CUT = "\x1e"
_HOLE = re.compile(f"{_CUT}(\\w+){_CUT}")


@dataclass(frozen=True)
class Part:
    """What a page says, as HTML, whoever reads it."""

    title: str
    main: str


def part(template: str, **values: Any) -> Part:
    """The blocks ``title`` and ``main`` of a template, in the reader's language."""
    text = render_template(template, layout="part.html", cut=_CUT, **values)
    title, _, main = text.partition(_CUT)
    return Part(title, main)


def midnight() -> datetime:
    """When "i dag" becomes "i går" (aware)."""
    zone = installation().policy.zone
    tomorrow = arrival().now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)


def framed(inner: Part) -> str:
    """The whole page, for whoever asks."""
    person = signed_in()
    may = person and tuple(
        asks(person)
        for asks in (
            may_approve_something,
            on_the_desk,
            makes_codes,
            sees_crises,
            keeps_lists,
            sees_events,
        )
    )
    frame = kept(("frame", request.endpoint, language(), may), _frame)
    filling = {"title": inner.title, "main": inner.main, "notice": ""}
    if "_flashes" in session:
        filling["notice"] = render_template("_notice.html")
    if person:
        filling["who"] = escape(person.directory_id)
        filling["who_unit"] = escape(unit_name(person.unit))
        filling["token"] = generate_csrf()
    return _filled(frame, filling)


def _frame() -> list[str]:
    """Text and names of holes in turn."""
    return _HOLE.split(render_template("frame.html", hole=_hole))


def _hole(name: str) -> Markup:
    return Markup(f"{_CUT}{name}{_CUT}")  # noqa: S704 - a name of ours


def _filled(frame: list[str], filling: Mapping[str, str]) -> str:
    filled = frame.copy()
    filled[1::2] = [filling[name] for name in frame[1::2]]
    return "".join(filled)
