"""LIX, the Swedish measure of how hard a text is to read."""

from collections.abc import Sequence
from dataclasses import dataclass

from announcer.domain.errors import N_, Term
from announcer.plain_language.sentences import Block, Shape

#: Of fewer words the figure says nothing.
FEWEST = 30
#: Letters; a word with more is a long one (Björnsson, Läsbarhet, 1968).
LONG = 6
_WORDS = (
    (30, Term(N_("mycket lätt att läsa"))),
    (40, Term(N_("lätt att läsa"))),
    (50, Term(N_("medelsvår att läsa"))),
    (60, Term(N_("svår att läsa"))),
)
_HARD = Term(N_("mycket svår att läsa"))


@dataclass(frozen=True)
class Lix:
    """The figure, and what it means in words."""

    figure: int
    words: Term

    @property
    def is_hard(self) -> bool:
        """Whether most readers would find it hard."""
        return self.figure >= 50


def lix(found: Sequence[Block]) -> Lix | None:
    """Words for each sentence, and long words in a hundred; None of a text that is too short.

    Headings and tables are left out: they have no sentences.
    """
    sentences = [
        one
        for block in found
        if block.shape in (Shape.PARAGRAPH, Shape.ITEM)
        for one in block.sentences
        if one.words
    ]
    words = [word.text for one in sentences for word in one.words]
    if len(words) < FEWEST:
        return None
    long = sum(len(word) > LONG for word in words)
    figure = round(len(words) / len(sentences) + 100 * long / len(words))
    return Lix(figure, next((said for limit, said in _WORDS if figure < limit), _HARD))
