"""What the database refuses the app role, whatever the program does."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
    UniqueViolation,
)

from tests.world import World


@pytest.fixture
def app(world: World) -> Iterator[psycopg.Connection]:
    """The app role's own connection, as an intruder in the program would have it."""
    url = world.config.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def decision(world: World) -> str:
    """An approved decision whose page is not confirmed: the intranet does not answer."""
    world.liar = lambda _: _unavailable
    public_id = world.decision(audience='["bibliotek", "press"]')
    approve(world, public_id)
    world.settle()
    return public_id


def _unavailable(_environ, start_response):
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"later"]


def approve(world: World, public_id: str) -> None:
    from announcer.services import reviewing

    assert reviewing.approve(world.installation, world.communicator, public_id)


STEP = """FROM announcer.step s JOIN announcer.announcement a ON a.id = s.announcement
          WHERE a.public_id = %s AND s.channel = %s"""


def step_id(world: World, public_id: str, channel: str) -> str:
    row = world.owner.execute(f"SELECT s.id {STEP}", (public_id, channel)).fetchone()
    assert row
    return str(row[0])


@pytest.mark.parametrize("channel", ["email", "poster", "press"])
def test_no_step_starts_before_the_page_is_confirmed(world, app, decision, channel):
    rule = "an earlier step" if channel == "press" else "not confirmed"
    with pytest.raises(CheckViolation, match=rule):
        app.execute(
            "UPDATE announcer.step SET state = 'sending' WHERE id = %s",
            (step_id(world, decision, channel),),
        )


def test_a_step_cannot_be_inserted_as_sending(world, app, decision):
    with pytest.raises(CheckViolation, match="a plan is made once"):
        app.execute(
            "INSERT INTO announcer.step SELECT gen_random_uuid(), announcement, revision, 99, 'egen',"
            " channel, audience, external, before_intranet, after, 0, 'none', '{}', '{}', 1, urgent,"
            " '', NULL, 'sending' FROM announcer.step WHERE id = %s",
            (step_id(world, decision, "press"),),
        )


def test_a_step_of_a_new_plan_cannot_begin_as_sending(world, app):
    public_id = world.decision(title="Inte godkänd")
    with pytest.raises(CheckViolation, match="a step begins waiting"):
        app.execute(
            "INSERT INTO announcer.step (id, announcement, revision, position, key, channel, audience,"
            " external, before_intranet, after, floor_seconds, approval, approvals_needed, author_last,"
            " release_by, ticked_by, greatest_lateness_seconds, urgent, source, state)"
            " SELECT gen_random_uuid(), a.id, r.id, 0, 'press', 'press', '{press}', true, false, '{}',"
            " 0, 'none', 0, false, '{}', '{}', 1, false, '', 'sending' FROM announcer.announcement a"
            " JOIN announcer.revision r ON r.announcement = a.id WHERE a.public_id = %s",
            (public_id,),
        )


def test_nothing_external_is_planned_without_an_approval(
    world: World, app: psycopg.Connection
) -> None:
    public_id = world.decision(title="Utan godkännande")
    with pytest.raises(CheckViolation, match="external_approval"):
        app.execute(
            "INSERT INTO announcer.step (id, announcement, revision, position, key, channel, audience,"
            " external, before_intranet, after, floor_seconds, approval, approvals_needed, author_last,"
            " release_by, ticked_by, greatest_lateness_seconds, urgent, source, state, page_digest)"
            " SELECT gen_random_uuid(), a.id, r.id, n, key, channel, '{press}', channel = 'press',"
            " false, after::text[], 0, 'none', 0, false, '{}', '{}', 1, false, '', 'waiting', digest"
            " FROM announcer.announcement a JOIN announcer.revision r ON r.announcement = a.id,"
            " (VALUES (0, 'intranet', 'intranet', '{}', 'x'), (1, 'press', 'press', '{intranet}', NULL))"
            " AS steps (n, key, channel, after, digest) WHERE a.public_id = %s ORDER BY n",
            (public_id,),
        )


PLANNED = (
    "INSERT INTO announcer.step (id, announcement, revision, position, key, channel, audience,"
    " external, before_intranet, after, floor_seconds, approval, approvals_needed, author_last,"
    " release_by, ticked_by, greatest_lateness_seconds, urgent, source, state, page_digest)"
    " SELECT gen_random_uuid(), a.id, r.id, n, key, key, '{{}}', {external}, false, after::text[],"
    " 0, 'other', 1, false, '{{}}', '{{}}', 1, false, '', 'waiting', digest"
    " FROM announcer.announcement a JOIN announcer.revision r ON r.announcement = a.id,"
    " (VALUES (0, 'intranet', '{{}}', 'x'), (1, '{channel}', '{{intranet}}', NULL))"
    " AS steps (n, key, after, digest) WHERE a.public_id = %s ORDER BY n"
)


@pytest.mark.parametrize("channel", ["press", "newsroom", "tidning", "okänd"])
def test_no_step_is_inside_whose_channel_leaves_the_house(
    world: World, app: psycopg.Connection, channel: str
) -> None:
    app.execute("INSERT INTO announcer.channel VALUES ('tidning', true)")  # as a package says
    public_id = world.decision(title="Som om det var inne")
    with pytest.raises(ForeignKeyViolation, match="fk_step_channel_external"):
        app.execute(PLANNED.format(channel=channel, external="false"), (public_id,))
    app.execute(PLANNED.format(channel="tidning", external="n = 1"), (public_id,))


def test_what_a_channel_said_of_itself_is_not_the_apps_to_change(
    app: psycopg.Connection,
) -> None:
    with pytest.raises(InsufficientPrivilege):
        app.execute("UPDATE announcer.channel SET external = false WHERE name = 'press'")
    with pytest.raises(InsufficientPrivilege):
        app.execute("DELETE FROM announcer.channel WHERE name = 'press'")
    with pytest.raises(UniqueViolation):
        app.execute("INSERT INTO announcer.channel VALUES ('press', false)")


def test_a_plan_without_the_intranet_cannot_be_made(world, app):
    public_id = world.decision(title="Utan intranät")
    with pytest.raises(CheckViolation, match="does not come after the intranet"):
        app.execute(
            "INSERT INTO announcer.step (id, announcement, revision, position, key, channel, audience,"
            " external, before_intranet, after, floor_seconds, approval, approvals_needed, author_last,"
            " release_by, ticked_by, greatest_lateness_seconds, urgent, source, state)"
            " SELECT gen_random_uuid(), a.id, r.id, 0, 'press', 'press', '{press}', true, false, '{}',"
            " 0, 'none', 0, false, '{}', '{}', 1, false, '', 'waiting' FROM announcer.announcement a"
            " JOIN announcer.revision r ON r.announcement = a.id WHERE a.public_id = %s",
            (public_id,),
        )


@pytest.mark.parametrize(
    "column", ["confirmed_at", "settled_at", "started_at", "floor_seconds", "release_by"]
)
def test_what_the_database_stamps_or_the_plan_says_is_not_the_apps_to_write(
    world, app, decision, column
):
    with pytest.raises(InsufficientPrivilege):
        app.execute(
            f"UPDATE announcer.step SET {column} = DEFAULT WHERE id = %s",
            (step_id(world, decision, "intranet"),),
        )


def test_a_read_back_of_another_text_confirms_nothing(world, app, decision):
    with pytest.raises(CheckViolation, match="not what was approved"):
        app.execute(
            "INSERT INTO announcer.readback (step, digest) VALUES (%s, %s)",
            (step_id(world, decision, "intranet"), "0" * 64),
        )


def test_a_page_that_is_not_out_cannot_be_confirmed(world, app):
    public_id = world.decision(title="Väntar")
    approve(world, public_id)
    step = step_id(world, public_id, "intranet")
    digest = world.owner.execute(
        "SELECT page_digest FROM announcer.step WHERE id = %s", (step,)
    ).fetchone()
    with pytest.raises(CheckViolation, match="only a page that is out"):
        app.execute(
            "INSERT INTO announcer.readback (step, digest) VALUES (%s, %s)", (step, digest[0])
        )


def test_the_moment_of_confirmation_is_stamped_and_not_given(world, app, decision):
    step = step_id(world, decision, "intranet")
    digest = world.owner.execute(
        "SELECT page_digest FROM announcer.step WHERE id = %s", (step,)
    ).fetchone()
    app.execute(
        "INSERT INTO announcer.readback (step, digest, at) VALUES (%s, %s, '2020-01-01')",
        (step, digest[0]),
    )
    confirmed = world.owner.execute(
        "SELECT confirmed_at FROM announcer.step WHERE id = %s", (step,)
    ).fetchone()
    assert abs(confirmed[0] - world.now()) < timedelta(minutes=1)


@pytest.fixture
def confirmed(world: World) -> str:
    """A decision whose page is confirmed and whose press step waits for its window and release."""
    public_id = world.decision(title="Bekräftad", audience='["bibliotek", "press"]')
    approve(world, public_id)
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at
    return public_id


def test_a_set_moment_may_be_moved_back_and_stays_there(world, app, confirmed):
    step = step_id(world, confirmed, "press")
    move = "UPDATE announcer.step SET not_before = not_before {} interval '1 day' WHERE id = %s"
    app.execute(move.format("+"), (step,))
    with pytest.raises(CheckViolation, match="set once"):
        app.execute(move.format("-"), (step,))


@pytest.mark.parametrize("change", ["- interval '1 second'", "- interval '2 hours'"])
def test_a_set_moment_is_not_brought_forward(world, app, confirmed, change):
    with pytest.raises(CheckViolation, match="set once"):
        app.execute(
            f"UPDATE announcer.step SET not_before = not_before {change} WHERE id = %s",
            (step_id(world, confirmed, "press"),),
        )


def test_only_a_lift_that_names_actor_and_ground_brings_a_step_forward(world, app, confirmed):
    step = step_id(world, confirmed, "press")
    moment = world.now() + timedelta(minutes=1)
    with pytest.raises(psycopg.errors.IntegrityError):
        app.execute(
            "INSERT INTO announcer.lift (step, actor, ground, not_before) VALUES (%s, %s, '', %s)",
            (step, world.communicator.pseudonym, moment),
        )
    app.execute(
        "INSERT INTO announcer.lift (step, actor, ground, not_before) VALUES (%s, %s, 'redan ute', %s)",
        (step, world.communicator.pseudonym, moment),
    )
    app.execute("UPDATE announcer.step SET not_before = %s WHERE id = %s", (moment, step))
    assert world.step(confirmed, "press").earliest == moment


def test_a_lift_never_goes_below_the_confirmation(world, app, confirmed):
    step = step_id(world, confirmed, "press")
    early = world.step(confirmed, "intranet").confirmed_at - timedelta(seconds=1)
    app.execute(
        "INSERT INTO announcer.lift (step, actor, ground, not_before) VALUES (%s, %s, 'nej', %s)",
        (step, world.communicator.pseudonym, early),
    )
    with pytest.raises(CheckViolation, match="after the confirmation"):
        app.execute("UPDATE announcer.step SET not_before = %s WHERE id = %s", (early, step))


def test_the_press_step_needs_window_and_release(world, app, confirmed):
    step = step_id(world, confirmed, "press")
    start = "UPDATE announcer.step SET state = 'sending' WHERE id = %s"
    with pytest.raises(CheckViolation, match="window is open"):
        app.execute(start, (step,))
    world.advance(days=3)
    with pytest.raises(CheckViolation, match="not released"):
        app.execute(start, (step,))


FORBIDDEN = (
    "ALTER TABLE announcer.step DISABLE TRIGGER gate",
    "DROP TRIGGER gate ON announcer.step",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION announcer.announcer_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
    "CREATE FUNCTION announcer.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE announcer.mine ()",
    "CREATE TEMPORARY TABLE step (LIKE announcer.step)",
    "CREATE SCHEMA mine",
    "DELETE FROM announcer.event",
    "UPDATE announcer.event SET payload = ''",
    "TRUNCATE announcer.event",
    "INSERT INTO announcer.event VALUES (gen_random_uuid(), 1, '', '', '')",
    "DELETE FROM announcer.approval",
    "UPDATE announcer.approval SET content_hash = ''",
    "DELETE FROM announcer.release",
    "DELETE FROM announcer.lift",
    "UPDATE announcer.readback SET at = '2020-01-01'",
    "UPDATE announcer.blob SET content = ''",
    "UPDATE announcer.revision SET content = ''",
    "UPDATE announcer.announcement SET planned_at = '2020-01-01'",
    "UPDATE announcer.alembic_version SET version_num = ''",
    "SET ROLE announcer_owner",
)


def _is_refused(app: psycopg.Connection, statement: str) -> bool:
    try:
        app.execute(statement)
    except InsufficientPrivilege:
        return True
    return False


def test_the_app_role_cannot_touch_the_gate_the_clock_or_the_record(app):
    assert [statement for statement in FORBIDDEN if not _is_refused(app, statement)] == []


def test_a_temporary_table_made_by_anybody_does_not_shadow_the_real_one(world, decision):
    """Even the owner's temporary table is not looked at by the gate's functions."""
    world.owner.execute(
        "CREATE TEMPORARY TABLE announcement AS SELECT * FROM announcer.announcement"
    )
    world.owner.execute("UPDATE pg_temp.announcement SET state = 'completed', held_at = NULL")
    with pytest.raises(CheckViolation, match="not confirmed"):
        world.owner.execute(
            "UPDATE announcer.step SET state = 'sending' WHERE id = %s",
            (step_id(world, decision, "email"),),
        )


def test_an_approval_counts_for_one_text_only(world, app):
    public_id = world.decision(title="Fel hash")
    with pytest.raises(CheckViolation, match="one text only"):
        app.execute(
            "INSERT INTO announcer.approval (revision, approver, content_hash)"
            " SELECT r.id, %s, repeat('0', 64) FROM announcer.revision r"
            " JOIN announcer.announcement a ON a.id = r.announcement WHERE a.public_id = %s",
            (world.communicator.pseudonym, public_id),
        )


def test_the_authors_own_approval_is_not_enough(world, app):
    """The program is bypassed: rows are written as if the author had approved."""
    public_id = world.decision(title="Egen hand")
    approve(world, public_id)
    world.owner.execute("UPDATE announcer.approval SET approver = %s", (world.chief.pseudonym,))
    with pytest.raises(CheckViolation, match="not approved"):
        app.execute(
            "UPDATE announcer.step SET state = 'sending' WHERE id = %s",
            (step_id(world, public_id, "intranet"),),
        )


def test_an_acknowledged_hold_is_never_overtaken(world, app, confirmed):
    """The hold waits for the one who looks, or the one who looks sees the hold: never neither."""
    world.advance(days=3)
    from announcer.services import holding

    holding.release(world.installation, world.communicator, confirmed)
    starting = psycopg.connect(world.config.database_url.replace("+psycopg", ""))
    starting.execute(
        "UPDATE announcer.step SET state = 'sending' WHERE id = %s",
        (step_id(world, confirmed, "press"),),
    )
    app.execute("SET lock_timeout = '200ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        app.execute(
            "UPDATE announcer.announcement SET held_at = now() WHERE public_id = %s", (confirmed,)
        )
    starting.rollback()
    starting.close()
    app.execute(
        "UPDATE announcer.announcement SET held_at = now() WHERE public_id = %s", (confirmed,)
    )
    with pytest.raises(CheckViolation, match="held"):
        app.execute(
            "UPDATE announcer.step SET state = 'sending' WHERE id = %s",
            (step_id(world, confirmed, "press"),),
        )
