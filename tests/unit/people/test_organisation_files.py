"""What is taken in from the lists that an office keeps, and what it is told about the rest."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.domain.errors import BadSubmission
from announcer.people.directory import StaffMember, Unit, read_staff, read_units
from announcer.people.press_list import PressContact, read_press
from announcer.people.table import LARGEST_FILE, Imported

EXAMPLES = Path(__file__).parents[3] / "examples" / "organisation"
PRESS = "newsroom,email,language,area\n"
STAFF = "person,unit,workplace,role,email,language\n"
UNITS = "unit,name,kind,parent,workplace\n"


def told(imported: Imported[Any]) -> list[str]:
    return [str(finding.refusal) for finding in imported.findings]


class TestTheExampleOrganisation:
    def test_its_units_are_all_there(self) -> None:
        units = read_units((EXAMPLES / "units.csv").read_bytes())

        assert len(units.rows) == 20
        assert units.findings == ()
        assert units.rows[0] == Unit("ks", "Kommunstyrelsen", "nämnd", "", "Kommunhuset")

    def test_its_staff_are_all_there_with_and_without_mail(self) -> None:
        units = read_units((EXAMPLES / "units.csv").read_bytes())
        codes = {unit.code for unit in units.rows}
        staff = read_staff((EXAMPLES / "staff.csv").read_bytes(), codes)

        assert len(staff.rows) == 753
        assert staff.findings == ()
        assert staff.rows[0] == StaffMember(
            "p0001", "ks", "Kommunhuset", "chef", "ks.000@hallefors.example", "sv"
        )
        assert any(not member.email for member in staff.rows)
        assert {member.language for member in staff.rows} == {"sv", "fi"}

    def test_its_press_list_loses_only_the_broken_and_the_doubled_row(self) -> None:
        press = read_press((EXAMPLES / "press.csv").read_bytes())

        assert len(press.rows) == 10
        assert [finding.row for finding in press.findings] == [12, 13]
        assert told(press) == [
            "Rad 12: ”inte-en-adress” är ingen e-postadress.",
            "Rad 13: adressen Redaktion@lansradion.example står redan på rad 3.",
        ]
        assert press.rows[1] == PressContact(
            "Länsradion", "redaktion@lansradion.example", "sv", "Örebro län"
        )


class TestFilesAsOfficesMakeThem:
    ROW = "Länsradion,red@lansradion.example,sv,Örebro län"

    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("delimiter", [",", ";"])
    def test_marks_line_ends_and_delimiters_of_all_kinds_are_read(
        self, mark: str, end: str, delimiter: str
    ) -> None:
        text = (mark + PRESS.strip() + "\n" + self.ROW + "\n").replace(",", delimiter)

        press = read_press(text.replace("\n", end).encode())

        assert press.rows == (
            PressContact("Länsradion", "red@lansradion.example", "sv", "Örebro län"),
        )

    def test_quoted_cells_empty_rows_blanks_and_other_columns_are_no_trouble(self) -> None:
        text = (
            " Newsroom ,EMAIL,language,area,not\n"
            '"Posten, Örebro", red@posten.example ,SV,"""Bergslagen""",hej\n'
            ",,,,\n\n"
            "Radion,red@radion.example,,\n"
        )

        assert read_press(text.encode()).rows == (
            PressContact("Posten, Örebro", "red@posten.example", "sv", '"Bergslagen"'),
            PressContact("Radion", "red@radion.example", "sv", ""),
        )

    def test_row_numbers_are_the_ones_excel_shows(self) -> None:
        press = read_press((PRESS + "\nA,a@b.example,sv,\nB,fel,sv,\n").encode())

        assert [finding.row for finding in press.findings] == [4]

    def test_letters_put_together_from_parts_are_the_same_letters(self) -> None:
        units = read_units((UNITS + "A\u030a,Ett,enhet,,\nÅ,Två,enhet,,\n").encode())

        assert [unit.code for unit in units.rows] == ["Å"]

    def test_a_row_shifted_by_a_delimiter_in_the_text_is_not_guessed_at(self) -> None:
        press = read_press((PRESS + "Posten, Örebro,a@b.example,sv,Örebro\n").encode())

        assert press.rows == ()
        assert told(press) == ["Rad 2 har fler celler än det finns kolumner."]

    def test_control_characters_keep_a_row_out(self) -> None:
        text = PRESS + '"A\r\nBcc: x@y.example",a@b.example,sv,\nB,"b@b.example\n",sv,\n'

        press = read_press(text.encode())

        assert press.rows == ()
        assert [finding.row for finding in press.findings] == [2, 3]


READERS: list[Callable[[bytes], Imported[Any]]] = [read_units, read_staff, read_press]


class TestFilesThatCannotBeRead:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "Filen saknar kolumner: newsroom, email, language, area."),
            (b"newsroom,mejl,language,area\n", "Filen saknar kolumner: email."),
            (b"newsroom,email,email,language,area\n", "samma kolumn flera gånger: email"),
            (f"{PRESS}Länsradion,a@b.example,sv,\n".encode("latin-1"), "inte sparad som UTF-8"),
            (PRESS.encode("utf-16"), "inte sparad som UTF-8"),
            (PRESS.encode("utf-16-le"), "inte sparad som UTF-8"),
            (PRESS.encode() + b'"A,a@b.example\n', "från textrad 2"),
        ],
    )
    def test_are_refused_in_one_clear_sentence(self, content: bytes, words: str) -> None:
        with pytest.raises(BadSubmission) as refused:
            read_press(content)

        assert words in str(refused.value)
        assert len(refused.value.findings) == 1

    @pytest.mark.parametrize("reader", READERS)
    def test_a_huge_file_is_refused_before_it_is_looked_at(
        self, reader: Callable[[bytes], Imported[Any]]
    ) -> None:
        with pytest.raises(BadSubmission, match="för stor: högst 20 MB"):
            reader(b"\xff" * (LARGEST_FILE + 1))

    @given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: (PRESS + t).encode()))
    def test_no_bytes_at_all_break_the_reader(self, content: bytes) -> None:
        for reader in READERS:
            with suppress(BadSubmission):
                assert isinstance(reader(content), Imported)


class TestStaff:
    def read(self, text: str, header: str = STAFF) -> Imported[StaffMember]:
        return read_staff((header + text).encode(), {"ks", "info"})

    def test_a_person_twice_is_reported_and_the_first_row_counts(self) -> None:
        staff = self.read("p1,ks,,chef,a@b.example,sv\np1,info,,medarbetare,,sv\n")

        assert [(member.id, member.unit) for member in staff.rows] == [("p1", "ks")]
        assert told(staff) == ["Rad 3: personen p1 står redan på rad 2."]

    def test_an_unknown_unit_is_reported(self) -> None:
        staff = self.read("p1,sk,,chef,,sv\np2,ks,,chef,,sv\np3,,,chef,,sv\n")

        assert [member.id for member in staff.rows] == ["p2"]
        assert told(staff) == ["Rad 2: enheten ”sk” finns inte.", "Rad 4: enheten ”” finns inte."]

    def test_a_wrong_address_costs_the_address_not_the_person(self) -> None:
        staff = self.read("p1,ks,,chef,fel@,sv\n")

        assert [(member.id, member.email) for member in staff.rows] == [("p1", "")]
        assert told(staff) == ["Rad 2: ”fel@” är ingen e-postadress; personen får ingen e-post."]

    def test_a_word_for_a_language_is_reported(self) -> None:
        assert told(self.read("p1,ks,,chef,,svenska\n")) == [
            "Rad 2: ”svenska” är ingen språkkod, skriv till exempel sv eller fi."
        ]

    @pytest.mark.parametrize("word", ["ja", "JA", "x", "1", "skyddad", "ne"])
    def test_people_with_protected_identity_leave_no_trace(self, word: str) -> None:
        header = STAFF.strip() + ",Protected\n"
        staff = self.read(
            f"p1,ks,Huset,chef,fel-adress,sv,{word}\np2,ks,Huset,chef,,sv,nej\np3,ks,,,,sv,\n"
            "p1,ks,Huset,chef,a@b.example,sv,\n",
            header,
        )

        assert [member.id for member in staff.rows] == ["p2", "p3"]
        assert staff.findings == ()


def test_newsrooms_do_not_tell_capitals_in_addresses_apart() -> None:
    press = read_press((PRESS + "A,Red@A.example,sv,\nB,rED@a.EXAMPLE,sv,\n").encode())

    assert [contact.newsroom for contact in press.rows] == ["A"]
    assert [finding.row for finding in press.findings] == [3]


class TestUnits:
    def test_parents_may_come_after_their_children(self) -> None:
        units = read_units((UNITS + "b,B,enhet,a,\na,A,nämnd,,\n").encode())

        assert [unit.code for unit in units.rows] == ["b", "a"]

    def test_units_that_hang_in_the_air_or_in_a_circle_are_reported(self) -> None:
        rows = "a,A,nämnd,,\nb,B,enhet,finns-inte,\nc,C,enhet,b,\nd,D,enhet,e,\ne,E,enhet,d,\n"
        units = read_units((UNITS + rows + "f,F,enhet,f,\n").encode())

        assert [unit.code for unit in units.rows] == ["a"]
        assert [finding.row for finding in units.findings] == [3, 4, 5, 6, 7]
        assert "enheten b hör under finns-inte" in told(units)[0]

    def test_a_unit_without_code_or_name_and_a_doubled_one_are_reported(self) -> None:
        units = read_units(
            (UNITS + "a,A,nämnd,,\n,B,enhet,a,\nc,,enhet,a,\na,D,enhet,,\n").encode()
        )

        assert [unit.name for unit in units.rows] == ["A"]
        assert [finding.row for finding in units.findings] == [3, 4, 5]


@pytest.mark.parametrize(
    "address",
    [
        "a b@c.example",
        "a@b@c.example",
        "a@b.example>",
        "Desken <a@b.example>",
        '"a b"@c.example',
        "a@[127.0.0.1]",
        "a\u200b@b.example",
        "a\u00a0@b.example",
        "a..b@c.example",
        "a@localhost",
        "a@" + "b" * 64 + ".example",
        "a" * 65 + "@b.example",
    ],
)
def test_what_no_mail_server_would_take_is_no_address(address: str) -> None:
    row = f'A,"{address.replace(chr(34), chr(34) * 2)}",sv,\n'
    press = read_press((PRESS + row).encode())

    assert press.rows == ()
    assert len(press.findings) == 1


def test_a_swedish_domain_is_stored_in_the_form_every_server_takes() -> None:
    press = read_press((PRESS + "A,red@Örebro.example,sv,\n").encode())

    assert press.rows[0].email == "red@xn--rebro-iua.example"
