"""The catalogues hold every sentence that people read. Run by `make check`.

Swedish is what the sentences are written in, so its own catalogue may leave them empty.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.architecture.repository import NOT_OURS, ROOT

LANGUAGES = ("sv", "en", "fi")
#: The language of the message ids.
OWN = "sv"
TRANSLATIONS = ROOT / "announcer" / "translations"
#: ``{name}`` and ``%(name)s``.
_PLACE = re.compile(r"\{(\w+)[^{}]*\}|%\((\w+)\)[a-z]")


def extracted(root: Path = ROOT) -> Catalog:
    """Every sentence marked in the program and its templates."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalogue = Catalog()
    found = extract_from_dir(root, methods, options, directory_filter=_is_ours)
    for file, line, message, _comments, context in found:
        catalogue.add(message, locations=[(file, line)], context=context)
    return catalogue


def _is_ours(folder: str | os.PathLike[str]) -> bool:
    name = Path(folder).name
    return name not in NOT_OURS and not name.startswith((".", "_"))


def load(language: str) -> Catalog | None:
    """One language's catalogue, or None where there is none."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=language)


def faults(template: Catalog, language: str, catalogue: Catalog | None) -> Iterator[str]:
    """One line per fault in a language's catalogue."""
    if catalogue is None:
        yield f"{language}: there is no catalogue. Run 'make messages'."
        return
    for message in template:
        if not message.id:
            continue
        where = "{}:{}".format(*message.locations[0]) if message.locations else "?"
        found = catalogue.get(message.id, message.context)
        for fault in _faults_of(message, found, language):
            yield f"{language}: {fault}: {_first(message.id)!r} ({where})"


def _faults_of(message: Message, found: Message | None, language: str) -> Iterator[str]:
    if found is None:
        yield "missing, run 'make messages'"
        return
    if found.fuzzy:
        yield "marked fuzzy"
    texts = _all(found.string)
    if not all(texts):
        if language != OWN:
            yield "not translated"
        return
    for text in texts:
        if _places(text) != _places(*_all(message.id)):
            yield f"its places differ, it says {text!r}"


def _all(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return _all(text)[0]


def _places(*texts: str) -> set[str]:
    return {name for text in texts for pair in _PLACE.findall(text) for name in pair if name}


def main() -> int:
    """Print every fault; the exit code says whether there was one."""
    template = extracted()
    found = [fault for lang in LANGUAGES for fault in faults(template, lang, load(lang))]
    for fault in found:
        sys.stdout.write(f"{fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
