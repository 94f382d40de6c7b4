"""What a text could say more plainly, and what it may tell too much of: advice, never a lock."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from announcer.domain.announcement import Content
from announcer.domain.errors import N_
from announcer.domain.policy.templates import GAP
from announcer.plain_language import privacy
from announcer.plain_language.finding import Finding, Kind, Part
from announcer.plain_language.readability import Lix, lix
from announcer.plain_language.sentences import Block, Shape, Word, blocks, seen
from announcer.plain_language.sentences import words as words_of
from announcer.plain_language.word_list import word_list

#: Words of a sentence that can be read aloud in one breath; more are two sentences.
LONGEST_SENTENCE = 25
LONGEST_PARAGRAPH = 90
#: A headline that stands on one line of a phone's list of news twice.
LONGEST_TITLE = 75
#: As many findings as a person can take in.
MOST = 30
#: The language of the lists and of the measure.
_SWEDISH = "sv"
_CAPITALS = re.compile(r"[A-ZÅÄÖ]{6,}|[A-ZÅÄÖ]{4,}(?: [A-ZÅÄÖ]{4,})+")
_EXCLAMATION = re.compile("!+")
_LISTS = (
    (Kind.OFFICIALESE, "officialese", N_("Byt ”{words}” mot ett vanligare ord: ”{plain}”.")),
    (Kind.ABBREVIATION, "abbreviations", N_("Skriv ut ”{words}”: ”{plain}”.")),
)


@dataclass(frozen=True)
class Placed:
    """A finding, and the field of the form it is in: ``rubrik_fi`` for the Finnish headline."""

    field: str
    passage: str
    finding: Finding


@dataclass(frozen=True)
class Advice:
    """What there is to say of a whole text; ``more`` findings were left out."""

    lix: Lix | None
    findings: tuple[Placed, ...]
    more: int = 0

    @property
    def grave(self) -> tuple[Placed, ...]:
        """What is about somebody's privacy."""
        return tuple(one for one in self.findings if one.finding.is_grave)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What a template left to be filled in, and nobody has; each once."""
        left = (one.passage for one in self.findings if one.finding.kind is Kind.GAP)
        return tuple({gap.lower(): gap for gap in left}.values())

    @property
    def count(self) -> int:
        """How many findings there are."""
        return len(self.findings) + self.more


def findings(text: str, language: str, part: Part = Part.BODY) -> list[Finding]:
    """What is worth a look in one text, in the order of its places. Never raises."""
    plain = seen(text)
    found = [*privacy.numbers(plain, part)]
    words = list(words_of(plain))
    if language == _SWEDISH:
        found += privacy.health(words, part)
    if part is not Part.OTHER:
        found += _of_form(text, plain, part)
        if language == _SWEDISH:
            found += _of_words(plain, words, part)
    return sorted(found, key=lambda one: (one.start, one.end))


def _of_form(text: str, plain: str, part: Part) -> Iterator[Finding]:
    if part is Part.TITLE and len(text) > LONGEST_TITLE:
        message = N_("Rubriken har {length} tecken. Kortare än {limit} läses lättare i listan.")
        values = {"length": len(text), "limit": LONGEST_TITLE}
        yield Finding(Kind.LONG_TITLE, part, 0, len(text), message, values)
    elif part is not Part.TITLE:
        for block in blocks(plain):
            yield from _of_length(block, part)
    if capitals := _CAPITALS.search(plain):
        message = N_("”{words}” med bara stora bokstäver är svårt att läsa. Skriv som vanligt.")
        shout = {"words": capitals[0][:60]}
        yield Finding(Kind.CAPITALS, part, *capitals.span(), message, shout)
    if mark := _EXCLAMATION.search(plain):
        message = N_("Ta bort utropstecknet. En punkt räcker.")
        yield Finding(Kind.EXCLAMATION, part, *mark.span(), message)


def _of_length(block: Block, part: Part) -> Iterator[Finding]:
    if block.shape is Shape.PARAGRAPH and block.count > LONGEST_PARAGRAPH:
        message = N_("Stycket har {count} ord. Dela det, eller gör en lista.")
        values = {"count": block.count}
        yield Finding(Kind.LONG_PARAGRAPH, part, block.start, block.end, message, values)
    for one in block.sentences:
        if len(one.words) > LONGEST_SENTENCE:
            message = N_("Meningen har {count} ord. Dela den i två.")
            values = {"count": len(one.words)}
            yield Finding(Kind.LONG_SENTENCE, part, one.start, one.end, message, values)


def _of_words(text: str, words: list[Word], part: Part) -> Iterator[Finding]:
    for kind, name, message in _LISTS:
        for start, end, plain in word_list(name).find(text, words):
            values = {"words": text[start:end], "plain": plain}
            yield Finding(kind, part, start, end, message, values, plain)


def gaps_left(text: str, gaps: Collection[str], part: Part = Part.BODY) -> Iterator[Finding]:
    """Those of ``gaps`` (of templates: with their brackets, in small letters) that still stand there."""
    for one in GAP.finditer(text) if gaps else ():
        if one[0].lower() in gaps:
            message = N_("Fyll i ”{words}”, eller ta bort det.")
            yield Finding(Kind.GAP, part, *one.span(), message, {"words": one[0]})


def advice(
    content: Content, *, with_summary: bool = True, gaps: Collection[str] = frozenset()
) -> Advice:
    """What there is to say of a text in all its languages: its gravest findings first, then what of
    a template's ``gaps`` is left.

    ``with_summary``: whether a reader expects one. What is said twice of one field is said once.
    """
    placed = [
        Placed(field, text[one.start : one.end], one)
        for field, language, part, text in texts(content)
        for one in (*findings(text, language, part), *gaps_left(text, gaps, part))
    ]
    if with_summary and content.body and not content.summary:
        message = N_("Sammanfattningen saknas. I listan, mejlet och på affischen står då bara rubriken.")  # fmt: skip
        nothing = Finding(Kind.NO_SUMMARY, Part.SUMMARY, 0, 0, message)
        placed.append(Placed("sammanfattning", "", nothing))
    once: dict[tuple[str, Kind, str], Placed] = {}
    for one in placed:
        once.setdefault((one.field, one.finding.kind, one.passage.lower()), one)
    kept = sorted(once.values(), key=_weight)
    is_swedish = content.language == _SWEDISH
    body = f"{content.summary}\n\n{content.body}"
    figure = lix(blocks(seen(body))) if is_swedish else None
    return Advice(figure, tuple(kept[:MOST]), max(0, len(kept) - MOST))


def _weight(one: Placed) -> int:
    if one.finding.is_grave:
        return 0
    return 1 if one.finding.kind is Kind.GAP else 2


def texts(content: Content) -> Iterator[tuple[str, str, Part, str]]:
    """Each part of a text: the field it is written in, its language, which part it is, its words."""
    language = content.language
    yield "rubrik", language, Part.TITLE, content.title
    yield "sammanfattning", language, Part.SUMMARY, content.summary
    yield "text", language, Part.BODY, content.body
    yield "kontakt", language, Part.OTHER, content.contact
    for number, one in enumerate(content.questions, start=1):
        yield f"fraga_{number}", language, Part.OTHER, one.question
        yield f"svar_{number}", language, Part.OTHER, one.answer
    yield "lova_inte", language, Part.OTHER, content.not_promised
    for number, file in enumerate(content.attachments, start=1):
        yield f"alt-{number}", language, Part.OTHER, file.alt
    for other, text in content.translations.items():
        yield f"rubrik_{other}", other, Part.TITLE, text.title
        yield f"sammanfattning_{other}", other, Part.SUMMARY, text.summary
        yield f"text_{other}", other, Part.BODY, text.body
