"""Words of a text that no dictionary has. It is asked for; nothing of it keeps a text back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from announcer.domain.announcement import Content
from announcer.domain.errors import N_
from announcer.plain_language.finding import Finding, Kind, Part
from announcer.plain_language.hunspell import LONGEST_WORD
from announcer.plain_language.looking import MOST, Placed, texts
from announcer.plain_language.sentences import SHORT, Word, seen
from announcer.plain_language.sentences import words as words_of

#: Words that are unknown, with what may be meant, and how many there are besides.
Answer = tuple[Mapping[str, Sequence[str]], int]
#: Asked with a language, its words, each once, and how many are wanted. None where there is no
#: dictionary of the language.
Ask = Callable[[str, Sequence[str], int], Answer | None]


@dataclass(frozen=True)
class Spelling:
    """What was found; ``more`` words were left out. ``without`` names the languages in which nobody
    could look."""

    findings: tuple[Placed, ...]
    more: int = 0
    without: tuple[str, ...] = ()
    #: Whether the dictionaries could be asked.
    answered: bool = True

    @property
    def count(self) -> int:
        """How many words there are."""
        return len(self.findings) + self.more


@dataclass(frozen=True)
class _Found:
    field: str
    part: Part
    word: Word


def names_of(said: Iterable[str]) -> frozenset[str]:
    """The words of names, in small letters: nobody spells the organisation's own wrongly."""
    return frozenset(word.text.lower() for one in said for word in words_of(one))


def spelling(content: Content, names: Collection[str], ask: Ask) -> Spelling:
    """The words that ``ask`` does not know, each once in the first place where it stands. Whatever
    ``ask`` raises is raised."""
    findings: list[Placed] = []
    more = 0
    without: list[str] = []
    for language, found in _by_language(content, names).items():
        answer = ask(language, list(found), MOST - len(findings))
        if answer is None:
            without.append(language)
            continue
        unknown, besides = answer
        findings += [_placed(found[word], meant) for word, meant in unknown.items()]
        more += besides
    return Spelling(tuple(findings), more, tuple(without))


def _by_language(content: Content, names: Collection[str]) -> dict[str, dict[str, _Found]]:
    found: dict[str, dict[str, _Found]] = {}
    for field, language, part, text in texts(content):
        for word in _to_ask(seen(text), names):
            asked = word.text.replace("’", "'")
            found.setdefault(language, {}).setdefault(asked, _Found(field, part, word))
    return found


def _to_ask(text: str, names: Collection[str]) -> Iterator[Word]:
    """The words of a text, as `seen`, that a dictionary can be asked for."""
    for word in words_of(text):
        before, after = text[word.start - 1 : word.start], text[word.end : word.end + 1]
        half = before in ("-", ":") or after == "-"  # för- och nackdelar, KS:s
        code = before.isdigit() or after.isdigit()
        short = len(word.text) < 2 or (after == "." and word.text.lower() in SHORT)
        long = len(word.text) > LONGEST_WORD
        unfit = half or code or short or long or word.text.isupper()
        if not unfit and not _is_name(word.text.lower(), names):
            yield word


def _is_name(word: str, names: Collection[str]) -> bool:
    """Also in the genitive: Grythyttans, Kommunhusets."""
    return word in names or word.removesuffix("s") in names


def _placed(found: _Found, meant: Sequence[str]) -> Placed:
    word = found.word
    values = {"words": word.text}
    message = N_("”{words}” finns inte i ordlistan.")
    if meant:
        message = N_("”{words}” finns inte i ordlistan. Menar du {meant}?")
        values["meant"] = ", ".join(f"”{one}”" for one in meant)
    finding = Finding(Kind.SPELLING, found.part, word.start, word.end, message, values)
    return Placed(found.field, word.text, finding)
