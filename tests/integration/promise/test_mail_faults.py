"""What mail servers do to us: nobody is lost, nobody is written to twice without anybody knowing."""

from collections import Counter

import pytest

from announcer.domain.announcement import AnnouncementState
from announcer.domain.errors import Refusal
from announcer.services import records, resolving, status
from announcer.services.resolving import Exit
from tests.doubles.recording_smtp import Rules, Stage
from tests.integration.promise.way import (
    decided,
    message_ids,
    newsrooms,
    one_newsroom,
    open_window,
    published,
    release,
    staff_of,
    to_staff,
)
from tests.world import World


def later(world: World, **amount: float) -> None:
    world.advance(**amount)
    world.settle()


def test_one_who_is_refused_does_not_keep_the_others_from_it(world: World):
    everybody = sorted(staff_of(world, "bibliotek"))
    world.smtp.rules = Rules(replies={everybody[0]: "550 5.1.1 No such user"})
    public_id = decided(world)
    world.settle()
    later(world, hours=2)
    assert Counter(world.staff_mail()) == Counter(everybody[1:])
    assert world.step(public_id, "email").recipients == {"accepted": 6, "refused": 1}
    assert world.step(public_id, "email").state == "settled"


def test_one_who_is_deferred_gets_it_later_and_the_others_only_once(world: World):
    everybody = sorted(staff_of(world, "bibliotek"))
    world.smtp.rules = Rules(replies={everybody[0]: "450 4.2.1 Busy"})
    public_id = decided(world)
    world.settle()
    assert world.step(public_id, "email").state == "settled", "the press does not wait for one"
    world.smtp.rules = Rules()
    later(world, hours=1)
    assert Counter(world.staff_mail()) == Counter(everybody)
    assert len(set(message_ids(world))) == 1
    assert len({message.content for message in world.smtp.messages}) == 1


LATER = {
    "421 as a greeting": Rules(greeting="421 4.3.2 Closing"),
    "421 to MAIL": Rules(mail="421 4.3.2 Closing"),
    "451 to DATA": Rules(data="451 4.3.0 Try later"),
    "452 after the dot": Rules(accept="452 4.3.1 No space"),
    "a hang-up at once": Rules(hang_up=Stage.GREETING),
    "a hang-up before DATA": Rules(hang_up=Stage.BEFORE_DATA),
    "a hang-up in the middle": Rules(hang_up=Stage.IN_DATA),
}


@pytest.mark.parametrize("fault", LATER)
def test_what_the_server_did_not_take_goes_again_and_arrives_once(world: World, fault: str):
    world.smtp.rules = LATER[fault]
    decided(world)
    world.settle()
    assert world.staff_mail() == []
    world.smtp.rules = Rules()
    later(world, seconds=50)
    assert world.staff_mail() == [], "not before its time"
    later(world, seconds=20)
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def test_who_cannot_be_reached_for_five_days_is_given_up_and_it_is_said(world: World):
    world.smtp.rules = Rules(mail="451 4.3.0 Later")
    public_id = decided(world)
    for _ in range(12):
        later(world, hours=11)
    assert "deferred" not in world.step(public_id, "email").recipients
    assert world.step(public_id, "email").recipients == {"refused": 7}


def test_a_refusal_of_everything_is_on_record_and_not_tried_again(world: World):
    world.smtp.rules = Rules(accept="554 5.6.0 Not wanted")
    public_id = decided(world)
    world.settle()
    asked = world.smtp.connections
    world.smtp.rules = Rules()
    later(world, days=1)
    assert world.smtp.connections == asked
    assert world.step(public_id, "email").recipients == {"refused": 7}


def test_staff_mail_in_doubt_goes_again_under_the_same_message_id(world: World):
    world.smtp.rules = Rules(hang_up=Stage.AFTER_DOT)
    public_id = decided(world)
    world.settle()
    assert world.step(public_id, "email").recipients == {"in_doubt": 7}
    world.smtp.rules = Rules()
    later(world, seconds=61)
    assert set(Counter(world.staff_mail()).values()) == {2}
    assert len(set(message_ids(world))) == 1
    assert len({message.content for message in world.smtp.messages}) == 1
    assert world.step(public_id, "email").recipients == {"accepted": 7}


def test_staff_mail_that_stays_in_doubt_waits_for_a_person_after_five_tries(world: World):
    world.smtp.rules = Rules(hang_up=Stage.AFTER_DOT)
    decided(world)
    for _ in range(7):
        later(world, minutes=5)
    copies = Counter(world.staff_mail())
    assert {copies[one] for one in staff_of(world, "bibliotek")} == {5}
    assert {doubt.by_itself_at for doubt in status.doubts(world.installation)} == {None}


@pytest.fixture
def in_doubt(world: World) -> str:
    """A press release of which nobody knows if the only newsroom has it."""
    one_newsroom(world)
    public_id = published(world)
    world.smtp.rules = Rules(hang_up=Stage.AFTER_DOT)
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    world.smtp.rules = Rules()
    return public_id


def test_a_press_release_in_doubt_never_goes_again_by_itself(world: World, in_doubt: str):
    for _ in range(5):
        later(world, hours=7)
    assert len(world.press_mail()) == 1
    assert [doubt.public_id for doubt in status.doubts(world.installation)] == [in_doubt]


@pytest.mark.parametrize(
    ("way_out", "copies", "becomes"),
    [(Exit.SENT, 1, "accepted"), (Exit.AGAIN, 2, "accepted"), (Exit.ABANDON, 1, "abandoned")],
)
def test_a_person_ends_the_doubt(world: World, in_doubt: str, way_out, copies, becomes):
    (doubt,) = status.doubts(world.installation)
    resolving.resolve(world.installation, world.communicator, str(doubt.id), way_out)
    for _ in range(3):
        later(world, hours=1)
    assert len(world.press_mail()) == copies
    assert len({one.content for one in world.smtp.messages if not to_staff(one)}) == 1
    assert world.step(in_doubt, "press").recipients == {becomes: 1}
    assert status.doubts(world.installation) == []
    with pytest.raises(Refusal):
        resolving.resolve(world.installation, world.communicator, str(doubt.id), way_out)


def test_the_record_says_who_ended_the_doubt_and_how(world: World, in_doubt: str):
    (doubt,) = status.doubts(world.installation)
    resolving.resolve(world.installation, world.communicator, str(doubt.id), Exit.SENT)
    with world.installation.database.reading() as session:
        events = records.events(session, world.status(in_doubt).id)
    assert events[-1]["what"] == "resolved"
    assert events[-1]["who"] == str(world.communicator.pseudonym)
    assert world.status(in_doubt).state is AnnouncementState.COMPLETED


def test_one_newsroom_in_trouble_does_not_keep_the_others_from_it(world: World):
    public_id = published(world)
    trouble = "redaktion@lansradion.example"
    world.smtp.rules = Rules(replies={trouble: "421 4.7.0 Too many connections"})
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    assert Counter(world.press_mail()) == Counter(newsrooms(world) - {trouble})
    world.smtp.rules = Rules()
    later(world, hours=1)
    assert Counter(world.press_mail()) == Counter(newsrooms(world))


def test_a_mailbox_that_several_share_gets_one_copy(world: World):
    world.owner.execute(
        "UPDATE announcer.person SET email = CASE directory_id WHEN (SELECT min(directory_id)"
        " FROM announcer.person WHERE unit = 'bibliotek') THEN 'AVD@hallefors.example'"
        " ELSE 'avd@hallefors.example' END WHERE unit = 'bibliotek'"
    )
    decided(world)
    world.settle()
    assert [address.casefold() for address in world.staff_mail()] == ["avd@hallefors.example"]
