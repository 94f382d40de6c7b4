"""Whoever leads a meeting has its hour in their calendar, judged by what the mail server got."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from announcer.services import calling, holding, reviewing
from tests.doubles.recording_smtp import Rules
from tests.integration.promise.way import Died, Disturbed, die, policy_of, read
from tests.world import World

LINES = (
    '[classes."kommande beslut".steps.mote]',
    'held = "per unit"',
    'ticked_by = ["enhetschef"]',
    'invitation = { for = ["enhetschef"], length = "45 min" }',
    'at = { before_known = "20 h" }',
    "[classes.beslut.steps.genomgang]",
    'channel = "meeting"',
    'audience = "alla"',
    'after = ["intranet"]',
    'window = { duration = "3 h" }',
    'strength = "should"',
    'ticked_by = ["enhetschef"]',
    'invitation = { for = ["enhetschef"] }',
)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
KNOWN = datetime(2026, 12, 10, 9, 0, tzinfo=STOCKHOLM)
MEETING = datetime(2026, 12, 9, 13, 0, tzinfo=STOCKHOLM)
COMING = f"""+++
class = "kommande beslut"
unit = "bildning"
title = "Hemlig rubrik"
summary = "Nämnden beslutar i januari."
audience = ["bibliotek"]
contact = "Rektor, 0591-555 10"
decision_at = 2027-01-15T18:00:00+01:00
known_at = {KNOWN.isoformat()}
record_number = "BN 2026-1"
+++

Så här blir det.
"""


@pytest.fixture
def make_house(app_url, owner_url, smtp, tmp_path):
    policy = policy_of(tmp_path, *LINES)
    worlds = []

    def make(**settings):
        world = World(app_url, owner_url, smtp, tmp_path, policy=policy, **settings)
        worlds.append(world)
        return world.__enter__()

    yield make
    for world in worlds:
        world.__exit__(None, None, None)


@pytest.fixture
def house(make_house) -> World:
    return make_house()


def approved(world: World, text: str = COMING) -> str:
    public_id = world.submit(text)
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    return public_id


def invitations(world: World) -> list[tuple[str, str, icalendar.Event]]:
    """Who got what, as a calendar program reads it: envelope, method, event."""
    found = []
    for message in world.smtp.messages:
        for part in read(message).walk():
            if part.get_content_type() == "text/calendar":
                calendar = icalendar.Calendar.from_ical(part.get_content())
                assert part.get_param("method") == calendar["METHOD"]
                (event,) = calendar.walk("VEVENT")
                assert len(calendar.walk("VTIMEZONE")) == 1
                (to,) = message.recipients
                found.append((to, str(calendar["METHOD"]), event))
    return found


def leader(world: World, unit: str = "bibliotek") -> str:
    row = world.owner.execute(
        "SELECT lower(email) FROM announcer.person WHERE unit = %s AND role = 'chef'", [unit]
    ).fetchone()
    assert row
    return row[0]


def test_whoever_leads_the_meeting_is_invited_once_and_nobody_else(house: World) -> None:
    approved(house)
    ((to, method, event),) = invitations(house)
    assert (to, method) == (leader(house), "REQUEST")
    assert event.start == MEETING
    assert event["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert event.end - event.start == timedelta(minutes=45)
    assert event["ATTENDEE"] == f"mailto:{to}"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["SEQUENCE"] == 0
    house.advance(hours=3)
    house.settle()
    assert len(invitations(house)) == 1


def test_nothing_that_is_sent_says_what_it_is_about(house: World) -> None:
    public_id = approved(house)
    (message,) = house.smtp.messages
    parts = [part for part in read(message).walk() if not part.is_multipart()]
    texts = [part.get_content() for part in parts if part.get_content_maintype() == "text"]
    assert len(texts) == 3
    for words in (*texts, str(read(message)["Subject"]), message.content.decode()):
        assert "Hemlig" not in words
        assert public_id not in words
        assert "Nämnden" not in words


def test_an_invitation_is_nothing_that_somebody_takes_on(house: World) -> None:
    approved(house)
    assert calling.waiting(house.installation) == []
    with house.installation.database.reading() as session:
        assert calling.count(session) == 0


def test_what_is_withdrawn_is_cancelled_in_the_calendars_that_have_it(house: World) -> None:
    public_id = approved(house)
    holding.withdraw(house.installation, house.communicator, public_id, "fel")
    house.advance(minutes=2)
    house.settle()
    first, second = invitations(house)
    assert second[:2] == (leader(house), "CANCEL")
    assert second[2]["STATUS"] == "CANCELLED"
    assert second[2]["UID"] == first[2]["UID"]
    assert second[2]["SEQUENCE"] == 1
    house.advance(minutes=5)
    house.settle()
    assert len(invitations(house)) == 2


def test_what_was_withdrawn_before_anybody_was_told_is_cancelled_for_nobody(house: World) -> None:
    house.smtp.rules = Rules(mail="451 4.3.0 Not now")
    public_id = approved(house)
    assert house.smtp.commands, "the invitation was on its way"
    holding.withdraw(house.installation, house.communicator, public_id, "fel")
    house.smtp.rules = Rules()
    house.advance(minutes=30)
    house.settle()
    assert invitations(house) == []


def test_nobody_is_invited_to_what_has_begun(house: World) -> None:
    house.smtp.rules = Rules(mail="451 4.3.0 Not now")
    approved(house)
    house.set_time(MEETING - timedelta(minutes=1))
    house.settle()
    house.smtp.rules = Rules()
    house.set_time(MEETING + timedelta(minutes=20))
    house.settle()
    assert invitations(house) == []


def test_a_meeting_that_moves_moves_in_the_calendar(house: World) -> None:
    """Its hour follows the page here: three hours after it is confirmed, and later after a pause
    where the countdown stops."""
    public_id = house.decision("Skolan börjar senare", '["bibliotek"]')
    reviewing.approve(house.installation, house.communicator, public_id)
    house.settle()
    house.advance(minutes=1)
    house.settle()
    ((to, method, event),) = invitations(house)
    confirmed = house.step(public_id, "intranet").confirmed_at
    expected = (confirmed + timedelta(hours=3)).replace(second=0, microsecond=0)
    assert (to, method, event.start) == (leader(house, "bildning"), "REQUEST", expected)
    house.owner.execute(
        "INSERT INTO announcer.lift (step, actor, ground, not_before)"
        " SELECT s.id, %s, 'flyttat', s.not_before + interval '1 hour' FROM announcer.step s"
        " WHERE s.key = 'genomgang'",
        [house.communicator.pseudonym],
    )
    house.owner.execute(
        "UPDATE announcer.step SET not_before = not_before + interval '1 hour'"
        " WHERE key = 'genomgang'"
    )
    house.advance(minutes=2)
    house.settle()
    first, second = invitations(house)
    assert second[1] == "REQUEST"
    assert second[2].start == expected + timedelta(hours=1)
    assert second[2]["SEQUENCE"] == first[2]["SEQUENCE"] + 1
    assert second[2]["UID"] == first[2]["UID"]


def test_a_worker_that_dies_sends_it_again_under_the_same_names(make_house) -> None:
    point = Disturbed()
    house = make_house(point=point)
    point.at["email: after send"] = die
    with pytest.raises(Died):
        approved(house)
    house.advance(minutes=2)
    house.settle()
    first, second = invitations(house)
    assert first[2].to_ical() == second[2].to_ical(), "a calendar takes it once"
    ids = {read(message)["Message-ID"] for message in house.smtp.messages}
    assert len(ids) == 1
