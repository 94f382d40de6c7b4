"""One text in the forms its readers need: safe HTML, and plain text for mail."""

import re
import textwrap
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Columns of plain text (RFC 5322 section 2.1.1 asks for at most 78).
WIDTH = 72
TAGS = {
    *("h2", "h3", "h4", "p", "br", "hr", "strong", "em", "s", "ul", "ol", "li", "blockquote"),
    *("code", "pre", "table", "thead", "tbody", "tr", "th", "td", "a"),
}
_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def without_controls(text: str) -> str:
    """The text without characters that XML 1.0 and PDF refuse; tab and line feed stay."""
    return _CONTROLS.sub("", text)


def html(markdown: str) -> str:
    """Markdown as HTML that is safe to show: what a person typed is never executed.

    Raw HTML comes out as typed; links lead to http, https, mailto and tel only; pictures from
    elsewhere are left out (nothing may tell who reads); headings begin at ``h2``.
    """
    tokens = _parser.parse(without_controls(markdown))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(4, max(2, int(token.tag[1])))}"
    return nh3.clean(
        _parser.renderer.render(tokens, _parser.options, {}),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    ).strip()


def plain_text(markdown: str) -> str:
    """Markdown as wrapped plain text; a link is its words and its address in brackets."""
    blocks: list[str] = []
    prefix, row, in_cell = [""], list[str](), False
    for token in _parser.parse(without_controls(markdown)):
        if token.type in ("th_open", "td_open", "th_close", "td_close"):
            in_cell = token.nesting == 1
        elif token.type == "list_item_open":
            prefix.append(f"{token.info}. " if token.info else "- ")
        elif token.type == "list_item_close":
            prefix.pop()
        elif token.type == "tr_close":
            blocks.append(" | ".join(row))
            row = []
        elif token.type in ("fence", "code_block"):
            blocks.append(textwrap.indent(token.content.rstrip(), "    "))
        elif token.type == "inline" and in_cell:
            row.append(_inline(token.children or []))
        elif token.type == "inline":
            blocks.append(_wrapped(_inline(token.children or []), prefix[-1]))
            prefix[-1] = " " * len(prefix[-1])
    return "\n\n".join(block for block in blocks if block)


def _wrapped(text: str, prefix: str) -> str:
    return "\n".join(
        textwrap.wrap(
            text,
            WIDTH,
            initial_indent=prefix,
            subsequent_indent=" " * len(prefix),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _inline(tokens: Sequence[Token]) -> str:
    parts, target = [], ""
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "link_open":
            target = str(token.attrGet("href") or "")
        elif token.type == "link_close" and target:
            parts.append(f" ({target})")
    return "".join(parts)
