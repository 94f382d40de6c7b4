"""The list of workplaces: what is taken in, and what is said about the rest."""

from datetime import time
from pathlib import Path

import pytest

from announcer.domain.errors import BadSubmission
from announcer.people.directory import read_staff
from announcer.people.table import Imported
from announcer.people.workplaces import Workplace, read_workplaces

EXAMPLES = Path(__file__).parents[3] / "examples" / "organisation"
HEAD = "workplace,handovers,languages\n"


def told(read: Imported[Workplace]) -> list[str]:
    return [finding.refusal.say(str) for finding in read.findings]


def test_the_example_knows_every_workplace_of_the_directory_and_no_other():
    staff = read_staff((EXAMPLES / "staff.csv").read_bytes()).rows
    read = read_workplaces(
        (EXAMPLES / "workplaces.csv").read_bytes(), {one.workplace for one in staff}
    )
    assert told(read) == []
    by_name = {one.name: one for one in read.rows}
    assert by_name["Fyllsta"].handovers == (time(6, 45), time(13, 30), time(20, 45))
    assert by_name["Fyllsta"].languages == ("sv", "fi")
    assert by_name["Kommunhuset"].handovers == ()


def test_times_stand_in_the_order_of_the_day_and_once():
    read = read_workplaces(f"{HEAD}Natt,20:45 06:45 20:45,\n".encode(), {"Natt"})
    assert read.rows == (Workplace("Natt", (time(6, 45), time(20, 45)), ()),)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Natt,6.45,sv", "Rad 2: ”6.45” är inga klockslag. Skriv till exempel 06:45 13:30 20:45, eller ingenting."),
        ("Natt,24:00,sv", "Rad 2: ”24:00” är inga klockslag. Skriv till exempel 06:45 13:30 20:45, eller ingenting."),
        ("Natt,06:45,svenska", "Rad 2: ”svenska” är ingen språkkod, skriv till exempel sv eller fi."),
        (",06:45,sv", "Rad 2 saknar arbetsplatsens namn."),
    ],
)  # fmt: skip
def test_a_faulty_row_is_left_out_in_words(row, sentence):
    read = read_workplaces(f"{HEAD}{row}\nDag,,sv\n".encode(), {"Dag"})
    assert told(read) == [sentence]
    assert [one.name for one in read.rows] == ["Dag"]


def test_a_workplace_stands_once():
    read = read_workplaces(f"{HEAD}Natt,06:45,sv\nNatt,,sv\n".encode(), {"Natt"})
    assert told(read) == ["Rad 3: arbetsplatsen Natt står redan på rad 2."]
    assert read.rows[0].handovers == (time(6, 45),)


def test_a_slip_of_the_pen_is_noticed_from_both_sides():
    read = read_workplaces(f"{HEAD}Fylsta,06:45,sv\n".encode(), {"Fyllsta"})
    assert told(read) == [
        "Rad 2: ingen i personalkatalogen arbetar på ”Fylsta”.",
        "Arbetsplatsen ”Fyllsta” i personalkatalogen saknas i filen.",
    ]
    assert [one.name for one in read.rows] == ["Fylsta"]


def test_further_columns_are_refused_by_name():
    with pytest.raises(BadSubmission) as refused:
        read_workplaces(b"workplace,handovers,languages,chef\nNatt,,sv,p1\n", {"Natt"})
    (refusal,) = refused.value.findings
    assert refusal.say(str) == (
        "Filen har kolumner som inte ska vara med: chef. Bara dessa: workplace, handovers, languages."
    )
