"""Who may work on what, for how long, and what becomes of the work of those who died."""

import threading
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from announcer.services import delivering, dispatching, holding, status, sweeping
from tests.doubles.recording_smtp import Rules
from tests.integration.promise.way import (
    Died,
    Disturbed,
    approve,
    carry_on,
    decided,
    die,
    message_ids,
    newsrooms,
    one_newsroom,
    open_window,
    published,
    read,
    release,
    staff_of,
)
from tests.world import World

OWN = """+++
class = "bara min enhet"
unit = "bibliotek"
title = "Meddelande {number}"
summary = "Ett av många."
audience = ["bibliotek"]
contact = "Chefen, 0591-555 11"
+++

Det här är nummer {number}.
"""


def many(world: World, number: int) -> list[str]:
    chief = world.somebody("bibliotek", "chef")
    return [world.submit(OWN.format(number=n), chief) for n in range(number)]


def claim(world: World) -> list[UUID]:
    return [claimed.batch for claimed in dispatching.claim(world.installation)]


def ready(world: World) -> UUID:
    """A decision whose one batch of mail to staff is claimed and in nobody's hands yet."""
    decided(world)
    dispatching.look(world.installation)
    for batch in claim(world):
        delivering.deliver(world.installation, batch)
    dispatching.look(world.installation)
    row = world.owner.execute(
        "SELECT b.id FROM announcer.batch b JOIN announcer.step s ON s.id = b.step"
        " WHERE s.channel = 'email'"
    ).fetchone()
    assert row
    assert row[0] in claim(world)
    return UUID(str(row[0]))


def test_two_dispatchers_lease_each_batch_once_and_no_more_than_there_is_room_for(
    world, monkeypatch
):
    monkeypatch.setattr(dispatching, "OUTSTANDING", 8)
    many(world, 12)
    dispatching.look(world.installation)
    barrier, found = threading.Barrier(4), []

    def dispatch() -> None:
        barrier.wait()
        found.append(claim(world))

    threads = [threading.Thread(target=dispatch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    leased = [batch for batches in found for batch in batches]
    assert len(set(leased)) == len(leased) == 8
    for batch in leased:
        delivering.deliver(world.installation, batch)
    assert len(claim(world)) == 4


def test_a_message_that_comes_twice_is_carried_out_once(world: World):
    batch = ready(world)
    for _ in range(3):
        delivering.deliver(world.installation, batch)
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def test_two_workers_with_the_same_message_carry_it_out_once(world: World):
    batch = ready(world)
    threads = [
        threading.Thread(target=delivering.deliver, args=(world.installation, batch))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def test_a_message_the_queue_lost_is_sent_again_when_its_lease_runs_out(world: World):
    batch = ready(world)
    assert claim(world) == []
    world.advance(seconds=59)
    sweeping.sweep(world.installation)
    assert claim(world) == []
    world.advance(seconds=2)
    sweeping.sweep(world.installation)
    assert batch in claim(world)
    delivering.deliver(world.installation, batch)
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


@pytest.mark.parametrize("stuck_at", ["email: before send", "email: after send"])
def test_what_a_worker_writes_after_its_lease_ran_out_is_refused(make_world, stuck_at: str):
    """The stuck one wakes after another was told to carry on; only the other's word counts."""
    point = Disturbed()
    world = make_world(point=point)
    batch = ready(world)

    def sleep_past_the_lease() -> None:
        world.advance(seconds=31)
        assert sweeping.sweep(world.installation) == 1
        assert world.step(public_id, "email").recipients == {"in_doubt": 7}

    public_id = status.under_way(world.installation)[0].public_id
    point.at[stuck_at] = sleep_past_the_lease
    delivering.deliver(world.installation, batch)
    assert world.step(public_id, "email").recipients == {"in_doubt": 7}, "a late word counts not"
    world.advance(seconds=61)
    world.settle()
    assert world.step(public_id, "email").recipients == {"accepted": 7}
    assert set(Counter(world.staff_mail()).values()) == {2}
    assert len(set(message_ids(world))) == 1


def test_a_worker_whose_batch_is_in_other_hands_writes_nothing(make_world):
    """Its late "not now" must not hide that the other one is sending: that would be a copy more."""
    point = Disturbed()
    world = make_world(point=point)
    batch = ready(world)
    public_id = status.under_way(world.installation)[0].public_id
    world.smtp.rules = Rules(mail="451 4.3.0 Later")
    sends, may_send = threading.Event(), threading.Event()
    other = threading.Thread(target=delivering.deliver, args=(world.installation, batch))

    def hand_over() -> None:
        world.smtp.rules = Rules()
        world.advance(seconds=31)
        assert sweeping.sweep(world.installation) == 1
        world.advance(seconds=61)
        assert batch in claim(world)
        point.at["email: before send"] = lambda: (sends.set(), may_send.wait(10))
        other.start()
        assert sends.wait(10)

    point.at["email: after send"] = hand_over
    delivering.deliver(world.installation, batch)
    assert world.step(public_id, "email").recipients == {"sending": 7}
    may_send.set()
    other.join()
    world.advance(hours=1)
    world.settle()
    assert world.step(public_id, "email").recipients == {"accepted": 7}
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def test_the_lease_is_renewed_for_as_long_as_the_mail_server_needs(make_world, monkeypatch):
    monkeypatch.setattr(delivering, "LEASE", timedelta(seconds=0.6))
    point = Disturbed()
    world = make_world(point=point)
    batch = ready(world)
    renewed = threading.Event()
    times: list[str] = []

    def slow() -> None:
        point.at["renew lease: after commit"] = again
        assert renewed.wait(10)
        assert sweeping.sweep(world.installation) == 0

    def again() -> None:
        times.append("renewed")
        if len(times) == 6:  # twice as long as the lease
            renewed.set()
        else:
            point.at["renew lease: after commit"] = again

    point.at["email: before send"] = slow
    delivering.deliver(world.installation, batch)
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def test_a_lease_stays_renewed_over_a_moment_without_the_database(make_world, monkeypatch):
    from sqlalchemy.exc import OperationalError

    monkeypatch.setattr(delivering, "LEASE", timedelta(seconds=0.6))
    point = Disturbed()
    world = make_world(point=point)
    batch = ready(world)
    renewed = threading.Event()

    def away() -> None:
        point.at["renew lease: after commit"] = renewed.set
        raise OperationalError("", {}, Exception("the database system is shutting down"))

    point.at["renew lease: before commit"] = away
    point.at["email: before send"] = lambda: renewed.wait(10)
    delivering.deliver(world.installation, batch)
    assert renewed.is_set()
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def test_work_that_has_killed_three_workers_waits_for_a_person(make_world):
    deaths: list[str] = []

    def kill(name: str) -> None:
        if name == "press: before send" and len(deaths) < 3:
            deaths.append(name)
            raise Died

    world = make_world(point=kill)
    public_id = published(world)
    release(world, public_id)
    open_window(world, public_id)
    assert carry_on(world) == 3
    assert world.press_mail() == []
    assert world.step(public_id, "press").held
    holding.resume(world.installation, world.communicator, public_id)
    carry_on(world)
    doubtful = {doubt.recipient for doubt in status.doubts(world.installation)}
    assert len(doubtful) == 3
    assert Counter(world.press_mail()) == Counter(newsrooms(world) - doubtful)


def test_the_page_and_a_crisis_have_a_queue_of_their_own(world: World, monkeypatch):
    monkeypatch.setattr(dispatching, "OUTSTANDING", 2)
    decided(world, audience='["fyllsta", "klockarskolan", "lss", "ifo"]')
    world.round()
    dispatching.look(world.installation)
    assert [c.urgent for c in dispatching.claim(world.installation)] == [False, False], (
        "bulk is full"
    )
    approve(world, world.example("04"))
    dispatching.look(world.installation)
    (page,) = dispatching.claim(world.installation)
    assert page.urgent
    delivering.deliver(world.installation, page.batch)
    dispatching.look(world.installation)
    assert {c.urgent for c in dispatching.claim(world.installation)} == {True}


def test_a_batch_nobody_took_in_time_waits_for_a_person(world: World):
    public_id = decided(world)
    world.round()
    dispatching.look(world.installation)
    world.advance(days=1, minutes=1)
    world.settle()
    assert world.step(public_id, "email").held
    assert {str(read(one)["Subject"]) for one in world.smtp.messages} == {
        "Informationsenheten: Biblioteket öppnar klockan 9"
    }, "somebody is called, and nothing else is sent"
    world.smtp.forget()
    holding.resume(world.installation, world.communicator, public_id)
    world.settle()
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


def test_a_worker_that_dies_in_a_newsrooms_turn_leaves_the_others_theirs(make_world):
    point = Disturbed()
    world = make_world(point=point)
    public_id = published(world)
    point.at["press: after send"] = die
    release(world, public_id)
    open_window(world, public_id)
    assert carry_on(world) == 1
    assert Counter(world.press_mail()) == Counter(newsrooms(world))
    assert len(status.doubts(world.installation)) == 1


def test_one_newsroom_is_enough_to_settle(world: World):
    one_newsroom(world)
    public_id = published(world)
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    assert world.step(public_id, "press").state == "settled"
