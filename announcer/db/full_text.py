"""Words that somebody types, against texts in several languages, each by its own grammar."""

from typing import Any

from sqlalchemy import SQLColumnExpression, case, cast, func, or_
from sqlalchemy.dialects.postgresql import REGCONFIG

#: Characters of what is searched for; nobody types more.
LONGEST_SEARCH = 100
#: The grammar a language's words are searched with; as ``newsroom.search_words`` has it.
GRAMMARS = {"sv": "swedish", "fi": "finnish", "en": "english"}

Column = SQLColumnExpression[Any]


def fitting(asked: str, language: Column, title: Column, search: Column) -> tuple[Column, Column]:
    """Whether a text fits the words, and how well.

    Quotation marks, ``or`` and ``-`` mean what they do in search engines. Of ``asked`` the first
    `LONGEST_SEARCH` characters count.
    """
    words = asked.replace("\x00", " ")[:LONGEST_SEARCH]
    found = query(words, language)
    # A part of a word as well, in titles: "skolan" is in "Klockarskolan", and no grammar knows.
    fits = or_(search.bool_op("@@")(found), title.icontains(words, autoescape=True))
    return fits, func.ts_rank(search, found)


def query(words: str, language: Column) -> Column:
    """What is looked for in a text of that language. The last word may have only begun: whoever
    types "bibliot" means the library."""
    grammar = grammar_of(language)
    whole = func.websearch_to_tsquery(grammar, words)
    *before, last = words.split() or [""]
    if not last.isalnum() or any(_is_sign(word) for word in (*before, last)):
        return whole
    begun = func.to_tsquery(grammar, f"'{last}':*")
    if not before:
        return whole.op("||")(begun)
    others = func.websearch_to_tsquery(grammar, " ".join(before))
    return whole.op("||")(others.op("&&")(begun))


def grammar_of(language: Column) -> Column:
    """The grammar of a text's words."""
    named = case(*((language == code, name) for code, name in GRAMMARS.items()), else_="simple")
    return cast(named, REGCONFIG)


def _is_sign(word: str) -> bool:
    """Whether a word says how to search: then it is done as it says."""
    return word.lower() == "or" or word.startswith("-") or '"' in word
