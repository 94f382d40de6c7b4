"""A released announcement as the newsroom gets it: finished, and free of what is inside."""

import json
from urllib.parse import quote

import lxml.html
from lxml import etree

from announcer.domain.announcement import Attachment, Content
from announcer.render.text import article_html, plain_text, without_controls

#: Width of the text that is searched; nobody reads its lines.
_ONE_LINE = 100_000


def file_url(public_id: str, name: str) -> str:
    """Where a released file is, from the root of the newsroom."""
    return f"/nyheter/{quote(public_id, safe='')}/filer/{quote(name, safe='')}"


def with_whole_addresses(html: str, base_url: str) -> str:
    """A released text as it may stand anywhere: what is on the newsroom under its whole address."""
    if not html:
        return ""
    found = lxml.html.fragment_fromstring(html, create_parent="div")
    found.make_links_absolute(f"{base_url}/", handle_failures="ignore")
    whole = etree.tostring(found, encoding="unicode", method="html")
    return whole.removeprefix("<div>").removesuffix("</div>")


def release(content: Content, public_id: str, *, correction: str = "") -> bytes:
    """Canonical JSON in UTF-8: texts as safe HTML, files by their hash; same input, same bytes.
    ``correction`` says what changed since it was first out.

    Neither audiences nor class nor unit codes are in it: they say how the house is told. Raises
    ValueError for an exercise.
    """
    if content.exercise:
        raise ValueError("an exercise never leaves the house")
    return json.dumps(
        {
            **({"correction": without_controls(correction)} if correction else {}),
            "content_hash": content.content_hash,
            "language": content.language,
            "contact": without_controls(content.contact),
            "record_number": without_controls(content.record_number),
            "texts": [_text(content, public_id, language) for language in content.languages],
            "files": [
                {"name": a.name, "media_type": a.media_type, "alt": a.alt, "sha256": a.sha256}
                for a in content.attachments
            ],
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def _text(content: Content, public_id: str, language: str) -> dict[str, str]:
    words = content.text_in(language)

    def url_of(attachment: Attachment) -> str:
        return file_url(public_id, attachment.name)

    return {
        "language": language,
        "title": without_controls(words.title),
        "summary": without_controls(words.summary),
        "html": article_html(words.body, content.attachments, url_of, first_heading=2),
        "plain": plain_text(words.body, _ONE_LINE),
    }
