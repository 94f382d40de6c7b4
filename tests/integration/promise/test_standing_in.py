"""A stand-in has another's roles, for the days that were said, and the record names both."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from announcer.db.engine import GateClosed
from announcer.domain.audience import Person
from announcer.domain.errors import NotAllowed, NotFound, Refusal
from announcer.people.lookup import holders
from announcer.services import (
    arriving,
    bringing_forward,
    erasing,
    holding,
    records,
    returning,
    reviewing,
    situation,
    standing_in,
    tokens,
)
from announcer.services.tokens import Scope
from tests.integration.promise.way import SMALL, approve, open_window, published
from tests.world import World, laid_over_hallefors


def librarian(world: World) -> Person:
    """Somebody without any role, as they are looked up when they act."""
    return world.person(world.somebody("bibliotek", "medarbetare").directory_id)


def appoint(world: World, by: Person, for_whom: Person, who: Person, **more: Any) -> str:
    ends = more.pop("ends", None) or world.now() + timedelta(days=3)
    return str(
        standing_in.appoint(
            world.installation, by, who.directory_id, for_whom.directory_id, ends, **more
        )
    )


def events(world: World, public_id: str) -> list[dict[str, Any]]:
    with world.installation.database.reading() as session:
        return records.events(session, records.find(session, public_id).id)


def test_a_stand_in_approves_releases_and_the_record_says_for_whom(world: World):
    public_id = world.decision(audience=SMALL)
    with pytest.raises(NotAllowed):
        reviewing.approve(world.installation, librarian(world), public_id)
    appoint(world, world.communicator, world.communicator, librarian(world))
    assert reviewing.approve(world.installation, librarian(world), public_id)
    world.settle()
    assert holding.release(world.installation, librarian(world), public_id)
    open_window(world, public_id)
    world.settle()
    assert world.press_mail()
    acts = {e["what"]: e for e in events(world, public_id) if e["what"] in ("approved", "released")}
    assert len(acts) == 2
    for act in acts.values():
        assert act["who"] == str(librarian(world).pseudonym)
        assert act["detail"]["acting_for"] == str(world.communicator.pseudonym)


def test_who_acts_in_their_own_right_acts_for_nobody(world: World):
    head = world.somebody("info", "chef")
    appoint(world, head, head, world.communicator)
    public_id = world.decision(audience=SMALL)
    communicator = world.person(world.communicator.directory_id)
    assert communicator.stands_for
    reviewing.approve(world.installation, communicator, public_id)
    (approved,) = [e for e in events(world, public_id) if e["what"] == "approved"]
    assert "acting_for" not in approved["detail"]


def test_a_stand_in_ticks_a_meeting(world: World):
    public_id = world.example("03")
    manager = world.somebody("kost", "chef")
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    meeting = world.step(public_id, "meeting")
    with pytest.raises(NotAllowed):
        holding.tick(world.installation, librarian(world), public_id, meeting.key)
    appoint(world, manager, manager, librarian(world))
    holding.tick(world.installation, librarian(world), public_id, meeting.key)
    (held,) = [e for e in events(world, public_id) if e["what"] == "meeting held"]
    assert held["detail"]["acting_for"] == str(manager.pseudonym)


def test_it_begins_and_ends_when_it_was_said(world: World):
    starts, ends = world.now() + timedelta(days=1), world.now() + timedelta(days=2)
    appoint(
        world, world.communicator, world.communicator, librarian(world), starts=starts, ends=ends
    )
    assert librarian(world).stands_for == ()
    world.set_time(starts + timedelta(seconds=1))
    assert [s.person.pseudonym for s in librarian(world).stands_for] == [
        world.communicator.pseudonym
    ]
    world.set_time(ends + timedelta(seconds=1))
    assert librarian(world).stands_for == ()
    public_id = world.decision(audience=SMALL)
    with pytest.raises(NotAllowed):
        reviewing.approve(world.installation, librarian(world), public_id)


def test_the_page_and_every_other_way_in_know_the_same(world: World):
    about = world.decision(audience=SMALL)
    appoint(world, world.communicator, world.communicator, librarian(world), announcement=about)
    appoint(world, world.chief, world.chief, librarian(world))
    key = tokens.create(
        world.installation, librarian(world), librarian(world).directory_id, [Scope.READ], "",
        timedelta(days=1),
    )  # fmt: skip
    database = world.installation.database
    by_page = arriving.arrive(database.glance, str(librarian(world).pseudonym)).person
    with database.reading() as session:
        holder = tokens.holder(session, key)
        policy = world.installation.policy
        mailed = [h.person for h in holders(session, policy, ("enhetschef",), "bildning")]
    assert holder
    assert by_page
    assert by_page.stands_for == holder.person.stands_for == librarian(world).stands_for
    assert [one.person for one in by_page.stands_for] == [world.communicator, world.chief]
    assert [one.announcement is None for one in by_page.stands_for] == [False, True]
    assert librarian(world) in mailed


def test_a_delegate_of_one_announcement_has_nothing_to_do_with_others(world: World):
    one, other = world.decision("Ett", SMALL), world.decision("Annat", SMALL)
    appoint(world, world.communicator, world.communicator, librarian(world), announcement=one)
    waiting = reviewing.waiting_for(world.installation, librarian(world))
    assert [proposal.public_id for proposal in waiting] == [one]
    with pytest.raises(NotFound):
        reviewing.proposal(world.installation, librarian(world), other)
    with pytest.raises(NotAllowed):
        reviewing.approve(world.installation, librarian(world), other)
    assert reviewing.approve(world.installation, librarian(world), one)
    (delegated,) = [e for e in events(world, one) if e["what"] == "delegated"]
    assert delegated["detail"]["to"] == str(librarian(world).pseudonym)


def test_nobody_delegates_what_does_not_concern_them(world: World):
    public_id = world.decision(audience=SMALL)
    someone = librarian(world)
    with pytest.raises(NotFound, match="Sidan finns inte"):
        appoint(world, someone, someone, world.chief, announcement=public_id)


def test_the_author_approves_nothing_of_their_own_by_standing_in(world: World):
    appoint(world, world.communicator, world.communicator, world.chief)
    public_id = world.decision(audience=SMALL)
    with pytest.raises(NotAllowed, match="kan inte godkänna"):
        reviewing.approve(world.installation, world.person(world.chief.directory_id), public_id)


def test_what_the_author_lent_does_not_approve_the_authors_text(world: World):
    appoint(world, world.chief, world.chief, librarian(world))
    own, of_another = world.decision("Egen", SMALL), world.submit(
        '+++\nclass = "beslut"\nunit = "bildning"\ntitle = "Annans"\nsummary = "S"\n'
        f"audience = {SMALL}\ncontact = \"Rektor\"\n+++\nText.\n",
        world.somebody("bildning", "medarbetare"),
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        reviewing.approve(world.installation, librarian(world), own)
    assert reviewing.approve(world.installation, librarian(world), of_another)


def test_neither_plan_nor_database_counts_what_the_author_lent(world: World):
    """Whatever a program wrote down: each of the two refuses it alone."""
    public_id = approve(world, world.decision(audience=SMALL))
    is_approved = "SELECT bool_or(announcer.is_approved(s)) FROM announcer.step s"
    assert world.owner.execute(is_approved).fetchone() == (True,)
    world.owner.execute(
        "UPDATE announcer.approval SET approver = %s, acting_for = %s",
        (librarian(world).pseudonym, world.chief.pseudonym),
    )
    assert world.owner.execute(is_approved).fetchone() == (False,)
    with world.installation.database.reading() as session:
        facts = situation.facts_of(session, records.find(session, public_id))
    assert facts.approved_at is None
    world.settle()
    assert world.smtp.messages == []


def test_what_was_lent_is_not_lent_on(world: World):
    other = world.somebody("klockarskolan", "medarbetare")
    appoint(world, world.communicator, world.communicator, librarian(world))
    appoint(world, librarian(world), librarian(world), other)
    public_id = world.decision(audience=SMALL)
    with pytest.raises(NotAllowed):
        reviewing.approve(world.installation, world.person(other.directory_id), public_id)


def test_people_name_their_own_and_the_information_unit_anybodys(world: World):
    other = world.somebody("klockarskolan", "medarbetare")
    with pytest.raises(NotAllowed, match="Andras utses av"):
        appoint(world, librarian(world), world.chief, other)
    appoint(world, world.communicator, world.chief, other)
    # A stand-in at the information unit does not name stand-ins, for example themself for longer.
    appoint(world, world.communicator, world.communicator, librarian(world))
    with pytest.raises(NotAllowed):
        appoint(world, librarian(world), world.communicator, librarian(world))


def test_no_day_is_too_far_away_to_be_reckoned_with(world: World):
    zone = world.installation.policy.zone
    starts, ends = standing_in.day("9999-12-01", zone), standing_in.day("9999-12-30", zone)
    appoint(world, world.chief, world.chief, librarian(world), starts=starts, ends=ends)
    with pytest.raises(Refusal, match="högst ett år"):
        appoint(world, world.chief, world.chief, librarian(world), ends=ends)


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_the_last_day_is_ahead_and_within_a_year(world: World, days: int):
    ends = world.now() + timedelta(days=days)
    with pytest.raises(Refusal, match="högst ett år"):
        appoint(world, world.chief, world.chief, librarian(world), ends=ends)


def test_nobody_stands_in_for_themself_and_strangers_for_nobody(world: World):
    with pytest.raises(Refusal, match="sig själv"):
        appoint(world, world.chief, world.chief, world.chief)
    with pytest.raises(NotFound, match="personalkatalogen"):
        standing_in.appoint(
            world.installation, world.chief, "ingen", world.chief.directory_id,
            world.now() + timedelta(days=1),
        )  # fmt: skip


@pytest.mark.parametrize("who", ["stand-in", "absent", "information unit"])
def test_either_of_the_two_and_the_information_unit_end_it_at_once(world: World, who: str):
    line = appoint(world, world.chief, world.chief, librarian(world))
    ends = {
        "stand-in": librarian(world),
        "absent": world.chief,
        "information unit": world.communicator,
    }
    with pytest.raises(NotAllowed):
        standing_in.revoke(world.installation, world.somebody("kost", "chef"), line)
    standing_in.revoke(world.installation, ends[who], line)
    standing_in.revoke(world.installation, ends[who], line)
    assert librarian(world).stands_for == ()
    assert standing_in.listed(world.installation, world.chief) == []
    (past,) = standing_in.listed(world.installation, world.chief, history=True)
    assert past.revoked_at
    assert past.is_over


@pytest.mark.parametrize("reference", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_stand_in_that_there_is_not_cannot_be_ended(world: World, reference: str):
    with pytest.raises(NotFound, match="ingen sådan ersättare"):
        standing_in.revoke(world.installation, world.communicator, reference)


def test_the_list_is_ones_own_and_the_information_units_is_everybodys(world: World):
    appoint(world, world.chief, world.chief, librarian(world))
    for who, count in ((world.chief, 1), (librarian(world), 1), (world.communicator, 1)):
        assert len(standing_in.listed(world.installation, who)) == count
    assert standing_in.listed(world.installation, world.somebody("kost", "chef")) == []


def test_history_does_not_change(world: World):
    appoint(world, world.chief, world.chief, librarian(world), starts=world.now() - timedelta(9))
    with world.installation.database.reading() as session:
        (line,) = session.execute(
            records.text("SELECT from_at >= appointed_at FROM announcer.stand_in")
        ).one()
    assert line, "nobody stood in before it was said"
    for change in (
        "until_at = until_at + interval '1 day'",
        "who = appointed_by",
        "from_at = now()",
    ):
        with pytest.raises(psycopg.errors.CheckViolation, match="does not change"):
            world.owner.execute(f"UPDATE announcer.stand_in SET {change}")


@pytest.mark.parametrize("ended", ["revoked", "over", "for another text"])
def test_with_rights_from_before_it_ended_nobody_approves_or_gives_back(world: World, ended: str):
    """Whoever was looked up while they stood in, and acts afterwards."""
    public_id, other = world.decision("Ett", SMALL), world.decision("Annat", SMALL)
    about = {"announcement": other} if ended == "for another text" else {}
    line = appoint(world, world.communicator, world.communicator, librarian(world), **about)
    then = librarian(world)
    if ended == "revoked":
        standing_in.revoke(world.installation, world.communicator, line)
    elif ended == "over":
        world.advance(days=4)
    else:
        then = replace(
            then, stands_for=tuple(replace(s, announcement=None) for s in then.stands_for)
        )
    for act in (
        lambda: reviewing.approve(world.installation, then, public_id),
        lambda: returning.give_back(world.installation, then, public_id, "Nej."),
    ):
        with pytest.raises(GateClosed, match="whoever acts for another stands in for them"):
            act()
    assert world.status(public_id).state == "in_review"


def test_who_has_left_lends_nothing_and_who_is_erased_is_ended(world: World):
    appoint(world, world.communicator, world.communicator, librarian(world))
    world.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE pseudonym = %s",
        [world.communicator.pseudonym],
    )
    assert librarian(world).stands_for == ()
    head = world.somebody("info", "chef")
    erasing.erase_person(world.installation, head, world.communicator.directory_id)
    (past,) = standing_in.listed(world.installation, librarian(world), history=True)
    assert past.revoked_at


def test_whoever_stands_in_for_who_gave_a_text_back_takes_it_back(world: World):
    public_id = world.decision(audience=SMALL)
    returning.give_back(world.installation, world.communicator, public_id, "Fel datum.")
    appoint(world, world.communicator, world.communicator, librarian(world))
    assert returning.take_back(world.installation, librarian(world), public_id)
    approve(world, public_id)


def test_a_stand_in_fills_the_seat_of_the_one_who_is_away(make_world: Any, tmp_path: Path):
    chain = 'classes.beslut.approval = { by = [], each = ["informationsenheten", "krisledning"] }'
    world = make_world(policy=laid_over_hallefors(tmp_path, chain))
    head = world.somebody("ks", "chef")
    appoint(world, head, head, world.communicator)
    public_id = world.decision(audience=SMALL)
    both = world.person(world.communicator.directory_id)
    assert reviewing.approve(world.installation, both, public_id)
    assert not reviewing.approve(world.installation, both, public_id), "one person, one approval"
    world.settle()
    assert world.smtp.messages == []
    assert reviewing.approve(world.installation, world.person(head.directory_id), public_id)
    world.settle()
    assert world.staff_mail()


@pytest.mark.parametrize(
    ("words", "last", "moment"),
    [
        ("2026-12-21", False, "2026-12-21T00:00:00+01:00"),
        ("2026-12-21", True, "2026-12-22T00:00:00+01:00"),
        (" 2026-12-21T12:30 ", True, "2026-12-21T12:30:00+01:00"),
        ("2027-03-27", True, "2027-03-28T00:00:00+01:00"),
        ("2027-03-28", True, "2027-03-29T00:00:00+02:00"),
        ("2026-12-21T12:30+00:00", False, "2026-12-21T12:30:00+00:00"),
    ],
)
def test_a_day_counts_to_its_end_where_it_is_the_last(world: World, words, last, moment):
    zone = world.installation.policy.zone
    assert standing_in.day(words, zone, last=last).isoformat() == moment


@pytest.mark.parametrize("words", ["", "i morgon", "2026-13-01", "9999-12-31", "21/12 2026 kl 12"])
def test_what_is_no_day_is_told_so(world: World, words: str):
    with pytest.raises(Refusal, match="är ingen dag"):
        standing_in.day(words, world.installation.policy.zone, last=True)


def test_a_published_text_is_released_by_a_delegate_of_it_alone(world: World):
    public_id = published(world)
    appoint(world, world.communicator, world.communicator, librarian(world), announcement=public_id)
    assert holding.release(world.installation, librarian(world), public_id)
    with pytest.raises(NotAllowed):
        holding.hold(world.installation, librarian(world), public_id, "x")


def test_what_was_delegated_is_taken_back_on_record(world: World):
    public_id = world.decision(audience=SMALL)
    line = appoint(world, world.chief, world.chief, librarian(world), announcement=public_id)
    standing_in.revoke(world.installation, librarian(world), line)
    (revoked,) = [e for e in events(world, public_id) if e["what"] == "delegation revoked"]
    assert revoked["who"] == revoked["detail"]["to"] == str(librarian(world).pseudonym)
    assert revoked["detail"]["acting_for"] == str(world.chief.pseudonym)


def test_an_approval_and_the_end_of_its_stand_in_wait_for_each_other(make_world: Any):
    """Whichever comes second sees the first, and neither waits for ever."""
    inside, go_on = threading.Event(), threading.Event()

    def point(name: str) -> None:
        if name == "approve: before commit" and not inside.is_set():
            inside.set()
            assert go_on.wait(20)

    world = make_world(point=point)
    public_id = world.decision(audience=SMALL)
    line = appoint(
        world, world.communicator, world.communicator, librarian(world), announcement=public_id
    )
    stand_in = librarian(world)
    with ThreadPoolExecutor(2) as pool:
        approving = pool.submit(reviewing.approve, world.installation, stand_in, public_id)
        assert inside.wait(20)
        ending = pool.submit(standing_in.revoke, world.installation, world.communicator, line)
        with pytest.raises(TimeoutError):
            ending.result(timeout=0.3)
        go_on.set()
        assert approving.result(timeout=20)
        ending.result(timeout=20)
    happened = [e["what"] for e in events(world, public_id)]
    assert happened.index("approved") < happened.index("delegation revoked")


def test_the_record_says_for_whom_a_step_was_brought_forward_and_passed_over(
    make_world: Any, tmp_path: Path
):
    toml = '[classes.beslut.steps.epost]\nstrength = "should"\n'
    world = make_world(policy=laid_over_hallefors(tmp_path, toml))
    appoint(world, world.communicator, world.communicator, librarian(world))
    public_id = approve(world, world.decision(audience=SMALL))
    bringing_forward.pass_over(world.installation, librarian(world), public_id, "epost", "Dröjer")
    bringing_forward.go_now(world.installation, librarian(world), public_id, "Känt ändå")
    bringing_forward.already_out(world.installation, librarian(world), public_id)
    whats = ("passed over", "brought forward", "released", "redan ute")
    acts = [e for e in events(world, public_id) if e["what"] in whats]
    assert {e["what"] for e in acts} == set(whats)
    lender = str(world.communicator.pseudonym)
    assert [e["detail"].get("acting_for") for e in acts] == [lender] * len(acts)
