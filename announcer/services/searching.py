"""A colleague looks for something among the news. What they looked for is written down nowhere
(TF 3 kap. 5 §)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Text, Uuid, column, func, select, values
from sqlalchemy.orm import Session

from announcer.db import full_text
from announcer.db.models import PageTextRow
from announcer.render.text import plain_text
from announcer.services.installation import Installation
from announcer.services.reading import Article, Listed, load

LONGEST_SEARCH = full_text.LONGEST_SEARCH
#: Signs around a word that was looked for; texts are cleaned of control characters.
_OPEN, _CLOSE = "\x02", "\x03"
_MARKED = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_CLEAN = re.compile(f"[{_OPEN}{_CLOSE}]")
_PLACES = (
    f"StartSel={_OPEN}, StopSel={_CLOSE}, MaxFragments=2, MinWords=12, MaxWords=28, "
    "FragmentDelimiter= … "
)

#: A text in pieces, and whether each is a word that was looked for.
Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Hit:
    """A page that was found, in the reader's language or else the one in which it fits best, and where
    the words are."""

    article: Article
    language: str
    place: Pieces


@dataclass(frozen=True)
class Found:
    """Some of the hits, best first, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


def search(
    session: Session,
    installation: Installation,
    lines: Sequence[Listed],
    asked: str,
    language: str,
    size: int,
    offset: int = 0,
) -> Found:
    """What fits the words among ``lines``, which are all that whoever asks may read. Where a page
    fits in several languages it is found in ``language`` if that is one of them."""
    may = {line.revision: line for line in lines if not line.withdrawn_at}
    t = PageTextRow
    fits, rank = full_text.fitting(asked, t.language, t.title, t.search)
    rows = session.execute(
        select(t.revision, t.language)
        .where(fits)
        .order_by(rank.desc(), t.language != language, t.announcement, t.language)
    )
    best: dict[UUID, str] = {}
    for revision, tongue in rows:
        if revision in may and (revision not in best or tongue == language):
            best[revision] = tongue
    shown = list(best)[offset : offset + size]
    articles = load(session, installation, [may[one] for one in shown])
    places = _places(session, articles, best, asked)
    hits = (Hit(one, best[one.listed.revision], places[one.listed.revision]) for one in articles)
    return Found(tuple(hits), len(best))


def _places(
    session: Session, articles: Sequence[Article], languages: Mapping[UUID, str], asked: str
) -> dict[UUID, Pieces]:
    """Where in each text the words are, or how it begins where they stand in its title alone."""
    if not articles:
        return {}
    found = [_words(one, languages[one.listed.revision]) for one in articles]
    columns = (column("page", Uuid), column("language", Text), column("words", Text))
    texts = values(*columns).data(found)
    t = texts.alias("texts").c
    looked = full_text.query(asked[:LONGEST_SEARCH], t.language)
    grammar = full_text.grammar_of(t.language)
    rows = session.execute(select(t.page, func.ts_headline(grammar, t.words, looked, _PLACES)))
    begins = {page: words[:20] for page, _language, words in found}
    return {
        page: _pieces(words if _CLEAN.sub("", words).startswith(begins[page]) else f"… {words}")
        for page, words in rows
    }


def _words(article: Article, language: str) -> tuple[UUID, str, str]:
    text = article.content.text_in(language)
    words = " ".join(f"{text.summary} {plain_text(text.body)}".split())
    return article.listed.revision, language, words


def _pieces(words: str) -> Pieces:
    parts = _MARKED.split(words)
    return tuple((part, number % 2 == 1) for number, part in enumerate(parts) if part)


def topics(session: Session) -> dict[UUID, str]:
    """What questions about each page are about, by its text, where it says so."""
    rows = session.execute(
        select(PageTextRow.revision, PageTextRow.topic).where(PageTextRow.topic != "").distinct()
    )
    return dict(rows.all())
