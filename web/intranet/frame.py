"""Pages that many read, put together from two parts that are each kept: what is the page's own, and
the house around it.

Neither knows of the other: nothing that is kept shows who reads what (TF 3 kap. 5 §). What is about
one person is put in at the end and kept nowhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from flask import Response, render_template, request, session
from markupsafe import Markup, escape

from announcer.domain.audience import Person
from web.intranet.access import arrival, installation, kept, kept_until, signed_in
from web.intranet.assets import nonce
from web.intranet.large_print import large_print
from web.intranet.signing import token
from web.intranet.words import (
    keeps_lists,
    language,
    makes_codes,
    may_approve_something,
    on_the_desk,
    sees_crises,
    sees_events,
    today_in_words,
    unit_name,
)
from web.shared.squeeze import Piece, page

#: RECORD SEPARATOR, which stands in no page: texts are cleaned of control characters.
_CUT = "\x1e"
#: What a menu depends on.
_MENU = (
    may_approve_something,
    on_the_desk,
    makes_codes,
    sees_crises,
    keeps_lists,
    sees_events,
)
_HOLE = re.compile(f"{_CUT}(\\w+){_CUT}")


@dataclass(frozen=True)
class Part:
    """What a page says, as HTML, whoever reads it."""

    title: str
    main: str
    #: Whether it says back what was asked for; then it goes out uncompressed.
    echoes: bool = False

    @cached_property
    def pieces(self) -> dict[str, Piece]:
        """What goes into the frame."""
        return {"title": Piece(self.title.encode()), "main": Piece(self.main.encode())}


def part(template: str, *, echoes: bool = False, **values: Any) -> Part:
    """The blocks ``title`` and ``main`` of a template, in the reader's language."""
    text = render_template(template, layout="part.html", cut=_CUT, **values)
    title, _, main = text.partition(_CUT)
    return Part(title, main, echoes)


def midnight() -> datetime:
    """When "i dag" becomes "i går" (aware)."""
    zone = installation().policy.zone
    tomorrow = arrival().now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)


def framed(inner: Part) -> Response:
    """The whole page, for whoever asks."""
    person = signed_in()
    may = person and _may(person)
    frame = kept(("frame", request.endpoint, language(), may, large_print()), _frame)
    filling: dict[str, Piece | bytes] = {**inner.pieces, "notice": b"", "": b""}
    today = kept_until(("today", language()), lambda: (today_in_words(), midnight()))
    filling["today"] = today.encode()
    if "_flashes" in session:
        filling["notice"] = render_template("_notice.html").encode()
    if person:
        filling["who"] = escape(person.directory_id).encode()
        filling["who_unit"] = escape(unit_name(person.unit)).encode()
        filling["token"] = token().encode()
        filling["place"] = escape(request.full_path.rstrip("?")).encode()
        filling["nonce"] = nonce().encode()
    return page(_filled(frame, filling), plain=inner.echoes)


def _may(person: Person) -> tuple[bool, ...]:
    """What of the menu is for this person. It hangs on these facts alone where nothing is lent."""
    if person.stands_for:
        return _asked(person)
    return kept(("menu", person.unit, person.role, person.groups), lambda: _asked(person))


def _asked(person: Person) -> tuple[bool, ...]:
    return tuple(asks(person) for asks in _MENU)


def _frame() -> list[tuple[Piece, str]]:
    """What stands before each hole, and the hole's name; none after the last."""
    # An article's own address would make a frame for each; the page has a way of its own.
    address = "" if request.view_args else request.path
    *parts, last = _HOLE.split(render_template("frame.html", hole=_hole, own_address=address))
    before = [Piece(text.encode()) for text in parts[::2]]
    return [*zip(before, parts[1::2], strict=True), (Piece(last.encode()), "")]


def _hole(name: str) -> Markup:
    return Markup(f"{_CUT}{name}{_CUT}")  # noqa: S704 - a name of ours


def _filled(
    frame: list[tuple[Piece, str]], filling: Mapping[str, Piece | bytes]
) -> list[Piece | bytes]:
    return [one for text, name in frame for one in (text, filling[name])]
