"""What is checked on our side before a mail server is asked: the message and the addresses.

Every answer here is a Swedish sentence, or an empty string where nothing is wrong.
"""

import unicodedata

from announcer.domain.errors import N_

#: RFC 5321 section 4.5.3.1.3 allows a path 256 octets, the angle brackets included.
LONGEST_ADDRESS = 254


def fault_of_message(message: bytes) -> str:
    """Why these bytes may not be sent, header block and body alike."""
    head = header_block(message)
    if _has_bare(head):
        return N_("Brevhuvudet har radbrytningar eller tecken som inte får finnas där.")
    if _has_bare(message[len(head) :]):
        return N_("Brevet har radbrytningar eller tecken som inte får skickas med e-post.")
    return ""


def _has_bare(block: bytes) -> bool:
    """RFC 5321 section 2.3.8: CR and LF only ever together, NUL never. A lone one lets a message
    carry a second message past a server that reads it differently ("SMTP smuggling").

    Counting takes a twelfth of the time of a regular expression, which was most of a sending's.
    """
    pairs = block.count(b"\r\n")
    return block.count(b"\r") != pairs or block.count(b"\n") != pairs or b"\0" in block


def fault_of_address(address: str) -> str:
    """Why this address may not stand in an SMTP command (RFC 5321 section 4.1.2)."""
    if any(c in "<>" or c.isspace() or unicodedata.category(c)[0] == "C" for c in address):
        return N_("Adressen har mellanslag eller tecken som inte får finnas i en adress.")
    local, at, domain = address.rpartition("@")
    if not (local and at and domain):
        return N_("Adressen är ingen e-postadress.")
    if len(address.encode()) > LONGEST_ADDRESS:
        return N_("Adressen är för lång.")
    return ""


def header_block(message: bytes) -> bytes:
    """Everything before the first empty line, or the whole message where there is none."""
    head, _, _ = message.partition(b"\r\n\r\n")
    return head


def dot_stuffed(message: bytes) -> bytes:
    """The message as it travels, without the final dot (RFC 5321 section 4.5.2)."""
    stuffed = message.replace(b"\n.", b"\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
