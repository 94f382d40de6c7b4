"""A text for which nobody could say yes is refused when it is handed in, and seen when it comes so."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from announcer.domain.errors import BadSubmission
from announcer.domain.manuscript import read_manuscript
from announcer.domain.policy import load_policy
from announcer.services import approvers, reviewing, standing_in, writing
from tests.integration.promise.way import SMALL
from tests.world import BESLUT, World, laid_over_hallefors

CHAIN = "classes.beslut.approval = {{ by = [], each = [{}] }}"


@pytest.fixture
def under(make_world: Any, tmp_path: Path) -> Any:
    """A world whose decisions need an approval of each of some roles."""

    def make(*roles: str) -> World:
        named = ", ".join(f'"{role}"' for role in roles)
        return make_world(policy=laid_over_hallefors(tmp_path, CHAIN.format(named)))

    return make


def leaves(world: World, *people: Any) -> None:
    for one in people:
        world.owner.execute(
            "UPDATE announcer.person SET left_at = now() WHERE pseudonym = %s", [one.pseudonym]
        )


def stands_in(world: World, who: Any, for_whom: Any) -> None:
    standing_in.appoint(
        world.installation, world.communicator, who.directory_id, for_whom.directory_id,
        world.now() + timedelta(days=1),
    )  # fmt: skip


def test_a_role_that_nobody_has_is_named_with_what_to_do(under):
    world = under("informationsenheten", "krisledning")
    leaves(world, world.somebody("ks", "chef"))
    with pytest.raises(BadSubmission) as refused:
        world.decision(audience=SMALL)
    assert str(refused.value) == (
        "Ingen kan godkänna den här texten som Krisledningen. Be Informationsenheten utse en "
        "ersättare eller rätta personalkatalogen."
    )
    with pytest.raises(BadSubmission):
        writing.preview(world.installation, world.chief, _content())


def _content(title: str = "En rubrik") -> Any:
    return read_manuscript(BESLUT.format(title=title, audience=SMALL).encode(), lambda _: b"")


def test_who_wrote_it_does_not_count(under):
    world = under("enhetschef")
    with pytest.raises(
        BadSubmission, match="Bara den som skrev texten kan godkänna den som Enhetens"
    ):
        world.decision(audience=SMALL)
    assert world.submit(
        BESLUT.format(title="Annans", audience=SMALL), world.somebody("bildning", "medarbetare")
    )


def test_one_person_does_not_sit_twice_and_a_stand_in_is_another_person(under):
    world = under("krisledning", "krisledning")
    author = world.somebody("bildning", "medarbetare")
    text = BESLUT.format(title="Två", audience=SMALL)
    with pytest.raises(BadSubmission, match="som Krisledningen"):
        world.submit(text, author)
    stands_in(world, world.somebody("kost", "chef"), world.somebody("ks", "chef"))
    assert world.submit(text, author)


def test_what_the_author_lent_is_nobody(under):
    world = under("enhetschef")
    stands_in(world, world.somebody("kost", "chef"), world.chief)
    with pytest.raises(BadSubmission, match="Bara den som skrev"):
        world.decision(audience=SMALL)


def test_the_author_counts_where_the_author_alone_is_enough(make_world, tmp_path: Path):
    toml = 'classes.beslut.approval = { by = ["enhetschef"], author_alone = true }'
    world = make_world(policy=laid_over_hallefors(tmp_path, toml))
    public_id = world.decision(audience=SMALL)
    assert reviewing.approve(world.installation, world.chief, public_id)


def test_who_is_the_only_one_to_approve_does_not_rewrite_the_text(under):
    world = under("krisledning")
    public_id = world.decision(audience=SMALL)
    with pytest.raises(BadSubmission, match="Bara den som skrev"):
        writing.edit(world.installation, world.somebody("ks", "chef"), public_id, _content())
    assert writing.edit(world.installation, world.chief, public_id, _content())


def test_when_the_last_one_has_left_the_desk_says_so_and_a_stand_in_helps(under):
    world = under("informationsenheten", "krisledning")
    public_id = world.decision(audience=SMALL)
    reviewing.approve(world.installation, world.communicator, public_id)
    standing = world.status(public_id).standing
    assert standing
    assert (standing.missing, standing.nobody) == ((("krisledning",),), ())
    head = world.somebody("ks", "chef")
    leaves(world, head)
    standing = world.status(public_id).standing
    assert standing
    assert standing.nobody == (("krisledning",),)


def test_who_has_approved_already_is_nobody_for_the_next_seat(under):
    world = under("krisledning", "krisledning")
    kost, head = world.somebody("kost", "chef"), world.somebody("ks", "chef")
    stands_in(world, kost, head)
    public_id = world.decision(audience=SMALL)
    reviewing.approve(world.installation, head, public_id)
    standing = world.status(public_id).standing
    assert standing
    assert standing.nobody == ()
    (line,) = standing_in.listed(world.installation, kost)
    standing_in.revoke(world.installation, kost, str(line.id))
    standing = world.status(public_id).standing
    assert standing
    assert standing.nobody == (("krisledning",),)


def test_an_author_who_has_the_last_word_and_has_left_is_seen(make_world, tmp_path: Path):
    world = make_world(
        policy=laid_over_hallefors(tmp_path, "classes.beslut.approval.author_last = true")
    )
    public_id = world.decision(audience=SMALL)
    for gone in (False, True):
        standing = world.status(public_id).standing
        assert standing
        assert standing.author_gone is gone
        leaves(world, world.chief)


def test_a_policy_is_held_against_the_directory(world: World, tmp_path: Path):
    toml = (
        'roles.ordforande = { title = "Ordföranden", position = "ordförande" }\n'
        'roles.egen = { title = "Egen", unit = "own", position = "rektor" }\n'
        'classes.beslut.approval.units.skogen = { by = ["chef"] }\n'
    )
    policy = load_policy(laid_over_hallefors(tmp_path, toml))
    with world.installation.database.reading() as session:
        found = [line.split(": ")[0] for line in approvers.directory_faults(session, policy)]
        assert list(approvers.directory_faults(session, world.installation.policy)) == []
    assert found == ["roles.ordforande", "roles.egen", "classes.beslut.approval.units.skogen"]
