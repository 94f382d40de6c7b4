"""What a handed-in file really is, and the same file without what nobody asked for.

Nothing goes by the name alone or by what a browser says of a file: each kind has a reader that takes
it apart and puts together what may stay. The same file always gives the same bytes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from announcer.domain.announcement import Attachment
from announcer.domain.attachment import (
    ATTACHMENT_TYPES,
    OTHERWISE,
    UnfitFile,
    attached,
    is_picture,
)
from announcer.domain.errors import N_, Refusal
from announcer.render.glyphs import is_visible
from announcer.render.office import clean_office
from announcer.render.pdf import clean_pdf
from announcer.render.picture import clean_jpeg, clean_png
from announcer.render.svg import clean_svg, own_words

#: Everything but tab and line ends that XML 1.0 section 2.2 or PostgreSQL cannot hold, C1 controls,
#: and the marks that turn the direction of writing so that a line reads as another.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
#: How a page or a script begins (WHATWG MIME Sniffing section 7.1; a kernel's ``#!``).
_RUNS = re.compile(
    r"\ufeff?\s*(?:#!|<(?:!doctype|!--|\?|html|head|body|script|style|iframe|title|table|div|font"
    r"|h1|svg|br|a|b|p)\b|<!--|<\?)",
    re.IGNORECASE,
)
#: A cell that a spreadsheet would work out as a formula that calls a function or a program.
_FORMULA = re.compile(
    r"(?:^|[;,\t]) *\"? *[=+@-][^;,\t\n]*?(?:[a-zåäö]\(|\|[^;,\t\n]*!)",
    re.MULTILINE | re.IGNORECASE,
)

NOT_UTF8 = N_("Bilagan ”{name}” är inte ren text i UTF-8. Spara om den som UTF-8.")
RUNS = N_("Bilagan ”{name}” är en webbsida eller ett skript. Sådana går inte att bifoga.")
FORMULA = N_("Bilagan ”{name}” har formler i någon cell. Spara värdena, eller bifoga en xlsx.")


def safe(attachment: Attachment) -> Attachment:
    """The attachment as it is stored and served: its type by its content, cleaned.

    A picture that brings its own text alternative gets that where the writer gave none. Raises
    `Refusal`, one sentence with the file's name, for what cannot be taken.
    """
    found = attached(attachment.name, attachment.content, attachment.alt)
    try:
        content = _CLEANERS[found.media_type](found.content)
        own = own_words(content) if found.media_type == "image/svg+xml" else ""
    except UnfitFile as unfit:
        raise Refusal(str(unfit), name=found.name[:80]) from unfit
    alt = found.alt if is_visible(found.alt) or not is_picture(found) else own
    return replace(found, content=content, alt=alt)


def clean_text(raw: bytes) -> bytes:
    """Plain text in UTF-8, as it is. Raises `UnfitFile` for controls, pages and scripts."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UnfitFile(NOT_UTF8) from None
    if _CONTROLS.search(text):
        raise UnfitFile(NOT_UTF8)
    if _RUNS.match(text):
        raise UnfitFile(RUNS)
    if not text.strip("\ufeff \t\r\n"):
        raise UnfitFile(OTHERWISE)
    return raw


def clean_csv(raw: bytes) -> bytes:
    """A table as plain text, as it is. Raises `UnfitFile` also for a formula that calls something."""
    if _FORMULA.search(clean_text(raw).decode("utf-8").replace("\r", "\n")):
        raise UnfitFile(FORMULA)
    return raw


def _office(media_type: str) -> Callable[[bytes], bytes]:
    return lambda raw: clean_office(raw, media_type)


#: An archive of parts, unless it is said below.
_CLEANERS: Mapping[str, Callable[[bytes], bytes]] = {
    **{media_type: _office(media_type) for media_type in ATTACHMENT_TYPES.values()},
    "application/pdf": clean_pdf,
    "image/png": clean_png,
    "image/jpeg": clean_jpeg,
    "image/svg+xml": clean_svg,
    "text/plain": clean_text,
    "text/csv": clean_csv,
}
