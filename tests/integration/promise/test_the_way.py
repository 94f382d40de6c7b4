"""The way of an announcement: intranet, then staff, then the window and a person, then the press."""

from collections import Counter
from datetime import timedelta

import pytest

from announcer.domain.announcement import AnnouncementState
from announcer.domain.step import StepState
from announcer.services import holding
from announcer.services.importing import import_staff
from tests.integration.promise.way import (
    SMALL,
    approve,
    decided,
    newsrooms,
    open_window,
    published,
    read,
    release,
    staff_of,
    to_staff,
    to_the_press,
)
from tests.world import World

OWN = """+++
class = "bara min enhet"
unit = "bibliotek"
title = "Fika i morgon"
summary = "Klockan tio i köket."
audience = {audience}
contact = "Chefen, 0591-555 11"
+++

Ta med egen kopp.
"""

FOR_ALL = """+++
class = "information"
unit = "bibliotek"
title = "Nya öppettider"
summary = "Biblioteket öppnar en timme senare."
audience = ["bibliotek", "press"]
contact = "Chefen, 0591-555 11"
+++

Gäller från måndag.
"""


def test_nothing_goes_out_before_somebody_has_approved_the_text(world: World):
    world.decision(audience=SMALL)
    world.settle()
    world.advance(days=1)
    world.settle()
    assert world.smtp.connections == 0


def test_a_decision_goes_to_the_intranet_then_to_staff_then_to_the_press(world: World):
    asked: list[str] = []
    world.liar = lambda environ: asked.append(f"{world.smtp.connections} mails") or None
    public_id = decided(world)
    world.settle()
    assert asked
    assert set(asked) == {"0 mails"}, "no mail server was spoken to while the page was read back"
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))
    assert world.step(public_id, "poster").state is StepState.SETTLED
    assert world.press_mail() == []
    to_the_press(world, public_id)
    assert Counter(world.press_mail()) == Counter(newsrooms(world))
    assert world.status(public_id).state is AnnouncementState.COMPLETED


def test_the_window_alone_does_not_let_it_out(world: World):
    public_id = published(world)
    open_window(world, public_id)
    world.settle()
    assert world.press_mail() == []


def test_the_release_alone_does_not_let_it_out_a_second_before_the_window_is_over(world: World):
    public_id = published(world)
    release(world, public_id)
    world.set_time(world.step(public_id, "press").earliest - timedelta(seconds=20))
    world.settle()
    assert world.press_mail() == []
    open_window(world, public_id)
    world.settle()
    assert world.press_mail()


def test_a_late_page_makes_the_press_late(world: World):
    world.liar = lambda _: lambda environ, start: start("503 Service Unavailable", []) or [b""]
    public_id = decided(world)
    world.settle()
    release(world, public_id)
    world.advance(hours=5)
    world.settle()
    assert world.smtp.messages == []
    world.liar = lambda _: None
    world.advance(minutes=1)
    confirmed = world.now()
    world.settle()
    assert world.press_mail() == []
    assert world.step(public_id, "press").earliest >= confirmed + timedelta(hours=2)


@pytest.mark.parametrize("number", ["01", "02", "03", "04", "05", "06"])
def test_each_example_reaches_whom_it_should_once_and_never_too_early(world: World, number: str):
    public_id = approve(world, world.example(number))
    steps = {step.channel: step for step in world.status(public_id).steps}
    world.settle()
    if "meeting" in steps and number == "03":
        assert world.smtp.messages == [], "those it concerns most hear it first, from their manager"
        holding.tick(world.installation, world.communicator, public_id, "mote")
        world.settle()
    if "press" in steps and number != "04":
        assert world.press_mail() == []
        to_the_press(world, public_id)
    assert Counter(world.press_mail()) == Counter(newsrooms(world) if "press" in steps else ())
    assert Counter(world.staff_mail()) == Counter(staff_of(world) if "email" in steps else ())
    kinds = [to_staff(message) for message in world.smtp.messages]
    # In a crisis the public is told as soon as the page is up, whether or not staff read mail.
    assert number == "04" or kinds == sorted(kinds, reverse=True), (
        "every mail to staff before every mail to the press"
    )


def test_overlapping_audiences_reach_nobody_twice_and_a_hundred_at_a_time(world: World):
    decided(world, audience='["alla", "fyllsta", "bibliotek"]')
    world.settle()
    assert Counter(world.staff_mail()) == Counter(staff_of(world))
    assert max(len(message.recipients) for message in world.smtp.messages) == 100


def test_no_recipient_can_see_another(world: World):
    to_the_press(world, published(world))
    for message in world.smtp.messages:
        head = message.content.partition(b"\r\n\r\n")[0].decode().casefold()
        others = (staff_of(world) | newsrooms(world)) - set(message.recipients)
        assert [address for address in others if address in head] == []
        if to_staff(message):
            assert read(message)["To"] == "undisclosed-recipients:;"
        else:
            assert [message.recipients[0]] == [read(message)["To"]]


def test_the_finnish_newsroom_gets_finnish_where_there_is_finnish(world: World):
    public_id = approve(world, world.example("02"))
    world.settle()
    to_the_press(world, public_id)
    languages = {
        message.recipients[0]: read(message)["Content-Language"]
        for message in world.smtp.messages
        if not to_staff(message)
    }
    assert languages.pop("toimitus@sisuviikko.example") == "fi"
    assert set(languages.values()) == {"sv"}
    subject = next(
        read(m)["Subject"] for m in world.smtp.messages if "toimitus@" in m.recipients[0]
    )
    assert "Klockarskolanin koulupäivä" in subject


def test_information_that_names_the_press_goes_by_itself_after_four_working_hours(world: World):
    public_id = approve(world, world.submit(FOR_ALL))
    world.settle()
    confirmed = world.step(public_id, "intranet").confirmed_at
    # Confirmed at 10.00 on a Tuesday; the switchboard closes from 12.00 to 12.30.
    assert world.step(public_id, "press").earliest == confirmed + timedelta(hours=4, minutes=30)
    world.set_time(confirmed + timedelta(hours=4, minutes=29))
    world.settle()
    assert world.press_mail() == []
    world.advance(minutes=2)
    world.settle()
    assert Counter(world.press_mail()) == Counter(newsrooms(world))


def test_a_units_own_message_needs_no_approval_and_never_leaves_the_house(world: World):
    chief = world.somebody("bibliotek", "chef")
    public_id = world.submit(OWN.format(audience=SMALL), chief)
    world.settle()
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))
    world.advance(days=3)
    world.settle()
    assert world.press_mail() == []
    assert not any(step.external for step in world.status(public_id).steps)


@pytest.mark.parametrize("audience", ['["bibliotek", "press"]', '["alla"]'])
def test_a_units_own_message_to_anybody_else_is_not_taken_in(world: World, audience: str):
    from announcer.domain.errors import BadSubmission

    with pytest.raises(BadSubmission):
        world.submit(OWN.format(audience=audience), world.somebody("bibliotek", "chef"))


def test_what_is_later_than_the_policy_allows_waits_for_a_person(world: World):
    public_id = published(world)
    release(world, public_id)
    open_window(world, public_id)
    world.advance(days=3, seconds=1)
    world.settle()
    assert world.press_mail() == []
    assert world.step(public_id, "press").held
    world.advance(days=1)
    world.settle()
    assert world.press_mail() == []
    holding.resume(world.installation, world.communicator, public_id)
    world.settle()
    assert Counter(world.press_mail()) == Counter(newsrooms(world))


def test_who_is_told_is_settled_when_the_step_begins(world: World):
    one_left = next(iter(sorted(staff_of(world, "bibliotek"))))
    world.smtp.rules = type(world.smtp.rules)(mail="451 4.3.0 Later")
    decided(world)
    world.settle()
    before = staff_of(world, "bibliotek")
    table = (
        "person,unit,workplace,role,email,language\n"
        "p9999,bibliotek,Biblioteket,medarbetare,ny@hallefors.example,sv\n"
    )
    import_staff(world.installation, table.encode())
    world.smtp.rules = type(world.smtp.rules)()
    world.advance(minutes=2)
    world.settle()
    assert one_left in world.staff_mail()
    assert Counter(world.staff_mail()) == Counter(before)
