"""The article on the intranet, and what a reader must find there."""

import hashlib
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import lxml.html

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.domain.errors import N_
from announcer.render import text

LANGUAGE_NAMES = {"sv": "Svenska", "fi": "Suomi", "en": "English"}
TranslateFor = Callable[[str], Callable[[str], str]]


class ArticleMissingError(ValueError):
    """The page has no such article, or was cut before its end."""


def article(content: Content, public_id: str, translate_for: TranslateFor) -> str:
    """The whole ``<article>``: every language, attachments, contact, record number.

    The same input gives the same bytes; a read-back compares them.
    """
    translate = translate_for(content.language)
    first, *others = content.languages
    parts = [
        f'<article class="announcement" id="announcement-{escape(public_id)}" '
        f'data-content-hash="{content.content_hash}" lang="{escape(first)}">',
        _section(content.text_in(first), "h1"),
        _attachments(content, public_id, translate),
        _facts(content, translate),
        *(_translation(content.text_in(language), language) for language in others),
        "</article>",
    ]
    return "\n".join(part for part in parts if part)


def _section(words: Translation, heading: str) -> str:
    title = escape(text.without_controls(words.title))
    summary = escape(text.without_controls(words.summary))
    lead = f'<p class="lead">{summary}</p>' if summary else ""
    body = f'<div class="body">{text.html(words.body)}</div>' if words.body else ""
    return f"<{heading}>{title}</{heading}>\n{lead}\n{body}"


def _translation(words: Translation, language: str) -> str:
    name = LANGUAGE_NAMES.get(language, language)
    return (
        f'<section class="translation" lang="{escape(language)}">'
        f'<p class="language">{escape(name)}</p>\n{_section(words, "h2")}</section>'
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
    name = escape(one.name)
    link = f'<a href="{url}">{name}</a>'
    if not one.media_type.startswith("image/"):
        return f"<li>{link}</li>"
    return f'<li><figure><img src="{url}" alt="{escape(one.alt)}"><figcaption>{link}</figcaption></figure></li>'


def _facts(content: Content, translate: Callable[[str], str]) -> str:
    rows = [(translate(N_("Frågor besvaras av")), content.contact)]
    if content.record_number:
        rows.append((translate(N_("Diarienummer")), content.record_number))
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(text.without_controls(value))}</dd></div>"
        for name, value in rows
    )
    return f'<dl class="facts">{cells}</dl>'


def article_digest(html: str | bytes, public_id: str) -> str:
    """Hex SHA-256 over what a reader of the article gets: text, targets, pictures, content hash.

    ``html`` is the fragment itself or a whole page with it inside. Raises `ArticleMissingError`.
    """
    raw = html.decode("utf-8") if isinstance(html, bytes) else html
    ending = raw.rstrip()
    if not ending.endswith(("</html>", "</article>")):
        raise ArticleMissingError("the page does not end")
    root = lxml.html.fromstring(raw)
    name = f"announcement-{public_id}"
    found = [e for e in root.iter("article") if e.get("id") == name]
    if len(found) != 1:
        raise ArticleMissingError("the page has no such article")
    seen = [found[0].get("data-content-hash", "")]
    seen += [" ".join(found[0].text_content().split())]
    for element in found[0].iter("a", "img"):
        seen += [element.get("href", ""), element.get("src", ""), element.get("alt", "")]
    return hashlib.sha256("\x00".join(seen).encode()).hexdigest()
