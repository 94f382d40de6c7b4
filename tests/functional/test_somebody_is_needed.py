"""Calls on screen: who sees them, and that somebody can take them."""

import pytest
from click.testing import CliRunner

from announcer.cli.main import cli
from announcer.services import calling, records
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import POLICY, SECRET, World


@pytest.fixture
def called(world: World) -> str:
    """The public id of a text about which the unit's own manager is called."""
    public_id = world.decision("Skolan börjar senare")
    with world.installation.database.transaction("tick") as session:
        row = records.find(session, public_id, lock=True)
        calling.call(session, row, "x", ("enhetschef",), "Väntar till {until}.", until=world.now())
    return public_id


def test_whoever_is_called_finds_it_and_takes_it(
    world: World, sign_in: SignIn, desk: Visitor, called: str
) -> None:
    chief = sign_in(world.chief)
    for path in ("/du-behovs", "/mina"):
        assert "Väntar till i dag 10.00." in chief.get(path).text, path
        assert "Enhetens chef" in chief.text
    assert "Väntar till i dag 10.00." in desk.get("/bevakning").text
    chief.get("/du-behovs")
    chief.press("Jag tar det")
    assert "Antecknat: du tar det." in chief.text
    assert "Det finns inget som väntar på dig." in chief.text
    assert "Någon behövs" not in desk.get("/bevakning").text


def test_one_who_comes_second_is_told_so(
    world: World, sign_in: SignIn, desk: Visitor, called: str
) -> None:
    chief = sign_in(world.chief)
    chief.get("/du-behovs")
    desk.get("/bevakning")
    desk.press("Jag tar det")
    assert "Antecknat: du tar det." in desk.text
    chief.press("Jag tar det")
    assert "Någon hade redan tagit det." in chief.text


def test_it_is_nothing_to_anybody_else(world: World, colleague: Visitor, called: str) -> None:
    (open_,) = calling.waiting(world.installation)
    for path in ("/du-behovs", "/mina"):
        text = colleague.get(path).text
        assert "Skolan börjar senare" not in text, path
        assert str(open_.id) not in text, path
    answer = colleague.ask("POST", f"/du-behovs/{open_.id}")
    assert answer.status_code == 403
    assert "Enhetens chef" in answer.text
    for none in ("00000000-0000-0000-0000-000000000000", "nonsense"):
        assert colleague.ask("POST", f"/du-behovs/{none}").status_code == 404
    assert calling.waiting(world.installation) == [open_]


def test_whoever_is_called_may_see_where_the_announcement_is(
    world: World, sign_in: SignIn, colleague: Visitor
) -> None:
    public_id = world.decision("Skolan börjar senare")
    path = f"/meddelanden/{public_id}"
    head = sign_in(world.somebody("ks", "chef"))
    assert head.get(path).status_code == 404
    with world.installation.database.transaction("tick") as session:
        row = records.find(session, public_id, lock=True)
        calling.call(session, row, "x", ("krisledning",), "Väntar till {until}.", until=world.now())
    assert head.get(path).status_code == 200
    assert colleague.get(path).status_code == 404


def test_the_command_line_lists_it_and_takes_it(
    world: World, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DATABASE_URL": world.config.database_url,
        "REDIS_URL": "redis://localhost:1/0",
        "ANNOUNCER_POLICY": str(POLICY),
        "ANNOUNCER_INTRANET_URL": world.url,
        "ANNOUNCER_SECRET_KEY": SECRET,
        "ANNOUNCER_SMTP_URL": f"smtp://127.0.0.1:{world.smtp.port}",
    }.items():
        monkeypatch.setenv(name, value)
    (open_,) = calling.waiting(world.installation)
    listed = CliRunner().invoke(cli, ["status"], catch_exceptions=False)
    assert "Någon behövs" in listed.output
    assert str(open_.id) in listed.output
    person = world.chief.directory_id
    taken = CliRunner().invoke(cli, ["--as", person, "take", str(open_.id)], catch_exceptions=False)
    assert "Antecknat: du tar det." in taken.output
    assert calling.waiting(world.installation) == []
