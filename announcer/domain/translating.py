"""Which text a translation translates: a text may change, and its translations stay behind."""

from collections.abc import Mapping
from dataclasses import replace

from announcer.domain.announcement import Content, Translation

#: In `Translation.of` of what is handed in: a person says that it fits the text as it is now.
CHECKED = "checked"


def bound(content: Content, before: Content | None = None) -> Content:
    """``content`` with each translation bound to the text it translates.

    A new or changed translation, and one that a person has checked, is of the text beside it. One
    that nobody touched since ``before`` stays with the text it was of then, and is stale where that
    has changed.
    """
    translations = {
        language: replace(text, of=_text_of(content, before, language, text))
        for language, text in content.translations.items()
    }
    return replace(content, translations=translations)


def _text_of(content: Content, before: Content | None, language: str, text: Translation) -> str:
    earlier: Mapping[str, Translation] = before.translations if before else {}
    was = earlier.get(language)
    untouched = was is not None and _words(was) == _words(text) and text.of != CHECKED
    if before is None or was is None or not untouched:
        return content.source_hash
    return was.of or before.source_hash


def _words(text: Translation) -> tuple[str, str, str]:
    return text.title, text.summary, text.body
