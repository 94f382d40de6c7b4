"""A day as a chart: for each announcement a strip of SVG, with what it does drawn to the clock.

A strip is as wide as the page makes it, since everything in it stands in per cent of the day: the
same for a phone and a desk. It has no words but the hours, and is hidden from who listens: the page
says the same in sentences. Only classes, no style, for a strict content policy; the page's
stylesheet has the rules for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: Pixels, of a strip and of the line with the hours.
HEIGHT, HOURS_HEIGHT = 32, 22
_MIDDLE = HEIGHT / 2
#: Of a day on which nothing happens at night so much is drawn, by the clock on the wall.
DAY_BEGINS, DAY_ENDS = 6, 20
#: A label each so many hours.
_EACH = {False: 2, True: 3}


class Sign(StrEnum):
    """What a mark says. Shapes tell them apart without colour."""

    #: It is, or comes to be, inside.
    INSIDE = "inside"
    #: It leaves the house.
    OUTSIDE = "outside"
    #: It is known anyway.
    KNOWN = "known"


_SHAPES = {
    Sign.INSIDE: '<circle r="7"/>',
    Sign.OUTSIDE: '<path d="M0 -10 10 0 0 10 -10 0Z"/>',
    Sign.KNOWN: '<path d="M-4 11V-11L10 -5 -4 1"/>',
}


@dataclass(frozen=True)
class Mark:
    """A moment (aware). ``sure`` is one that has come, or that only the clock is waited for."""

    at: datetime
    sign: Sign
    done: bool = False
    sure: bool = True


@dataclass(frozen=True)
class Bar:
    """A stretch (aware): with staff alone, or outside too; not ``sure`` while it is to come."""

    begins: datetime
    ends: datetime
    sign: Sign
    sure: bool = True


@dataclass(frozen=True)
class Span:
    """What is drawn of a day, and what of that people work; all aware."""

    begins: datetime
    ends: datetime
    zone: ZoneInfo
    opens: datetime | None = None
    closes: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether ``moment`` is in it."""
        return self.begins <= moment < self.ends

    def at(self, moment: datetime) -> str:
        """How far from its left edge ``moment`` is, in per cent; what lies outside is at the edge."""
        part = (moment - self.begins) / (self.ends - self.begins)
        return f"{100 * min(max(part, 0.0), 1.0):.2f}"

    def width(self, begins: datetime, ends: datetime) -> str:
        """How wide a stretch is, in per cent."""
        return f"{max(float(self.at(ends)) - float(self.at(begins)), 0):.2f}"


def span_of(
    begins: datetime, ends: datetime, zone: ZoneInfo, moments: list[datetime]
) -> tuple[datetime, datetime]:
    """What of a day (from midnight to midnight, aware) is drawn, for all ``moments`` in it to be seen:
    the hours in which people are up, and all of it where something happens at night."""
    local = begins.astimezone(zone)
    day = (
        local.replace(hour=DAY_BEGINS).astimezone(begins.tzinfo),
        local.replace(hour=DAY_ENDS).astimezone(begins.tzinfo),
    )
    today = [moment for moment in moments if begins <= moment < ends]
    return day if all(day[0] <= moment <= day[1] for moment in today) else (begins, ends)


def hours(span: Span) -> str:
    """The line with the hours above the strips."""
    whole = span.ends - span.begins > timedelta(hours=DAY_ENDS - DAY_BEGINS)
    labels = [
        f'<text class="dc-hour" x="{span.at(moment)}%" y="15" text-anchor="{_anchor(span, moment)}">'
        f"{moment.astimezone(span.zone):%H}</text>"
        for moment in _full_hours(span)
        if moment.astimezone(span.zone).hour % _EACH[whole] == 0
    ]
    return _svg("dc-hours", HOURS_HEIGHT, "".join(labels))


def strip(span: Span, now: datetime, bars: list[Bar], marks: list[Mark]) -> str:
    """One announcement's ``<svg>``: what is behind, its bars, the present, its marks on top."""
    shapes = [
        *_ground(span),
        *(_bar(span, bar) for bar in bars if bar.begins < span.ends and span.begins < bar.ends),
        *([_line("dc-now", span.at(now))] if span.holds(now) else []),
        *(_mark(mark.sign, span.at(mark.at), mark) for mark in marks if span.holds(mark.at)),
    ]
    return _svg("dc-strip", HEIGHT, "".join(shapes))


def sample(sign: Sign, *, bar: bool = False, done: bool = True, sure: bool = True) -> str:
    """A mark or a piece of a bar by itself, to explain it."""
    kind = f"dc-{sign}{'' if sure else ' dc-guess'}"
    shape = (
        f'<rect class="dc-bar {kind}" x="1" y="{_MIDDLE - 6}" width="26" height="12"/>'
        if bar
        else f'<g transform="translate(14 {_MIDDLE})" class="dc-mark {kind}'
        f'{" dc-done" if done else ""}">{_SHAPES[sign]}</g>'
    )
    return _sample(shape)


def sample_now() -> str:
    """The line of the present by itself."""
    return _sample(f'<line class="dc-now" x1="14" x2="14" y1="4" y2="{HEIGHT - 4}"/>')


def sample_closed() -> str:
    """A piece of the time in which nobody is at work."""
    return _sample(f'<rect class="dc-closed" x="1" y="4" width="26" height="{HEIGHT - 8}"/>')


def _sample(shape: str) -> str:
    return (
        f'<svg class="dc dc-sample" aria-hidden="true" focusable="false" width="28" height="{HEIGHT}">'
        f"{shape}</svg>"
    )


def _svg(kind: str, height: int, body: str) -> str:
    return (
        f'<svg class="dc {kind}" aria-hidden="true" focusable="false" width="100%" height="{height}">'
        f"{body}</svg>"
    )


def _full_hours(span: Span) -> Iterator[datetime]:
    moment = span.begins
    while moment <= span.ends:
        yield moment
        moment += timedelta(hours=1)


def _anchor(span: Span, moment: datetime) -> str:
    if moment == span.begins:
        return "start"
    return "end" if moment == span.ends else "middle"


def _ground(span: Span) -> Iterator[str]:
    """When nobody is at work is darker; the hours are lines."""
    closed = [(span.begins, span.opens or span.ends)]
    if span.closes:
        closed.append((span.closes, span.ends))
    for begins, ends in closed:
        place = f'x="{span.at(begins)}%" width="{span.width(begins, ends)}%"'
        yield f'<rect class="dc-closed" {place} y="0" height="{HEIGHT}"/>'
    for moment in _full_hours(span):
        yield _line("dc-grid", span.at(moment))


def _line(kind: str, at: str) -> str:
    return f'<line class="{kind}" x1="{at}%" x2="{at}%" y1="0" y2="{HEIGHT}"/>'


def _bar(span: Span, bar: Bar) -> str:
    place = f'x="{span.at(bar.begins)}%" width="{span.width(bar.begins, bar.ends)}%"'
    sure = "" if bar.sure else " dc-guess"
    return f'<rect class="dc-bar dc-{bar.sign}{sure}" {place} y="{_MIDDLE - 6}" height="12"/>'


def _mark(sign: Sign, at: str, mark: Mark) -> str:
    """In an ``<svg>`` of its own, because a translation knows no per cent."""
    classes = (
        f"dc-mark dc-{sign}{' dc-done' if mark.done else ''}{'' if mark.sure else ' dc-guess'}"
    )
    return f'<svg class="dc-place" x="{at}%" y="{_MIDDLE}"><g class="{classes}">{_SHAPES[sign]}</g></svg>'
