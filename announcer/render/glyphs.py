"""Which characters the poster's fonts can draw, and what stands for those they cannot.

Under PDF/A and PDF/UA the compiler refuses a whole poster for one missing glyph. Nothing a person
typed may disappear either, so a character without a glyph is written as its code point.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import font_source_sans_pro

from announcer.lean import OnFirstUse

if TYPE_CHECKING:
    from fontTools import ttLib
else:  # only a worker draws, and not before there is a poster
    ttLib = OnFirstUse("fontTools.ttLib")  # noqa: N816 - the library's name

TEXT_FONTS = Path(font_source_sans_pro.font_directory)
EMOJI_FONTS = Path(__file__).resolve().parent / "fonts"

_TEXT, _EMOJI = 1, 2
#: Drawn as nothing by every shaper (Unicode's Default_Ignorable_Code_Point, as far as they are
#: typed): joiners, direction marks, soft hyphen, variation selectors.
_IGNORABLE = frozenset(
    [
        *(0xAD, 0x34F, 0x61C),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x2070),
        *range(0xFE00, 0xFE10),
    ]
)
#: Signs whose plain twin says the same.
_TWINS = {"\t": " ", "\u2010": "-", "\u2011": "\u2060-\u2060"}
_ZERO_WIDTH_NO_BREAK = "\ufeff"
_WORD_JOINER = "\u2060"


@cache
def _coverage() -> dict[int, int]:
    """Code point to the set of fonts (as bits) that have a glyph for it.

    Bold and regular must both have it: a word may stand in either.
    """
    regular = _characters(TEXT_FONTS / "SourceSansPro-Regular.ttf")
    bold = _characters(TEXT_FONTS / "SourceSansPro-Bold.ttf")
    found = dict.fromkeys(regular & bold, _TEXT)
    for code in _characters(EMOJI_FONTS / "NotoEmoji-Bold.ttf"):
        found[code] = found.get(code, 0) | _EMOJI
    return found


def _characters(font: Path) -> set[int]:
    with ttLib.TTFont(font, lazy=True) as opened:
        return set(opened.getBestCmap())


def drawable(text: str) -> str:
    """The text in NFC with a glyph for every character; others stand as ``[U+0627]``."""
    composed = unicodedata.normalize("NFC", text)
    return composed if _letters().issuperset(composed) else "".join(_drawn(composed))


@cache
def _letters() -> frozenset[str]:
    """What any text font draws and nothing around it changes: nearly all that is ever typed."""
    found = (chr(code) for code, fonts in _coverage().items() if fonts & _TEXT)
    return frozenset(one for one in found if unicodedata.category(one)[0] in "LNPSZ") | {"\n"}


def is_visible(text: str) -> bool:
    """Whether anything of the text leaves ink: not only spaces, controls and joiners."""
    return any(
        not _passes(one) and not one.isspace() and unicodedata.category(one) != "Cc" for one in text
    )


def _drawn(text: str) -> Iterator[str]:
    base = 0  # the fonts that can draw the letter a mark would sit on
    for character in text:
        fonts = _fonts(character)
        if unicodedata.combining(character) or unicodedata.category(character) == "Me":
            # A mark is drawn by the font of its letter, or not at all.
            fonts &= base
            base = fonts or base
            yield character if fonts else _code_point(character)
        elif fonts:
            base = fonts
            yield character
        elif _passes(character):
            yield _WORD_JOINER if character == _ZERO_WIDTH_NO_BREAK else character
        else:
            base = _TEXT
            yield _substitute(character)


def _fonts(character: str) -> int:
    # PDF/A-2a forbids these as text even where a font has them (ISO 19005-2 section 6.2.11.7).
    if character == _ZERO_WIDTH_NO_BREAK or unicodedata.category(character) == "Co":
        return 0
    return _coverage().get(ord(character), 0)


def _passes(character: str) -> bool:
    """Spaces, and what is drawn as nothing."""
    return (
        character in {"\n", _ZERO_WIDTH_NO_BREAK}
        or ord(character) in _IGNORABLE
        or unicodedata.category(character) in {"Zs", "Zl", "Zp"}
    )


def _substitute(character: str) -> str:
    """The same in simpler characters (a non-breaking hyphen is a hyphen), else the code point."""
    if character in _TWINS:
        return _TWINS[character]
    simpler = unicodedata.normalize("NFKC", character)
    if simpler != character and all(_coverage().get(ord(one), 0) & _TEXT for one in simpler):
        return simpler
    return _code_point(character)


def _code_point(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def breakable(text: str, longest: int = 30, piece: int = 20) -> str:
    """The text with soft hyphens every ``piece`` characters in words longer than ``longest``.

    Language-aware hyphenation comes first; this is for words it does not know.
    """
    return " ".join(
        "\u00ad".join(word[at : at + piece] for at in range(0, len(word), piece))
        if len(word) > longest
        else word
        for word in text.split(" ")
    )
