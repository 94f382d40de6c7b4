"""The Nu HTML checker, which ``tests/peers/install`` puts into ``var/peers``."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.world import ROOT

CHECKER = ROOT / "var" / "peers" / "vnu.jar"
#: What is to be installed where it is missing; None where nothing is.
MISSING = (
    None
    if shutil.which("java") and CHECKER.is_file()
    else "Run 'make test-peers' as root: it installs Java ('default-jre-headless') and fetches"
    " the checker with npm ('vnu-jar')."
)


@dataclass(frozen=True)
class Complaint:
    """What the checker says of one line of a page."""

    page: str
    words: str
    extract: str


#: What it may say all the same, of which pages.
ACCEPTED: Mapping[str, str] = {
    # The checker guesses, by chance and by letters. A short page in another language is full of the
    # organisation's own names, of which those in a picture's description cannot carry their language.
    # That nothing is left untranslated is tested with the catalogues.
    r"This document appears to be written in Swedish but the “html” start tag has “lang=.*": (
        r"/meddelanden/\w+ for .*"
    ),
}


def complaints(pages: Mapping[str, str], folder: Path, ending: str = "html") -> list[Complaint]:
    """Every error and warning about the ``pages`` (name: text), in one run of the checker.

    ``folder`` is empty and gets them as files. ``ending`` says how they are read: html, css, svg.
    """
    files = {folder / f"{number}.{ending}": name for number, name in enumerate(pages)}
    for file, name in files.items():
        file.write_text(pages[name], encoding="utf-8")
    done = subprocess.run(
        [
            *("java", "-Xmx512m", "-jar", str(CHECKER), "--format", "json", "--stdout"),
            *("--exit-zero-always", "--also-check-css", "--also-check-svg", *map(str, files)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    by_address = {file.as_uri().replace("file:///", "file:/"): name for file, name in files.items()}
    found = [
        Complaint(by_address.get(one.get("url", ""), ""), one["message"], one.get("extract", ""))
        for one in json.loads(done.stdout)["messages"]
    ]
    return [one for one in found if not _is_accepted(one)]


def _is_accepted(one: Complaint) -> bool:
    return any(
        re.fullmatch(words, one.words) and re.fullmatch(page, one.page)
        for words, page in ACCEPTED.items()
    )
