"""The ways of announcements that the newsroom's tests need."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pikepdf

from announcer.domain.announcement import Attachment
from announcer.domain.audience import Person
from announcer.domain.manuscript import read_manuscript
from announcer.services import writing
from tests.integration.promise.way import SMALL, approve, to_the_press
from tests.world import EXAMPLES, World

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'
#: With a heading, and a word that nothing else has.
BODY = "## Varför\n\nFler elever kommer i tid när bussen hinner fram."


def paper() -> bytes:
    """A PDF of one empty page."""
    written = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(written, deterministic_id=True)
    return written.getvalue()


def out(world: World, title: str = "Biblioteket öppnar klockan 9") -> str:
    """A decision that stands in the newsroom."""
    return _go(world, world.decision(title, SMALL))


def _go(world: World, public_id: str) -> str:
    approve(world, public_id)
    world.settle()
    to_the_press(world, public_id)
    return public_id


def with_files(
    world: World,
    title: str,
    body: str,
    picture: str = "karta.svg",
    drawing: bytes = PICTURE,
    author: Person | None = None,
    audience: tuple[str, ...] = ("bibliotek",),
) -> str:
    """A decision in three languages, handed in with a picture and a paper."""
    name = EXAMPLES / "announcements" / "02-skolans-tider.md"
    content = replace(
        read_manuscript(name.read_bytes(), lambda _: b""),
        title=title,
        body=body,
        audience=audience,
        attachments=(
            Attachment(picture, "image/svg+xml", drawing, "En karta över skolgården"),
            Attachment("tider.pdf", "application/pdf", paper()),
        ),
    )
    author = author or world.somebody("bildning", "chef")
    return writing.submit(world.installation, author, content).public_id


def out_with_files(world: World, title: str = "Klockarskolan börjar senare") -> str:
    """The same, in the newsroom."""
    return _go(world, with_files(world, title, BODY))


def correct(world: World, public_id: str, words: str) -> None:
    """Mark as corrected a day later, as the database's owner."""
    item = world.owner.execute(
        "SELECT published_at FROM newsroom.item WHERE public_id = %s", (public_id,)
    ).fetchone()
    assert item
    world.owner.execute("ALTER TABLE newsroom.item DISABLE TRIGGER gate")
    world.owner.execute(
        "UPDATE newsroom.item SET corrected_at = %s, correction = %s WHERE public_id = %s",
        (item[0] + timedelta(days=1), words, public_id),
    )
    world.owner.execute("ALTER TABLE newsroom.item ENABLE TRIGGER gate")
