"""The folder of the mail catcher: ``NNNN-subject.eml`` with its envelope, ``.json``, beside it."""

import json
import os
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from pathlib import Path

#: What a message is called that has no subject with a letter in it.
NO_SUBJECT = "utan-amne"
#: Characters of the subject that a file's name has room for.
LONGEST_SLUG = 60

_NAME = re.compile(r"(\d{4,})-[a-z0-9-]+\.(eml|json)")
_UNFINISHED = ".incoming-"


class Mailbox:
    """Keeps messages. A name that ends in ``.eml`` is always a whole message with its envelope."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._last = 0
        self._sweep()

    def keep(self, content: bytes, mail_from: str, rcpt_tos: Iterable[str]) -> str:
        """Keep one message; returns its name when both files are on the disk.

        The envelope is JSON: ``mail_from``, ``rcpt_to`` (a list), ``accepted_at`` (ISO 8601, UTC).
        Raises OSError if the disk does not take it.
        """
        self._last += 1
        name = f"{self._last:04d}-{slug(content)}"
        envelope = {
            "mail_from": mail_from,
            "rcpt_to": list(rcpt_tos),
            "accepted_at": datetime.now(UTC).isoformat(),
        }
        text = json.dumps(envelope, ensure_ascii=False, indent=1)
        # The envelope first: a message that is seen has one.
        self._write(f"{name}.json", text.encode())
        self._write(f"{name}.eml", content)
        return name

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self._folder / f"{_UNFINISHED}{name}"
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _sweep(self) -> None:
        """Remove what a crash left half done: its sender got no 250 and will come again."""
        for path in self._folder.glob(f"{_UNFINISHED}*"):
            path.unlink()
        for path in self._folder.iterdir():
            if found := _NAME.fullmatch(path.name):
                self._last = max(self._last, int(found[1]))
                if found[2] == "json" and not path.with_suffix(".eml").exists():
                    path.unlink()


def slug(content: bytes) -> str:
    """A message's subject in the letters a-z, digits and hyphens."""
    head = content.split(b"\r\n\r\n", 1)[0]
    subject = _decoded(BytesHeaderParser().parsebytes(head).get("Subject", ""))
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_SLUG].strip("-") or NO_SUBJECT


def _decoded(subject: object) -> str:
    try:
        return str(make_header(decode_header(subject)))  # type: ignore[arg-type]
    except (HeaderParseError, LookupError, ValueError):
        return str(subject)  # badly encoded: the name is only a name
