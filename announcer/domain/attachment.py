"""Which files may follow a text: names, kinds, numbers and sizes.

What is *in* a file is looked at in `announcer.render.media`.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath

from announcer.domain.announcement import Attachment
from announcer.domain.errors import N_, Refusal

#: Bytes, each.
LARGEST_ATTACHMENT = 10_000_000
#: Bytes, all of one text. In base64 they are 27 MB: a mail that most servers still take.
LARGEST_TOGETHER = 20_000_000
MOST_ATTACHMENTS = 10

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
#: What may be attached, by ending. No gif: it may blink (WCAG 2.2.2) and can be saved as png.
ATTACHMENT_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".docx": f"{_OOXML}wordprocessingml.document",
    ".xlsx": f"{_OOXML}spreadsheetml.sheet",
    ".pptx": f"{_OOXML}presentationml.presentation",
    ".odt": f"{_ODF}text",
    ".ods": f"{_ODF}spreadsheet",
    ".odp": f"{_ODF}presentation",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
#: The endings as a person reads them.
KINDS = ", ".join(ending[1:] for ending in ATTACHMENT_TYPES if ending != ".jpeg")
#: How such a file begins; what has no sure beginning is not here.
_BEGINNINGS: Mapping[str, bytes] = {
    ".pdf": b"%PDF-",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    **dict.fromkeys([".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"], b"PK\x03\x04"),
}
#: Names that Windows keeps for devices, whatever the ending; such a file cannot be saved there.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class UnfitFile(ValueError):
    """A file cannot be taken for what is in it.

    The argument is a Swedish message id, a whole sentence with a place for ``{name}``.
    """


#: Of what is not what the file's ending says.
OTHERWISE = N_("Bilagan ”{name}” innehåller inte det som namnet säger. Spara om den.")


def media_type_of(name: str) -> str:
    """The type that a file's ending says. Raises `Refusal` for a name or a kind that cannot be."""
    if not _is_plain(name):
        raise Refusal(
            N_("Bilagans namn ”{name}” går inte. Använd ett vanligt filnamn utan mappar."),
            name=name[:80],
        )
    try:
        return ATTACHMENT_TYPES[_ending(name)]
    except KeyError:
        raise Refusal(
            N_("Bilagan ”{name}” är av en sort som inte går. Använd {kinds}."),
            name=name[:80],
            kinds=KINDS,
        ) from None


def attached(name: str, content: bytes, alt: str = "") -> Attachment:
    """A file as an attachment. Raises `Refusal` for a name, a size or a beginning that cannot be."""
    media_type = media_type_of(name)
    if len(content) > LARGEST_ATTACHMENT:
        raise Refusal(
            N_("Bilagan ”{name}” är för stor ({size} MB, högst {limit} MB). Förminska den."),
            name=name[:80],
            size=_megabytes(len(content)),
            limit=_megabytes(LARGEST_ATTACHMENT),
        )
    if not content or not content.startswith(_BEGINNINGS.get(_ending(name), b"")):
        raise Refusal(OTHERWISE, name=name[:80])
    return Attachment(name, media_type, content, alt)


def faults_together(attachments: Iterable[Attachment]) -> Iterator[Refusal]:
    """What is wrong with the files of one text as a whole: too many, too large, one name twice."""
    found = list(attachments)
    if fault := too_many(len(found)) or too_large(sum(len(one.content) for one in found)):
        yield fault
    for name, count in Counter(one.name.casefold() for one in found).items():
        if count > 1:
            yield Refusal(
                N_("Bilagan ”{name}” finns två gånger. Ta bort eller döp om den ena."), name=name
            )


def too_many(count: int) -> Refusal | None:
    """A fault where one text has more than `MOST_ATTACHMENTS` files."""
    if count <= MOST_ATTACHMENTS:
        return None
    return Refusal(
        N_("Det finns {count} bilagor, högst {limit} går."), count=count, limit=MOST_ATTACHMENTS
    )


def too_large(size: int) -> Refusal | None:
    """A fault where the files of one text are more than `LARGEST_TOGETHER` bytes."""
    if size <= LARGEST_TOGETHER:
        return None
    return Refusal(
        N_(
            "Bilagorna är {size} MB tillsammans, högst {limit} MB går. Ta bort eller förminska någon."
        ),
        size=_megabytes(size),
        limit=_megabytes(LARGEST_TOGETHER),
    )


#: Of a picture without a text alternative (WCAG 1.1.1).
NO_ALT = N_("Bilden ”{name}” saknar beskrivning. Skriv vad den visar, för den som inte ser den.")


def is_picture(attachment: Attachment) -> bool:
    """Whether a page shows it in its text."""
    return attachment.media_type.startswith("image/")


def _megabytes(size: int) -> str:
    """Whole tenths, rounded up, so that what is over a limit also reads so."""
    return f"{math.ceil(size / 100_000) / 10:g}".replace(".", ",")


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()


def _is_plain(name: str) -> bool:
    """A file name on every system, safe in an address and a header; ``isprintable`` is false for
    controls and for the marks that turn the direction of writing (Unicode category Cf)."""
    return (
        0 < len(name) <= 120
        and name == PurePath(name).name
        and not name.startswith((".", " "))
        and not _DEVICES.fullmatch(name)
        and all(character.isprintable() and character not in '/\\:"<>|?*' for character in name)
    )
