"""How each row of a timeline is drawn, and how it is said in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from zoneinfo import ZoneInfo

from announcer.domain.errors import N_
from announcer.render.catalogue import clock_in_words, day_in_words
from announcer.render.lettering import lines_of, width_of
from announcer.render.timeline_rows import (
    DayRow,
    Line,
    LineRow,
    Mark,
    NightRow,
    Row,
    Shade,
    SkippedRow,
    Stop,
    StopRow,
    which_passing,
)

#: As wide as a phone's page inside its margins: there a unit is a pixel.
WIDTH = 350
#: From left to right: the axis, the time, the words.
AXIS, TIME, WORDS = 14, 36, 97
#: The right edge of words, inside the shading.
EDGE = WIDTH - 6
#: Letters of a step's name, and of everything else; a bold letter is a little wider than a plain.
NAME_SIZE, NOTE_SIZE = 18, 15
NAME_LINE, NOTE_LINE = 22, 19

NO_WORKING_DAY = N_("ingen arbetsdag")
OUTSIDE = N_("utanför huset")
INSIDE = N_("inom huset")
EARLIEST = N_("tidigast")
#: Of the hour that passes twice when clocks go back.
SUMMER, WINTER = N_("sommartid"), N_("normaltid")

#: What is drawn inside a mark, so that no state is told by colour alone.
_SIGNS = {
    Mark.DONE: "M-4 0 -1 3.5 4.5 -3.5",
    Mark.HELD: "M-2.5 -3.5V3.5M2.5 -3.5V3.5",
    Mark.WITHDRAWN: "M-3.5 -3.5 3.5 3.5M3.5 -3.5 -3.5 3.5",
}
_LINES = {
    Line.NOW: (N_("nu, {clock}"), "M-8 -7 8 0 -8 7Z"),
    Line.KNOWN: (N_("blir känt senast {clock}"), "M-6 9V-9L9 -4.5 -4 0V9Z"),
}
#: The class of an audience's line; it looks like a note.
AUDIENCE = "tl-note tl-audience"
_MOON = "M2.2 -6A6.2 6.2 0 1 0 6.4 2.6 5.2 5.2 0 0 1 2.2 -6Z"


@dataclass
class Drawing:
    """What has been drawn so far; rows are added at ``height``. ``words`` says the same."""

    zone: str
    language: str
    translate: Callable[[str], str]
    name: str
    #: The language of the organisation's own names.
    house: str = ""
    height: int = 0
    shapes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    #: Bands behind the rows: what they mean, from where, to where.
    shades: list[tuple[Shade, int, int]] = field(default_factory=list)
    #: Where a mark is on the axis, and whether its time is known.
    marks: list[tuple[int, bool]] = field(default_factory=list)
    year: int = 0
    #: How wide the reader's letters are at most, of those that words are measured by.
    letters: float = 1.0

    def lines(self, words: str, size: float, left: int) -> list[str]:
        """Words in lines from ``left`` to the edge."""
        return lines_of(words, size * self.letters, EDGE - left)

    def say(self, message: str, **values: object) -> str:
        """A sentence in the reader's language."""
        return self.translate(message).format(**values)

    def write(self, x: int, kind: str, words: str) -> None:
        """Words on the line that ends at ``height``; the names of audiences are the house's."""
        foreign = self.house if kind == AUDIENCE and self.house != self.language else ""
        self.shapes.append(text(x, self.height - 5, kind, words, language=foreign))


def text(x: int, y: int, kind: str, words: str, anchor: str = "start", language: str = "") -> str:
    """One line of words; ``y`` is where its letters stand, ``language`` theirs where it is not the
    picture's."""
    end = ' text-anchor="end"' if anchor == "end" else ""
    spoken = f' lang="{escape(language)}"' if language else ""
    return f'<text class="{kind}" x="{x}" y="{y}"{end}{spoken}>{escape(words)}</text>'


def draw(drawing: Drawing, found: Sequence[Row]) -> None:
    """Draw all rows, with what lies behind them, and what explains the signs below."""
    for row in found:
        top = drawing.height
        if isinstance(row, DayRow):
            _day(drawing, row)
        elif isinstance(row, StopRow):
            _stop(drawing, row.stop)
        elif isinstance(row, NightRow):
            _night(drawing)
        elif isinstance(row, SkippedRow):
            _skipped(drawing, row)
        else:
            _across(drawing, row)
        _shade(drawing, row.shade, top)
    drawing.shapes[:0] = [*_bands(drawing), *_axis(drawing)]
    _legend(drawing, [row.stop for row in found if isinstance(row, StopRow)])


def _day(drawing: Drawing, row: DayRow) -> None:
    drawing.height += 29
    words = day_in_words(row.day, drawing.language, year=row.day.year != drawing.year)
    drawing.year = row.day.year
    off = drawing.say(NO_WORKING_DAY) if row.shade is Shade.OFF else ""
    drawing.words.append(f"{words}, {off}." if off else f"{words}:")
    drawing.shapes.append(
        f'<circle class="tl-tick" cx="{AXIS}" cy="{drawing.height - 10}" r="3.5"/>'
    )
    drawing.write(TIME, "tl-day", words)
    if off and len(drawing.lines(f"{words} – {off}", NOTE_SIZE, TIME)) > 1:
        drawing.height += NOTE_LINE
        drawing.write(TIME, "tl-note", off)
    elif off:
        drawing.shapes.append(text(EDGE, drawing.height - 5, "tl-note", off, "end"))
    drawing.height += 4


def _night(drawing: Drawing) -> None:
    drawing.height += 26
    drawing.shapes.append(
        f'<path class="tl-moon" transform="translate({TIME + 7} {drawing.height - 13})" d="{_MOON}"/>'
    )
    drawing.shapes.append(text(TIME + 22, drawing.height - 8, "tl-note", drawing.say(N_("natt"))))


def _skipped(drawing: Drawing, row: SkippedRow) -> None:
    words = drawing.say(
        N_("… {days} dagar till, varav {off} inte är arbetsdagar"), days=row.days, off=row.off
    )
    drawing.height += 8
    for line in drawing.lines(words, NOTE_SIZE, TIME):
        drawing.height += NOTE_LINE
        drawing.write(TIME, "tl-note", line)
    drawing.height += 8
    drawing.words.append(f"{words}.")


def _across(drawing: Drawing, row: LineRow) -> None:
    """A moment that is no step, as a line; an arrow is the present, a flag what is known anyway."""
    drawing.height += 28
    y = drawing.height - 10
    message, sign = _LINES[row.line]
    clock = clock_in_words(row.at, drawing.zone, drawing.language)
    words = drawing.say(message, clock=clock)
    right = round(TIME + width_of(words, NOTE_SIZE + 1)) + 8
    drawing.shapes += [
        f'<path class="tl-flag tl-{row.line}" transform="translate({AXIS} {y})" d="{sign}"/>',
        text(TIME, y + 5, f"tl-{row.line}", words),
        f'<path class="tl-line tl-{row.line}" d="M{right} {y}H{EDGE}"/>',
    ]
    drawing.words.append(f"{words}.")


def _stop(drawing: Drawing, stop: Stop) -> None:
    drawing.height += 8
    top, y = drawing.height, drawing.height + 11
    drawing.marks.append((y, stop.at is not None or not _is_open(stop)))
    drawing.shapes.append(_mark(y, stop.external, stop.mark, sure=not _is_open(stop)))
    unknown = "?" if _is_open(stop) else "–"
    clock = clock_in_words(stop.at, drawing.zone, drawing.language) if stop.at else unknown
    drawing.shapes.append(text(TIME, y + 6, "tl-time", clock))
    if stop.at and stop.hangs:
        drawing.shapes.append(text(TIME, y + 22, "tl-earliest", drawing.say(EARLIEST)))
    for kind, size, line_height, words in _lettering(drawing, stop):
        for line in drawing.lines(words, size, WORDS):
            drawing.height += line_height
            drawing.write(WORDS, kind, line)
    drawing.height = max(drawing.height, top + NAME_LINE + NOTE_LINE * stop.hangs) + 8
    drawing.words.append(_sentence(drawing, stop, clock))


def _is_open(stop: Stop) -> bool:
    """Whether its time hangs on something; what was withdrawn has none at all."""
    return (stop.at is None or stop.hangs) and stop.mark is not Mark.WITHDRAWN


def _lettering(drawing: Drawing, stop: Stop) -> list[tuple[str, float, int, str]]:
    """What stands beside a mark: class, size, height of a line, words."""
    lines: list[tuple[str, float, int, str]] = [("tl-name", NAME_SIZE, NAME_LINE, stop.name)]
    if stop.external:
        lines.append(("tl-outside", NOTE_SIZE + 1, NOTE_LINE, drawing.say(OUTSIDE)))
    if stop.audience:
        lines.append((AUDIENCE, NOTE_SIZE, NOTE_LINE, stop.audience))
    if stop.at and (summer := which_passing(stop.at, ZoneInfo(drawing.zone))) is not None:
        lines.append(("tl-note", NOTE_SIZE, NOTE_LINE, drawing.say(SUMMER if summer else WINTER)))
    if stop.warning:
        lines.append(("tl-warning", NOTE_SIZE, NOTE_LINE, stop.warning))
    return [*lines, *(("tl-note", NOTE_SIZE, NOTE_LINE, note) for note in stop.notes)]


def _sentence(drawing: Drawing, stop: Stop, clock: str) -> str:
    at = clock if stop.at else drawing.say(N_("utan klockslag"))
    at = f"{drawing.say(EARLIEST)} {at}" if stop.at and stop.hangs else at
    where = drawing.say(OUTSIDE if stop.external else INSIDE)
    # In the words that stand there, whichever they are: a picture must not know more than its text.
    _, *beside = [words for _, _, _, words in _lettering(drawing, stop) if words != where]
    return " ".join([f"{at} {stop.name}, {where}.", *(f"{w.rstrip('.')}." for w in beside)])


def _mark(y: int, external: bool, mark: Mark, *, sure: bool = True, x: int = AXIS) -> str:
    """A circle inside the house, a diamond outside; dashed where its time hangs on something."""
    classes = f"tl-mark tl-{'out' if external else 'inside'} tl-{mark}"
    classes += "" if sure else " tl-guess"
    shape = (
        f'<path class="{classes}" d="M0 -12 12 0 0 12 -12 0Z"/>'
        if external
        else f'<circle class="{classes}" r="9"/>'
    )
    sign = f'<path class="tl-sign" d="{_SIGNS[mark]}"/>' if mark in _SIGNS else ""
    return f'<g transform="translate({x} {y})">{shape}{sign}</g>'


def _shade(drawing: Drawing, shade: Shade, top: int) -> None:
    if drawing.shades and drawing.shades[-1][0] is shade:
        top = drawing.shades.pop()[1]
    drawing.shades.append((shade, top, drawing.height))


def _bands(drawing: Drawing) -> list[str]:
    """Nights are darker, days off are hatched: they can be told apart without colour."""
    bands = []
    for shade, top, bottom in drawing.shades:
        place = f'x="0" y="{top}" width="{WIDTH}" height="{bottom - top}"'
        if shade is Shade.NIGHT:
            bands.append(f'<rect class="tl-night" {place}/>')
        elif shade is Shade.OFF:
            bands += [f'<rect class="tl-off" {place}/>', _hatched(drawing, place)]
    if any(shade is Shade.OFF for shade, _, _ in drawing.shades):
        bands.insert(
            0,
            f'<defs><pattern id="{escape(drawing.name)}-off" width="9" height="9"'
            ' patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<path class="tl-hatch" d="M0 0V9"/></pattern></defs>',
        )
    return bands


def _hatched(drawing: Drawing, place: str) -> str:
    return f'<rect fill="url(#{escape(drawing.name)}-off)" {place}/>'


def _axis(drawing: Drawing) -> list[str]:
    """Between the marks; dashed to and from one whose time is unknown."""
    return [
        f'<path class="tl-axis{"" if sure and certain else " tl-unknown"}" d="M{AXIS} {top}V{bottom}"/>'
        for (top, sure), (bottom, certain) in pairwise(drawing.marks)
    ]


def _legend(drawing: Drawing, stops: Sequence[Stop]) -> None:
    drawing.height += 12
    drawing.shapes.append(f'<path class="tl-rule" d="M0 {drawing.height}H{WIDTH}"/>')
    drawing.height += 8
    left = 0
    for shape, message in _keys(drawing, stops):
        words = drawing.say(message)
        width = round(width_of(words, NOTE_SIZE)) + 34 + 14
        if left == 0 or left + width > WIDTH:
            drawing.height += 26
            left = 0
        y = drawing.height - 13
        drawing.shapes += [shape(left + 14, y), text(left + 34, y + 5, "tl-note", words)]
        left += width
    drawing.height += 4


Shape = Callable[[int, int], str]


def _keys(drawing: Drawing, stops: Sequence[Stop]) -> list[tuple[Shape, str]]:
    """The signs that are in this picture, and what they mean."""
    keys: list[tuple[Shape, str]] = []
    for external, words in ((False, INSIDE), (True, OUTSIDE)):
        if any(stop.external is external for stop in stops):
            keys.append((lambda x, y, e=external: _mark(y, e, Mark.WAITING, x=x), words))  # type: ignore[misc]
    if any(map(_is_open, stops)):
        guess = N_("tiden hänger på annat än klockan")
        keys.append((lambda x, y: _mark(y, False, Mark.WAITING, sure=False, x=x), guess))
    shown = {shade for shade, _, _ in drawing.shades}
    if Shade.NIGHT in shown:
        keys.append((lambda x, y: f'<rect class="tl-night" {_box(x, y)}/>', N_("natt")))
    if Shade.OFF in shown:
        keys.append(
            (
                lambda x, y: f'<rect class="tl-off" {_box(x, y)}/>{_hatched(drawing, _box(x, y))}',
                NO_WORKING_DAY,
            )
        )
    return keys


def _box(x: int, y: int) -> str:
    return f'x="{x - 11}" y="{y - 9}" width="22" height="18"'
