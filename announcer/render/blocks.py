"""A Markdown text as a flat row of blocks, for forms that are not HTML: plain text and posters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

#: Raw HTML stays text; tables and strike-through as GitHub writes them.
PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Run:
    """A piece of text within a block; ``strong`` is bold."""

    text: str
    strong: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Block:
    """One paragraph, heading, list item, quotation, code block, table or rule.

    ``kind`` is one of ``paragraph heading code table rule``; ``depth`` counts the lists around it
    and ``marker`` (``-``, ``1.``) stands before the first block of a list item only; ``rows`` of a
    table begin with its header.
    """

    kind: str
    runs: Runs = ()
    depth: int = 0
    marker: str = ""
    quoted: bool = False
    rows: tuple[tuple[Runs, ...], ...] = ()

    @property
    def text(self) -> str:
        """The words without their weight."""
        return words(self.runs)


def words(runs: Sequence[Run]) -> str:
    """The runs' text, joined."""
    return "".join(run.text for run in runs)


def blocks(markdown: str) -> tuple[Block, ...]:
    """The blocks of a text in reading order. Links and pictures are ``text (url)``."""
    return tuple(_walk(SyntaxTreeNode(PARSER.parse(markdown)).children, Block("paragraph")))


def _walk(nodes: Sequence[SyntaxTreeNode], around: Block) -> Iterator[Block]:
    """Blocks under ``nodes``; ``around`` carries depth, marker and quotation."""
    for node in nodes:
        for block in _block(node, around):
            yield block
            # What follows in the same list item stands under its words, without a new marker.
            around = Block("paragraph", depth=around.depth, quoted=around.quoted)


def _block(node: SyntaxTreeNode, around: Block) -> Iterator[Block]:
    at = (around.depth, around.marker, around.quoted)
    match node.type:
        case "paragraph" | "heading":
            yield Block(node.type, tuple(_runs(node.children)), *at)
        case "fence" | "code_block":
            yield Block("code", (Run(node.content.rstrip("\n")),), *at)
        case "hr":
            yield Block("rule", (), *at)
        case "table":
            yield Block("table", (), *at, rows=tuple(_rows(node)))
        case "blockquote":
            yield from _walk(node.children, Block("", (), around.depth, around.marker, True))
        case "bullet_list" | "ordered_list":
            yield from _items(node, around)


def _items(node: SyntaxTreeNode, around: Block) -> Iterator[Block]:
    ordered = node.type == "ordered_list"
    start = int(node.attrs.get("start", 1)) if ordered else 0
    for number, item in enumerate(node.children, start):
        marker = f"{number}." if ordered else "-"
        yield from _walk(item.children, Block("", (), around.depth + 1, marker, around.quoted))


def _rows(table: SyntaxTreeNode) -> Iterator[tuple[Runs, ...]]:
    for part in table.children:
        for row in part.children:
            yield tuple(tuple(_runs(cell.children)) for cell in row.children)


def _runs(nodes: Sequence[SyntaxTreeNode], strong: bool = False) -> Iterator[Run]:
    for node in nodes:
        match node.type:
            case "text" | "code_inline":
                yield Run(node.content, strong)
            case "softbreak":
                yield Run(" ", strong)
            case "hardbreak":
                yield Run("\n", strong)
            case "image":
                yield Run(_with_address(node.content, str(node.attrs.get("src", ""))), strong)
            case "link":
                yield from _link(node, strong)
            case _:
                yield from _runs(node.children, strong or node.type == "strong")


def _link(node: SyntaxTreeNode, strong: bool) -> Iterator[Run]:
    inner = tuple(_runs(node.children, strong))
    yield from inner
    shown, address = words(inner), str(node.attrs.get("href", ""))
    if tail := _with_address(shown, address)[len(shown) :]:
        yield Run(tail, strong)


def _with_address(shown: str, url: str) -> str:
    """``text (url)``, or the text alone where it already says the address."""
    address = url.removeprefix("mailto:").removeprefix("tel:")
    if address in {"", shown} or PARSER.normalizeLinkText(address) == shown:
        return shown
    return f"{shown} ({address})" if shown else address
