"""The gate stands in two languages. Of any facts the program and the database say the same: whatever
the program lets go the database does, and what it stops besides is named here."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from announcer.domain.plan import Wait, may_start
from announcer.services import records, reviewing, situation
from tests.world import World

#: What the program alone stops: it asks a person, or does not wake people.
PROGRAM_ALONE = {Wait.TOO_LATE, Wait.BLACKOUT}
TABLES = ("announcement", "approval", "passed_over", "release", "standstill", "step")

often, seldom = st.sampled_from([True, True, True, False]), st.sampled_from([False] * 5 + [True])
steps = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["waiting", "waiting", "sending", "settled"]),
        "held": seldom,
        # Hours from now, none where it is not known.
        "not_before": st.sampled_from([-1, -1, -1, None, 1]),
        "meant_for": st.sampled_from([None, None, -2, 2]),
        "passed_over": seldom,
        "released": often,
    }
)
situations = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["active"] * 4 + ["in_review", "completed", "withdrawn"]),
        "held": seldom,
        "approved": often,
        "confirmed": often,
        "still": st.booleans(),
        "steps": st.lists(steps, min_size=8, max_size=8),
    }
)


@pytest.fixture
def approved(world: World) -> str:
    public_id = world.decision()
    reviewing.approve(world.installation, world.communicator, public_id)
    return public_id


@pytest.fixture
def owner(world: World) -> Iterator[Connection]:
    """The owner's connection, which may switch off what keeps facts in order."""
    engine = create_engine(world.owner_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_whatever_the_facts_are_both_gates_say_the_same(
    world: World, approved: str, owner: Connection
) -> None:
    seen: set[bool] = set()

    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(situations)
    def agree(drawn: dict[str, Any]) -> None:
        with owner.begin() as transaction:
            seen.update(_compare(owner, approved, drawn))
            transaction.rollback()

    agree()
    assert seen == {True, False}, "some go and some do not"


def _compare(owner: Connection, public_id: str, drawn: dict[str, Any]) -> set[bool]:
    """Both answers about each step that waits; what the database said."""
    session = Session(owner, join_transaction_mode="create_savepoint")
    now: datetime = owner.scalar(text("SELECT announcer.announcer_now()"))
    _draw(owner, public_id, drawn, now)
    row = records.find(session, public_id)
    facts = situation.facts_of(session, row)
    said = set()
    for key, step in facts.steps.items():
        if step.state != "waiting" or step.planned.channel == "meeting":
            continue
        program = may_start(key, facts, now + timedelta(seconds=1))
        reasons = {reason.wait for reason in program.reasons}
        database = _database_lets(owner, str(row.id), key)
        assert (database == "") == (not reasons - PROGRAM_ALONE), (key, reasons, database)
        said.add(database == "")
    session.close()
    return said


def _database_lets(owner: Connection, announcement: str, key: str) -> str:
    """Why the database stops a step, empty if it does not."""
    asked = text(
        "SELECT announcer.assert_may_send(s) FROM announcer.step s"
        " WHERE announcement = :announcement AND key = :key"
    )
    try:
        with owner.begin_nested():
            owner.execute(asked, {"announcement": announcement, "key": key})
    except DBAPIError as refused:
        return str(refused.orig)
    return ""


def _draw(owner: Connection, public_id: str, drawn: dict[str, Any], now: datetime) -> None:
    """Make it so, past everything that would not let it become so."""
    for table in TABLES:
        owner.execute(text(f"ALTER TABLE announcer.{table} DISABLE TRIGGER USER"))
    announcement = owner.scalar(
        text(
            "UPDATE announcer.announcement SET state = :state, held_at = :held, withdrawn_at = :gone"
            " WHERE public_id = :public_id RETURNING id"
        ),
        {
            "state": drawn["state"],
            "held": now if drawn["held"] else None,
            "gone": now if drawn["state"] == "withdrawn" else None,
            "public_id": public_id,
        },
    )
    if not drawn["approved"]:
        owner.execute(text("DELETE FROM announcer.approval"))
    if drawn["still"]:
        owner.execute(text("INSERT INTO announcer.standstill (reason) VALUES ('restore')"))
    found = owner.execute(
        text(
            "SELECT id, channel FROM announcer.step"
            " WHERE announcement = :announcement ORDER BY position"
        ),
        {"announcement": announcement},
    ).all()
    actor = owner.scalar(text("SELECT pseudonym FROM announcer.person LIMIT 1"))
    for (step, channel), one in zip(found, drawn["steps"], strict=False):
        is_page = channel == "intranet"
        read = is_page and drawn["confirmed"]
        owner.execute(
            text(
                "UPDATE announcer.step SET state = :state, held_at = :held, not_before = :opens,"
                " meant_for = :meant_for, confirmed_at = :confirmed WHERE id = :step"
            ),
            {
                "state": "settled" if read else one["state"],
                "held": now if one["held"] else None,
                "opens": None if is_page else _hours(now, one["not_before"]),
                "meant_for": _hours(now, one["meant_for"]),
                "confirmed": now - timedelta(days=5) if read else None,
                "step": step,
            },
        )
        said = {"step": step, "actor": actor}
        if one["passed_over"]:
            owner.execute(
                text(
                    "INSERT INTO announcer.passed_over (step, actor, ground)"
                    " VALUES (:step, :actor, '-')"
                ),
                said,
            )
        if one["released"]:
            owner.execute(
                text("INSERT INTO announcer.release (step, actor) VALUES (:step, :actor)"), said
            )


def _hours(now: datetime, hours: int | None) -> datetime | None:
    return None if hours is None else now + timedelta(hours=hours)
