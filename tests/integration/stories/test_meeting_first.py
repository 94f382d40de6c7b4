"""A meeting in each unit first: invited, prepared, held everywhere, and only then in writing; the shift
that was not there finds it on the sheet that is handed over."""

from datetime import datetime

import icalendar

from announcer.services import calling, holding, reviewing, workplace_codes
from tests.functional.visitor import Visitor
from tests.integration.promise.way import read
from tests.integration.stories.conftest import STOCKHOLM, Day
from tests.unit.render.pdf_text import page_text

TITLE = "Nya arbetstider i omsorgen"
TEXT = f"""+++
class = "kommande beslut"
unit = "valfard"
title = "{TITLE}"
summary = "Nämnden beslutar i januari."
audience = ["fyllsta", "lss"]
contact = "Förvaltningschef, 0591-555 20"
decision_at = 2027-01-15T18:00:00+01:00
known_at = 2026-12-08T09:00:00+01:00
record_number = "VN 2026-7"
not_to_promise = "Att ingen byter grupp"
questions = [ {{ question = "Får jag behålla min helg?", answer = "Ja, varannan." }} ]
+++

Så här blir schemat.
"""


def leader(day: Day, unit: str) -> Visitor:
    person = day.world.somebody(unit, "chef")
    return Visitor(day.world.url).sign_in(person.directory_id)


def in_calendars(day: Day) -> dict[str, datetime]:
    """Whose calendar has a meeting, and when."""
    return {
        message.recipients[0]: icalendar.Calendar.from_ical(part.get_content()).events[0].start
        for message in day.world.smtp.messages
        for part in read(message).walk()
        if part.get_content_type() == "text/calendar"
    }


def test_each_unit_hears_it_from_its_manager_and_then_everybody_reads_it(at) -> None:
    day = at("2026-12-04 14:00", "meeting_first.toml")
    world = day.world
    public_id = world.submit(TEXT)
    reviewing.approve(world.installation, world.communicator, public_id)
    day.comes("2026-12-04 14:10")
    invited = in_calendars(day)
    assert len(invited) == 2
    assert set(invited.values()) == {datetime(2026, 12, 7, 13, 30, tzinfo=STOCKHOLM)}
    assert not any(TITLE in str(read(m)["Subject"]) for m in world.smtp.messages)

    fyllsta, lss = leader(day, "fyllsta"), leader(day, "lss")
    day.comes("2026-12-07 12:29")
    assert fyllsta.get(f"/genomgang/{public_id}").status_code == 404
    day.comes("2026-12-07 12:31")
    for one in (fyllsta, lss):
        assert "Får jag behålla min helg?" in one.get(f"/genomgang/{public_id}").text
    assert "varannan" in page_text(lss.get(f"/genomgang/{public_id}/genomgang.pdf").content)

    day.comes("2026-12-07 14:00")
    fyllsta.get("/mina")
    fyllsta.press("Mötet är hållet: Äldreboendet Fyllsta")
    day.comes("2026-12-07 15:01")
    called = [one.say(str) for one in calling.waiting(world.installation)]
    assert any(one.startswith("LSS-boenden: ingen har sagt") for one in called)
    assert not any(one.startswith("Äldreboendet") for one in called)
    day.comes("2026-12-08 07:35")
    assert not day.is_read(public_id), "one unit has not heard it"

    code = workplace_codes.make(world.installation, world.somebody("fyllsta", "chef"), "Fyllsta")
    phone = Visitor(world.url)
    phone.get("/arbetsplats")
    phone.press("Visa nyheterna", kod=code)
    assert TITLE not in phone.text
    holding.tick(world.installation, world.somebody("lss", "chef"), public_id, "mote")
    day.comes("2026-12-08 07:40")
    assert day.is_read(public_id)
    shown = phone.get("/").text
    assert TITLE in shown
    sheet = page_text(phone.get("/overlamning/overlamning.pdf").content)
    assert TITLE in sheet
    assert "helg" not in sheet + shown, "what leaders hold stays with them"
