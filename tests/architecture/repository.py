"""The repository's own files, as the tests about it see them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Folders in which nothing is ours: what was installed, made or cached here.
NOT_OURS = frozenset({".git", ".venv", ".hypothesis", "var", "__pycache__", "fonts"})
BINARY = frozenset({".png", ".ttf", ".mo", ".pyc", ".pdf", ".ico", ".woff", ".woff2"})


def files(*tops: str, suffix: str = "") -> Iterator[Path]:
    """Every file of ours below ``tops`` (folders of the repository; none: all of it), in order."""
    for top in tops or (".",):
        for folder, folders, names in os.walk(ROOT / top):
            folders[:] = sorted(
                n for n in folders if n not in NOT_OURS and not n.endswith(("_cache", ".egg-info"))
            )
            for name in sorted(names):
                if name.endswith(suffix):
                    yield Path(folder, name)


def text_files() -> Iterator[tuple[str, str]]:
    """Every text file of ours: its path in the repository and its text."""
    for path in files():
        if path.suffix not in BINARY:
            yield name_of(path), path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    """Its path in the repository."""
    return path.relative_to(ROOT).as_posix()


def documents() -> list[Path]:
    """The README and everything in docs/."""
    return [ROOT / "README.md", *files("docs", suffix=".md")]


def without_blocks(text: str) -> str:
    """A document's text without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def blocks(text: str, language: str) -> list[str]:
    """What stands in a document's fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
