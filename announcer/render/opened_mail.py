"""A mail as a page with a strict content policy can show it: the words, without the styles."""

from base64 import b64encode
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

import lxml.html
from lxml import etree

from announcer.render.mail import LOGO_CID


@dataclass(frozen=True)
class OpenedMail:
    """What a mail program shows; ``html`` is safe in a page of ours, with its logo inside."""

    sender: str
    subject: str
    html: str


def opened_mail(raw: bytes) -> OpenedMail:
    """A message of ours (`announcer.render.mail`) as its reader sees it."""
    message = BytesParser(policy=SMTP).parsebytes(raw)
    page = message.get_body(("html",))
    assert page is not None  # noqa: S101 - each of our messages has one
    (body,) = lxml.html.document_fromstring(page.get_content()).iter("body")
    for one in body.iter(etree.Element):
        one.attrib.pop("style", None)
        if one.get("src") == f"cid:{LOGO_CID}":
            one.set("src", f"data:image/png;base64,{b64encode(_logo(message)).decode()}")
    inner = "".join(etree.tostring(one, encoding="unicode", method="html") for one in body)
    return OpenedMail(str(message["From"]), str(message["Subject"]), inner)


def _logo(message: EmailMessage) -> bytes:
    found = (part for part in message.walk() if part["Content-ID"] == f"<{LOGO_CID}>")
    return bytes(next(found).get_payload(decode=True))
