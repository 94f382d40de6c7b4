"""Who may do what, role by role: everything that changes an announcement, tried by everybody.

The oracle is this table. A refusal is a Swedish sentence that says who may; what is no concern of
somebody's does not exist for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.domain.audience import Person
from announcer.domain.errors import NotAllowed, NotFound, Refusal
from announcer.people.lookup import find_person
from announcer.services import (
    bringing_forward,
    happening,
    holding,
    reviewing,
    standing_in,
    status,
)
from tests.integration.promise.way import policy_of
from tests.world import World

ROLES = """
administrators = ["administratorer"]
auditors = ["revisorer"]

[roles.administratorer]
title = "Administratörer"
unit = "bergslagen"
position = "chef"

[roles.revisorer]
title = "Revisorerna"
unit = "bibliotek"
position = "chef"

[events."protokollet godkänt"]
opened_by = ["enhetschef"]

[classes.beslut.steps.mote]
channel = "meeting"
when = "channel"
after = ["intranet"]
ticked_by = ["enhetschef"]
strength = "should"

[classes.beslut.steps.press]
gates = ["protokollet godkänt"]
"""

PEOPLE = (
    "staff",
    "manager of the unit",
    "manager of another unit",
    "approver",
    "stand-in for the approver",
    "information unit",
    "its head",
    "administrator",
    "auditor",
)


@pytest.fixture
def world(app_url, owner_url, smtp, tmp_path: Path):
    with World(app_url, owner_url, smtp, tmp_path, policy=policy_of(tmp_path, ROLES)) as world:
        yield world


@dataclass(frozen=True)
class Case:
    """Something a person can do to ``public_id``, and who can (`ALLOWED`), who may know of it."""

    act: Callable[[World, Person, str], object]
    approved: bool = True


def approve(world: World, person: Person, public_id: str) -> object:
    return reviewing.approve(world.installation, person, public_id)


def hold(world: World, person: Person, public_id: str) -> object:
    return holding.hold(world.installation, person, public_id, "fel datum")


def resume(world: World, person: Person, public_id: str) -> object:
    return holding.resume(world.installation, person, public_id)


def release(world: World, person: Person, public_id: str) -> object:
    return holding.release(world.installation, person, public_id)


def withdraw(world: World, person: Person, public_id: str) -> object:
    return holding.withdraw(world.installation, person, public_id, "fel")


def say_it_happened(world: World, person: Person, public_id: str) -> object:
    return happening.happened(world.installation, person, public_id, "protokollet godkänt")


def go_now(world: World, person: Person, public_id: str) -> object:
    return bringing_forward.go_now(world.installation, person, public_id, "ute")


def already_out(world: World, person: Person, public_id: str) -> object:
    return bringing_forward.already_out(world.installation, person, public_id)


def hand_out(world: World, person: Person, public_id: str) -> object:
    return bringing_forward.hand_out(world.installation, person, public_id)


def follow(world: World, person: Person, public_id: str) -> object:
    return status.seen_by(world.installation, person, public_id)


def read_the_record(world: World, person: Person, public_id: str) -> object:
    return status.record_of(world.installation, person, public_id)


def name_a_stand_in(world: World, person: Person, _public_id: str) -> object:
    absent, other = world.somebody("ks", "chef"), world.somebody("kost", "medarbetare")
    return standing_in.appoint(
        world.installation,
        person,
        other.directory_id,
        absent.directory_id,
        world.now() + timedelta(days=3),
    )


DESK = {"approver", "stand-in for the approver", "information unit", "its head"}
UNIT = {"manager of the unit"}

#: Everybody who may; all others are refused, or it does not exist for them.
ALLOWED: dict[str, tuple[Case, set[str]]] = {
    "approve": (Case(approve, approved=False), DESK | UNIT),
    "follow": (Case(follow), DESK | UNIT | {"auditor"}),
    "read the record": (Case(read_the_record), DESK | {"auditor"}),
    "hold": (Case(hold), DESK),
    "resume": (Case(resume), DESK),
    "release": (Case(release), DESK),
    "withdraw": (Case(withdraw), DESK),
    "say it happened": (Case(say_it_happened), UNIT),
    "go now": (Case(go_now), DESK),
    "already out": (Case(already_out), DESK),
    "hand out": (Case(hand_out), DESK),
    "name a stand-in": (
        Case(name_a_stand_in),
        # Nobody lends what they have been lent.
        (DESK - {"stand-in for the approver"}) | {"administrator"},
    ),
}


def people(world: World) -> dict[str, Person]:
    approver = world.communicator
    stand_in = world.somebody("hemtjanst", "medarbetare")
    standing_in.appoint(
        world.installation,
        approver,
        stand_in.directory_id,
        approver.directory_id,
        world.now() + timedelta(days=7),
    )
    with world.installation.database.reading() as session:
        stand_in = find_person(session, stand_in.directory_id)
    informers = [p for p in world._everyone if p.unit == "info" and p.role == "informatör"]
    return {
        "staff": world.somebody("kost", "medarbetare"),
        "manager of the unit": world.somebody("bildning", "chef"),
        "manager of another unit": world.somebody("kost", "chef"),
        "approver": approver,
        "stand-in for the approver": stand_in,
        "information unit": informers[1],
        "its head": world.somebody("info", "chef"),
        "administrator": world.somebody("bergslagen", "chef"),
        "auditor": world.somebody("bibliotek", "chef"),
    }


@pytest.mark.parametrize("what", ALLOWED)
def test_everybody_tries_it_and_only_those_of_the_policy_can(world: World, what: str) -> None:
    case, allowed = ALLOWED[what]
    everybody = people(world)
    assert set(everybody) == set(PEOPLE)
    found = {name: _tried(world, case, everybody, name) for name in PEOPLE}
    assert {name for name, said in found.items() if said is None} == allowed
    for name, said in found.items():
        if said is not None:
            assert isinstance(said, NotAllowed | NotFound), (name, said)
            assert str(said).endswith("."), str(said)
            assert str(said)[0].isupper()


def _tried(world: World, case: Case, everybody: dict[str, Person], name: str) -> Refusal | None:
    author = world.somebody("bildning", "medarbetare")
    text = f"Skolan, {case.act.__name__}, {name}"
    public_id = _handed_in(world, text, author)
    if case.approved:
        assert reviewing.approve(world.installation, everybody["approver"], public_id)
    try:
        case.act(world, everybody[name], public_id)
    except Refusal as refused:
        return refused
    return None


def _handed_in(world: World, title: str, author: Person) -> str:
    text = (
        '+++\nclass = "beslut"\nunit = "bildning"\n'
        f'title = "{title}"\nsummary = "Nämnden beslutade."\n'
        'audience = ["bibliotek"]\ncontact = "Rektor, 0591-555 10"\n+++\nText.\n'
    )
    return world.submit(text, author)


def test_an_administrator_gives_themselves_nobodys_power(world: World) -> None:
    administrator = people(world)["administrator"]
    with pytest.raises(NotAllowed, match="dig själv"):
        standing_in.appoint(
            world.installation,
            administrator,
            administrator.directory_id,
            world.communicator.directory_id,
            world.now() + timedelta(days=1),
        )


def test_a_stand_in_whose_time_is_over_has_no_power_left(world: World) -> None:
    everybody = people(world)
    public_id = _handed_in(world, "Skolan", world.somebody("bildning", "medarbetare"))
    world.advance(days=8)
    with world.installation.database.reading() as session:
        later = find_person(session, everybody["stand-in for the approver"].directory_id)
    with pytest.raises(NotAllowed):
        reviewing.approve(world.installation, later, public_id)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/meddelanden/{id}/redan-ute", {"approver", "its head"}),
        ("/meddelanden/{id}/begard-ut", {"approver", "its head"}),
        ("/meddelanden/{id}/utlamnad", {"approver", "its head"}),
        ("/bevakning", {"approver", "its head"}),
    ],
)
def test_the_pages_are_open_to_the_same(world: World, sign_in, path: str, allowed) -> None:
    everybody = people(world)
    public_id = _handed_in(world, "Skolan", world.somebody("bildning", "medarbetare"))
    reviewing.approve(world.installation, world.communicator, public_id)
    for name in ("staff", "manager of another unit", "administrator", "auditor", *allowed):
        answer = sign_in(everybody[name]).client.get(path.format(id=public_id))
        assert (answer.status_code == 200) is (name in allowed), (name, answer.status_code)
        assert answer.status_code in (200, 403, 404)
