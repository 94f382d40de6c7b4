"""The other side's words, made fit for the record."""

import re

#: Replies are kept, not archived: enough for any sentence a server writes.
LONGEST_REPLY = 500

#: A reply goes into rows and logs; whom it was about is known by the row (no second place
#: from which an address would have to be erased).
_ADDRESS = re.compile(r"[^\s<>()@,;:\"']+@[^\s<>()@,;:\"']+")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0]+")


def words(code: int | None, text: bytes | str) -> str:
    """One line of at most 500 characters, with ``<…>`` where a mail address stood."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = said if code is None else f"{code} {said}"
    line = _UNPRINTABLE.sub(" ", _ADDRESS.sub("…", line)).strip()
    return line[:LONGEST_REPLY]
