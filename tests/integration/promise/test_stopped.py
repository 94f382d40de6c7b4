"""After an outage, a restore, a wrong clock or a weekend without workers nothing goes in a burst: a
person sees what would go where, and says what becomes of it."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from announcer.domain.errors import NotAllowed, Refusal
from announcer.services import calling, dispatching, holding, records, stopped, verifying
from announcer.services.stopped import After
from tests.integration.promise.way import (
    approve,
    decided,
    newsrooms,
    open_window,
    policy_of,
    published,
    read,
    release,
    staff_of,
)
from tests.world import World

TITLE = "Biblioteket öppnar klockan 9"
#: The press waits for the mail, and goes by itself.
IN_ORDER = (
    "[classes.beslut.steps.affisch]",
    'when = "channel"',
    "[classes.beslut.steps.press]",
    'window = { duration = "2 h" }',
    'greatest_lateness = "1 d"',
)


@pytest.fixture
def world(make_world, tmp_path) -> World:
    return make_world(policy=policy_of(tmp_path, *IN_ORDER))


def told(world: World, title: str = TITLE) -> set[str]:
    """Everyone who has been mailed the text."""
    return {
        recipient
        for message in world.smtp.messages
        if str(read(message)["Subject"]) == title
        for recipient in message.recipients
    }


def left_over(world: World, title: str = TITLE) -> str:
    """A decision whose page is up; then everything stands still for two days."""
    public_id = decided(world, title)
    world.round()
    assert world.step(public_id, "intranet").confirmed_at
    world.advance(days=2)
    world.settle()
    world.settle()  # what was stopped in a round is called about in the next
    return public_id


def the_list(world: World) -> dict[str, stopped.Stopped]:
    return {one.step: one for one in stopped.waiting(world.installation, world.communicator)}


def test_the_list_says_what_would_go_where_and_how_late_it_is(world: World) -> None:
    public_id = left_over(world)
    assert told(world) == set(), "two days late: nothing goes in a burst"
    found = the_list(world)["epost"]
    assert (found.public_id, found.channel_name, found.to) == (public_id, "E-post", 7)
    assert found.late_by is not None
    assert timedelta(days=1, hours=23) < found.late_by < timedelta(days=2, hours=1)
    assert {"press", "newsroom"} <= set(found.followers)
    assert [one.step for one in calling.waiting(world.installation)] == list(the_list(world))


def test_a_person_lets_it_go_now_and_what_comes_after_goes_after(world: World) -> None:
    public_id = left_over(world)
    stopped.send_now(world.installation, world.communicator, public_id, "epost")
    world.settle()
    assert told(world) == staff_of(world, "bibliotek")
    assert the_list(world) == {}
    assert calling.waiting(world.installation) == []
    release(world, public_id)
    world.settle()
    assert told(world) == staff_of(world, "bibliotek") | newsrooms(world)


def test_another_time_is_kept_and_not_before(world: World) -> None:
    public_id = left_over(world)
    at = world.now() + timedelta(days=3)
    with pytest.raises(Refusal):
        stopped.plan_anew(world.installation, world.communicator, public_id, "epost", world.now())
    stopped.plan_anew(world.installation, world.communicator, public_id, "epost", at)
    world.set_time(at - timedelta(minutes=1))
    world.settle()
    assert told(world) == set()
    assert the_list(world) == {}
    world.set_time(at + timedelta(seconds=1))
    world.settle()
    assert told(world) == staff_of(world, "bibliotek")


def test_what_is_given_up_opens_nothing_unless_a_person_says_so(world: World) -> None:
    public_id = left_over(world)
    give_up = (world.installation, world.communicator, public_id, "epost")
    for why, after in (("", After.GO_ON), ("Alla vet", None)):
        with pytest.raises(Refusal):
            stopped.give_up(*give_up, why, after)
    release(world, public_id)
    world.settle()
    assert told(world) == set()
    stopped.give_up(*give_up, "Alla fick veta det på mötet", After.GO_ON)
    world.settle()
    assert told(world) == newsrooms(world)
    assert world.status(public_id).state == "completed"
    with world.installation.database.reading() as session:
        said = records.events(session, records.find(session, public_id).id)
        assert list(verifying.verify(session)) == []
    (noted,) = [one["detail"] for one in said if one["what"] == "given up"]
    assert noted == {
        "step": "epost",
        "steps": ["epost"],
        "why": "Alla fick veta det på mötet",
        "after": "go_on",
    }


def test_with_what_is_given_up_all_that_comes_after_it_can_go_too(world: World) -> None:
    public_id = left_over(world)
    stopped.give_up(
        world.installation, world.communicator, public_id, "epost", "För sent", After.STOP
    )
    world.advance(days=1)
    world.settle()
    assert told(world) == set()
    assert {one.state for one in world.status(public_id).steps} == {"settled", "withdrawn"}
    assert world.status(public_id).state == "completed"
    assert the_list(world) == {}


def test_what_has_begun_goes_on_or_is_dropped_for_those_left(world: World) -> None:
    public_id = decided(world)
    world.round()
    dispatching.look(world.installation)
    world.advance(days=2)
    world.settle()
    found = the_list(world)["epost"]
    assert (found.begun, found.to) == (True, 7)
    stopped.give_up(
        world.installation, world.communicator, public_id, "epost", "Alla vet", After.STOP
    )
    world.settle()
    assert told(world) == set()
    assert world.step(public_id, "email").recipients == {"abandoned": 7}


def test_the_page_is_not_given_up(world: World) -> None:
    public_id = decided(world)
    world.advance(days=2)
    world.settle()
    assert list(the_list(world)) == ["intranet"]
    with pytest.raises(Refusal, match="Dra tillbaka"):
        stopped.give_up(world.installation, world.communicator, public_id, "intranet", "x")
    with pytest.raises(Refusal, match="inte uppe än"):
        stopped.plan_anew(
            world.installation,
            world.communicator,
            public_id,
            "intranet",
            world.now() + timedelta(days=1),
        )
    stopped.send_now(world.installation, world.communicator, public_id, "intranet")
    world.settle()
    assert told(world) == staff_of(world, "bibliotek")


def test_only_who_is_on_duty_decides(world: World) -> None:
    public_id = left_over(world)
    assert stopped.waiting(world.installation, world.chief) == []
    for act in (
        lambda: stopped.send_now(world.installation, world.chief, public_id, "epost"),
        lambda: stopped.give_up(world.installation, world.chief, public_id, "epost", "x", None),
        lambda: stopped.plan_anew(
            world.installation, world.chief, public_id, "epost", datetime(2027, 1, 1, tzinfo=UTC)
        ),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("why", ["Fel bild", dispatching.TOO_LATE])
def test_a_step_that_a_person_paused_is_theirs(world: World, why: str) -> None:
    public_id = published(world)
    holding.hold(world.installation, world.communicator, public_id, why, "press")
    assert the_list(world) == {}
    with pytest.raises(Refusal):
        stopped.send_now(world.installation, world.communicator, public_id, "press")


# The database alone -------------------------------------------------------------------------


def as_app(world: World, statement: str, *values: object) -> None:
    url = world.config.database_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode(), values)


def test_the_database_opens_nothing_by_giving_up_what_is_not_late(world: World) -> None:
    """Held, given up and passed over by the programs' own role: the press stays shut."""
    public_id = decided(world)
    world.round()
    step = world.owner.execute(
        "SELECT s.id, a.author FROM announcer.step s JOIN announcer.announcement a"
        " ON a.id = s.announcement WHERE s.key = 'epost' AND a.public_id = %s",
        (public_id,),
    ).fetchone()
    assert step
    give_up = "INSERT INTO announcer.given_up (step, actor, ground) VALUES (%s, %s, 'x')"
    with pytest.raises(psycopg.errors.CheckViolation, match="stopped"):
        as_app(world, give_up, *step)
    as_app(world, "UPDATE announcer.step SET held_at = now() WHERE id = %s", step[0])
    with pytest.raises(psycopg.errors.CheckViolation, match="stopped"):
        as_app(world, give_up, *step)
    as_app(world, "UPDATE announcer.step SET stopped = true WHERE id = %s", step[0])
    as_app(world, give_up, *step)
    with pytest.raises(psycopg.errors.CheckViolation, match="must wait"):
        as_app(
            world,
            "INSERT INTO announcer.passed_over (step, actor, ground) VALUES (%s, %s, 'x')",
            *step,
        )
    with pytest.raises(psycopg.errors.CheckViolation, match="page"):
        as_app(
            world,
            "INSERT INTO announcer.given_up (step, actor, ground) SELECT id, %s, 'x'"
            " FROM announcer.step WHERE channel = 'intranet'",
            step[1],
        )


# The causes ---------------------------------------------------------------------------------


def test_a_weekend_without_workers_tells_the_inside_first_when_they_are_back(
    make_world, tmp_path
) -> None:
    """Approved on Friday at five, taken up on Monday at eight; the policy allows three days."""
    lines = ("[classes.beslut]", 'greatest_lateness = "3 d"', *IN_ORDER)
    lines = tuple(line for line in lines if line != 'greatest_lateness = "1 d"')
    world = make_world(policy=policy_of(tmp_path, *lines))
    world.set_time(datetime(2026, 12, 11, 16, 0, tzinfo=UTC))
    public_id = approve(world, world.decision(TITLE, '["bibliotek"]'))
    release(world, public_id)
    world.set_time(datetime(2026, 12, 14, 7, 0, tzinfo=UTC))
    world.settle()
    assert told(world) == staff_of(world, "bibliotek")
    assert the_list(world) == {}
    world.advance(hours=1, minutes=59)
    world.settle()
    assert not told(world) & newsrooms(world), "the lead counts from the page, not from Friday"
    world.advance(minutes=2)
    world.settle()
    assert newsrooms(world) <= told(world)


def test_an_outage_over_the_opening_of_the_window_leaves_the_press_to_a_person(
    world: World,
) -> None:
    public_id = published(world)
    release(world, public_id)
    open_window(world, public_id)
    world.advance(days=1, minutes=5)
    world.settle()
    assert world.press_mail() == []
    assert set(the_list(world)) == {"press"}
    stopped.send_now(world.installation, world.communicator, public_id, "press")
    world.settle()
    assert set(world.press_mail()) == newsrooms(world)
    assert the_list(world) == {}
