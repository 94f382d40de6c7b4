"""Whoever is on duty sees what would go where, and each way out with its consequence first."""

from collections.abc import Iterator

import click.testing
import pytest

from announcer.cli.context import Desk
from announcer.cli.main import cli
from announcer.db.engine import Database
from announcer.services import doubts, restoring, stopped
from tests.doubles.recording_smtp import Rules, Stage
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.integration.promise.test_stopped import IN_ORDER, TITLE, left_over, told
from tests.integration.promise.way import (
    newsrooms,
    open_window,
    policy_of,
    published,
    release,
    staff_of,
)
from tests.world import World


@pytest.fixture
def world(app_url, owner_url, smtp, tmp_path) -> Iterator[World]:
    policy = policy_of(tmp_path, *IN_ORDER)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        yield world


def test_what_was_stopped_is_sent_given_another_time_or_not_at_all(
    world: World, desk: Visitor
) -> None:
    first = left_over(world)
    assert "Stoppat" in desk.get("/bevakning").text
    assert "Något av det här gick inte i tid." in desk.get(f"/meddelanden/{first}").text
    page = desk.get("/stoppat").text
    assert "E-post till 7 mottagare." in page
    assert "senare än policyn tillåter" in page
    assert desk.ask("POST", f"/stoppat/{first}/epost", gor="?").status_code == 400
    desk.get("/stoppat")
    desk.press("Skicka då", tid="2026-12-24T09:00")
    assert "Det går då." in desk.text
    assert "Inget är stoppat." in desk.text
    assert told(world) == set()


def test_now_from_the_page(world: World, desk: Visitor) -> None:
    left_over(world)
    desk.get("/stoppat")
    desk.press("Skicka nu")
    world.settle()
    assert told(world) == staff_of(world, "bibliotek")


def test_not_at_all_asks_what_becomes_of_what_waits(world: World, desk: Visitor) -> None:
    public_id = left_over(world)
    answer = desk.ask("POST", f"/stoppat/{public_id}/epost", gor="inte", varfor="Alla vet")
    assert answer.status_code == 400
    desk.get("/stoppat")
    desk.press("Skicka inte", varfor="Alla vet", efter="stop")
    assert "Det går inte ut." in desk.text
    world.settle()
    assert world.status(public_id).state == "completed"


@pytest.fixture
def unsure(world: World) -> str:
    public_id = published(world)
    world.smtp.rules = Rules(hang_up=Stage.AFTER_DOT)
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    world.smtp.rules = Rules()
    return public_id


def test_newsrooms_in_doubt_are_named_and_answered_one_by_one_or_together(
    world: World, desk: Visitor, unsure: str
) -> None:
    page = desk.get("/oklart").text
    assert all(one in page for one in newsrooms(world))
    assert "De kan få det två gånger." in page
    assert "Se efter" not in page, "no mail server can be asked"
    one = sorted(newsrooms(world))[0]
    desk.press("Det kom fram", near="/mottagare/")
    assert one not in desk.get("/oklart").text
    desk.press("Låt vara", near=f"/oklart/{unsure}")
    assert "Inget är oklart." in desk.text


def test_others_have_nothing_on_these_pages_and_no_way_to_decide(
    world: World, sign_in: SignIn, unsure: str
) -> None:
    chief = sign_in(world.chief)
    assert "Inget är oklart." in chief.get("/oklart").text
    assert "Inget är stoppat." in chief.get("/stoppat").text
    assert chief.ask("POST", f"/oklart/{unsure}/press", utgang="sent").status_code == 403
    assert doubts.waiting(world.installation, world.communicator)


def test_the_standstill_shows_what_would_go_and_ends_by_a_person(
    world: World, desk: Visitor
) -> None:
    public_id = published(world)
    owner = Database(world.owner_url)
    restoring.stand_still(owner)
    owner.dispose()
    assert "Se vad som skulle gå" in desk.get("/bevakning").text
    page = desk.get("/stillestand").text
    assert f"Pressmeddelande till {len(newsrooms(world))} redaktioner." in page
    assert TITLE in page
    desk.press("Låt allt gå vidare")
    assert "Allt går vidare." in desk.text
    assert world.status(public_id).state == "active"


def test_the_command_line_lists_and_decides(
    world: World, unsure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "installation", world.installation)

    def say(*words: str) -> str:
        done = click.testing.CliRunner().invoke(
            cli, ["--as", world.communicator.directory_id, *words], catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        return done.output

    assert f"announcer resolve {unsure} --step press" in say("doubts")
    say("resolve", unsure, "--step", "press", "--sent")
    assert "Inget är oklart." in say("doubts")
    late = left_over(world, "Biblioteket stänger klockan 18")
    assert f"announcer late {late} epost" in say("late")
    say("late", late, "epost", "--never", "--why", "Alla vet", "--then", "stop")
    assert stopped.waiting(world.installation, world.communicator) == []
