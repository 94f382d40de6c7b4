"""Words asked of Hunspell, a program of the operator's, with the dictionaries that they installed.

What somebody typed goes in and comes out by pipes: no argument, no file and no log has it. The
protocol is Ispell's, as ``hunspell(1)`` describes it under ``-a``.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from threading import BoundedSemaphore

from announcer.domain.errors import AnnouncerError

PROGRAM = "hunspell"
#: For each of the two questions that a text is asked; a whole page takes a tenth of one.
SECONDS = 5
#: So many are asked of at once by one process; whoever comes meanwhile is told to try again.
AT_ONCE = 2
#: Letters. No Swedish word is longer, and Hunspell's own limit is 100 bytes.
LONGEST_WORD = 49
MOST_SUGGESTIONS = 5
#: Which country's, of a language that the organisation's country has no dictionary of.
_USUAL = {"en": "GB", "fi": "FI", "sv": "SE"}
#: The whole environment: no personal dictionary, no locale of ours.
_ENVIRONMENT = {"PATH": os.defpath, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
_PARTS = re.compile(r"[^\W\d_]+")
_asking = BoundedSemaphore(AT_ONCE)


class NoAnswer(AnnouncerError):
    """Hunspell did not answer as it should. Its message holds no word of a text."""


class TooLate(NoAnswer):
    """It did not answer in time."""


def program() -> str | None:
    """Where it is installed; None where it is not."""
    return shutil.which(PROGRAM)


def dictionary(folder: Path, language: str, country: str) -> Path | None:
    """The dictionary of a language, without its ending: of several the country's own, else the
    usual one. None where none is installed."""
    found = {
        one.with_suffix("") for one in folder.glob("*.dic") if one.with_suffix(".aff").is_file()
    }
    fit = [one for one in found if re.split("[_-]", one.name)[0] == language]

    def rank(one: Path) -> tuple[bool, bool, str]:
        where = one.name.removeprefix(language)[1:]
        return where != country, where != _USUAL.get(language), where

    return min(fit, key=rank, default=None)


def misspelt(
    words: Sequence[str], known: Path, most: int
) -> tuple[Mapping[str, Sequence[str]], int]:
    """Those of ``words`` (each once; letters, hyphens and apostrophes) that the dictionary ``known``
    has not, with what may be meant; and how many there are besides the first ``most``.

    Raises `NoAnswer`.
    """
    if not _asking.acquire(blocking=False):
        raise NoAnswer("is busy with other texts")
    try:
        strange = set(_ask("-l", known, words))
        found = [one for one in words if one in strange or strange & set(_PARTS.findall(one))]
        return _with_suggestions(found[:most], known), len(found[most:])
    finally:
        _asking.release()


def _with_suggestions(words: Sequence[str], known: Path) -> Mapping[str, Sequence[str]]:
    """Each with what may be meant; nothing is said of those that the dictionary has after all. On a
    machine that is busy the words alone are better than no answer."""
    try:
        lines = _ask("-a", known, [f"^{one}" for one in words])[1:]  # the first is its own name
    except TooLate:
        return {one: [] for one in words}
    answers = [
        list(some) for is_gap, some in groupby(lines, key=lambda line: not line) if not is_gap
    ]
    if len(answers) != len(words):
        raise NoAnswer(f"answered {len(answers)} times to {len(words)} words")
    return {
        word: _suggestions(word, wrong[0])
        for word, said in zip(words, answers, strict=True)
        if (wrong := [line for line in said if line[0] in "&#"])
    }


def _suggestions(word: str, line: str) -> list[str]:
    """``& komun 2 1: kommun, koman``, or ``# komun 1`` where it has none."""
    head, _, offered = line.partition(": ")
    part = head.split(" ")[1]
    return [word.replace(part, one, 1) for one in offered.split(", ")[:MOST_SUGGESTIONS] if one]


def _ask(how: str, known: Path, words: Sequence[str]) -> list[str]:
    where = program()
    if where is None:
        raise NoAnswer("is not installed")
    if not words:
        return [""]
    try:
        done = subprocess.run(
            [where, how, "-i", "utf-8", "-d", str(known)],
            input="".join(f"{one}\n" for one in words).encode(),
            capture_output=True,
            timeout=SECONDS,
            env=_ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooLate(f"did not answer within {SECONDS} s") from None
    if done.returncode:
        raise NoAnswer(f"ended with {done.returncode}")
    return done.stdout.decode("utf-8", "replace").splitlines()
