"""Watching: probes, metrics and the page for people tell how it goes, and nothing about anybody."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from announcer.services import dispatching, holding, reviewing
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import SECRET, World

TOKEN = "a-token-of-forty-characters-for-the-tests"


@pytest.fixture
def world(world: World) -> World:
    world.metrics_token(TOKEN)
    return world


def figures(visitor: Visitor) -> dict[str, float]:
    """Every sample, as ``name{label}``."""
    answer = visitor.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        f"{sample.name}{{{','.join(sample.labels.values())}}}": sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    "shown", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN]
)
def test_who_shows_no_token_does_not_learn_that_there_are_metrics(
    world: World, anonymous: Visitor, shown: str | None
) -> None:
    answer = anonymous.client.get("/metrics", headers={"Authorization": shown} if shown else {})
    assert answer.status_code == 404
    assert "announcer_" not in answer.text


def test_without_a_token_in_the_settings_nobody_may_read_them(
    world: World, desk: Visitor, anonymous: Visitor
) -> None:
    world.metrics_token("")
    for shown in ("Bearer", f"Bearer {TOKEN}", f"Bearer {SECRET}"):
        assert desk.client.get("/metrics", headers={"Authorization": shown}).status_code == 404
        assert anonymous.client.get("/metrics", headers={"Authorization": shown}).status_code == 404


def test_the_age_of_the_oldest_due_thing_comes_first(world: World, anonymous: Visitor) -> None:
    answer = anonymous.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.text.startswith("# HELP announcer_oldest_due_seconds ")


def test_work_that_nobody_takes_grows_old_and_is_young_again(
    world: World, anonymous: Visitor
) -> None:
    world.settle()
    assert figures(anonymous)["announcer_oldest_due_seconds{urgent}"] == 0
    public_id = world.decision()
    assert figures(anonymous)["announcer_announcements{in_review}"] == 1
    reviewing.approve(world.installation, world.communicator, public_id)
    world.advance(minutes=5)
    found = figures(anonymous)
    assert 300 <= found["announcer_oldest_due_seconds{urgent}"] < 330
    assert found["announcer_announcements{active}"] == 1
    dispatching.look(world.installation)
    assert figures(anonymous)["announcer_batches{ready}"] == 1
    world.settle()
    found = figures(anonymous)
    assert found["announcer_oldest_due_seconds{urgent}"] == 0
    assert found["announcer_batches{ready}"] == 0


def test_a_page_that_nobody_can_read_back_grows_old(world: World, anonymous: Visitor) -> None:
    world.liar = lambda environ: (
        (lambda _e, answer: (answer("503 Away", []), [b""])[1])
        if environ["PATH_INFO"].startswith("/nyheter/")
        else None
    )
    reviewing.approve(world.installation, world.communicator, world.decision())
    world.settle()
    world.advance(minutes=3)
    found = figures(anonymous)
    assert 180 <= found["announcer_unconfirmed_page_seconds{}"] < 210
    assert found["announcer_batches{again}"] == 1


def test_what_waits_for_a_person_is_counted(world: World, anonymous: Visitor) -> None:
    public_id = world.decision(audience='["alla", "press"]')
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    world.owner.execute(
        "UPDATE announcer.step SET held_at = announcer.announcer_now(), held_reason = 'late',"
        " stopped = true WHERE channel = 'press'"
    )
    assert figures(anonymous)["announcer_stopped_steps{}"] == 1
    holding.resume(world.installation, world.communicator, public_id)
    assert figures(anonymous)["announcer_stopped_steps{}"] == 0


def test_no_figure_is_about_anybody_or_any_announcement(world: World, anonymous: Visitor) -> None:
    public_id = world.decision("Kvarnhjulsresan")
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    answer = anonymous.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    for word in ("Kvarnhjul", public_id, "example", world.communicator.directory_id):
        assert word not in answer.text
    labels = {
        name
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        for name in sample.labels
    }
    assert labels == {"queue", "state", "decided_by", "version", "schema"}


def test_a_process_is_ready_on_the_schema_that_it_knows_and_on_no_other(
    world: World, anonymous: Visitor
) -> None:
    answer = anonymous.client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")
    world.owner.execute("UPDATE announcer.alembic_version SET version_num = '9999'")
    answer = anonymous.client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert anonymous.client.get("/healthz").status_code == 200


def test_people_see_that_it_works_that_it_is_late_and_that_it_works_again(
    world: World, colleague: Visitor
) -> None:
    world.settle()
    colleague.get("/driftlage")
    assert "Allt fungerar." in colleague.text
    reviewing.approve(world.installation, world.communicator, world.decision())
    world.advance(minutes=7)
    colleague.get("/driftlage")
    assert "Något som skulle ha gått har inte gått." in colleague.text
    assert "för 7 minuter sedan" in colleague.text
    assert "Just nu" not in colleague.text  # how much is under way is for the information unit
    world.settle()
    colleague.get("/driftlage")
    assert "Allt fungerar." in colleague.text


def test_the_information_unit_sees_how_much_waits_and_is_told_on_its_desk(
    world: World, desk: Visitor
) -> None:
    world.decision()
    desk.get("/driftlage")
    counted = {
        row.findtext("dt"): row.findtext("dd")
        for row in desk.tree.xpath("//dl[@class='figures']/div")
    }
    assert counted["Väntar på godkännande"] == "1"
    assert "har inte gått" not in desk.get("/bevakning").text
    reviewing.approve(world.installation, world.communicator, world.decision("Ett annat"))
    world.advance(minutes=7)
    desk.get("/bevakning")
    assert "Något som skulle ha gått har inte gått." in desk.text


def test_everybody_sees_since_when_all_stands_still(world: World, sign_in: SignIn) -> None:
    world.owner.execute("INSERT INTO announcer.standstill (reason) VALUES ('restored')")
    world.set_time(world.now() + timedelta(minutes=20))
    visitor = sign_in(world.chief)
    visitor.get("/driftlage")
    assert "Allt står stilla sedan i dag" in visitor.text
    assert "Informatör" in visitor.text or "informations" in visitor.text.lower()
    assert figures(visitor)["announcer_standstill_seconds{}"] >= 1200
