"""One text in the forms its readers need: safe HTML, and plain text for mail and summaries."""

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import unquote

import nh3
from markdown_it.token import Token

from announcer.domain.announcement import Attachment
from announcer.render.blocks import PARSER, Block, blocks, words

#: Columns of plain text (RFC 5322 section 2.1.1 asks for at most 78).
WIDTH = 74
SCHEMES = {"http", "https", "mailto", "tel"}
TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "strong", "em", "s", "ul", "ol", "li"),
    *("blockquote", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "a", "img"),
}
PICTURES = {"image/svg+xml", "image/png", "image/jpeg"}
#: What XML 1.0 section 2.2 refuses, and DEL to U+009F, which PDF and mail headers refuse.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

UrlOf = Callable[[Attachment], str]


def without_controls(text: str) -> str:
    """The text without characters that XML 1.0 and PDF refuse; tab and line feed stay."""
    return _CONTROLS.sub("", text)


def no_url(_attachment: Attachment) -> str:
    """For forms in which an attachment has no address of its own."""
    return ""


def article_html(
    markdown: str,
    attachments: Sequence[Attachment] = (),
    url_of: UrlOf = no_url,
    first_heading: int = 2,
) -> str:
    """Markdown as HTML that is safe to show: what a person typed is never executed.

    Raw HTML comes out as typed. Links lead to http, https, mailto, tel and to ``attachments`` by
    name, whose address ``url_of`` gives (empty: none); other links and pictures from elsewhere
    come out as ``text (url)``, since nothing may tell who reads. The highest heading in the text
    becomes ``first_heading`` (2 to 6), the others keep their distance to it.
    """
    urls = {one.name: (one, url) for one in attachments if (url := url_of(one))}
    tokens = PARSER.parse(without_controls(markdown))
    _move_headings(tokens, first_heading)
    for token in tokens:
        if token.type == "inline":
            token.children = list(_safe(token.children or [], urls))
    known = {url for _, url in urls.values()}
    return nh3.clean(
        PARSER.renderer.render(tokens, PARSER.options, {}),
        tags=TAGS,
        attributes={"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        attribute_filter=lambda _tag, name, value: _attribute(name, value, known),
        link_rel="noopener noreferrer",
    ).strip()


def cleaned_again(html: str, folder: str) -> str:
    """HTML that :func:`article_html` made somewhere else, through the same fence once more.

    Pictures are shown from below ``folder`` (a path of this house) and from nowhere else.
    """
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        attribute_filter=lambda _tag, name, value: (
            value if name != "src" or value.startswith(folder) else None
        ),
        link_rel="noopener noreferrer",
    )


def _attribute(name: str, value: str, known: set[str]) -> str | None:
    """The second fence: an address that was not let through above does not come out."""
    if name == "src":
        return value if value in known else None
    return value if name != "href" or value in known or _has_scheme(value) else None


def _has_scheme(url: str) -> bool:
    return url.partition(":")[0].lower() in SCHEMES and ":" in url


def _move_headings(tokens: Sequence[Token], first: int) -> None:
    headings = [t for t in tokens if t.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=first)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) - highest + first)}"


def _safe(tokens: Sequence[Token], urls: Mapping[str, tuple[Attachment, str]]) -> Iterator[Token]:
    """The same words with only such links and pictures as may stay."""
    dropped: list[str | None] = []
    for token in tokens:
        if token.type == "image":
            yield _picture(token, urls)
        elif token.type == "link_open":
            target = str(token.attrGet("href") or "")
            url = urls[unquote(target)][1] if unquote(target) in urls else target
            dropped.append(None if url != target or _has_scheme(target) else target)
            if dropped[-1] is None:
                token.attrs = {"href": url}
                yield token
        elif token.type == "link_close" and (lost := dropped.pop()) is not None:
            yield Token("text", "", 0, content=f" ({unquote(lost)})" if lost else "")
        else:
            yield token


def _picture(token: Token, urls: Mapping[str, tuple[Attachment, str]]) -> Token:
    source = str(token.attrGet("src") or "")
    attachment, url = urls.get(unquote(source), (None, ""))
    if attachment is not None and attachment.media_type in PICTURES:
        token.attrs = {"src": url, "alt": ""}
        return token
    said = f"{token.content} ({source})" if token.content else source
    return Token("text", "", 0, content=said)


def plain_text(markdown: str, width: int = WIDTH) -> str:
    """Markdown as plain text in lines of at most ``width`` columns; long words stay whole.

    A link is ``text (url)``; a table stands in columns, or as ``heading: cell`` where too wide.
    """
    found = blocks(without_controls(markdown))
    parts: list[str] = []
    for before, block in zip((None, *found), found, strict=False):
        near = before is not None and before.depth and block.marker
        parts.append(("\n" if near else "\n\n") + _plain(block, width))
    return "".join(parts).strip("\n")


def _plain(block: Block, width: int) -> str:
    lead = ("> " if block.quoted else "") + "  " * max(0, block.depth - 1)
    first = f"{lead}{block.marker} " if block.marker else lead + "  " * min(block.depth, 1)
    rest = lead + " " * (len(first) - len(lead))
    room = max(20, width - len(first))
    lines = _lines(block, room) or [""]
    return "\n".join((first if n == 0 else rest) + line for n, line in enumerate(lines))


def _lines(block: Block, room: int) -> list[str]:
    match block.kind:
        case "table":
            return _table([[words(cell) for cell in row] for row in block.rows], room)
        case "code":
            return ["    " + line for line in block.text.split("\n")]
        case "rule":
            return ["-" * min(room, 20)]
    return [line for piece in block.text.split("\n") for line in _wrapped(piece, room)]


def _wrapped(text: str, room: int) -> list[str]:
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)


def _table(rows: list[list[str]], room: int) -> list[str]:
    columns = len(rows[0])
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(columns)]
    if sum(widths) + 3 * (columns - 1) <= room:
        lines = [_row(row, widths) for row in rows]
        return [lines[0], "-+-".join("-" * width for width in widths), *lines[1:]]
    lines = []
    for row in rows[1:] or rows:
        for name, cell in zip(rows[0], row, strict=False):
            lines += _wrapped(f"{name}: {cell}" if name else cell, room)
        lines.append("")
    return lines[:-1]


def _row(row: list[str], widths: list[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
    return " | ".join(cells).rstrip()
