"""The list of a group: offices and addresses, and nothing else."""

from pathlib import Path

import pytest

from announcer.domain.errors import BadSubmission
from announcer.people.groups import Member, read_group

EXAMPLES = Path(__file__).parents[3] / "examples" / "organisation"
HEAD = "office,email,language\n"


def test_the_example_is_taken_in_whole():
    read = read_group((EXAMPLES / "fortroendevalda.csv").read_bytes())
    assert read.findings == ()
    assert read.rows[3] == Member(
        "Ledamot 2 i bildningsnämnden", "bn.ledamot2@politiker.example", "fi"
    )


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",a@x.example,sv", "Rad 3 saknar uppdragets namn."),
        ("Ledamot,nej,sv", "Rad 3: ”nej” är ingen e-postadress."),
        ("Ledamot,FIRST@x.example,sv", "Rad 3: adressen FIRST@x.example står redan på rad 2."),
        ("Ledamot,a@x.example,x", "Rad 3: ”x” är ingen språkkod, skriv till exempel sv eller fi."),
    ],
)
def test_a_faulty_row_is_left_out_in_words(row, sentence):
    read = read_group(f"{HEAD}Ordförande,first@x.example,\n{row}\n".encode())
    assert [finding.refusal.say(str) for finding in read.findings] == [sentence]
    assert read.rows == (Member("Ordförande", "first@x.example", "sv"),)


def test_a_column_with_names_is_refused():
    with pytest.raises(BadSubmission) as refused:
        read_group(b"office,email,language,name\nLedamot,a@x.example,sv,Somebody\n")
    assert "Filen har kolumner som inte ska vara med: name." in refused.value.say(str)
