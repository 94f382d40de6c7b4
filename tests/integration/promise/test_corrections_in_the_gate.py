"""What corrections and withdrawals open in a plan opens nothing else, whatever a program asks."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation

from announcer.domain.errors import Refusal
from announcer.domain.plan import Verdict, may_start
from announcer.services import dispatching, holding, returning, reviewing
from tests.doubles.recording_smtp import Rules
from tests.integration.promise.test_corrections import TO_BOTH, corrected, texts_to
from tests.integration.promise.way import (
    approve,
    newsrooms,
    open_window,
    release,
    staff_of,
    to_the_press,
)
from tests.world import World

COLUMNS = (
    "announcement, revision, position, channel, audience, external, before_intranet, after,"
    " floor_seconds, approval, approvals_needed, author_last, release_by, ticked_by,"
    " greatest_lateness_seconds, urgent, source, state"
)


@pytest.fixture
def app(world: World) -> Iterator[psycopg.Connection]:
    """The app role's own connection, as an intruder in the program would have it."""
    url = world.config.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def told(world: World) -> str:
    """Staff have it; the press waits for its window and its release."""
    public_id = approve(world, world.decision(audience=TO_BOTH))
    world.settle()
    return public_id


def step_of(world: World, public_id: str, channel: str, kind: str = "first") -> str:
    row = world.owner.execute(
        "SELECT s.id FROM announcer.step s JOIN announcer.announcement a ON a.id = s.announcement"
        " WHERE a.public_id = %s AND s.channel = %s AND s.kind = %s",
        (public_id, channel, kind),
    ).fetchone()
    assert row
    return str(row[0])


def add(app: psycopg.Connection, about: str, kind: str, revision: str = "s.revision") -> str:
    """A step about another, as a program could insert it; its id."""
    made = str(uuid4())
    columns = COLUMNS.replace("after,", "after || '{intranet}',").replace("revision", revision, 1)
    columns = columns.replace("floor_seconds", "0").replace("state", "'waiting'")
    columns = columns.replace("release_by", "'{}'")
    app.execute(
        f"INSERT INTO announcer.step (id, key, kind, about, {COLUMNS})"
        f" SELECT %s, %s, %s, s.id, {columns} FROM announcer.step s WHERE s.id = %s",
        (made, made, kind, about),
    )
    return made


REWRITTEN = (
    "INSERT INTO announcer.revision (id, announcement, number, content, content_hash, author)"
    " SELECT gen_random_uuid(), announcement, 9, '{}', encode(sha256('{}'), 'hex'), author"
    " FROM announcer.revision WHERE number = 1"
)
NEWEST = "(SELECT c.revision FROM announcer.correction c WHERE c.announcement = s.announcement)"


@pytest.mark.parametrize(
    ("move", "rule"),
    [
        ("UPDATE announcer.correction SET applied_at = now()", "not approved"),
        (
            f"UPDATE announcer.step s SET revision = {NEWEST} WHERE state = 'waiting'",
            "a plan does not change",
        ),
        (
            "UPDATE announcer.step SET state = 'sending' WHERE state = 'waiting'",
            "a correction waits",
        ),
        (
            REWRITTEN,
            "not rewritten",
        ),
        ("UPDATE announcer.announcement SET state = 'completed'", "before every step"),
    ],
)
def test_what_waits_to_be_approved_changes_nothing(world, app, move: str, rule: str):
    corrected(world, told(world))
    with pytest.raises(CheckViolation, match=rule):
        app.execute(move)


def test_a_step_is_added_only_about_what_began_and_with_the_approved_text(world, app):
    public_id = told(world)
    for channel, kind, rule in (
        ("email", "correction", "the corrected text"),
        ("email", "withdrawal", "only what has been withdrawn"),
        ("press", "correction", "a step that has begun"),
        ("press", "withdrawal", "a step that has begun"),
    ):
        with pytest.raises(CheckViolation, match=rule):
            add(app, step_of(world, public_id, channel), kind)
    corrected(world, public_id)
    with pytest.raises(CheckViolation, match="the corrected text"):
        add(app, step_of(world, public_id, "email"), "correction", NEWEST)


def test_a_correction_outside_comes_after_the_one_inside_whatever_a_program_plans(make_world):
    world = make_world()
    public_id = told(world)
    to_the_press(world, public_id)
    url = world.config.database_url.replace("+psycopg", "")
    with psycopg.connect(url) as app:
        holding.withdraw(world.installation, world.communicator, public_id, "Fel.")
        with pytest.raises(CheckViolation, match="comes after whatever"):
            app.execute(
                "INSERT INTO announcer.step (id, key, kind, about, " + COLUMNS + ") SELECT"
                " gen_random_uuid(), 'x', 'withdrawal', s.id, "
                + COLUMNS.replace("after", "'{intranet}'").replace("state", "'waiting'")
                + " FROM announcer.step s WHERE s.id = %s",
                (step_of(world, public_id, "press"),),
            )


def test_nobody_is_told_of_a_correction_who_never_had_the_text(world, app):
    public_id = told(world)
    corrected(world, public_id)
    approve(world, public_id)
    world.round()  # the page is read back
    dispatching.look(world.installation)
    told_of_it = step_of(world, public_id, "email", "correction")
    with pytest.raises(CheckViolation, match="only who had a text"):
        app.execute(
            "WITH b AS (INSERT INTO announcer.batch (id, step, number, language, urgent)"
            " VALUES (gen_random_uuid(), %s, 99, 'sv', false) RETURNING id, step)"
            " INSERT INTO announcer.delivery (id, batch, step, revision, channel, recipient,"
            " address, language, message_id)"
            " SELECT gen_random_uuid(), b.id, s.id, s.revision, 'email', 'nobody',"
            " 'nobody@nowhere.example', 'sv', '<x@nowhere.example>' FROM b JOIN announcer.step s ON s.id = b.step",
            (told_of_it,),
        )


@pytest.mark.parametrize(
    ("program", "database", "holds"),
    [(True, False, True), (False, True, True), (False, False, False)],
    ids=["the program alone", "the database alone", "neither"],
)
def test_a_waiting_correction_keeps_the_press_waiting_in_each_place(
    make_world, program: bool, database: bool, holds: bool
):
    world = make_world(gate=may_start if program else lambda *_: Verdict(()))
    public_id = told(world)
    release(world, public_id)
    corrected(world, public_id)
    open_window(world, public_id)
    with ExitStack() as stack:
        if not database:
            stack.enter_context(world.trigger_off("step", "delivery"))
        for _ in range(4):
            world.round()
    assert (world.step(public_id, "press").state == "waiting") is holds


def test_no_step_of_a_withdrawn_announcement_goes_but_the_notice(world, app):
    public_id = told(world)
    holding.withdraw(world.installation, world.communicator, public_id, "Fel.")
    with pytest.raises(CheckViolation, match="does not go from withdrawn"):
        app.execute(
            "UPDATE announcer.step SET state = 'sending' WHERE id = %s",
            (step_of(world, public_id, "press"),),
        )
    with pytest.raises(CheckViolation, match="a step that has begun"):
        add(app, step_of(world, public_id, "press"), "withdrawal")
    world.settle()
    assert world.press_mail() == []
    assert set(world.staff_mail()) == staff_of(world, "bibliotek")


def test_a_correction_that_is_given_back_is_not_approved(world):
    public_id = told(world)
    corrected(world, public_id)
    assert returning.give_back(world.installation, world.communicator, public_id, "Nej.")
    with pytest.raises(Refusal, match="återlämnad"):
        reviewing.approve(world.installation, world.communicator, public_id)
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    assert world.press_mail() == []
    assert returning.take_back(world.installation, world.communicator, public_id)
    approve(world, public_id)
    world.settle()
    assert set(world.press_mail()) == newsrooms(world)
    assert all("8.20" in texts_to(world, one)[0] for one in newsrooms(world))


def stop(world: World, public_id: str, ending: str) -> None:
    """A person stops the step whose key ends so."""
    (key,) = [s.key for s in world.status(public_id).steps if s.key.endswith(ending)]
    holding.hold(world.installation, world.communicator, public_id, "Vänta.", step=key)


@pytest.mark.parametrize(
    ("program", "database", "holds"),
    [(True, False, True), (False, True, True), (False, False, False)],
    ids=["the program alone", "the database alone", "neither"],
)
def test_the_press_waits_for_the_rest_however_often_the_text_was_corrected_meanwhile(
    make_world, program: bool, database: bool, holds: bool
):
    world = make_world(gate=may_start if program else lambda *_: Verdict(()))
    some = sorted(staff_of(world, "bibliotek"))[:3]
    world.smtp.rules = Rules(replies=dict.fromkeys(some, "451 4.7.1 Greylisted"))
    public_id = told(world)
    release(world, public_id)
    for hour in ("8.20", "8.10"):
        corrected(world, public_id, f"Det händer klockan {hour}.")
        approve(world, public_id)
        if hour == "8.20":
            world.settle()
    world.round()
    stop(world, public_id, "resten-3")
    open_window(world, public_id)
    with ExitStack() as stack:
        if not database:
            stack.enter_context(world.trigger_off("step", "delivery"))
        for _ in range(4):
            world.round()
    assert (world.step(public_id, "press").state == "waiting") is holds
