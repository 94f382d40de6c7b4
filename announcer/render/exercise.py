"""An exercise says so before anything else, in whatever is made from it."""

from collections.abc import Callable
from dataclasses import replace

from announcer.domain.announcement import Content, Translation
from announcer.domain.errors import N_

MARK = N_("ÖVNING")


def words_in(content: Content, language: str, translate: Callable[[str], str]) -> Translation:
    """The text in a language, its title marked where it is an exercise.

    ``translate`` speaks that language.
    """
    words = content.text_in(language)
    return replace(words, title=marked(words.title, content, translate))


def marked(title: str, content: Content, translate: Callable[[str], str]) -> str:
    """A title that is read apart from its text, marked where that is an exercise."""
    return f"{translate(MARK)}: {title}" if content.exercise else title
