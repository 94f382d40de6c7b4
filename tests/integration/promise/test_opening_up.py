"""The news is out, or the text is asked for: the inside goes at once, the media right behind."""

from dataclasses import replace

import pytest

from announcer.domain.errors import NotAllowed, NotFound, Refusal
from announcer.domain.policy import read_toml
from announcer.services import bringing_forward, holding, records, verifying
from tests.integration.promise.way import (
    SMALL,
    decided,
    one_newsroom,
    policy_of,
    published,
    wsgi,
)
from tests.world import POLICY, World

#: The officer on duty, by night and on days off.
DUTY = (
    "[classes.beslut.steps.press]",
    'release = { by = ["informationsenheten"], out_of_hours = ["krisledning"], hours = "vaxeln" }',
)
#: A role that the ordinary policy does not know.
ON_DUTY = (
    "[roles.nattpatrullen]",
    'title = "Nattpatrullen"',
    'unit = "nattpatrull"',
    "[classes.beslut.steps.press]",
    'release = { by = ["informationsenheten"], out_of_hours = ["nattpatrullen"], hours = "vaxeln" }',
)


def said(world: World, public_id: str) -> list[str]:
    with world.installation.database.reading() as session:
        return [e["what"] for e in records.events(session, records.find(session, public_id).id)]


def test_already_out_opens_the_press_as_soon_as_the_inside_is_settled(world: World) -> None:
    public_id = published(world)
    assert bringing_forward.already_out(world.installation, world.communicator, public_id) == [
        "press", "nyhetsrum",
    ]  # fmt: skip
    world.settle()
    assert world.press_mail(), "long before its window was over, and without a release by hand"
    assert world.step(public_id, "newsroom").state == "settled"
    assert "redan ute" in said(world, public_id)
    with world.installation.database.reading() as session:
        assert list(verifying.verify(session)) == []


def test_already_out_before_the_page_is_up_still_begins_with_the_page(world: World) -> None:
    world.liar = lambda _: wsgi("503 Service Unavailable", b"")
    public_id = decided(world)
    bringing_forward.already_out(world.installation, world.communicator, public_id)
    world.settle()
    assert world.smtp.messages == [], "nothing before the page, whoever else has it"
    world.liar = lambda _: None
    world.advance(minutes=2)
    world.settle()
    confirmed = world.step(public_id, "intranet").confirmed_at
    assert confirmed
    assert world.press_mail()
    assert world.step(public_id, "press").started_at >= confirmed


def test_the_press_waits_for_what_is_settled_inside(world: World) -> None:
    public_id = published(world)
    world.owner.execute(
        "UPDATE announcer.delivery SET state = state"  # nothing changes: staff have it
    )
    holding.hold(world.installation, world.communicator, public_id, "fel")
    bringing_forward.already_out(world.installation, world.communicator, public_id)
    world.settle()
    assert world.press_mail() == [], "a pause holds whatever else is said"
    holding.resume(world.installation, world.communicator, public_id)
    world.settle()
    assert world.press_mail()


def test_a_second_click_changes_nothing(world: World) -> None:
    one_newsroom(world)
    public_id = published(world)
    assert bringing_forward.already_out(world.installation, world.communicator, public_id)
    assert not bringing_forward.already_out(world.installation, world.communicator, public_id)
    world.settle()
    assert not bringing_forward.already_out(world.installation, world.communicator, public_id)
    world.settle()
    assert len(world.press_mail()) == 1


def test_what_is_asked_for_is_handed_out_at_once_and_the_inside_follows(world: World) -> None:
    world.liar = lambda _: wsgi("503 Service Unavailable", b"")
    public_id = decided(world, "Biblioteket flyttar")
    copy = bringing_forward.hand_out(world.installation, world.communicator, public_id)
    assert copy.title == "Biblioteket flyttar"
    assert world.smtp.messages == [], "it waited for nothing"
    world.liar = lambda _: None
    world.advance(minutes=2)
    world.settle()
    assert world.staff_mail()
    assert world.press_mail()
    events = said(world, public_id)
    assert events.count("begärd ut") == 1


def test_a_draft_is_not_handed_out(world: World) -> None:
    public_id = world.decision(audience=SMALL)
    with pytest.raises(Refusal, match="inte godkänd"):
        bringing_forward.hand_out(world.installation, world.communicator, public_id)
    with pytest.raises(Refusal, match="inte godkänd"):
        bringing_forward.copy_of(world.installation, world.communicator, public_id)


def test_what_was_withdrawn_stays_a_record_and_brings_nothing_out(world: World) -> None:
    public_id = decided(world)
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    copy = bringing_forward.hand_out(world.installation, world.communicator, public_id)
    assert copy.title
    with pytest.raises(Refusal, match="tillbakadraget"):
        bringing_forward.already_out(world.installation, world.communicator, public_id)
    world.settle()
    assert world.press_mail() == []


def test_only_the_information_unit_and_by_night_the_officer_on_duty(make_world, tmp_path) -> None:
    world = make_world(policy=policy_of(tmp_path, *DUTY))
    public_id = published(world)
    duty, stranger = world.somebody("ks", "chef"), world.somebody("kost", "medarbetare")
    for act in (bringing_forward.already_out, bringing_forward.hand_out):
        for person in (duty, stranger, world.chief):
            with pytest.raises(NotAllowed, match="Informationsenheten"):
                act(world.installation, person, public_id)
        with pytest.raises(NotFound):
            act(world.installation, world.communicator, "0" * 18)
    world.advance(hours=12)
    assert bringing_forward.already_out(world.installation, duty, public_id)
    world.settle()
    assert world.press_mail()


def test_nothing_notes_who_told_or_who_asked(world: World) -> None:
    public_id = published(world)
    bringing_forward.hand_out(world.installation, world.communicator, public_id)
    with world.installation.database.reading() as session:
        events = records.events(session, records.find(session, public_id).id)
    noted = next(e for e in events if e["what"] == "begärd ut")
    assert noted["who"] == str(world.communicator.pseudonym)
    assert noted["detail"] == {}


def test_who_may_is_told_by_the_policy_that_the_announcement_was_planned_under(
    make_world, tmp_path
) -> None:
    """Roles that today's policy has no longer, or means otherwise, are those of the plan."""
    world = make_world(policy=policy_of(tmp_path, *ON_DUTY))
    public_id = published(world)
    world.advance(hours=12)
    today = replace(world.installation, policy_table=read_toml(POLICY))
    nurse, chief = world.somebody("nattpatrull"), world.somebody("ks", "chef")
    with pytest.raises(NotAllowed, match="Nattpatrullen"):
        bringing_forward.already_out(today, chief, public_id)
    assert bringing_forward.already_out(today, nurse, public_id)
    with pytest.raises(NotAllowed, match="Informationsenheten"):
        holding.release(today, chief, public_id)
