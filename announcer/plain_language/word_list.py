"""Words that readers stumble over, each with the plain one."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from announcer.plain_language.sentences import Word

#: What may stand between the words of a phrase, or the parts of an abbreviation.
_GAP = re.compile(r"\.?\s{0,2}")


class Instead(NamedTuple):
    """What of a list stands in a text: its place, and the plain words."""

    start: int
    end: int
    plain: str


class WordList:
    """A list by its name: forms of a word or a phrase, and what to write instead."""

    def __init__(self, name: str) -> None:
        self.plain: dict[str, str] = {}
        #: How many words those have that begin so, the most first.
        self._lengths: dict[str, list[int]] = {}
        text = files("announcer.plain_language").joinpath(f"{name}.txt").read_text("utf-8")
        for line in text.splitlines():
            if not line.startswith("#"):
                forms, plain = (part.split(", ") for part in line.split(" = "))
                one_for_each = plain if len(plain) == len(forms) else plain * len(forms)
                self.plain |= dict(zip(forms, one_for_each, strict=True))
        for form in self.plain:
            first, *rest = form.split()
            self._lengths[first] = sorted({*self._lengths.get(first, ()), len(rest) + 1})[::-1]

    def find(self, text: str, words: Sequence[Word]) -> Iterator[Instead]:
        """What of the list is among ``words`` of ``text``, of two that begin alike the longer."""
        at = 0
        while at < len(words):
            step = 1
            for count in self._lengths.get(words[at].text.lower(), ()):
                some = words[at : at + count]
                form = " ".join(one.text.lower() for one in some)
                if form in self.plain and _are_together(text, some):
                    yield Instead(some[0].start, some[-1].end, self.plain[form])
                    step = count
                    break
            at += step


def _are_together(text: str, some: Sequence[Word]) -> bool:
    return all(_GAP.fullmatch(text[one.end : after.start]) for one, after in pairwise(some))


@cache
def word_list(name: str) -> WordList:
    """A list, read once."""
    return WordList(name)
