"""Whose shifts hand over when: asked of the imported lists."""

from collections.abc import Mapping
from datetime import time

from announcer.people import workplaces
from announcer.services.importing import import_staff, import_workplaces
from tests.world import EXAMPLES, World

HEAD = b"workplace,handovers,languages\n"
FYLLSTA = (time(6, 45), time(13, 30), time(20, 45))


def handovers(world: World, *audience: str, unit: str = "ks") -> Mapping[str, tuple[time, ...]]:
    with world.installation.database.reading() as session:
        return workplaces.handovers(session, world.installation.policy, audience, unit)


def test_every_workplace_of_the_audience_says_when_its_shifts_hand_over(world: World):
    assert handovers(world, "fyllsta") == {"Fyllsta": FYLLSTA}
    below = handovers(world, "valfard")
    assert below["Fyllsta"] == FYLLSTA
    assert below["Hemtjänstlokalen"] == (time(7), time(15, 30), time(21, 30))
    assert below["Kommunhuset"] == ()
    assert "Klockarskolan" not in below
    assert len(handovers(world, "alla")) == 14


def test_whoever_has_left_works_nowhere(world: World):
    staff = (EXAMPLES / "organisation" / "staff.csv").read_text(encoding="utf-8")
    rows = [row for row in staff.splitlines() if ",Fyllsta," not in row]
    import_staff(world.installation, "\n".join(rows).encode())
    assert handovers(world, "fyllsta") == {}


def test_the_newest_list_holds(world: World):
    file = (EXAMPLES / "organisation" / "workplaces.csv").read_bytes()
    result = import_workplaces(
        world.installation, file.replace(b"Fyllsta,06:45 13:30 20:45", b"Fyllsta,07:00")
    )
    assert (result.kept, result.left, result.findings) == (14, 0, ())
    assert handovers(world, "fyllsta") == {"Fyllsta": (time(7),)}


def test_nothing_leaves_the_list_while_a_row_is_faulty(world: World):
    result = import_workplaces(world.installation, HEAD + b"Fyllsta,quarter to seven,sv\n")
    assert (result.kept, result.left) == (0, 0)
    assert handovers(world, "fyllsta") == {"Fyllsta": FYLLSTA}


def test_a_workplace_without_anybody_leaves_with_its_row(world: World):
    file = (EXAMPLES / "organisation" / "workplaces.csv").read_bytes()
    assert import_workplaces(world.installation, file + b"Stugan,08:00,sv\n").kept == 15
    result = import_workplaces(world.installation, file)
    assert (result.kept, result.left, result.findings) == (14, 1, ())
