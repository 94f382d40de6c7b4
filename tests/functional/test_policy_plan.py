"""`announcer policy plan`: what a policy would do when, before anything has happened."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from announcer.cli.main import cli
from tests.world import POLICY


def plan(*options: str) -> Result:
    return CliRunner().invoke(cli, ["policy", "plan", str(POLICY), *options])


def lines(*options: str) -> list[str]:
    done = plan(*options)
    assert done.exit_code == 0, done.output
    return [line.replace("\xa0", " ") for line in done.output.splitlines()]


def test_a_decision_before_christmas_says_when_each_step_goes_and_why_the_press_waits() -> None:
    said = lines("--class", "beslut", "--approved-at", "2026-12-23T16:55")
    assert said[0] == (
        "Som om texten godkändes 23 december 2026 klockan 16.55 "
        "och sidan var uppe och kontrollerad i samma stund."
    )
    at_once = said.index("onsdag 23 december 2026 16.55")
    later = said.index("tidigast måndag 28 december 2026 09.30")
    press = said.index("  Pressmeddelande, utanför huset: Medierna [5, 6.1]")
    assert at_once < said.index("  Intranätet, inom huset: Alla anställda [5]") < later < press
    assert said[press + 1 : press + 5] == [
        "    Personalen har försprång i 2 timmar arbetstid.",
        "    Det är stängt när sidan kommer upp. Arbetstiden räknas från 28 december 2026 klockan 07.30.",
        "    24 december till 27 december är inga arbetsdagar.",
        "    Släpps för hand av Informationsenheten.",
    ]


def test_a_confirmed_page_is_not_called_an_approval() -> None:
    said = lines("--class", "beslut", "--at", "2026-12-23T16:55")
    assert said[0] == "Som om sidan var uppe och kontrollerad 23 december 2026 klockan 16.55."
    assert said[1:] == lines("--class", "beslut", "--approved-at", "2026-12-23T16:55")[1:]


def test_a_time_with_its_own_zone_is_that_moment() -> None:
    there = lines("--class", "beslut", "--at", "2026-12-23T15:55:00Z")
    assert there == lines("--class", "beslut", "--at", "2026-12-23T16:55")


def test_the_writers_choices_are_part_of_the_question() -> None:
    said = lines("--class", "information", "--at", "2026-12-08T10:00")
    assert any("Pressmeddelande" in line for line in said)
    assert not any("Möte" in line for line in said)
    inside = lines("--class", "information", "--at", "2026-12-08T10:00", "--audience", "alla")
    assert not any("utanför huset" in line for line in inside)
    chosen = lines("--class=information", "--at=2026-12-08T10:00", "--audience=press", "--channel=meeting")  # fmt: skip
    shown = [line.partition(",")[0].strip() for line in chosen if "huset:" in line]
    assert shown == ["Intranätet", "Möte", "Pressmeddelande", "Nyhetsrummet"]


def test_what_staff_would_learn_too_late_is_said_and_the_hour_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "plan.svg"
    options = ("--class=information", "--at=2026-12-08T10:00", "--known-at=2026-12-08T09:00")
    said = lines(*options, "--svg", str(file))
    late = "    Det här kommer efter att nyheten blir känd ändå."
    assert said.count(late) == 3  # page, e-mail and posters; the press is not staff
    assert "blir känt senast 09.00" in file.read_text(encoding="utf-8")
    in_time = lines("--class=information", "--at=2026-12-08T10:00", "--known-at=2026-12-08T11:00")
    assert late not in in_time


def test_handovers_are_what_the_question_names_since_a_policy_knows_no_workplaces(
    tmp_path: Path,
) -> None:
    policy = tmp_path / "shifts.toml"
    policy.write_text(
        f'''derived_from = "{POLICY}"
        [classes.beslut.steps.press]
        window = {{ handover = true, minimum = "1 h" }}'''
    )

    def told(*more: str) -> list[str]:
        options = ("--class=beslut", "--at=2026-12-08T10:00", *more)
        done = CliRunner().invoke(cli, ["policy", "plan", str(policy), *options])
        assert done.exit_code == 0, done.output
        return done.output.splitlines()

    nobody = told()
    assert "tidigast tisdag 8 december 2026 11.00" in nobody
    assert nobody[-1] == "Som om inget skift lämnade över: säg när med --handover."
    # Each workplace's next one after ten; all that are named are of one.
    care = told("--handover=06:45", "--handover=13:30", "--handover=20:45")
    assert "tidigast tisdag 8 december 2026 13.30" in care
    assert "--handover" not in care[-1]


def test_the_picture_is_a_file_that_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "plan.svg"
    said = lines("--class", "beslut", "--approved-at", "2026-12-23T16:55", "--svg", str(file))
    assert said[-1] == str(file)
    picture = etree.fromstring(file.read_bytes())
    shown = " ".join(picture.xpath("//*[local-name()='desc']/text()")).replace("\xa0", " ")
    assert said[0] in shown
    for line in said[1:-1]:
        if line.startswith("    "):
            assert line.strip().rstrip(".") in shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--class", "beslut"), "give one of --approved-at and --at"),
        (("--class", "beslut", "--at", "2026-12-23", "--approved-at", "2026-12-23"), "give one of"),
        (("--class", "beslut", "--at", "2026-12-23", "--handover", "9"), "write a time of day"),
        (("--class", "beslut", "--at", "Christmas"), "write a time as 2026-12-23T16:55"),
        (
            ("--class", "beslut", "--at", "2026-12-23", "--audience", "prass"),
            "no 'prass', only alla",
        ),
        (("--class", "beslut", "--at", "2026-12-23", "--svg", "/none/plan.svg"), "/none/plan.svg"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_write(
    options: tuple[str, ...], words: str
) -> None:
    done = plan(*options)
    assert done.exit_code != 0
    assert words in done.output


def test_who_is_reached_only_by_a_channel_that_was_not_chosen_is_left_out(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        f'derived_from = "{POLICY.name}"\n'
        'audiences.web = { title = "Allmänheten", reach = "public" }\n'
        '[classes.beslut.steps.nyhetsrum]\naudience = "web"\nwhen = "channel"\n'
    )
    for file in POLICY.parent.iterdir():
        (tmp_path / file.name).symlink_to(file)
    command = ["policy", "plan", str(policy), "--class", "beslut", "--at", "2026-12-23T16:55"]
    without = CliRunner().invoke(cli, command)
    assert without.exit_code == 0, without.output
    assert "Medierna" in without.output
    assert "Allmänheten" not in without.output
    chosen = CliRunner().invoke(cli, [*command, "--channel", "newsroom"])
    assert "Allmänheten" in chosen.output
