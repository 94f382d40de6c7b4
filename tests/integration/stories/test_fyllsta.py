"""Fyllsta. The council meets on 15 December 2026; its papers are public on Tuesday 8 December at
09.00, a clock that nobody here owns. Unions, managers, staff and relatives hear it from people on
Monday, everybody else on Tuesday morning, and the press when it is public anyway."""

from announcer.services import bringing_forward, calling, happening, holding, reviewing
from tests.integration.promise.way import newsrooms, staff_of
from tests.integration.stories.conftest import Day

TITLE = "Fyllsta föreslås flytta till Bergslagsgården"
AGENDA = f"""+++
class = "kallelse"
unit = "fyllsta"
title = "{TITLE}"
summary = "Fullmäktige tar ställning den 15 december."
audience = ["alla", "press"]
contact = "Socialchef, 0591-555 10"
record_number = "VN 2026-77"
known_at = 2026-12-08T09:00:00+01:00
+++
Förslaget är att boendet flyttar i mars.
"""
DECIDED = "Fyllsta flyttar till Bergslagsgården i mars"
DECISION = f"""+++
class = "fattat"
unit = "fyllsta"
title = "{DECIDED}"
summary = "Fullmäktige beslutade det i kväll."
audience = ["boendet", "press"]
contact = "Socialchef, 0591-555 10"
record_number = "VN 2026-77"
follows = "{{earlier}}"
+++
Flytten börjar den 1 mars.
"""


def handed_in(day: Day, text: str) -> str:
    world = day.world
    public_id = world.submit(text, world.somebody("fyllsta", "chef"))
    assert reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    return public_id


def ticked(day: Day, public_id: str, key: str) -> None:
    world = day.world
    holding.tick(world.installation, world.somebody("fyllsta", "chef"), public_id, key)
    world.settle()


def monday(day: Day, public_id: str, *meetings: tuple[str, str]) -> None:
    for moment, key in meetings:
        day.comes(f"2026-12-07 {moment}")
        ticked(day, public_id, key)
        assert day.world.smtp.messages == [], "nothing in writing before the page"


BY_DAY = (
    ("10:05", "forhandling"),
    ("13:25", "chefer"),
    ("13:50", "dagpersonal"),
    ("15:10", "anhoriga"),
)


def test_everybody_hears_it_in_the_order_of_the_policy(at) -> None:
    day = at("2026-12-04 14:00", "fyllsta.toml")
    elected = day.elected()
    public_id = handed_in(day, AGENDA)
    monday(day, public_id, *BY_DAY, ("20:55", "nattpersonal"))

    day.comes("2026-12-08 07:29")
    assert not day.is_read(public_id)
    day.comes("2026-12-08 07:30")
    assert day.is_read(public_id)
    assert day.got(TITLE) == set()

    day.comes("2026-12-08 07:59")
    assert day.got(TITLE) == set()
    day.comes("2026-12-08 08:00")
    assert day.got(TITLE) == staff_of(day.world)
    assert day.world.step(public_id, "poster").settled_at

    day.comes("2026-12-08 08:44")
    assert day.got(TITLE) == staff_of(day.world)
    day.comes("2026-12-08 08:45")
    assert day.got(TITLE) == staff_of(day.world) | elected

    day.comes("2026-12-08 08:59")
    assert not day.got(TITLE) & newsrooms(day.world)
    day.comes("2026-12-08 09:00")
    assert day.got(TITLE) == staff_of(day.world) | elected | newsrooms(day.world)
    assert day.world.step(public_id, "newsroom").settled_at
    assert calling.waiting(day.world.installation) == []


def test_the_night_shift_that_was_not_told_is_asked_about_and_staff_still_come_first(at) -> None:
    day = at("2026-12-04 14:00", "fyllsta.toml")
    elected = day.elected()
    public_id = handed_in(day, AGENDA)
    world = day.world
    monday(day, public_id, *BY_DAY)

    day.comes("2026-12-07 21:29")
    assert calling.waiting(world.installation) == []
    day.comes("2026-12-07 21:31")
    (call,) = calling.waiting(world.installation)
    assert call.say(str).startswith("Ingen har sagt att mötet har hållits.")
    manager = world.owner.execute(
        "SELECT lower(email) FROM announcer.person WHERE unit = 'fyllsta' AND role = 'chef'"
    ).fetchone()
    assert manager
    assert manager[0] in {r for m in world.smtp.messages for r in m.recipients}
    assert day.got(TITLE) == set()

    day.comes("2026-12-08 07:45")
    assert not day.is_read(public_id), "the page waits for the night shift"
    day.comes("2026-12-08 08:01")
    asked = [one.say(str) for one in calling.waiting(world.installation)]
    assert any("Ska personalen få veta den nu?" in one for one in asked)
    bringing_forward.go_now(world.installation, world.communicator, public_id, "Ute klockan nio")
    world.settle()
    assert day.is_read(public_id)
    assert day.got(TITLE) == staff_of(world) | elected, "all inside at once"
    day.comes("2026-12-08 08:59")
    assert not day.got(TITLE) & newsrooms(world)
    day.comes("2026-12-08 09:00")
    assert newsrooms(world) <= day.got(TITLE)


def test_a_page_that_comes_late_makes_the_press_late_although_it_is_public(at) -> None:
    day = at("2026-12-04 14:00", "fyllsta.toml")
    public_id = handed_in(day, AGENDA)
    monday(day, public_id, *BY_DAY, ("20:55", "nattpersonal"))
    day.world.liar = lambda _: _down
    day.comes("2026-12-08 08:55")
    day.comes("2026-12-08 09:00")
    assert day.got(TITLE) == set()
    day.world.liar = lambda _: None
    day.comes("2026-12-08 09:10")
    assert day.is_read(public_id)
    assert not day.got(TITLE) & newsrooms(day.world)
    day.comes("2026-12-08 09:26")
    assert newsrooms(day.world) <= day.got(TITLE)


def _down(_environ, start_response):
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"later"]


def test_the_decision_is_told_with_one_tap_to_those_who_were_told_before(at) -> None:
    day = at("2026-12-04 14:00", "fyllsta.toml")
    day.elected()
    agenda = handed_in(day, AGENDA)
    monday(day, agenda, *BY_DAY, ("20:55", "nattpersonal"))
    for moment in ("07:30", "08:00", "08:45", "09:00"):
        day.comes(f"2026-12-08 {moment}")
    world = day.world
    before = day.got(TITLE)
    assert staff_of(world) | newsrooms(world) < before

    day.comes("2026-12-14 10:00")  # prepared and approved in good time
    left = sorted(staff_of(world))[0]
    world.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE lower(email) = %s", (left,)
    )
    public_id = handed_in(day, DECISION.format(earlier=agenda))
    day.comes("2026-12-15 20:39")
    assert not day.is_read(public_id)
    assert day.got(DECIDED) == set()
    day.comes("2026-12-15 20:40")
    happening.happened(
        world.installation, world.communicator, public_id, "fullmäktige har beslutat"
    )
    world.settle()
    assert day.is_read(public_id)
    assert day.got(DECIDED) == before - {left}, "those told before, and nobody who left"
    confirmed = world.step(public_id, "intranet").confirmed_at
    assert world.step(public_id, "press").started_at >= confirmed
