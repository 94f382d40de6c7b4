"""A transition table as a picture: states below each other, moves as arcs beside them.

Moves onwards are on the right, moves back on the left; so none has to pass through a state.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import escape

Table = Mapping[StrEnum, frozenset[StrEnum]]

_WIDE, _HIGH, _GAP = 150, 44, 30
_MARGIN, _TOP = 16, 44
_STYLE = """
:root{--paper:#fff;--ink:#1a1f22;--soft:#525c61;--line:#1d5a86}
@media(prefers-color-scheme:dark){:root{--paper:#14181b;--ink:#e9ecec;--soft:#a9b3b5;--line:#8cc4ec}}
.paper{fill:var(--paper)}
text{fill:var(--ink);font:600 15px system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;text-anchor:middle}
.state{fill:var(--paper);stroke:var(--soft);stroke-width:2}
.end{fill:none;stroke:var(--soft);stroke-width:1}
.move{fill:none;stroke:var(--line);stroke-width:1.8}
.head,.start{fill:var(--line)}
"""


@dataclass(frozen=True)
class _Move:
    source: int
    target: int

    @property
    def span(self) -> int:
        return abs(self.target - self.source)

    @property
    def onwards(self) -> bool:
        return self.target > self.source


def state_picture(title: str, table: Table) -> bytes:
    """The table as an SVG file; its first state is where everything begins."""
    states = list(table)
    moves = [
        _Move(states.index(a), states.index(b)) for a in states for b in states if b in table[a]
    ]
    left = _MARGIN + max((_bulge(move) for move in moves if not move.onwards), default=0)
    right = max((_bulge(move) for move in moves if move.onwards and move.span > 1), default=0)
    width = left + _WIDE + right + _MARGIN
    height = _TOP + len(states) * (_HIGH + _GAP) - _GAP + _MARGIN
    shapes = [*_states(table, left), *(_arrow(moves, move, left) for move in moves)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" aria-labelledby="title" aria-describedby="desc">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(_in_words(table))}</desc>\n'
        f'<style>{_STYLE}</style>\n<rect class="paper" width="{width}" height="{height}"/>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    ).encode()


def _in_words(table: Table) -> str:
    first = f"Begins as {next(iter(table))}."
    moves = (
        f"From {state} to {' or '.join(sorted(onward))}." if onward else f"{state} is an end."
        for state, onward in table.items()
    )
    return " ".join([first, *moves])


def _states(table: Table, left: int) -> Iterator[str]:
    middle = left + _WIDE // 2
    yield f'<circle class="start" cx="{middle}" cy="12" r="7"/>'
    yield _line(f"M{middle} 19V{_TOP - 1}", middle, _TOP, "down")
    for number, (state, onward) in enumerate(table.items()):
        top = _top(number)
        yield f'<rect class="state" x="{left}" y="{top}" width="{_WIDE}" height="{_HIGH}" rx="10"/>'
        if not onward:
            yield (
                f'<rect class="end" x="{left + 4}" y="{top + 4}" width="{_WIDE - 8}"'
                f' height="{_HIGH - 8}" rx="7"/>'
            )
        yield f'<text x="{middle}" y="{top + 27}">{escape(state)}</text>'


def _top(number: int) -> int:
    return _TOP + number * (_HIGH + _GAP)


def _bulge(move: _Move) -> int:
    return 26 + 17 * move.span


def _arrow(moves: list[_Move], move: _Move, left: int) -> str:
    if move.onwards and move.span == 1:
        x, end = left + _WIDE // 2, _top(move.target)
        return _line(f"M{x} {_top(move.source) + _HIGH}V{end - 1}", x, end, "down")
    begin, end = (_port(moves, move, at) for at in (move.source, move.target))
    side = left + _WIDE if move.onwards else left
    out = side + _bulge(move) * (1.3 if move.onwards else -1.3)
    path = f"M{side} {begin}C{out:.0f} {begin} {out:.0f} {end} {side} {end}"
    return _line(path, side, end, "left" if move.onwards else "right")


def _port(moves: list[_Move], move: _Move, state: int) -> int:
    """How far down a move touches a state: ends are ordered so that arcs enclose each other."""

    def order(one: _Move) -> tuple[bool, int]:
        comes = one.target == state
        # What lies above comes first: there a wider arc ends lower, below it begins higher.
        above = (one.source if comes else one.target) < state
        return not above, one.span if above else -one.span

    beside = [
        one
        for one in moves
        if state in (one.source, one.target)
        and one.onwards is move.onwards
        and (one.span > 1 or not one.onwards)
    ]
    place = sorted(beside, key=order).index(move)
    return _top(state) + round(_HIGH * (place + 1) / (len(beside) + 1))


_HEADS = {"down": (-5, -9, 5, -9), "left": (9, -5, 9, 5), "right": (-9, -5, -9, 5)}


def _line(path: str, x: int, y: int, points: str) -> str:
    a, b, c, d = _HEADS[points]
    head = f'<path class="head" d="M{x} {y}L{x + a} {y + b}L{x + c} {y + d}Z"/>'
    return f'<path class="move" d="{path}"/>{head}'
