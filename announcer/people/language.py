"""The language a person or a newsroom wants to read."""

import re

#: What an empty cell means: the files are Swedish ones.
DEFAULT_LANGUAGE = "sv"


def language_code(text: str) -> str | None:
    """A code of two or three letters (ISO 639) in lower case, or None if it is none."""
    code = text.lower() or DEFAULT_LANGUAGE
    return code if re.fullmatch(r"[a-z]{2,3}", code) else None
