"""A text goes nowhere before everybody has approved it whom its chain names, in their order."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from announcer.db.models import StepRow
from announcer.domain.audience import Person
from announcer.domain.errors import NotAllowed, Refusal
from announcer.domain.manuscript import read_manuscript
from announcer.domain.plan import Verdict
from announcer.services import records, reviewing, situation, writing
from tests.integration.promise.way import SMALL
from tests.world import BESLUT, World, laid_over_hallefors

EACH = """
[classes.beslut]
approval = { by = [], each = ["informationsenheten", "chef"] }
"""
BOTH = """
[classes.beslut]
approval = { by = ["informationsenheten", "krisledning"], each = ["chef"] }
"""
LAST = """
[classes.beslut]
approval = { by = ["informationsenheten"], author_last = true }
"""
UNITS = """
[classes.beslut.approval.units.ks]
by = ["krisledning"]
[classes.beslut.approval.units.bibliotek]
each = ["informationsenheten", "enhetschef"]
"""


@pytest.fixture
def under(make_world: Any, tmp_path: Path) -> Any:
    """A world whose policy says something else about approval."""
    return lambda toml: make_world(policy=laid_over_hallefors(tmp_path, toml))


def approve(world: World, who: Person, public_id: str) -> bool:
    return reviewing.approve(world.installation, who, public_id)


def is_out(world: World, public_id: str) -> bool:
    world.settle()
    return any(step.confirmed_at for step in world.status(public_id).steps)


def test_everyone_whom_the_chain_names_must_approve(under):
    world = under(EACH)
    public_id = world.decision(audience=SMALL)
    assert approve(world, world.communicator, public_id)
    assert not is_out(world, public_id)
    with pytest.raises(Refusal, match="Din roll har redan godkänt"):
        approve(world, _other_informer(world), public_id)
    assert approve(world, world.somebody("kost", "chef"), public_id)
    assert is_out(world, public_id)
    assert world.staff_mail()


def _other_informer(world: World) -> Person:
    return next(
        p
        for p in world._everyone
        if p.unit == "info" and p.role == "informatör" and p != world.communicator
    )


def test_nobody_fills_two_seats_and_whoever_could_sit_in_either_moves(under):
    world = under(EACH)
    public_id = world.decision(audience=SMALL)
    head = world.somebody("info", "chef")  # of the information unit, and a manager
    assert approve(world, head, public_id)
    assert not approve(world, head, public_id), "the same person twice is one"
    assert not is_out(world, public_id)
    assert approve(world, world.communicator, public_id)
    assert is_out(world, public_id)


def test_any_of_some_and_everyone_of_others(under):
    world = under(BOTH)
    public_id = world.decision(audience=SMALL)
    assert approve(world, world.somebody("kost", "chef"), public_id)
    with pytest.raises(Refusal, match="Den väntar på: Informationsenheten / Krisledningen"):
        approve(world, world.somebody("lss", "chef"), public_id)
    assert not is_out(world, public_id)
    assert approve(world, world.somebody("ks", "chef"), public_id)
    assert is_out(world, public_id)


def test_a_text_that_was_changed_needs_everybody_again(under):
    world = under(EACH)
    public_id = world.decision(audience=SMALL)
    approve(world, world.communicator, public_id)
    _rewrite(world, world.chief, public_id)
    assert approve(world, world.somebody("kost", "chef"), public_id)
    assert not is_out(world, public_id), "the first approval was of another text"
    assert approve(world, world.communicator, public_id)
    assert is_out(world, public_id)


def _rewrite(world: World, who: Person, public_id: str, title: str = "Ny rubrik") -> None:
    content = read_manuscript(BESLUT.format(title=title, audience=SMALL).encode(), lambda _: b"")
    writing.edit(world.installation, who, public_id, content)


def test_the_author_has_the_last_word_and_not_the_first(under):
    world = under(LAST)
    public_id = world.decision(audience=SMALL)
    with pytest.raises(Refusal, match="Först godkänns texten av: Informationsenheten"):
        approve(world, world.chief, public_id)
    assert approve(world, world.communicator, public_id)
    assert not is_out(world, public_id)
    with pytest.raises(Refusal, match="Nu saknas bara den som skrev den"):
        approve(world, _other_informer(world), public_id)
    assert approve(world, world.chief, public_id)
    assert is_out(world, public_id)


def test_the_authors_yes_is_to_the_text_that_the_others_approved(under):
    world = under(LAST)
    public_id = world.decision(audience=SMALL)
    approve(world, world.communicator, public_id)
    _rewrite(world, world.chief, public_id)
    with pytest.raises(Refusal, match="Först godkänns texten"):
        approve(world, world.chief, public_id)
    assert not is_out(world, public_id)


def test_who_changed_the_text_does_not_approve_it(under):
    world = under(LAST)
    public_id = world.decision(audience=SMALL)
    _rewrite(world, world.communicator, public_id)
    with pytest.raises(NotAllowed, match="kan inte godkänna"):
        approve(world, world.communicator, public_id)
    assert approve(world, _other_informer(world), public_id)
    assert approve(world, world.chief, public_id)
    assert is_out(world, public_id)


@pytest.mark.parametrize(
    ("unit", "approvers"),
    [
        ("bibliotek", [("info", "informatör"), ("bibliotek", "chef")]),
        ("bildning", [("ks", "chef")]),
        ("ks", [("ks", "chef")]),
    ],
)
def test_a_unit_has_its_own_chain_or_that_of_the_nearest_above_it(under, unit, approvers):
    world = under(UNITS)
    text = BESLUT.format(title="Nytt", audience=SMALL).replace('"bildning"', f'"{unit}"')
    public_id = world.submit(text, world.somebody(unit, "medarbetare"))
    for place, role in approvers:
        assert not is_out(world, public_id)
        assert approve(world, world.somebody(place, role), public_id)
    assert is_out(world, public_id)
    with pytest.raises(NotAllowed, match="måste godkännas av"):
        approve(world, world.somebody("kost", "chef"), public_id)


# Each place of the gate by itself ---------------------------------------------------------------


def _without_one(world: World, public_id: str) -> None:
    """A plan whose second approval is gone, past every service."""
    world.owner.execute(
        "DELETE FROM announcer.approval WHERE roles = '{chef}'::text[] AND revision IN (SELECT"
        " revision FROM announcer.step s JOIN announcer.announcement a ON a.id = s.announcement"
        " WHERE a.public_id = %s)",
        [public_id],
    )


@pytest.mark.parametrize("off", ["neither", "domain", "database", "both"])
def test_without_one_of_its_approvals_nothing_starts_with_either_place_gone(
    make_world, tmp_path: Path, off: str
):
    policy = laid_over_hallefors(tmp_path, EACH)
    gate = {"gate": lambda *_: Verdict(())} if off in ("domain", "both") else {}
    world = make_world(policy=policy, **gate)
    public_id = world.decision(audience=SMALL)
    approve(world, world.communicator, public_id)
    approve(world, world.somebody("kost", "chef"), public_id)
    _without_one(world, public_id)
    if off in ("database", "both"):
        world.owner.execute(
            "CREATE OR REPLACE FUNCTION announcer.is_approved(s announcer.step) RETURNS boolean"
            " LANGUAGE sql AS 'SELECT true'"
        )
    world.settle()
    assert bool(world.staff_mail()) is (off == "both")


def test_what_a_plan_needs_is_not_lowered_afterwards(under):
    world = under(EACH)
    public_id = world.decision(audience=SMALL)
    approve(world, world.communicator, public_id)
    approve(world, world.somebody("kost", "chef"), public_id)
    for change in ("approvals_needed = 1", "author_last = true"):
        with pytest.raises(psycopg.errors.CheckViolation, match="a plan does not change"):
            world.owner.execute(f"UPDATE announcer.step SET {change}")
    program = psycopg.connect(world.config.database_url.replace("+psycopg", ""))
    for change in ("DELETE FROM announcer.approval", "UPDATE announcer.approval SET roles = '{}'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            program.execute(change)
        program.rollback()
    program.close()


# The database and the program agree -------------------------------------------------------------

MINUTES = st.integers(0, 3)
PERSON = st.integers(0, 3)
SAID = st.dictionaries(PERSON, st.tuples(MINUTES, st.booleans(), st.none() | PERSON), max_size=4)


def test_the_database_and_the_program_agree_on_every_set_of_approvals(world: World):
    public_id = world.decision(audience=SMALL)
    approve(world, world.communicator, public_id)
    people = [p.pseudonym for p in world._everyone[:4]]
    engine = create_engine(world.owner_url)
    seen: set[bool] = set()

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(
        said=SAID,
        authors=st.tuples(PERSON, PERSON),
        rule=st.sampled_from(["none", "any", "other"]),
        needed=st.integers(1, 3),
        last=st.booleans(),
    )
    # The author's word comes before, with and after the other's, and is somebody else's.
    @example(said={0: (1, True), 1: (2, True)}, authors=(0, 0), rule="other", needed=1, last=True)
    @example(said={0: (2, True), 1: (2, True)}, authors=(0, 0), rule="other", needed=1, last=True)
    @example(said={0: (3, True), 1: (2, True)}, authors=(0, 0), rule="other", needed=1, last=True)
    @example(said={0: (3, True), 1: (2, True)}, authors=(1, 0), rule="other", needed=1, last=True)
    @example(said={0: (3, True), 1: (2, False)}, authors=(0, 0), rule="other", needed=1, last=True)
    def ask(said, authors, rule, needed, last):
        with Session(engine) as session:
            _switch_off(session)
            _pretend(session, rule, needed if rule != "none" else 0, last and rule == "other")
            _say(session, people, said, authors)
            steps = records.steps_of(
                session, session.scalars(text("SELECT id FROM announcer.announcement")).one()
            )
            ours = situation._approvals(session, {steps[0].announcement: steps})
            theirs = session.scalar(
                text("SELECT announcer.is_approved(s) FROM announcer.step s WHERE id = :id"),
                {"id": steps[0].id},
            )
            assert theirs is (rule == "none" or ours[steps[0].announcement] is not None)
            seen.add(theirs)
            session.rollback()

    ask()
    assert seen == {True, False}
    engine.dispose()


def _switch_off(session: Session) -> None:
    for table in ("approval", "step", "announcement"):
        session.execute(text(f"ALTER TABLE announcer.{table} DISABLE TRIGGER USER"))


def _pretend(session: Session, rule: str, needed: int, last: bool) -> None:
    session.execute(
        text("DELETE FROM announcer.step WHERE external AND :none"), {"none": rule == "none"}
    )
    session.execute(
        text(
            "UPDATE announcer.step SET approval = :rule, approvals_needed = :needed, author_last = :last"
        ),
        {"rule": rule, "needed": needed, "last": last},
    )


def _say(
    session: Session,
    people: list[UUID],
    said: dict[int, tuple[Any, ...]],
    authors: tuple[int, int],
) -> None:
    session.execute(text("DELETE FROM announcer.approval"))
    session.execute(
        text("UPDATE announcer.announcement SET author = :who"), {"who": people[authors[0]]}
    )
    session.execute(
        text("UPDATE announcer.revision SET author = :who"), {"who": people[authors[1]]}
    )
    for person, (minute, of_this_text, *lender) in said.items():
        absent = lender[0] if lender else None
        session.execute(
            text(
                "INSERT INTO announcer.approval (revision, approver, acting_for, content_hash, roles, at)"
                " SELECT id, :who, :absent, CASE WHEN :same THEN content_hash ELSE 'x' END, '{}', :at"
                " FROM announcer.revision"
            ),
            {
                "who": people[person],
                "absent": None if absent is None else people[absent],
                "same": of_this_text,
                "at": datetime(2026, 12, 8, 9, tzinfo=UTC) + timedelta(minutes=minute),
            },
        )


def test_the_plan_says_how_many_approvals_it_needs(under):
    world = under(BOTH)
    public_id = world.decision(audience=SMALL)
    approve(world, world.somebody("kost", "chef"), public_id)
    approve(world, world.communicator, public_id)
    with world.installation.database.reading() as session:
        found = {(s.approvals_needed, s.author_last) for s in session.query(StepRow)}
    assert found == {(2, False)}
