"""Mails: plain text and HTML in one message, the organisation's logo inside, nothing from outside.

Built with ``email`` under ``policy.SMTP`` (CRLF, RFC 5321 section 2.3.8). The same edition gives
the same bytes.
"""

import email
import hashlib
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape
from io import BytesIO

from announcer.domain.announcement import Translation
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.render import text
from announcer.render.catalogue import date_in_words

Translate = Callable[[str], str]
LOGO_CID = "logo@announcer"
#: What every message has, and nothing else: a header that a title smuggled in would show.
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"),
    *("Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language"),
}


def staff_mail(edition: Edition, translate: Translate) -> bytes:
    """One message for many colleagues, none of whom sees another."""
    words = edition.content.text_in(edition.language)
    closing = (
        translate(N_("Läs mer på intranätet: {url}")).format(url=edition.page_url),
        translate(N_("Du får alltid prata med medierna, och ingen får fråga vem som gjorde det.")),
    )
    return _message(edition, translate, words, "undisclosed-recipients:;", "", closing)


def press_mail(edition: Edition, translate: Translate) -> bytes:
    """One message for one newsroom; nothing in it names an address inside the house."""
    words = edition.content.text_in(edition.language)
    label = f"{translate(N_('Pressmeddelande'))}, {_date(edition)}"
    return _message(edition, translate, words, edition.to, label, ())


def _date(edition: Edition) -> str:
    return date_in_words(edition.at, edition.sender.time_zone, edition.language)


def _message(
    edition: Edition,
    translate: Translate,
    words: Translation,
    to: str,
    label: str,
    closing: tuple[str, ...],
) -> bytes:
    message = EmailMessage(policy=SMTP)
    message.set_content(_plain(edition, translate, words, label, closing), cte="quoted-printable")
    html = _html(edition, translate, words, label, closing)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    page = message.get_payload()[1]
    page.add_related(edition.sender.logo_png, "image", "png", cid=f"<{LOGO_CID}>", filename="logo.png")
    if edition.for_media:
        for one in edition.content.attachments:
            main, _, sub = one.media_type.partition("/")
            message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    for name, value in _headers(edition, words.title, to):
        message[name] = _safe(value)  # last: each add_… moves Content-* headers into a part
    _fix_boundaries(message, edition)
    raw = message.as_bytes()
    _look_again(raw)
    return raw


def _headers(edition: Edition, title: str, to: str) -> list[tuple[str, str]]:
    sender = edition.sender
    return [
        ("From", formataddr((sender.name, sender.email))),
        ("To", to),
        ("Subject", title),
        ("Date", format_datetime(edition.at)),
        ("Message-ID", edition.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", edition.language),
    ]


def _safe(value: str) -> str:
    """The value, unless it could become a second header (CVE-2024-6923)."""
    if any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in value):
        raise ValueError("a control character in a header")
    return value


def _look_again(raw: bytes) -> None:
    """Read back what was serialised: exactly the headers that were meant stand in it."""
    found = email.message_from_bytes(raw, policy=SMTP).keys()
    if sorted(found) != sorted(HEADERS):
        raise ValueError(f"the message came out with the headers {sorted(found)}")


def _fix_boundaries(message: EmailMessage, edition: Edition) -> None:
    seed = hashlib.sha256(f"{edition.message_id}{edition.content.content_hash}".encode()).hexdigest()
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{seed[:40]}_{number}")


def _plain(
    edition: Edition, translate: Translate, words: Translation, label: str, closing: tuple[str, ...]
) -> str:
    sender = edition.sender
    rest = text.plain_text(_body(edition, words))
    blocks = [label, words.title, text.plain_text(words.summary), rest, *closing, *_facts(edition, translate)]
    signature = f"-- \n{sender.name}\n{sender.address}\n{sender.phone}\n{sender.email}\n{sender.web}"
    return "\n\n".join(text.without_controls(block) for block in [*blocks, signature] if block) + "\n"


def _body(edition: Edition, words: Translation) -> str:
    """The body in the edition's language; a summary stands for itself where there is no more."""
    return words.body


def _facts(edition: Edition, translate: Translate) -> list[str]:
    content = edition.content
    facts = [f"{translate(N_('Frågor besvaras av'))}: {content.contact}"]
    if content.record_number:
        facts.append(f"{translate(N_('Diarienummer'))}: {content.record_number}")
    return facts


def _html(
    edition: Edition, translate: Translate, words: Translation, label: str, closing: tuple[str, ...]
) -> str:
    sender = edition.sender
    out = BytesIO()

    def add(style: str, inner: str, tag: str = "p") -> None:
        out.write(f'<{tag} style="{style}">{inner}</{tag}>\n'.encode())

    if label:
        add("margin:0 0 8px;color:#555;font-size:14px;letter-spacing:.04em", _escaped(label))
    add(f"margin:0 0 16px;font-size:26px;line-height:1.25;color:{sender.colour}", _escaped(words.title), "h1")
    if words.summary:
        add("margin:0 0 20px;font-size:18px;font-weight:600", _escaped(words.summary))
    out.write(text.html(_body(edition, words)).encode())
    if edition.page_url:
        label_ = _escaped(translate(N_("Läs mer på intranätet")))
        add("margin:24px 0", f'<a style="color:{sender.colour}" href="{_escaped(edition.page_url)}">{label_}</a>')
    for line in closing[1:]:
        add("margin:16px 0;color:#555;font-size:15px", _escaped(line))
    for fact in _facts(edition, translate):
        add("margin:4px 0;font-size:15px", _escaped(fact))
    return _frame(edition, out.getvalue().decode())


def _frame(edition: Edition, inner: str) -> str:
    sender = edition.sender
    lines = "<br>".join(_escaped(v) for v in (sender.name, sender.address, sender.phone, sender.email, sender.web))
    return (
        f'<!doctype html><html lang="{_escaped(edition.language)}"><head><meta charset="utf-8">'
        f"<title>{_escaped(edition.content.text_in(edition.language).title)}</title></head>"
        '<body style="margin:0;background:#fff;color:#1c1c1c;font:17px/1.55 \'Source Sans Pro\',Segoe UI,Helvetica,Arial,sans-serif">'
        f'<div style="max-width:600px;margin:0 auto;padding:24px 20px">{inner}'
        f'<div style="margin-top:32px;padding-top:16px;border-top:2px solid {sender.colour};font-size:14px;color:#444">'
        f'<img src="cid:{LOGO_CID}" alt="{_escaped(sender.name)}" width="160" style="display:block;margin-bottom:10px">'
        f"{lines}</div></div></body></html>"
    )


def _escaped(value: str) -> str:
    return escape(text.without_controls(value))
