"""The sender: who speaks, in which colours, under which address. Part of every policy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sender:
    """The organisation as it stands in mails, on posters and pages.

    ``logo_svg`` and ``logo_png`` are the bytes of the same logo; colours are ``#rrggbb``.
    """

    name: str
    short_name: str
    address: str
    phone: str
    email: str
    web: str
    colour: str
    accent: str
    logo_svg: bytes
    logo_png: bytes
    time_zone: str
    language: str
