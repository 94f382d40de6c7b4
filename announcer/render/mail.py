"""Mails: plain text and HTML in one message, the organisation's logo inside, nothing from outside.

Built with ``email`` under ``policy.SMTP`` (CRLF, RFC 5321 section 2.3.8). The same edition gives
the same bytes.
"""

import hashlib
import unicodedata
from dataclasses import replace
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, Policy
from email.utils import format_datetime
from functools import lru_cache

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.domain.change import ChangeKind
from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.domain.invitation import Invitation
from announcer.render.calendar import ics
from announcer.render.catalogue import date_in_words
from announcer.render.exercise import marked, words_in
from announcer.render.letter import Letter, Translate

#: RFC 2392: how the HTML part names the picture beside it.
LOGO_CID = "logo@announcer"
#: RFC 5322 section 3.6.3: an empty group, so that no recipient sees another.
NOBODY = "undisclosed-recipients:;"
#: What stands before a title.
PRESS_RELEASE, CORRECTION = N_("Pressmeddelande"), N_("Rättelse")
WITHDRAWAL = N_("Tillbakadraget")


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


#: Messages kept without their addressee: some thousand newsrooms differ in two headers only, and
#: making the rest anew for each was most of the work. More than one, because two may take turns.
_KEPT = 2


def staff_mail(edition: Edition, translate: Translate) -> bytes:
    """One message for many colleagues, none of whom sees another.

    Attachments stay on the intranet, where the link leads; whoever does not read it gets them with
    the whole text. The last line is the constitution's
    (TF 1 kap. 7 §, 3 kap. 5 §). Raises ValueError for a title or header that could not be sent.
    """
    return _addressed(_to_staff(_to_nobody(edition), translate), edition, NOBODY)


def press_mail(edition: Edition, translate: Translate) -> bytes:
    """One message for one newsroom, with the whole text and the attachments.

    Nothing in it names an address inside the house: an edition with a page there is refused.
    Raises ValueError for that, for an exercise, and for a title or header that could not be sent.
    """
    if not edition.for_media:
        raise ValueError("an edition with a page on the intranet is not for the media")
    if edition.content.exercise:
        raise ValueError("an exercise never leaves the house")
    return _addressed(_to_press(_to_nobody(edition), translate), edition, edition.to)


def _to_nobody(edition: Edition) -> Edition:
    change = edition.change and replace(edition.change, message_id="")
    return replace(edition, message_id="", to="", change=change)


@lru_cache(maxsize=_KEPT)
def _to_staff(edition: Edition, translate: Translate) -> bytes:
    edition = _told(edition, translate)
    freedom = N_("Du får alltid prata med medierna, och ingen får fråga vem som gjorde det.")
    files = () if edition.page_url else edition.content.attachments
    return _shared(edition, Letter(edition, translate, closing=(translate(freedom),)), files)


@lru_cache(maxsize=_KEPT)
def _to_press(edition: Edition, translate: Translate) -> bytes:
    edition = _told(edition, translate)
    day = date_in_words(edition.at, edition.sender.time_zone, edition.language)
    label = f"{translate(PRESS_RELEASE)}, {day}"
    letter = Letter(edition, translate, label=label)
    return _shared(edition, letter, edition.content.attachments)


def _told(edition: Edition, translate: Translate) -> Edition:
    """The edition in the words of those who have had the text before it."""
    change = edition.change
    words = words_in(edition.content, edition.language, translate)
    if change is None:
        return _marked(edition, words)
    what = change.what.get(edition.language, "")
    if change.kind is ChangeKind.CORRECTED:
        summary = f"{what} {words.summary}".strip()
        # The right title: it may be the title that was wrong.
        told = Translation(f"{translate(CORRECTION)}: {words.title}", summary, words.body)
        return replace(edition, content=_only(edition, told))
    known = change.title.get(edition.language)
    title = words.title if known is None else marked(known, edition.content, translate)
    gone = translate(N_("Det här meddelandet är tillbakadraget och gäller inte längre."))
    told = Translation(f"{translate(WITHDRAWAL)}: {title}", f"{gone} {what}".strip())
    return replace(edition, content=replace(_only(edition, told), attachments=()))


def _marked(edition: Edition, words: Translation) -> Edition:
    """An exercise under its marked title; anything else as it is."""
    return replace(edition, content=_only(edition, words)) if edition.content.exercise else edition


def _only(edition: Edition, words: Translation) -> Content:
    """The content with these words in the edition's language, and no other language."""
    return replace(
        edition.content,
        title=words.title,
        summary=words.summary,
        body=words.body,
        language=edition.language,
        translations={},
    )


def _shared(edition: Edition, letter: Letter, attachments: tuple[Attachment, ...]) -> bytes:
    """All of a message but the headers that say whose it is."""
    message = EmailMessage(policy=POLICY)
    _write(message, edition, letter, attachments)
    _fix_boundaries(message, edition)
    return _headed(message, _headers(edition), ("MIME-Version", "Content-Type"))


def _addressed(shared: bytes, edition: Edition, to: str) -> bytes:
    """The whole message: the addressee's own headers before what everybody's message has."""
    own = {"To": to, "Message-ID": edition.message_id}
    if edition.change is not None and edition.change.message_id:
        # RFC 5322 section 3.6.4: in the thread of what they had.
        own |= dict.fromkeys(("In-Reply-To", "References"), edition.change.message_id)
    return _headed(EmailMessage(policy=POLICY), own).removesuffix(b"\r\n") + shared


def _headed(message: EmailMessage, meant: dict[str, str], there: tuple[str, ...] = ()) -> bytes:
    """The message serialised with the headers ``meant`` beside those that are ``there``."""
    for name, value in meant.items():
        _refuse_controls(name, value)
        message[name] = value
        # Encoded words were decoded just now; a line break may have come out of one.
        _refuse_controls(name, str(message[name]))
    raw = message.as_bytes()
    _look_again(raw, meant, there)
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
    if edition.invitation:
        message.attach(_calendar(edition, edition.invitation, letter.translate))
    for one in attachments:
        main, _, sub = one.media_type.partition("/")
        _refuse_controls("filename", one.name)
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)


def _calendar(edition: Edition, invitation: Invitation, translate: Translate) -> EmailMessage:
    """The last alternative, which a calendar program takes (RFC 6047 section 2.4)."""
    part = EmailMessage(policy=SMTP)
    part.set_content(
        ics(edition, invitation, translate),
        subtype="calendar",
        cte="base64",
        params={"method": invitation.method},
    )
    del part["MIME-Version"]
    return part


def _headers(edition: Edition) -> dict[str, str]:
    """The headers of every message of an edition; ``email`` adds MIME-Version and Content-Type."""
    sender = edition.sender
    words = edition.content.text_in(edition.language)
    _refuse_controls("From", sender.name)
    return {
        "From": str(Address(sender.name, addr_spec=sender.email)),
        "Subject": words.title,
        "Date": format_datetime(edition.at),
        "Auto-Submitted": "auto-generated",  # RFC 3834 section 5
        "X-Auto-Response-Suppress": "All",  # what Exchange reads instead
        "Content-Language": edition.language,
    }


def _refuse_controls(name: str, value: str) -> None:
    """Raise ValueError where ``value`` could become a second header (CVE-2024-6923)."""
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
        raise ValueError(f"a control character in {name}")


def _look_again(raw: bytes, meant: dict[str, str], there: tuple[str, ...]) -> None:
    """Read back what was serialised: exactly the headers that were meant, with their values."""
    head, end, _ = raw.partition(b"\r\n\r\n")
    found = BytesParser(policy=SMTP).parsebytes(head + end, headersonly=True)
    names = sorted(found.keys())
    if names != sorted([*meant, *there]):
        raise ValueError(f"the message came out with the headers {names}")
    for name, value in meant.items():
        if _words(str(found[name])) != _words(value):
            raise ValueError(f"{name} came out as {found[name]!r}")
        if name in {"From", "To"} and value != NOBODY and not found[name].addresses:
            raise ValueError("the message has no sender or no addressee")


def _words(value: str) -> list[str]:
    return value.split()


def _fix_boundaries(message: EmailMessage, edition: Edition) -> None:
    """The same boundaries every time, and none that a text could contain by chance."""
    seed = f"{edition.language}\0{edition.content.content_hash}"
    stem = hashlib.sha256(seed.encode()).hexdigest()[:40]
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{stem}_{number}")
