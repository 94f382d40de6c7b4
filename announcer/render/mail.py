"""Mails: plain text and HTML in one message, the organisation's logo inside, nothing from outside.

Built with ``email`` under ``policy.SMTP`` (CRLF, RFC 5321 section 2.3.8). The same edition gives
the same bytes.
"""

import hashlib
import unicodedata
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, Policy
from email.utils import format_datetime

from announcer.domain.announcement import Attachment
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.render.catalogue import date_in_words
from announcer.render.letter import Letter, Translate

#: RFC 2392: how the HTML part names the picture beside it.
LOGO_CID = "logo@announcer"
#: RFC 5322 section 3.6.3: an empty group, so that no recipient sees another.
NOBODY = "undisclosed-recipients:;"


#: Bytes; longer words do not fit a header line (RFC 2047 section 2) and are encoded to be cut.
LONGEST_WORD = 60


class _Subject(UniqueUnstructuredHeader):
    """A subject folded as one run of encoded words.

    Python's own folding encodes word by word and loses blanks between two such words.
    """

    def fold(self, *, policy: Policy) -> str:
        words = str(self)
        plain = words.isascii() and all(len(word) <= LONGEST_WORD for word in words.split())
        charset = "us-ascii" if plain else "utf-8"
        header = Header(words, charset, maxlinelen=76, header_name="Subject")
        return f"Subject: {header.encode(linesep=policy.linesep)}{policy.linesep}"


_HEADERS = HeaderRegistry()
# The registry mixes BaseHeader in itself; its published type asks for it already.
_HEADERS.map_to_type("subject", _Subject)  # type: ignore[arg-type]
POLICY = SMTP.clone(header_factory=_HEADERS)


def staff_mail(edition: Edition, translate: Translate) -> bytes:
    """One message for many colleagues, none of whom sees another.

    Attachments stay on the intranet, where the link leads. The last line is the constitution's
    (TF 1 kap. 7 §, 3 kap. 5 §). Raises ValueError for a title or header that could not be sent.
    """
    freedom = N_("Du får alltid prata med medierna, och ingen får fråga vem som gjorde det.")
    return _message(edition, Letter(edition, translate, closing=(translate(freedom),)), NOBODY, ())


def press_mail(edition: Edition, translate: Translate) -> bytes:
    """One message for one newsroom, with the whole text and the attachments.

    Nothing in it names an address inside the house: an edition with a page there is refused.
    Raises ValueError for that, and for a title or header that could not be sent.
    """
    if not edition.for_media:
        raise ValueError("an edition with a page on the intranet is not for the media")
    day = date_in_words(edition.at, edition.sender.time_zone, edition.language)
    letter = Letter(edition, translate, label=f"{translate(N_('Pressmeddelande'))}, {day}")
    return _message(edition, letter, edition.to, edition.content.attachments)


def _message(
    edition: Edition, letter: Letter, to: str, attachments: tuple[Attachment, ...]
) -> bytes:
    message = EmailMessage(policy=POLICY)
    _write(message, edition, letter, attachments)
    meant = _headers(edition, to)
    for name, value in meant.items():
        _refuse_controls(name, value)
        message[name] = value
        # Encoded words were decoded just now; a line break may have come out of one.
        _refuse_controls(name, str(message[name]))
    _fix_boundaries(message, edition)
    raw = message.as_bytes()
    _look_again(raw, meant)
    return raw


def _write(
    message: EmailMessage, edition: Edition, letter: Letter, attachments: tuple[Attachment, ...]
) -> None:
    """Text, HTML with its logo, and files, from the inside out (RFC 2046 section 5.1)."""
    logo = edition.sender.logo_png
    page = EmailMessage(policy=SMTP)
    page.set_content(
        letter.html(f"cid:{LOGO_CID}" if logo else ""), subtype="html", cte="quoted-printable"
    )
    if logo:
        page.add_related(
            logo, "image", "png", cid=f"<{LOGO_CID}>", disposition="inline", filename="logo.png"
        )
    del page["MIME-Version"]  # stands once, in the message itself
    message.set_content(letter.plain(), cte="quoted-printable")
    message.make_alternative()
    message.attach(page)
    for one in attachments:
        main, _, sub = one.media_type.partition("/")
        _refuse_controls("filename", one.name)
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)


def _headers(edition: Edition, to: str) -> dict[str, str]:
    """The headers that are ours; ``email`` adds MIME-Version and Content-Type."""
    sender = edition.sender
    words = edition.content.text_in(edition.language)
    _refuse_controls("From", sender.name)
    return {
        "From": str(Address(sender.name, addr_spec=sender.email)),
        "To": to,
        "Subject": words.title,
        "Date": format_datetime(edition.at),
        "Message-ID": edition.message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834 section 5
        "X-Auto-Response-Suppress": "All",  # what Exchange reads instead
        "Content-Language": edition.language,
    }


def _refuse_controls(name: str, value: str) -> None:
    """Raise ValueError where ``value`` could become a second header (CVE-2024-6923)."""
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
        raise ValueError(f"a control character in {name}")


def _look_again(raw: bytes, meant: dict[str, str]) -> None:
    """Read back what was serialised: exactly the headers that were meant, with their values."""
    found = BytesParser(policy=SMTP).parsebytes(raw)
    names = sorted(found.keys())
    if names != sorted([*meant, "MIME-Version", "Content-Type"]):
        raise ValueError(f"the message came out with the headers {names}")
    for name, value in meant.items():
        if _words(str(found[name])) != _words(value):
            raise ValueError(f"{name} came out as {found[name]!r}")
    if not found["From"].addresses or (meant["To"] != NOBODY and not found["To"].addresses):
        raise ValueError("the message has no sender or no addressee")


def _words(value: str) -> list[str]:
    return value.split()


def _fix_boundaries(message: EmailMessage, edition: Edition) -> None:
    """The same boundaries every time, and none that a text could contain by chance."""
    seed = f"{edition.message_id}\0{edition.language}\0{edition.content.content_hash}"
    stem = hashlib.sha256(seed.encode()).hexdigest()[:40]
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{stem}_{number}")
