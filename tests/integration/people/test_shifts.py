"""The phones of shifts: what is taken in, and whose phone is reached now."""

from datetime import UTC, datetime

import pytest

from announcer.people.shifts import phones_on_shift
from announcer.services.importing import import_shifts
from tests.world import EXAMPLES, World

HEAD = "workplace,phone,days,hours\n"
PHONE = "+46 70 174 06 05"


def take_in(world: World, *rows: str):
    return import_shifts(world.installation, (HEAD + "\n".join(rows)).encode())


def carried(world: World, moment: datetime, *workplaces: str) -> list[str]:
    with world.installation.database.reading() as session:
        policy = world.installation.policy
        return list(phones_on_shift(session, policy, workplaces, moment))


def test_the_example_names_the_phone_of_the_shift_that_is_on(world: World):
    file = (EXAMPLES / "organisation" / "shifts.csv").read_bytes()
    assert import_shifts(world.installation, file).findings == ()
    noon = datetime(2027, 5, 6, 10, tzinfo=UTC)
    assert carried(world, noon, "Fyllsta", "Centralköket") == ["+46701740607"]
    assert carried(world, noon.replace(hour=22), "Fyllsta") == ["+46701740608"]
    assert carried(world, noon, "Kommunhuset") == []
    again = import_shifts(world.installation, file)
    assert (again.kept, again.left, len(again.findings)) == (7, 0, 0)
    assert carried(world, noon, "Fyllsta") == ["+46701740607"]


def test_a_phone_that_two_workplaces_share_is_reached_once(world: World):
    rows = [f"{place},{PHONE},mon-sun,00:00-24:00" for place in ("Fyllsta", "Centralköket")]
    assert take_in(world, *rows).kept == 2
    noon = datetime(2027, 5, 6, 10, tzinfo=UTC)
    assert carried(world, noon, "Fyllsta", "Centralköket") == ["+46701740605"]


def test_what_is_not_in_the_list_any_more_is_forgotten_unless_a_row_is_faulty(world: World):
    fyllsta, kitchen = (
        f"{place},{PHONE},mon-fri,06:00-14:00" for place in ("Fyllsta", "Centralköket")
    )
    take_in(world, fyllsta, kitchen)
    assert take_in(world, fyllsta, "Centralköket,12,mon,06:00-14:00").left == 0
    assert take_in(world, fyllsta).left == 1
    stored = world.owner.execute("SELECT workplace FROM announcer.shift").fetchall()
    assert stored == [("Fyllsta",)]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (f"Stugan,{PHONE},mon,07:00-16:00", "ingen i personalkatalogen arbetar på ”Stugan”"),
        ("Fyllsta,070-174 06 05,mon,07:00-16:00", "är inget telefonnummer med landsnummer"),
        (f"Fyllsta,{PHONE},måndag,07:00-16:00", "är inga veckodagar"),
        (f"Fyllsta,{PHONE},mon,7-16", "”7-16” är inga arbetstider"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(world: World, row: str, sentence: str):
    result = take_in(world, row)
    assert result.kept == 0
    (finding,) = result.findings
    assert sentence in finding.refusal.say(str)


def test_who_works_all_week_works_on_holidays_whatever_the_rows_are(world: World):
    take_in(
        world,
        f"Fyllsta,{PHONE},mon-fri,06:00-14:00",
        "Fyllsta,+46 70 174 06 06,sat-sun,07:00-15:00",
        "Centralköket,+46 70 174 06 07,mon-fri,06:00-14:00",
    )
    ascension = datetime(2027, 5, 6, 6, tzinfo=UTC)
    assert carried(world, ascension, "Fyllsta", "Centralköket") == ["+46701740605"]
