"""Passages that somebody can point at, and where they are when the text has changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from announcer.domain.announcement import Content, Translation
from announcer.plain_language.sentences import blocks, seen, unmarked


@dataclass(frozen=True)
class Passage:
    """Words as a reader reads them, and where they are in the field that they were typed in."""

    field: str
    words: str
    start: int
    end: int


def fields_of(content: Content) -> Iterator[tuple[str, str]]:
    """The fields that readers read, in every language, and what stands in them."""
    first = Translation(content.title, content.summary, content.body)
    texts = {"": first, **{f"_{one}": text for one, text in content.translations.items()}}
    for ending, text in texts.items():
        yield f"rubrik{ending}", text.title
        yield f"sammanfattning{ending}", text.summary
        yield f"text{ending}", text.body


def passages(content: Content) -> list[Passage]:
    """A text piece by piece: headline, summary, then each paragraph and point."""
    return [
        Passage(field, as_read(text[block.start : block.end])[0], block.start, block.end)
        for field, text in fields_of(content)
        for block in blocks(seen(text))
        if block.count
    ]


def quoted(content: Content, words: str) -> Passage | None:
    """The first place in a text where a reader reads ``words``; None where nobody does."""
    for field, text in fields_of(content):
        if place := find(words, text):
            return Passage(field, " ".join(words.split()), *place)
    return None


def find(quote: str, text: str, near: int = 0) -> tuple[int, int] | None:
    """Where in ``text`` a reader reads ``quote``, of several places the nearest to ``near``; None
    where nobody does."""
    words, places = as_read(text)
    wanted = as_read(quote)[0]
    if not wanted:
        return None
    found, at = [], words.find(wanted)
    while at >= 0:
        found.append((places[at], places[at + len(wanted) - 1] + 1))
        at = words.find(wanted, at + len(wanted))
    return min(found, key=lambda one: abs(one[0] - near), default=None)


def as_read(text: str) -> tuple[str, list[int]]:
    """The words without marks, each row of blanks as one, and the place in ``text`` of each sign."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(unmarked(text)):
        if sign == " " and not text[place].isspace():
            continue  # a mark stands between no words
        seen_as = " " if sign.isspace() or sign == "|" else sign
        if seen_as != " " or (signs and signs[-1] != " "):
            signs.append(seen_as)
            places.append(place)
    if signs and signs[-1] == " ":
        signs.pop()
        places.pop()
    return "".join(signs), places
