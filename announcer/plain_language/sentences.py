"""A text taken apart: what a reader reads of its Markdown, its paragraphs, sentences and words.

Every place is one in the text as it was typed: what no reader sees is blanked, not cut out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

#: Addresses, and the target of a link; each stops at the first blank, so that no search goes far.
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>]+|[^\s<>@()|]{1,64}@[^\s<>@()|]{1,255}")
_TARGET = re.compile(r"(?<=\])\([^()\n]{0,2000}\)")
_MARKS = re.compile(r"[*_`~\[\]]")
_LINE_START = re.compile(r"^[ \t]*(#{1,6}|[-*+]|\d{1,3}[.)]|>)[ \t]+")
_RULE = re.compile(r"[ \t|:=-]*")
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
#: Never more than a few marks: a row of thousands would be looked at anew from each of them.
_END = re.compile(r"[.!?…]{1,9}[\"”’)]{0,3}(?=\s)")
#: After these a full stop ends no sentence.
SHORT = frozenset(
    re.findall(
        r"\w+",
        "bl a t ex kl nr tel st ca s k fr o m fl resp ev enl dvs osv mfl jfr inkl exkl max min kap "
        "jan feb mars apr aug sept okt nov dec mån tis ons tors fre lör sön dr prof",
    )
)


class Shape(Enum):
    """What a block is."""

    PARAGRAPH = auto()
    ITEM = auto()
    HEADING = auto()
    CELL = auto()


class Word(NamedTuple):
    """A word and its place."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """Its place, and its words."""

    start: int
    end: int
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Block:
    """What stands by itself: a paragraph, a point of a list, a heading, a cell of a table."""

    shape: Shape
    start: int
    end: int
    sentences: tuple[Sentence, ...]

    @property
    def count(self) -> int:
        """How many words."""
        return sum(len(one.words) for one in self.sentences)


def seen(text: str) -> str:
    """The text with everything blanked that a reader does not read; as long as it was."""
    return _blanked(text, _TARGET, _ADDRESS, _MARKS)


def unmarked(text: str) -> str:
    """The text with its Markdown blanked; as long as it was."""
    lines = "\n".join(_blanked(line, _LINE_START) for line in text.split("\n"))
    return _blanked(lines, _TARGET, _MARKS)


def _blanked(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def blocks(text: str) -> list[Block]:
    """What a text, as `seen`, consists of."""
    found: list[Block] = []
    begun: list[tuple[int, int]] = []
    shape = Shape.PARAGRAPH

    def finish() -> None:
        if begun:
            found.append(_block(text, shape, begun[0][0], begun[-1][1]))
            begun.clear()

    for start, end in _lines(text):
        line = text[start:end]
        head = _LINE_START.match(line)
        if not line.strip() or _RULE.fullmatch(line):
            finish()
        elif line.lstrip().startswith("|"):
            finish()
            found += _cells(text, start, end)
        elif head:
            finish()
            shape = Shape.HEADING if head[1].startswith("#") else Shape.ITEM
            begun.append((start + head.end(), end))
            if shape is Shape.HEADING:
                finish()
                shape = Shape.PARAGRAPH
        else:
            if not begun:
                shape = Shape.PARAGRAPH
            begun.append((start, end))
    finish()
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _cells(text: str, start: int, end: int) -> Iterator[Block]:
    at = start
    for cell in text[start:end].split("|"):
        if cell.strip():
            yield _block(text, Shape.CELL, at, at + len(cell))
        at += len(cell) + 1


def _block(text: str, shape: Shape, start: int, end: int) -> Block:
    return Block(shape, start, end, tuple(_sentences(text, start, end)))


def _sentences(text: str, start: int, end: int) -> Iterator[Sentence]:
    at = start
    for stop in _END.finditer(text, start, end):
        if _ends(text, stop, end):
            yield _sentence(text, at, stop.end())
            at = stop.end()
    if text[at:end].strip():
        yield _sentence(text, at, end)


def _ends(text: str, stop: re.Match[str], end: int) -> bool:
    """Whether the mark ends a sentence, and not an abbreviation or a date."""
    after = text[stop.end() : min(end, stop.end() + 20)].lstrip()
    if after[:1].islower():
        return False
    before = re.split(r"[\s.(]", text[max(0, stop.start() - 20) : stop.start()])[-1]
    return stop[0] != "." or before.lower() not in SHORT


def _sentence(text: str, start: int, end: int) -> Sentence:
    while start < end and text[start].isspace():
        start += 1
    return Sentence(start, end, tuple(words(text, start, end)))


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """Words, as letters; figures are none."""
    for found in _WORD.finditer(text, start, len(text) if end is None else end):
        yield Word(found[0], *found.span())
