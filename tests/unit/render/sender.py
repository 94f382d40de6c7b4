"""An organisation, the example announcements, and editions of them."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.domain.delivery import Edition
from announcer.domain.organisation import Sender

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples" / "announcements").glob("*.md"))
LOGO = ROOT / "policies" / "hallefors"
PAGE = "https://intranat.hallefors.example/nyheter/k7f3m2q9"
AT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # already the 23rd in Sweden

SENDER = Sender(
    name="Hällefors kommun",
    short_name="Hällefors",
    address="Sikforsvägen 15, 712 83 Hällefors",
    phone="0591-555 00",
    email="kommun@hallefors.example",
    web="www.hallefors.example",
    colour="#1f4d3f",
    accent="#f3d9a4",
    logo_svg=(LOGO / "logo.svg").read_bytes(),
    logo_png=(LOGO / "logo.png").read_bytes(),
    time_zone="Europe/Stockholm",
    language="sv",
)


def content(**changed: Any) -> Content:
    """A small announcement, with what a test wants otherwise."""
    words: dict[str, Any] = {
        "class_name": "information",
        "unit": "kost",
        "title": "Nya tider i matsalen",
        "summary": "Matsalen öppnar klockan 11.",
        "body": "Vi öppnar **tidigare**.",
        "audience": ("alla",),
        "contact": "Kostchef, 0591-555 40",
        "record_number": "KS 2026-00123",
    }
    return Content(**(words | changed))


def edition(of: Content | None = None, language: str = "sv", page_url: str = PAGE) -> Edition:
    """An edition for staff; with an empty ``page_url`` one for a newsroom."""
    return Edition(
        content=of or content(),
        language=language,
        sender=SENDER,
        public_id="k7f3m2q9",
        page_url=page_url,
        at=AT,
        message_id="<a1b2c3@hallefors.example>",
        to="" if page_url else "Redaktionen <redaktion@tidningen.example>",
    )


def example(path: Path) -> Content:
    """An example announcement: TOML between ``+++`` lines, then Markdown."""
    _, front, body = path.read_text("utf-8").split("+++", 2)
    words = tomllib.loads(front)
    translations = {
        language: Translation(**text) for language, text in words.pop("translations", {}).items()
    }
    attachments = tuple(
        Attachment(name, "image/svg+xml", (path.parent / name).read_bytes(), "Planskiss av huset")
        for name in words.pop("attachments", [])
    )
    words.pop("languages", None)
    words["class_name"] = words.pop("class")
    words["audience"] = tuple(words["audience"])
    words["channels"] = tuple(words.get("channels", ()))
    return Content(**words, body=body.strip(), translations=translations, attachments=attachments)
