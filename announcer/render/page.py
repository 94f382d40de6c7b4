"""The article on the intranet, and what a reader must find there."""

import hashlib
from collections.abc import Callable, Iterator
from html import escape
from urllib.parse import quote

import lxml.html
from lxml import etree

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.domain.errors import N_
from announcer.render.catalogue import language_name
from announcer.render.exercise import words_in
from announcer.render.text import PICTURES, UrlOf, article_html, without_controls

TranslateFor = Callable[[str], Callable[[str], str]]

CORRECTION = N_("Rättelse")
_INLINE = {"a", "strong", "em", "s", "code", "img", "b", "i", "span"}
#: Attributes that lead somewhere, load something, or are read aloud.
_TARGETS = ("href", "src", "alt")


class ArticleMissingError(ValueError):
    """The page has no such article, or was cut before its end."""


def article(content: Content, public_id: str, translate_for: TranslateFor) -> str:
    """The whole ``<article>``: every language, attachments, contact, record number.

    The same input gives the same bytes; a read-back compares them.
    """
    translate = translate_for(content.language)
    first, *others = content.languages
    opening = (
        f'<article class="announcement" id="{_element_id(public_id)}" '
        f'data-content-hash="{content.content_hash}" lang="{escape(first)}">'
    )

    def url_of(attachment: Attachment) -> str:
        return attachment_url(public_id, attachment.name)

    parts = [
        opening,
        _section(
            words_in(content, first, translate),
            1,
            content.attachments,
            url_of,
            _changed(content, first, translate),
        ),
        _attachments(content, public_id, translate),
        _facts(content, translate),
        *(_translation(content, public_id, one, translate_for(one), url_of) for one in others),
        "</article>",
    ]
    return "\n".join(part for part in parts if part)


def _element_id(public_id: str) -> str:
    return escape(f"announcement-{public_id}")


def _clean(words: str) -> str:
    return escape(without_controls(words))


def _changed(content: Content, language: str, translate: Callable[[str], str]) -> str:
    """What was wrong in the text before, which whoever read that one wants to know first."""
    what = content.correction.what.get(language, "") if content.correction else ""
    if not what:
        return ""
    mark = escape(translate(CORRECTION))
    return f'<p class="corrected"><strong>{mark}:</strong> {_clean(what)}</p>'


def _section(
    words: Translation,
    level: int,
    attachments: tuple[Attachment, ...],
    url_of: UrlOf,
    changed: str = "",
) -> str:
    """Title, what changed, lead and body; headings in the body begin one level below the title's."""
    lead = f'<p class="lead">{_clean(words.summary)}</p>' if words.summary else ""
    inner = article_html(words.body, attachments, url_of, first_heading=level + 1)
    body = f'<div class="body">{inner}</div>' if inner else ""
    title = f"<h{level}>{_clean(words.title)}</h{level}>"
    return "\n".join(part for part in (title, changed, lead, body) if part)


def _translation(
    content: Content,
    public_id: str,
    language: str,
    translate: Callable[[str], str],
    url_of: UrlOf,
) -> str:
    words = words_in(content, language, translate)
    changed = _changed(content, language, translate)
    place = f"{_element_id(public_id)}-{escape(language)}"
    section = _section(words, 3, content.attachments, url_of, changed)
    return (
        f'<section class="translation" id="{place}" lang="{escape(language)}">'
        f'<h2 class="language">{_clean(language_name(language))}</h2>\n{section}</section>'
    )


def _attachments(content: Content, public_id: str, translate: Callable[[str], str]) -> str:
    if not content.attachments:
        return ""
    items = "\n".join(_attachment(one, public_id) for one in content.attachments)
    heading = escape(translate(N_("Bilagor")))
    return f'<section class="attachments"><h2>{heading}</h2><ul>{items}</ul></section>'


def attachment_url(public_id: str, name: str) -> str:
    """Where an attachment is, from the root of the intranet."""
    return f"/nyheter/{quote(public_id, safe='')}/bilagor/{quote(name, safe='')}"


def _attachment(one: Attachment, public_id: str) -> str:
    url = escape(attachment_url(public_id, one.name))
    name = _clean(one.name)
    link = f'<a href="{url}">{name}</a>'
    if one.media_type not in PICTURES:
        return f"<li>{link}</li>"
    picture = f'<img src="{url}" alt="{_clean(one.alt)}">'
    return f"<li><figure>{picture}<figcaption>{link}</figcaption></figure></li>"


def _facts(content: Content, translate: Callable[[str], str]) -> str:
    who = (content.contact, content.answers.get(content.language, ""))
    rows = [(translate(N_("Frågor besvaras av")), ". ".join(one for one in who if one))]
    if content.record_number:
        rows.append((translate(N_("Diarienummer")), content.record_number))
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{_clean(value)}</dd></div>" for name, value in rows
    )
    return f'<dl class="facts">{cells}</dl>'


def readable_text(page: str | bytes, public_id: str = "") -> str:
    """What a person reads in the article of ``page``: one line a block, blanks made single.

    ``page`` is the fragment or a whole page (bytes are UTF-8) with one announcement in it, or the
    one with ``public_id``. Raises `ArticleMissingError`.
    """
    return _readable(_found(page, public_id))


def article_digest(html: str | bytes, public_id: str) -> str:
    """Hex SHA-256 over what a reader of the article gets: text, targets, pictures, content hash.

    ``html`` is the fragment itself or a whole page with it inside; both give the same digest.
    Raises `ArticleMissingError`.
    """
    found = _found(html, public_id)
    seen = [found.get("data-content-hash", ""), _readable(found)]
    for element in found.iter(etree.Element):
        # Of any element: a frame or a script that was slipped in has a source too.
        seen += [
            f"{name}={element.get(name)}" for name in _TARGETS if element.get(name) is not None
        ]
    return hashlib.sha256("\x00".join(seen).encode()).hexdigest()


def _found(page: str | bytes, public_id: str) -> etree._Element:
    """The one article that is asked for."""
    root = _parsed(page)
    wanted = f"announcement-{public_id}"
    articles = [
        element
        for element in root.iter("article")
        if (element.get("id") == wanted if public_id else element.get("class") == "announcement")
    ]
    if len(articles) != 1:
        raise ArticleMissingError("the page has no such article, or several")
    return articles[0]


def _parsed(page: str | bytes) -> etree._Element:
    try:
        text = page.decode("utf-8") if isinstance(page, bytes) else page
    except UnicodeDecodeError as error:
        raise ArticleMissingError("the page is not UTF-8") from error
    text = text.strip()
    # A page may be cut right after the article, so only a bare fragment may end with it.
    ending = "</article>" if text.startswith("<article") else "</html>"
    if not text.endswith(ending):
        raise ArticleMissingError(f"the page does not end with {ending}")
    return lxml.html.document_fromstring(text)


def _readable(article_element: etree._Element) -> str:
    lines = "".join(_words(article_element)).splitlines()
    return "\n".join(line for raw in lines if (line := " ".join(raw.split())))


def _words(element: etree._Element) -> Iterator[str]:
    """The element's text with a line break around every block."""
    if not isinstance(element.tag, str):  # a comment is not read
        return
    edge = "" if element.tag in _INLINE else "\n"
    yield edge + (element.text or "")
    for child in element:
        yield from _words(child)
        yield child.tail or ""
    yield edge
