"""Boards: what to put up, replace and take down, said by those who stand there."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import click.testing
import httpx
import pikepdf
import pytest

from announcer.cli.context import Desk
from announcer.cli.main import cli
from announcer.domain.board import next_open, read_days
from announcer.domain.change import CorrectionKind
from announcer.services import boards, correcting, holding, records, reviewing
from announcer.services.importing import import_boards, import_workplaces
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.integration.promise.way import approve, policy_of
from tests.world import BESLUT, World
from web.intranet.app import create_app
from web.intranet.board import RATE

HEADER = "workplace,board,kind,paper,languages,open_days\n"
GATED = """
[events."uppe på tavlorna"]
opened_by = ["informationsenheten"]
percent = 1
[classes.beslut.steps.press]
gates = ["uppe på tavlorna"]
"""


@pytest.fixture
def world(app_url, owner_url, smtp, tmp_path) -> Iterator[World]:
    with World(app_url, owner_url, smtp, tmp_path, policy=policy_of(tmp_path, GATED)) as world:
        place = workplace(world)
        line = f"{place},Fikarum,staff,a4,sv fi,mon-fri"
        taken = import_boards(world.installation, (HEADER + line).encode())
        assert not taken.findings
        yield world


def workplace(world: World) -> str:
    return world.somebody("bibliotek", "medarbetare").workplace


def code_of(world: World) -> str:
    return boards.at_my_workplace(world.installation, world.communicator)[0].code


def out(world: World, title: str = "Nya öppettider", audience: str = '["alla"]') -> str:
    public_id = approve(world, world.decision(title, audience=audience))
    world.settle()
    return public_id


def test_a_poster_is_printed_put_up_replaced_and_taken_down(
    world: World, colleague: Visitor
) -> None:
    public_id = out(world)
    page = colleague.get("/personaltavlor")
    assert "Sätt upp på personaltavlan: Nya öppettider" in colleague.text
    (poster, *_) = re.findall(r'href="(/nyheter/[^"]+sprak=sv[^"]*)"', page.text)
    assert colleague.ask("GET", poster.replace("&amp;", "&")).content.startswith(b"%PDF")
    colleague.press("Den sitter uppe")
    assert "Inget att göra." in colleague.text

    corrected(world, public_id)
    assert "Byt ut: Nyare öppettider" in read_again(colleague)
    colleague.press("Den är utbytt")
    assert "Inget att göra." in colleague.text

    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    colleague.get("/personaltavlor")
    assert "Ta ner: Nyare öppettider" in colleague.text
    assert "Skriv ut" not in colleague.text
    colleague.press("Den är nertagen")
    assert "Inget att göra." in colleague.text


def read_again(colleague: Visitor) -> str:
    colleague.get("/personaltavlor")
    return colleague.text


def corrected(world: World, public_id: str) -> None:
    correct(world, public_id)
    world.settle()


def correct(world: World, public_id: str) -> None:
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        text = records.content_of(session, records.text_in_force(session, row.id))
    right = replace(text, title="Nyare öppettider")
    correcting.propose(
        world.installation,
        world.chief,
        public_id,
        right,
        CorrectionKind.REAL,
        {"sv": "Tiden ändrades."},
    )
    reviewing.approve(world.installation, world.communicator, public_id)


def test_a_poster_is_as_large_as_its_board(world: World, colleague: Visitor) -> None:
    both = (f"{workplace(world)},{name},staff,{name},sv,mon-fri" for name in ("a3", "a4"))
    import_boards(world.installation, (HEADER + "\n".join(both)).encode())
    public_id = out(world)
    for change in (None, corrected):
        if change:
            change(world, public_id)
        page = colleague.get("/personaltavlor").text
        for paper, points in (("a3", "841.89 1190.55"), ("a4", "595.28 841.89")):
            (link,) = re.findall(rf'href="(/nyheter/[^"]+papper={paper})"', page)
            pdf = colleague.ask("GET", link.replace("&amp;", "&")).content
            with pikepdf.open(io.BytesIO(pdf)) as document:
                size = " ".join(f"{float(one):.2f}" for one in document.pages[0].mediabox[2:])
            assert size == points


def test_a_board_is_read_in_what_its_workplace_is_unless_the_list_says_otherwise(
    world: World,
) -> None:
    place = workplace(world)
    import_workplaces(world.installation, f"workplace,handovers,languages\n{place},,fi".encode())
    both = (f"{place},{name},staff,a4,{said},mon-fri" for name, said in (("A", ""), ("B", "sv")))
    import_boards(world.installation, (HEADER + "\n".join(both)).encode())
    finnish = '[translations.fi]\ntitle = "Uudet ajat"\nsummary = "Lyhyesti"\n+++\n'
    approve(
        world,
        world.submit(
            BESLUT.format(title="Nytt", audience='["alla"]').replace("\n+++\n", f"\n{finnish}", 1)
        ),
    )
    world.settle()
    found = boards.at_my_workplace(world.installation, world.communicator)
    assert [one.tasks[0].languages for one in found] == [("fi",), ("sv",)]


def test_what_was_never_put_up_has_no_trace_of_the_wrong_text(
    world: World, colleague: Visitor
) -> None:
    public_id = out(world)
    corrected(world, public_id)
    colleague.get("/personaltavlor")
    assert "Sätt upp på personaltavlan: Nyare öppettider" in colleague.text
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    assert "öppettider" not in colleague.get("/personaltavlor").text


def test_the_page_behind_the_code_names_nothing_keeps_nobody_and_opens_no_press(
    world: World, colleague: Visitor
) -> None:
    code = code_of(world)
    stranger = httpx.Client(base_url=world.url, trust_env=False)
    empty = stranger.get(f"/tavla/{code}")
    assert stranger.get("/tavla/nonsense").content == empty.content
    assert "Inget att göra här" in empty.text

    public_id = out(world, "Hemligt namn", '["alla", "press"]')
    page = stranger.get(f"/tavla/{code}")
    assert "Det är gjort" in page.text
    assert "Hemligt" not in page.text
    assert public_id not in page.text
    assert stranger.get(f"/tavla/{code}").text == page.text, "a look changes nothing"
    answer = pressed(stranger, page)
    assert "Tack. Det är antecknat." in answer.text
    assert not stranger.cookies
    assert stranger.get(f"/tavla/{code}").content == empty.content

    assert "Någon har sagt vid tavlan att den sitter uppe." in read_again(colleague)
    world.advance(days=5)
    holding.release(world.installation, world.communicator, public_id)
    world.settle()
    assert world.press_mail() == [], "only a signed-in person's word counts"
    who = world.owner.execute("SELECT actor FROM announcer.board_tick").fetchall()
    assert who == [(None,)]
    colleague.press("Ja, den sitter uppe")
    assert "Inget att göra." in read_again(colleague)
    world.settle()
    assert world.press_mail(), "a word without a name is in nobody's way"


def pressed(stranger: httpx.Client, page: httpx.Response) -> httpx.Response:
    """The only button of the page behind a code."""
    fields = dict(re.findall(r'name="(\w+)" value="(\w+)"', page.text))
    return stranger.post(page.url, data=fields, follow_redirects=True)


def test_the_page_behind_the_code_takes_no_word_about_what_it_did_not_show(world: World) -> None:
    public_id = out(world)
    stranger = httpx.Client(base_url=world.url, trust_env=False)
    old = stranger.get(f"/tavla/{code_of(world)}")
    corrected(world, public_id)
    answer = pressed(stranger, old)
    assert "Det har kommit något nyare" in answer.text
    assert ticks(world) == []
    assert "Det har kommit något nyare" in stranger.post(old.url, follow_redirects=True).text
    assert "Tack. Det är antecknat." in pressed(stranger, answer).text
    assert ticks(world) == [newest(world)]
    assert "Det har kommit" not in pressed(stranger, answer).text, "twice is once"
    assert ticks(world) == [newest(world)]


def ticks(world: World) -> list[object]:
    rows = world.owner.execute("SELECT revision FROM announcer.board_tick ORDER BY id").fetchall()
    return [revision for (revision,) in rows]


def newest(world: World) -> object:
    query = "SELECT id FROM announcer.revision ORDER BY number DESC LIMIT 1"
    return world.owner.execute(query).fetchone()[0]


def test_whoever_put_up_a_text_that_has_been_corrected_is_shown_the_newer_one(
    world: World, colleague: Visitor
) -> None:
    public_id = out(world)
    colleague.get("/personaltavlor")
    corrected(world, public_id)
    colleague.press("Den sitter uppe")
    assert "Det finns en nyare affisch än den som visades." in colleague.text
    assert "Sätt upp på personaltavlan: Nyare öppettider" in colleague.text
    assert ticks(world) == []
    colleague.press("Den sitter uppe")
    assert ticks(world) == [newest(world)]


def test_a_replaced_poster_opens_what_waits_for_boards_as_well(
    world: World, colleague: Visitor
) -> None:
    public_id = out(world, audience='["alla", "press"]')
    stranger = httpx.Client(base_url=world.url, trust_env=False)
    pressed(stranger, stranger.get(f"/tavla/{code_of(world)}"))
    corrected(world, public_id)
    colleague.get("/personaltavlor")
    colleague.press("Den är utbytt")
    world.advance(days=1)
    holding.release(world.installation, world.communicator, public_id)
    world.settle()
    assert world.press_mail()


def test_a_word_and_what_it_opens_are_one(world: World) -> None:
    """A program that dies after the word leaves none of it, or all of it."""
    public_id = out(world, audience='["alla", "press"]')
    (board,) = boards.at_my_workplace(world.installation, world.communicator)
    names: list[str] = []
    world.installation.database.point = names.append
    boards.done(
        world.installation, world.communicator, str(board.id), public_id, board.tasks[0].shown
    )
    assert names == ["board done: before commit", "board done: after commit"]
    assert world.owner.execute("SELECT count(*) FROM announcer.board_up").fetchone() == (1,)


def test_a_corrected_text_is_named_when_its_poster_is_made(world: World) -> None:
    public_id = out(world)
    correct(world, public_id)  # approved; its page is not up yet
    (board,) = boards.at_my_workplace(world.installation, world.communicator)
    assert [one.title for one in board.tasks] == ["Nya öppettider"]
    world.settle()
    (board,) = boards.at_my_workplace(world.installation, world.communicator)
    assert [one.title for one in board.tasks] == ["Nyare öppettider"]


def test_whoever_tries_codes_has_to_wait_and_nobody_else_has(world: World) -> None:
    browser = create_app(world.installation, world.config).test_client()
    most = int(RATE.split()[0])
    assert {browser.get(f"/tavla/{number}").status_code for number in range(most)} == {200}
    late = browser.post(f"/tavla/{code_of(world)}")
    assert late.status_code == 429
    assert "Vänta en minut" in late.text
    other = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert browser.get(f"/tavla/{code_of(world)}", **other).status_code == 200
    assert browser.get("/logga-in").status_code != 429


def test_the_word_of_a_colleague_opens_what_waits_for_boards(
    world: World, colleague: Visitor
) -> None:
    public_id = out(world, audience='["alla", "press"]')
    colleague.get("/personaltavlor")
    colleague.press("Den sitter uppe")
    world.advance(days=1)
    holding.release(world.installation, world.communicator, public_id)
    world.settle()
    assert world.press_mail()


def test_only_those_who_work_there_and_the_information_unit_see_and_say_it(
    world: World, sign_in: SignIn, desk: Visitor
) -> None:
    public_id = out(world)
    board = boards.at_my_workplace(world.installation, world.communicator)[0]
    stranger = sign_in(world.somebody("kost", "medarbetare"))
    assert board.workplace not in stranger.get("/personaltavlor").text
    said = {"meddelande": public_id, "visad": board.tasks[0].shown}
    answer = stranger.ask("POST", f"/personaltavlor/{board.id}", **said)
    assert answer.status_code == 403
    assert stranger.ask("GET", f"/personaltavlor/{board.id}/kort").status_code == 404
    assert f"/tavla/{board.code}" in desk.get(f"/personaltavlor/{board.id}/kort").text
    assert "<svg" in desk.page.text
    desk.get("/personaltavlor")
    desk.press("Den sitter uppe")
    again = desk.ask("POST", f"/personaltavlor/{board.id}", **said)
    assert again.status_code == 303
    assert "Det finns inget att göra med det på den tavlan." in desk.get("/personaltavlor").text


def test_the_information_unit_sees_where_it_is_up_and_where_not(
    world: World, desk: Visitor, colleague: Visitor
) -> None:
    lines = (f"{workplace(world)},{name},staff,a4,sv,mon-fri" for name in ("Entré", "Fikarum"))
    import_boards(world.installation, (HEADER + "\n".join(lines)).encode())
    public_id = approve(world, world.decision("Nya öppettider", audience='["bibliotek"]'))

    def said() -> str:
        desk.get(f"/meddelanden/{public_id}")
        return " ".join(desk.text.split())

    assert "ingen tavla väntar på den" in said()
    world.settle()
    assert "Uppe på 0 av 2 tavlor." in said()
    colleague.get("/personaltavlor")
    colleague.press("Den sitter uppe", near=str(board_named(world, "Entré").id))
    stranger = httpx.Client(base_url=world.url, trust_env=False)
    pressed(stranger, stranger.get(f"/tavla/{board_named(world, 'Fikarum').code}"))
    assert "Uppe på 2 av 2 tavlor." in said()
    assert "Biblioteket, Entré Uppe Biblioteket, Fikarum Uppe, sagt vid tavlan" in said()
    corrected(world, public_id)
    assert "Uppe på 0 av 2 tavlor." in said()
    assert said().count("Den gamla sitter uppe") == 2
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    assert said().count("Sitter kvar") == 2
    for _ in range(2):
        colleague.get("/personaltavlor")
        colleague.press("Den är nertagen")
    assert "ingen tavla väntar på den" in said()
    assert "På tavlorna" not in colleague.get(f"/meddelanden/{public_id}").text


def board_named(world: World, name: str) -> boards.BoardStatus:
    found = boards.at_my_workplace(world.installation, world.communicator)
    return next(one for one in found if one.name == name)


def test_on_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "installation", world.installation)
    public_id = out(world)
    person = world.somebody("bibliotek", "medarbetare")

    def run(*words: str) -> click.testing.Result:
        return click.testing.CliRunner().invoke(cli, ["--as", person.directory_id, *words])

    listed = run("boards").output
    assert public_id in listed
    shown = listed.splitlines()[1].split()[1]
    refused = run("board-done", listed.split()[0], public_id, "another")
    assert isinstance(refused.exception, boards.NewerError)
    assert run("board-done", listed.split()[0], public_id, shown).exit_code == 0
    assert public_id not in run("boards").output


def test_a_closed_building_is_told_when_it_opens(world: World, colleague: Visitor) -> None:
    place = workplace(world)
    rows = f"{HEADER}{place},Fikarum,staff,a4,sv,wed-fri"
    import_boards(world.installation, rows.encode())
    out(world)  # a Tuesday
    assert "Stängt i dag. Gör det onsdag 9 december." in " ".join(
        colleague.get("/personaltavlor").text.split()
    )


def test_what_is_wrong_in_the_list_is_said_row_by_row(world: World) -> None:
    place = workplace(world)
    rows = (
        "Månen,A,staff,a4,sv,mon-fri",
        f"{place},,staff,a4,sv,mon-fri",
        f"{place},B,glass,a4,sv,mon-fri",
        f"{place},C,staff,a4,svenska,mon-fri",
        f"{place},D,staff,a4,sv,måndag",
        f"{place},E,staff,a3,sv,mon wed sun",
        f"{place},E,staff,a3,sv,mon",
    )
    taken = import_boards(world.installation, (HEADER + "\n".join(rows)).encode())
    assert [one.row for one in taken.findings] == [2, 3, 4, 5, 6, 8]
    assert taken.kept == 1


def test_days_on_which_somebody_is_there() -> None:
    assert read_days("mon-fri") == (0, 1, 2, 3, 4)
    assert read_days("sun mon") == (0, 6)
    assert read_days("fri-mon") == read_days("måndag") == read_days("") == ()
    epiphany = date(2027, 1, 6)
    days = ("mon", "wed", "thu", "fri")
    assert next_open(days, lambda day: day == epiphany, date(2027, 1, 5)) == date(2027, 1, 7)
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert next_open(week, lambda day: day == epiphany, epiphany) == epiphany
