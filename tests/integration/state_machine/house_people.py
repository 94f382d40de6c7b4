"""A small organisation out of the example's lists, and what is written in it."""

import csv
import io
from collections import Counter
from datetime import datetime
from uuid import UUID

from announcer.domain.announcement import Content
from announcer.domain.audience import Person
from announcer.services.importing import import_press, import_staff
from tests.integration.state_machine.promise_model import ALWAYS_PRESS, Item
from tests.world import EXAMPLES, World

#: So many people are enough of each unit; whoever reads Finnish or has no mailbox stays as well.
ENOUGH = 3
STAFF_UNITS = frozenset({"ks", "info", "bildning", "bibliotek", "kf-kansli"})
#: The units below a unit of which this organisation has people.
BELOW = {"bildning": {"bildning", "bibliotek"}, "alla": STAFF_UNITS}
PRESS = ("nyheter@lokaltidningen.example", "toimitus@sisuviikko.example", "Desk@byran.example")

#: What is written: class, unit, audience, channels.
KINDS: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "information": ("information", "bildning", ("bibliotek",), ()),
    "information med press": ("information", "bildning", ("alla", "press"), ()),
    "information utan mejl": (
        *("information", "bildning", ("bildning", "press")),
        ("intranet", "poster", "meeting"),
    ),
    "beslut": ("beslut", "bildning", ("bibliotek", "bildning", "alla"), ()),
    "kommande beslut": ("kommande beslut", "bildning", ("bibliotek", "alla", "press"), ()),
    "kommande utan press": ("kommande beslut", "bildning", ("bildning",), ()),
    "kris": ("kris", "ks", ("alla",), ()),
    "bara min enhet": ("bara min enhet", "bibliotek", ("bibliotek",), ()),
}


def _rows() -> list[dict[str, str]]:
    text = (EXAMPLES / "organisation" / "staff.csv").read_text(encoding="utf-8")
    seen: Counter[str] = Counter()
    rows = []
    for row in csv.DictReader(io.StringIO(text)):
        seen[row["unit"]] += 1
        special = row["language"] != "sv" or not row["email"]
        if row["unit"] in STAFF_UNITS and (special or seen[row["unit"]] <= ENOUGH):
            rows.append(row)
    return rows


def move_in(world: World) -> None:
    """Let the other units' people leave, and shorten the press list."""
    rows = _rows()
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    import_staff(world.installation, out.getvalue().encode())
    press = "newsroom,email,language,area\n" + "".join(
        f"Redaktion {n},{address},{'fi' if n == 1 else 'sv'},Sverige\n"
        for n, address in enumerate(PRESS)
    )
    import_press(world.installation, press.encode())


def people(world: World) -> dict[str, Person]:
    """Everybody who acts, by what they are called in the rules."""
    return {
        "rektor": world.somebody("bildning", "chef"),
        "bibliotekschef": world.somebody("bibliotek", "chef"),
        "kommunchef": world.somebody("ks", "chef"),
        "informatör": world.communicator,
        "informationschef": world.somebody("info", "chef"),
        "medarbetare": world.somebody("bildning", "medarbetare"),
    }


def mailboxes(audience: tuple[str, ...]) -> frozenset[str]:
    """Every address of the staff in an audience, case-folded."""
    units = set().union(*(BELOW.get(name, {name}) for name in audience))
    return frozenset(row["email"].casefold() for row in _rows() if row["unit"] in units) - {""}


def item_of(kind: str, author: UUID, title: str) -> Item:
    """What should come out of an announcement of this kind."""
    class_name, unit, audience, channels = KINDS[kind]
    to_press = class_name in ALWAYS_PRESS or "press" in audience
    return Item(
        kind=kind,
        class_name=class_name,
        unit=unit,
        author=author,
        titles=[(title, author)],
        staff=mailboxes(audience),
        press=frozenset(map(str.casefold, PRESS)) if to_press else frozenset(),
        mailed=not channels or "email" in channels,
        has_meeting=class_name == "kommande beslut" or "meeting" in channels,
        approved=title if class_name == "bara min enhet" else "",
    )


def crisis_of(
    author: UUID, place: str, now: datetime, *, over: bool = False, exercise: bool = False
) -> Item:
    """What should come out of a crisis that is declared or over, or of an exercise."""
    if over:
        title = f"Faran över: du behöver inte koka vattnet i {place}"
        finnish = f"Vaara ohi: vettä ei tarvitse enää keittää: {place}"
    else:
        title, finnish = f"Koka dricksvattnet i {place}", f"Keitä juomavesi: {place}"
    drilled = {
        row["email"].casefold()
        for row in _rows()
        if row["role"] == "chef" and row["workplace"] == "Kommunhuset"
    }
    return Item(
        kind="utlyst kris",
        class_name="kris",
        unit="ks",
        author=author,
        titles=[(title, author)],
        staff=frozenset(drilled) if exercise else mailboxes(("alla",)),
        press=frozenset() if exercise else frozenset(map(str.casefold, PRESS)),
        mailed=True,
        has_meeting=False,
        approved=title,
        declared_at=now,
        exercise=exercise,
        aliases=(finnish,),
    )


def content_of(kind: str, title: str) -> Content:
    """The text of an announcement of this kind."""
    class_name, unit, audience, channels = KINDS[kind]
    return Content(
        class_name=class_name,
        unit=unit,
        title=title,
        summary="Det här gäller från i dag.",
        body=f"Mer om {title}.",
        audience=audience,
        contact="Kontakt, 0591-555 10",
        record_number="BN 2026-1",
        channels=channels,
    )
