"""(d) A poster beside bare Typst with the same document, fonts and compiler."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import typst

from announcer.bootstrap import sender_of
from announcer.domain.delivery import Edition
from announcer.domain.manuscript import read_manuscript
from announcer.domain.policy import load_policy
from announcer.render.catalogue import translator
from announcer.render.glyphs import EMOJI_FONTS, TEXT_FONTS
from announcer.render.poster import SOURCE, _content, poster
from bench.estate import POLICY, ROOT
from bench.table import Line, median, ratio

EXAMPLE = ROOT / "examples" / "announcements" / "02-skolans-tider.md"


def edition(number: int) -> Edition:
    """The example decision as staff get it; every number is another text."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("Klockarskolan", f"Skola {number}")
    return Edition(
        content=read_manuscript(text.encode(), lambda _: b""),
        language="sv",
        sender=sender_of(load_policy(POLICY), POLICY.parent),
        public_id=f"{number:018x}",
        page_url=f"https://intranet.example/nyheter/{number:018x}",
        at=datetime(2026, 12, 8, 9, tzinfo=UTC),
        message_id="<bench@hallefors.example>",
    )


def measure(*, quick: bool) -> list[Line]:
    """Turn by turn, so that noise meets both."""
    compiler = typst.Compiler(
        SOURCE,
        root=SOURCE.parent,
        font_paths=typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[TEXT_FONTS, EMOJI_FONTS],
        ),
        ignore_system_fonts=True,
    )
    mine, bare = [], []
    for number in range(10 if quick else 100):
        # Typst remembers for all compilers of a process what it has drawn: nothing twice.
        one, other = edition(2 * number), edition(2 * number + 1)
        written = json.dumps(_content(other, translator("sv")), ensure_ascii=False)
        mine.append(_timed(lambda one=one: poster(one, translator("sv"))))  # type: ignore[misc]
        bare.append(_timed(lambda other=other, written=written: _bare(compiler, other, written)))  # type: ignore[misc]
    assert _bare(compiler, other, written) == poster(other, translator("sv")), (
        "not the same document"
    )
    return [
        Line(
            "d",
            "one poster, each another text",
            "ms",
            median(mine[3:]),
            "bare Typst",
            median(bare[3:]),
            ratio(most=1.5),
        )
    ]


def _bare(compiler: typst.Compiler, one: Edition, written: str) -> bytes:
    pdf = compiler.compile(
        SOURCE,
        root=SOURCE.parent,
        format="pdf",
        sys_inputs={"content": written},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=one.at,
    )
    assert isinstance(pdf, bytes)
    return pdf


def _timed(work: Callable[[], bytes]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    made = work()
    took = (time.perf_counter() - begin) * 1000
    assert made.startswith(b"%PDF-")
    return took
