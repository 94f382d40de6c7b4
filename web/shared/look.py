"""What the pages look like: the organisation's colours and logo, and the typeface. Open to all."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, abort
from flask_babel import get_locale

from announcer.domain.organisation import Sender
from announcer.render.catalogue import date_in_words
from web.shared.files import PUBLIC, answer
from web.shared.headers import FILE
from web.shared.theme import stylesheet

FACES = {
    "regular": "SourceSansPro-Regular.ttf",
    "italic": "SourceSansPro-It.ttf",
    "semibold": "SourceSansPro-Semibold.ttf",
}
#: The letters of almost every page, and the whole font for the others.
KINDS = {"woff": "font/woff", "ttf": "font/ttf"}
#: What both houses wear, what only the public one does, and large print.
SHEETS = ("announcer.css", "newsroom.css", "large.css")
#: CSS pixels of the logo at the head of every page, and how a PNG begins (PNG, third edition, 5.2 and 11.2.1).
LOGO_HEIGHT = 44
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"

#: When these pages were last assessed against the law; the statement says it.
ASSESSED = datetime(2026, 11, 26, 12, tzinfo=UTC)


def look(sender: Sender, drawings: str = "") -> Blueprint:
    """The blueprint; its addresses are open, since nothing in them is about anything.

    ``drawings``: the rules of what this house draws, in CSS.
    """
    theme_css = stylesheet(sender) + drawings
    seen = version(sender, drawings)
    width = logo_width(sender.logo_png)
    blueprint = Blueprint(
        "look",
        __name__,
        static_folder="static",
        static_url_path="/utseende",
        template_folder="templates",  # what both houses say in the same words
    )

    @blueprint.get("/tema.css")
    def theme() -> Response:
        return answer(theme_css.encode(), "text/css; charset=utf-8", cache=PUBLIC)

    @blueprint.get("/logotyp.svg")
    def logo() -> Response:
        response = answer(sender.logo_svg, "image/svg+xml", cache=PUBLIC)
        response.headers["Content-Security-Policy"] = FILE
        return response

    @blueprint.get("/typsnitt/<face>.<any(woff, ttf):kind>")
    def typeface(face: str, kind: str) -> Response:
        if face not in FACES:
            abort(404)
        return answer(_face(face, kind), KINDS[kind], cache=PUBLIC)

    @blueprint.app_context_processor
    def versions() -> dict[str, object]:
        # In the address, so that a new logo or colour is seen at once in spite of the caches.
        return {
            "look_version": seen,
            "assessed": _assessed,
            "logo_width": width,
            "logo_height": LOGO_HEIGHT,
        }

    def _assessed() -> str:
        return date_in_words(ASSESSED, sender.time_zone, str(get_locale()))

    return blueprint


def version(sender: Sender, drawings: str = "") -> str:
    """Changes when colours, logo or one of our stylesheets do."""
    folder = files("web.shared").joinpath("static")
    ours = b"".join(folder.joinpath(name).read_bytes() for name in SHEETS)
    seen = (stylesheet(sender) + drawings).encode() + sender.logo_svg + ours
    return hashlib.sha256(seen).hexdigest()[:12]


def logo_width(png: bytes) -> int | None:
    """CSS pixels that the logo takes beside its height, so that nothing moves when it comes; None where
    the file does not say."""
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    return round(LOGO_HEIGHT * width / height) if png.startswith(_PNG) and height else None


@cache
def _face(face: str, kind: str) -> bytes:
    if kind == "woff":
        return files("web.shared").joinpath("fonts", f"{face}.woff").read_bytes()
    return files("font_source_sans_pro").joinpath("files", FACES[face]).read_bytes()
