"""What is told of a crisis is what was approved; and an exercise says so to everybody whom it meets."""

from datetime import UTC, datetime

from announcer.services import crises, declaring, records
from tests.integration.promise.test_alarm import being_corrected, declared, down
from tests.integration.promise.test_corrections import in_force
from tests.integration.promise.way import read, staff_of
from tests.world import World


def promise(world: World, public_id: str) -> object:
    with world.installation.database.reading() as session:
        return declaring.promised(session, records.find(session, public_id).id)


def test_a_correction_that_waits_changes_neither_the_crisis_nor_the_promised_time(world: World):
    public_id = declared(world)
    world.settle()
    leader, before = world.somebody("ks", "chef"), promise(world, public_id)
    assert before is not None
    said = crises.of(world.installation, leader, public_id)
    approve = being_corrected(world, public_id)
    assert crises.of(world.installation, leader, public_id) == said
    told_further = declaring.preview(
        world.installation,
        leader,
        declaring.Declaration("", kind=declaring.Kind.UPDATE, follows=public_id),
    )
    assert told_further.content.follows == public_id
    approve()
    world.settle()
    assert "tre minuter" in in_force(world, public_id).body
    assert promise(world, public_id) == before, "what was promised is kept"


def test_whoever_is_called_in_an_exercise_reads_that_it_is_one(world: World):
    public_id = declared(world, exercise=True)
    world.settle()
    circle = set(world.staff_mail())
    chiefs = {f"{unit}.000@hallefors.example" for unit in ("ks", "kf-kansli", "info")}
    assert chiefs < circle < staff_of(world)
    assert "hemtjanst.000@hallefors.example" not in circle
    world.smtp.forget()
    down(world)
    being_corrected(world, public_id)()  # a page that cannot be read back
    world.settle()
    world.advance(minutes=6)
    world.settle()
    world.advance(hours=2)
    world.settle()
    subjects = {str(read(one)["Subject"]) for one in world.smtp.messages}
    assert any("Krisledningen" in one or "Informationsenheten" in one for one in subjects)
    assert all("ÖVNING" in one or "HARJOITUS" in one for one in subjects), subjects
    assert world.press_mail() == []


def test_a_second_tap_in_the_next_quarter_is_the_first_one_once_more(world: World):
    world.set_time(datetime(2026, 12, 8, 9, 14, 30, tzinfo=UTC))
    public_id = declared(world)
    world.settle()
    world.advance(minutes=1)
    assert declared(world) == public_id
    later = datetime(2026, 12, 8, 12, 45, tzinfo=UTC)
    assert declared(world, next_information=later) == public_id, "shown on another page meanwhile"
    assert declared(world, what={"sv": "Tankbil vid torget."}) != public_id, "other news"
    world.advance(minutes=20)
    assert declared(world) != public_id, "it may have happened again"
