"""What a mail says: the same words as plain text and as HTML with inline styles only."""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from announcer.domain.announcement import Translation
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.domain.organisation import Sender
from announcer.render.text import WIDTH, article_html, plain_text, without_controls

Translate = Callable[[str], str]

#: Mail programs throw style sheets away, so each element carries its own.
_STYLES = {
    "h2": "margin:28px 0 8px;font-size:20px;line-height:1.3",
    "h3": "margin:24px 0 8px;font-size:18px;line-height:1.3",
    "p": "margin:0 0 14px",
    "li": "margin:0 0 6px",
    "blockquote": "margin:0 0 14px;padding:2px 0 2px 14px;border-left:3px solid #b8c4bf",
    "pre": "margin:0 0 14px;padding:10px;background:#f4f6f5;white-space:pre-wrap",
    "table": "margin:0 0 14px;border-collapse:collapse",
    "th": "padding:6px 12px 6px 0;text-align:left;border-bottom:2px solid #b8c4bf",
    "td": "padding:6px 12px 6px 0;vertical-align:top;border-bottom:1px solid #d9dfdc",
}
_OPENING = re.compile(rf"<({'|'.join(_STYLES)})>")
_FONT = "font:17px/1.55 'Source Sans Pro','Segoe UI',Helvetica,Arial,sans-serif"


@dataclass(frozen=True)
class Letter:
    """One edition as a letter: a ``label`` above the title, ``closing`` lines below the text."""

    edition: Edition
    translate: Translate
    label: str = ""
    closing: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[tuple[str, Translation], ...]:
        """The text in the edition's language; for the media also the whole one it sums up."""
        content, language = self.edition.content, self.edition.language
        words = content.text_in(language)
        if words.body or not content.body or not self.edition.for_media:
            return ((language, words),)
        return ((language, words), (content.language, content.text_in(content.language)))

    @property
    def facts(self) -> tuple[str, ...]:
        """Who answers and how soon, the record number, and which files belong to the text."""
        content = self.edition.content
        names = ", ".join(one.name for one in content.attachments)
        pairs = (
            (N_("Frågor besvaras av"), content.contact),
            (N_("Diarienummer"), content.record_number),
            (N_("Bilagor"), names),
        )
        facts = [f"{self.translate(label)}: {value}" for label, value in pairs if value]
        answers = content.answers.get(self.edition.language) or content.answers.get(
            content.language
        )
        return (*facts[:1], answers, *facts[1:]) if answers else tuple(facts)

    def plain(self) -> str:
        """The letter as text in lines of at most 74 columns."""
        parts = [self.label]
        for _, words in self.texts:
            parts += [_flat(words.title), _flat(words.summary), plain_text(words.body)]
        link = self.translate(N_("Läs mer på intranätet: {url}"))
        parts += [link.format(url=self.edition.page_url)] if self.edition.page_url else []
        parts += [_flat(line) for line in self.closing]
        parts += ["\n".join(self.facts), "-- \n" + "\n".join(_sender_lines(self.edition.sender))]
        return "\n\n".join(without_controls(part) for part in parts if part) + "\n"

    def html(self, logo: str) -> str:
        """The letter as a whole HTML page; ``logo`` is the picture's address or empty."""
        edition = self.edition
        title = _escaped(edition.content.text_in(edition.language).title)
        label = _line("margin:0 0 8px;color:#55605c;font-size:15px;font-weight:600", self.label)
        inner = [label, *(self._text(*one) for one in self.texts), self._link()]
        inner += [_line("margin:20px 0;color:#55605c;font-size:15px", one) for one in self.closing]
        inner += [_line("margin:0 0 4px;font-size:15px", one) for one in self.facts]
        return (
            f'<!doctype html>\n<html lang="{_escaped(edition.language)}">\n'
            f'<head><meta charset="utf-8"><title>{title}</title></head>\n'
            f'<body style="margin:0;background:#fff;color:#1c1f1e;{_FONT}">\n'
            '<div style="max-width:600px;margin:0 auto;padding:28px 20px">\n'
            + "\n".join(one for one in [*inner, _signature(edition.sender, logo)] if one)
            + "\n</div>\n</body>\n</html>\n"
        )

    def _text(self, language: str, words: Translation) -> str:
        colour = _escaped(self.edition.sender.colour)
        heading = f"margin:0 0 16px;font-size:27px;line-height:1.22;color:{colour}"
        body = _OPENING.sub(lambda m: f'<{m[1]} style="{_STYLES[m[1]]}">', article_html(words.body))
        return (
            f'<div lang="{_escaped(language)}">'
            f'<h1 style="{heading}">{_escaped(words.title)}</h1>\n'
            f"{_line('margin:0 0 20px;font-size:18px;font-weight:600', words.summary)}\n{body}</div>"
        )

    def _link(self) -> str:
        if not self.edition.page_url:
            return ""
        style = f"color:{_escaped(self.edition.sender.colour)};font-weight:600"
        words = _escaped(self.translate(N_("Läs mer på intranätet")))
        href = _escaped(self.edition.page_url)
        return f'<p style="margin:24px 0"><a style="{style}" href="{href}">{words}</a></p>'


def _signature(sender: Sender, logo: str) -> str:
    style = f"margin-top:32px;padding-top:18px;border-top:2px solid {_escaped(sender.colour)}"
    alt = _escaped(sender.name)
    picture = f'<img src="{logo}" alt="{alt}" width="160" style="display:block;margin-bottom:10px">'
    lines = "<br>".join(_escaped(line) for line in _sender_lines(sender))
    return (
        f'<div style="{style};font-size:14px;color:#55605c">{picture if logo else ""}{lines}</div>'
    )


def _sender_lines(sender: Sender) -> list[str]:
    lines = (sender.name, sender.address, sender.phone, sender.email, sender.web)
    return [line for line in lines if line]


def _line(style: str, words: str) -> str:
    return f'<p style="{style}">{_escaped(words)}</p>' if words else ""


def _flat(words: str) -> str:
    """Plain words wrapped; titles and summaries are not Markdown."""
    return textwrap.fill(words, WIDTH, break_long_words=False, break_on_hyphens=False)


def _escaped(value: str) -> str:
    return escape(without_controls(value))
