"""A story: whoever was told before is told after, each once, and nobody outside by default."""

from dataclasses import replace

import pytest

from announcer.domain.announcement import Content
from announcer.domain.errors import BadSubmission
from announcer.domain.manuscript import read_manuscript
from announcer.people.reached import reached_by
from announcer.services import holding, records, writing
from announcer.services.following import PRESS_BEFORE, TOLD_BEFORE
from tests.integration.promise.way import (
    SMALL,
    approve,
    decided,
    newsrooms,
    published,
    read,
    staff_of,
    to_the_press,
)
from tests.world import BESLUT, World

LATER = "Bibliotekets nya tider gäller från i dag"


def going_on(
    earlier: str, audience: str = '["klockarskolan"]', class_name: str = "information"
) -> Content:
    text = BESLUT.format(title=LATER, audience=audience).replace("beslut", class_name, 1)
    content = read_manuscript(text.encode(), lambda _: b"")
    return replace(content, follows=earlier)


def told(world: World, earlier: str, audience: str = '["klockarskolan"]') -> str:
    """What goes on from ``earlier``, approved and carried out as far as it goes by itself."""
    world.smtp.forget()
    done = writing.submit(world.installation, world.chief, going_on(earlier, audience))
    approve(world, done.public_id)
    world.settle()
    return done.public_id


def mailed(world: World) -> list[str]:
    """Who was mailed what goes on."""
    return sorted(
        recipient
        for message in world.smtp.messages
        if str(read(message)["Subject"]) == LATER
        for recipient in message.recipients
    )


def test_those_told_before_are_told_after_each_once_wherever_they_work_now(world: World) -> None:
    earlier = decided(world)
    world.settle()
    library, school = staff_of(world, "bibliotek"), staff_of(world, "klockarskolan")
    moved, gone = sorted(library)[:2]
    world.owner.execute(
        "UPDATE announcer.person SET unit = 'raddning', workplace = 'x' WHERE lower(email) = %s",
        (moved,),
    )
    world.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE lower(email) = %s", (gone,)
    )
    told(world, earlier)
    assert mailed(world) == sorted((library | school) - {gone})
    pages = {
        recipient: "/nyheter/" in str(read(message).get_body(("plain",)).get_content())
        for message in world.smtp.messages
        for recipient in message.recipients
    }
    assert not pages[moved], "no address that would be shut for them"
    assert "Det här händer nu." in "".join(
        str(read(m).get_body(("plain",)).get_content())
        for m in world.smtp.messages
        if moved in m.recipients
    )
    assert all(leads for recipient, leads in pages.items() if recipient != moved)


def test_the_press_that_got_it_before_gets_nothing_by_default_and_the_writer_is_asked(
    world: World,
) -> None:
    earlier = published(world)
    to_the_press(world, earlier)
    assert set(world.press_mail()) == newsrooms(world)
    content, plan, said = writing.preview(world.installation, world.chief, going_on(earlier))
    assert PRESS_BEFORE in [one.message for one in said]
    assert TOLD_BEFORE in [one.message for one in said]
    assert "bibliotek" in content.audience
    assert not any(one.step.external for one in plan)
    told(world, earlier)
    world.advance(days=3)
    world.settle()
    assert mailed(world)
    assert world.press_mail() == []


def test_a_writer_who_names_the_press_is_not_asked(world: World) -> None:
    earlier = published(world)
    both = going_on(earlier, '["bibliotek", "press"]')
    _, plan, said = writing.preview(world.installation, world.chief, both)
    assert any(one.step.external for one in plan)
    assert said == ()


def test_what_a_writer_may_not_see_and_what_there_is_not_are_answered_alike(world: World) -> None:
    hidden = world.submit(
        '+++\nclass = "bara min enhet"\nunit = "bibliotek"\ntitle = "Fika"\n'
        'audience = ["bibliotek"]\ncontact = "Chefen"\n+++\nKlockan tre.\n',
        world.somebody("bibliotek", "chef"),
    )
    world.settle()
    other = world.somebody("raddning", "chef")
    said = []
    for named in (hidden, "0123456789abcdef01"):
        content = replace(going_on(named), unit="raddning", audience=("raddning",))
        with pytest.raises(BadSubmission) as refused:
            writing.preview(world.installation, other, content)
        said.append(refused.value.findings[0].say(str).replace(named, "…"))
    assert said[0] == said[1]


def test_no_story_goes_round_in_a_ring(world: World) -> None:
    first = world.decision()
    second = writing.submit(world.installation, world.chief, going_on(first)).public_id
    for ring in (first, second):
        with pytest.raises(BadSubmission, match="fortsätter på det här"):
            writing.edit(world.installation, world.chief, first, going_on(ring))


def test_the_link_is_part_of_what_is_approved_and_the_database_reads_it_itself(
    world: World,
) -> None:
    earlier = decided(world)
    assert going_on(earlier).content_hash != going_on("").content_hash
    later = writing.submit(world.installation, world.chief, going_on(earlier)).public_id
    with world.installation.database.reading() as session:
        row = records.find(session, later)
        about = records.newest_revision(session, row.id).follows
        assert about == records.find(session, earlier).id


def test_who_was_reached_leaves_out_whoever_has_it_not_and_mailboxes_of_nobody(
    world: World,
) -> None:
    earlier = published(world)
    to_the_press(world, earlier)
    world.owner.execute(
        "UPDATE announcer.press_contact SET removed_at = now() WHERE email LIKE 'nyheter@%'"
    )
    with world.installation.database.reading() as session:
        about = records.find(session, earlier).id
        left = {one.address.lower() for one in reached_by(session, about, "press")}
        staff = {one.address.lower() for one in reached_by(session, about, "email")}
    rows = world.owner.execute(
        "SELECT lower(email) FROM announcer.press_contact WHERE removed_at IS NULL"
    )
    assert left == {email for (email,) in rows}
    assert staff == staff_of(world, "bibliotek")
    untold = decided(world, "Inte ute än", SMALL)
    holding.withdraw(world.installation, world.communicator, untold, "fel")
    with world.installation.database.reading() as session:
        assert reached_by(session, records.find(session, untold).id, "email") == []
