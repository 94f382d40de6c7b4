"""Makes the fonts of the web pages anew: `python -m web.shared.fonts.make`. Their README says why."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

#: What pages in Swedish, Finnish, English and their neighbours' languages are written with: Latin,
#: with the letters of the Sami languages, and the signs that our own pages use.
CHARACTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2027),
    *map(ord, "‰‹›€™←→↑↓−≈≤≥✓"),
)
FACES = {"regular": "Regular", "italic": "It", "semibold": "Semibold"}
NAME = "Announcer Text"


def subset(face: str) -> TTFont:
    """One face with `CHARACTERS` alone and under a name of its own."""
    source = files("font_source_sans_pro").joinpath("files", f"SourceSansPro-{FACES[face]}.ttf")
    with source.open("rb") as file:
        font = TTFont(file, lazy=False, recalcTimestamp=False)
    options = Options(
        hinting=False, layout_features=["kern", "liga", "tnum", "mark", "ccmp", "locl"]
    )
    # Copyright and licence stay (OFL section 2).
    options.name_IDs = [0, 1, 2, 3, 4, 6, 13, 14]
    narrowed = Subsetter(options)
    narrowed.populate(unicodes=CHARACTERS)
    narrowed.subset(font)
    for record, words in _names(font, face):
        font["name"].setName(
            words, record.nameID, record.platformID, record.platEncID, record.langID
        )
    font.flavor = "woff"
    return font


def _names(font: TTFont, face: str) -> Iterator[tuple[Any, str]]:
    """New names: "Source" is reserved for the font as it is (OFL section 3)."""
    new = {1: NAME, 3: f"{NAME} {face}", 4: f"{NAME} {face}", 6: f"AnnouncerText-{face}"}
    for record in list(font["name"].names):
        if record.nameID in new:
            yield record, new[record.nameID]


if __name__ == "__main__":
    for one in FACES:
        subset(one).save(Path(__file__).parent / f"{one}.woff")
