"""Whoever keeps the lists sees what a file would change before it does, and each row by itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from announcer.domain.audience import Person
from announcer.people.lists import LISTS
from announcer.services import lists
from announcer.services.importing import import_boards, import_press, import_shifts, import_staff
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import EXAMPLES, World, laid_over_hallefors

ADMINISTRATORS = """
administrators = ["it"]
[audiences.fortroendevalda]
title = "Förtroendevalda"
reach = "group"
[roles.it]
title = "IT-enheten"
unit = "kf-kansli"
position = "medarbetare"
"""
PRESS = "newsroom,email,language,area\n"
BOARDS = (EXAMPLES / "organisation/boards.csv").read_bytes()


@pytest.fixture
def world(app_url, owner_url, smtp, tmp_path) -> Iterator[World]:
    policy = laid_over_hallefors(tmp_path, ADMINISTRATORS)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        yield world


@pytest.fixture
def administrator(world: World) -> Person:
    return world.somebody("kf-kansli", "medarbetare")


def file_of(visitor: Visitor, what: str) -> bytes:
    return visitor.client.get(f"/forvalta/listor/{what}/fil").content


def look(visitor: Visitor, what: str, content: bytes) -> str:
    visitor.get(f"/forvalta/listor/{what}")
    visitor.press("Granska filen", files=[("lista.csv", content)], files_in="fil")
    return visitor.text


def test_a_file_says_what_it_changes_before_it_does(world: World, desk: Visitor) -> None:
    before = file_of(desk, "press").decode().splitlines()
    kept = before[1].replace(",sv,", ",fi,")
    look(desk, "press", "\n".join([before[0], kept, "Ny,ny@tidning.example,sv,"]).encode())
    shown = desk.tree.xpath("//dl[@class='counts']/div/dd/text()")
    assert shown == ["1", "1", str(len(before) - 2), "0"]
    assert desk.tree.xpath("//del/text()") == ["sv"]
    assert file_of(desk, "press").decode().splitlines() == before
    desk.press("Ändra listan så")
    assert "Listan är ändrad." in desk.text
    assert "Ny,ny@tidning.example,sv," in file_of(desk, "press").decode()
    assert world.communicator.directory_id in desk.text
    assert "ny@tidning.example" not in str(
        world.owner.execute("SELECT * FROM announcer.list_change").fetchall()
    )


def test_what_was_looked_at_is_what_is_done_or_it_is_shown_anew(
    world: World, desk: Visitor
) -> None:
    look(desk, "press", f"{PRESS}Ny,ny@tidning.example,sv,\n".encode())
    import_press(world.installation, f"{PRESS}Andra,andra@tidning.example,sv,\n".encode())
    desk.press("Ändra listan så")
    assert desk.page.status_code == 409
    assert "Listan har ändrats sedan du granskade filen." in desk.text
    assert "andra@tidning.example" in file_of(desk, "press").decode()
    desk.press("Ändra listan så")
    assert "Listan är ändrad." in desk.text
    assert "andra@tidning.example" not in file_of(desk, "press").decode()


def test_faults_are_told_by_their_rows_and_take_nobody_away(world: World, desk: Visitor) -> None:
    people = len(file_of(desk, "staff").splitlines())
    text = look(
        desk,
        "staff",
        b"person,unit,workplace,role,email,language\np0001,ks,Kommunhuset,chef,,sv\np2,nowhere,,,,sv",
    )
    assert "Rad 3: enheten ”nowhere” finns inte." in text
    assert desk.tree.xpath("//dl[@class='counts']/div/dd/text()") == ["0", "1", "0", "1"]
    desk.press("Ändra listan så")
    assert len(file_of(desk, "staff").splitlines()) == people


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Välj en fil först."),
        (b"person,unit\n", "Filen saknar kolumner"),
        ("person".encode("utf-16"), "inte sparad som UTF-8"),
        (b"x" * 3_000_001, "för stor"),
    ],
)
def test_a_file_that_is_none_is_explained(desk: Visitor, content: bytes, said: str) -> None:
    assert said in look(desk, "staff", content)
    assert desk.page.status_code == 422


@pytest.mark.parametrize("what", LISTS)
def test_what_is_given_out_can_be_taken_in_again(world: World, desk: Visitor, what: str) -> None:
    import_boards(world.installation, BOARDS)
    import_shifts(world.installation, (EXAMPLES / "organisation/shifts.csv").read_bytes())
    content = file_of(desk, what)
    assert len(content.splitlines()) > 2
    assert "Listan är redan som filen säger." in look(desk, what, content)


def test_a_long_list_is_read_a_page_at_a_time_and_searched(desk: Visitor) -> None:
    desk.get("/forvalta/listor/staff")
    assert len(desk.tree.xpath("//tbody/tr")) == 50
    desk.get("/forvalta/listor/staff?sida=99")
    last = desk.tree.xpath("//tbody/tr/td[1]/text()")[-1]
    assert int(last) == len(file_of(desk, "staff").splitlines())
    desk.get("/forvalta/listor/staff?sok=p0001+CHEF")
    assert len(desk.tree.xpath("//tbody/tr")) == 1
    desk.get("/forvalta/listor/staff?unit=info&role=chef")
    assert len(desk.tree.xpath("//tbody/tr")) == 1
    assert desk.tree.xpath("//select[@id='unit']/option[@selected]/text()") == [
        "Informationsenheten"
    ]
    assert "Ingen rad har de orden." in (desk.get("/forvalta/listor/staff?sok=qqq"), desk.text)[1]
    assert "Listan är tom." in (desk.get("/forvalta/listor/boards"), desk.text)[1]


def test_elected_members_are_kept_by_their_offices(world: World, desk: Visitor) -> None:
    desk.get("/forvalta")
    assert "Förtroendevalda" in desk.text
    content = (EXAMPLES / "organisation/fortroendevalda.csv").read_bytes()
    what = "group:fortroendevalda"
    assert "Det här ändras" in look(desk, what, content)
    desk.press("Ändra listan så")
    assert "Listan är ändrad." in desk.text
    assert "Listan är redan som filen säger." in look(desk, what, file_of(desk, what))
    assert "som inte ska vara med" in look(
        desk, what, b"office,email,language,name\nX,a@b.example,sv,N"
    )


def test_a_person_with_protected_identity_is_nowhere(world: World, desk: Visitor) -> None:
    content = file_of(desk, "staff").decode().splitlines()
    lines = [f"{content[0]},protected", *(f"{line}," for line in content[1:])]
    lines.append("p9999,ks,Kommunhuset,chef,p9@hallefors.example,sv,ja")
    assert "p9999" not in look(desk, "staff", "\n".join(lines).encode())
    import_staff(world.installation, "\n".join(lines).encode())
    assert b"p9999" not in file_of(desk, "staff")
    assert "p9999" not in (desk.get("/forvalta/listor/staff?sida=99"), desk.text)[1]


def test_a_board_is_added_changed_and_taken_out_with_what_hangs_there(
    world: World, desk: Visitor, publish: Publish
) -> None:
    import_boards(world.installation, BOARDS)
    publish(world.decision())
    desk.get("/personaltavlor")
    board = desk.tree.xpath("string((//form[contains(@action, '/personaltavlor/')])[1]/@action)")
    desk.press("", near=board)
    place = world.owner.execute(
        "SELECT workplace FROM announcer.board WHERE id::text = %s", [board.rsplit("/", 1)[-1]]
    ).fetchone()[0]
    desk.get(f"/forvalta/listor/boards?sok={place}")
    desk.get(desk.tree.xpath("string(//td[@class='act']/a/@href)"))
    assert "Tavlan har 1 anslag uppe." in desk.text
    desk.press("Spara raden", paper="a5")
    assert desk.page.status_code == 422
    assert "”a5” känns inte igen" in desk.text
    desk.press("Spara raden", paper="a3")
    assert "Raden är sparad." in desk.text
    desk.get(f"/forvalta/listor/boards?sok={place}+a3")
    desk.get(desk.tree.xpath("string(//td[@class='act']/a/@href)"))
    desk.press("Ta bort raden")
    assert "Raden är borttagen." in desk.text
    assert len(file_of(desk, "boards").splitlines()) == len(BOARDS.splitlines()) - 1
    desk.get("/forvalta/listor/boards/rad")
    desk.press(
        "Spara raden", workplace=place, board="Ny", kind="staff", paper="a4", open_days="mon"
    )
    assert "Raden är sparad." in desk.text
    assert place in desk.text


def test_a_row_that_somebody_else_has_changed_is_not_changed(world: World, desk: Visitor) -> None:
    desk.get("/forvalta/listor/press")
    desk.get(desk.tree.xpath("string(//td[@class='act']/a/@href)"))
    import_press(world.installation, f"{PRESS}Andra,andra@tidning.example,sv,\n".encode())
    desk.press("Spara raden", area="Bergslagen")
    assert "Raden hade redan ändrats eller tagits bort." in desk.text
    assert b"Bergslagen" not in file_of(desk, "press")


def test_only_those_who_keep_them_see_the_lists(
    world: World, colleague: Visitor, sign_in: SignIn, administrator: Person
) -> None:
    for path in ("", "/listor/staff", "/listor/staff/fil", "/listor/staff/rad"):
        assert colleague.get(f"/forvalta{path}").status_code == 403, path
    for path in ("granska", "las-in", "rad"):
        answer = colleague.ask("POST", f"/forvalta/listor/staff/{path}", innehall="", granskad="")
        assert answer.status_code == 403, path
    assert "/forvalta" not in colleague.get("/").text
    keeper = sign_in(administrator)
    assert "/forvalta" in keeper.get("/").text
    for path in ("", "/listor/staff", "/listor/staff/fil", "/listor/staff/rad"):
        assert keeper.get(f"/forvalta{path}").status_code == 200, path
    assert keeper.get("/forvalta/listor/none").status_code == 404


def test_whoever_only_administers_gives_themselves_no_power(
    world: World, sign_in: SignIn, administrator: Person
) -> None:
    keeper = sign_in(administrator)
    keeper.get(f"/forvalta/listor/staff?sok={administrator.directory_id}")
    keeper.get(keeper.tree.xpath("string(//td[@class='act']/a/@href)"))
    keeper.press("Spara raden", unit="info")
    assert "Din egen enhet eller befattning ändras." in keeper.text
    own = (
        file_of(keeper, "staff")
        .decode()
        .replace(f"{administrator.directory_id},kf-kansli", f"{administrator.directory_id},info")
    )
    assert "Din egen enhet eller befattning ändras." in look(keeper, "staff", own.encode())
    keeper.get(f"/forvalta/listor/staff?sok={administrator.directory_id}")
    keeper.get(keeper.tree.xpath("string(//td[@class='act']/a/@href)"))
    keeper.press("Spara raden", language="fi")
    assert keeper.page.status_code == 200
    assert f"{administrator.directory_id},kf-kansli".encode() in file_of(keeper, "staff")
    assert keeper.tree.xpath("//html/@lang") == ["fi"]
    changes = world.owner.execute("SELECT actor, changed, about FROM announcer.list_change")
    assert changes.fetchall()[-1] == (administrator.pseudonym, 1, "")


def test_a_row_is_changed_in_the_list_as_it_is_when_its_turn_comes(
    world: World, desk: Visitor
) -> None:
    """Somebody else is in the middle of changing another row: neither undoes the other's."""
    house, who = world.installation, world.communicator
    mine, theirs = lists.rows(house, who, "press")[:2]
    wanted = (*mine.cells[:3], "Bergslagen")
    with psycopg.connect(world.owner_url.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('announcer list press', 0))")
        with ThreadPoolExecutor(1) as pool:
            change = pool.submit(lists.change_row, house, who, "press", mine.mark, wanted)
            waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while not world.owner.execute(waits).fetchone()[0]:
                assert not change.done()
            other.execute(
                "UPDATE announcer.press_contact SET area = 'Dalarna' WHERE email = %s",
                [theirs.cells[1]],
            )
            other.commit()
            change.result()
    areas = {one.cells[1]: one.cells[3] for one in lists.rows(house, who, "press")}
    assert (areas[mine.cells[1]], areas[theirs.cells[1]]) == ("Bergslagen", "Dalarna")
