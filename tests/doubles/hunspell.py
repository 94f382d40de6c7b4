"""Stands in for Hunspell on machines that have none: the same pipes, over dictionaries of plain
words. `tests/peers/test_hunspell.py` holds it to what the program itself answers."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

#: Seconds; no machine is so busy that a test would end by it.
PATIENT = 200
PLAIN = "SET UTF-8\nTRY abcdefghijklmnopqrstuvwxyzåäö\nWORDCHARS -\n"


def write_dictionary(folder: Path, name: str, words: Sequence[str]) -> Path:
    """A dictionary that Hunspell itself can read; its path without an ending."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.aff").write_text(PLAIN, encoding="utf-8")
    lines = "".join(f"{one}\n" for one in (len(words), *words))
    (folder / f"{name}.dic").write_text(lines, encoding="utf-8")
    return folder / name


def write_program(folder: Path, *arguments: str) -> Path:
    """A program named hunspell in ``folder``, which can be put on PATH; with ``arguments`` it runs
    those instead."""
    folder.mkdir(parents=True, exist_ok=True)
    run = " ".join(arguments) or f'"{sys.executable}" "{__file__}" "$@"'
    program = folder / "hunspell"
    program.write_text(f"#!/bin/sh\nexec {run}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def write(folder: Path, dictionaries: Mapping[str, Sequence[str]]) -> Path:
    """The program, and beside it dictionaries by their names; the folder of those."""
    write_program(folder / "bin")
    for name, words in dictionaries.items():
        write_dictionary(folder / "dictionaries", name, words)
    return folder / "dictionaries"


def answers(arguments: Sequence[str], typed: str) -> Iterator[str]:
    """``-l`` names what it does not know; ``-a`` answers to each line, and then with an empty one."""
    dictionary = Path(arguments[arguments.index("-d") + 1])
    known = dictionary.with_name(f"{dictionary.name}.dic").read_text(encoding="utf-8").split()[1:]
    if "-a" in arguments:
        yield "@(#) International Ispell Version 3.2.06 (but really a double)"
    for line in typed.splitlines():
        word = line.removeprefix("^")
        knows = word in known or word.lower() in known
        if "-l" in arguments:
            yield from [] if knows else [word]
            continue
        close = get_close_matches(word, known, n=15)
        unknown = f"& {word} {len(close)} 1: {', '.join(close)}" if close else f"# {word} 1"
        yield from ("*" if knows else unknown, "")


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in answers(sys.argv, sys.stdin.read()))
