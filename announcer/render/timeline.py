"""A plan as a picture: a timeline that runs downwards, as SVG.

It is made for pages with a strict content policy: no script and no style in it, only classes, for
which the page's stylesheet holds :func:`style`. A file carries its own (:func:`as_file`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from importlib.resources import files
from zoneinfo import ZoneInfo

from announcer.render.lettering import lines_of
from announcer.render.timeline_rows import Line, Mark, Stop, rows
from announcer.render.timeline_shapes import NOTE_SIZE, WIDTH, Drawing, draw, text

__all__ = ["Line", "Mark", "Setting", "Stop", "as_file", "style", "timeline"]

_MARGIN = 20
#: A page brings its typeface, which is narrow, and falls back on the system's own; a file must make
#: do with whatever there is.
_ON_A_PAGE = 0.88
#: The variables of a page, for a picture that stands alone; contrast at least 4.5 on its paper.
_COLOURS = (
    ":root{--paper:#ffffff;--ink:#1a1f22;--ink-soft:#525c61;--rule:#dfe3e1;"
    "--house:#1d5a86;--accent:#9a4312;--warn:#9a2c1d}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#14181b;--ink:#e9ecec;--ink-soft:#a9b3b5;"
    "--rule:#2c3337;--house:#8cc4ec;--accent:#f0a87c;--warn:#ff9d8c}}\n"
)


@dataclass(frozen=True)
class Setting:
    """Where and for whom it is drawn. ``translate`` speaks ``language``; ``is_day_off`` is asked
    about local dates in ``zone``."""

    zone: ZoneInfo
    language: str
    translate: Callable[[str], str]
    is_day_off: Callable[[date], bool]
    #: The language of the organisation's own names, of audiences and classes.
    house: str = ""


def timeline(
    stops: Sequence[Stop],
    setting: Setting,
    *,
    title: str,
    name: str = "plan",
    lines: Mapping[Line, datetime] | None = None,
) -> str:
    """An ``<svg>`` for a page; its `<title>` and `<desc>` say in words what it shows.

    ``name`` begins the ids in it, so that a page can have several; ``lines`` are moments (aware
    UTC) that are no steps.
    """
    drawing = _drawn(stops, setting, name, lines, _ON_A_PAGE)
    return _svg(drawing, title, f"0 0 {WIDTH} {drawing.height}", "".join(drawing.shapes))


def as_file(
    stops: Sequence[Stop],
    setting: Setting,
    *,
    heading: Sequence[str],
    lines: Mapping[Line, datetime] | None = None,
) -> bytes:
    """The picture as a file of its own. ``heading``: the title, and what stands below it."""
    drawing = _drawn(stops, setting, "plan", lines, 1.0)
    above, top = _heading(heading)
    drawing.words[:0] = heading[1:]
    box = f"{-_MARGIN} {-_MARGIN} {WIDTH + 2 * _MARGIN} {drawing.height + top + 2 * _MARGIN}"
    body = (
        f"<style>\n{_COLOURS}{style()}</style>"
        f'<rect class="tl-paper" x="{-_MARGIN}" y="{-_MARGIN}" width="100%" height="100%"/>'
        f'{above}<g transform="translate(0 {top})">{"".join(drawing.shapes)}</g>'
    )
    return (_svg(drawing, heading[0], box, body) + "\n").encode()


def style() -> str:
    """The rules for the classes. Colours are the page's variables: ``--ink``, ``--accent``, …"""
    return files("announcer.render").joinpath("timeline.css").read_text(encoding="utf-8")


def _drawn(
    stops: Sequence[Stop],
    setting: Setting,
    name: str,
    lines: Mapping[Line, datetime] | None,
    letters: float,
) -> Drawing:
    drawing = Drawing(
        setting.zone.key,
        setting.language,
        setting.translate,
        name,
        setting.house or setting.language,
        letters=letters,
    )
    draw(drawing, rows(stops, setting.zone, setting.is_day_off, lines))
    return drawing


def _heading(lines: Sequence[str]) -> tuple[str, int]:
    """The lines above the picture, and how high they are."""
    shapes, top = "", 0
    for number, line in enumerate(lines):
        size, height, kind = (NOTE_SIZE, 20, "tl-note") if number else (20, 26, "tl-heading")
        for part in lines_of(line, size, WIDTH):
            shapes += text(0, top + height - 6, kind, part)
            top += height
    return shapes, top + 12


def _svg(drawing: Drawing, title: str, box: str, body: str) -> str:
    name = escape(drawing.name)
    _, _, width, height = box.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tl" role="img" viewBox="{box}"'
        f' width="{width}" height="{height}" aria-labelledby="{name}-title"'
        f' aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(" ".join(drawing.words))}</desc>{body}</svg>'
    )
