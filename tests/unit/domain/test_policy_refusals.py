"""A policy with one thing wrong is refused, and the refusal names the file, the key and the fix."""

import tomllib
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest

from announcer.domain.audience import Person
from announcer.domain.errors import PolicyError
from tests.unit.domain.example_policy import REMOVED, hallefors, policy_with

STEPS = "classes/beslut/steps"
PRESS = f"{STEPS}/press"
MEETING = "classes/kommande beslut/steps/mote"
SOON = {"duration": "2 h"}

BOIL = "crisis/templates/koka vattnet"
#: What could not be declared, would wait for somebody, or would say less than the law asks.
CRISIS: list[tuple[dict[str, Any], str, str]] = [
    ({"crisis/declared_by": ["ingen"]}, "crisis.declared_by", "Add [roles.ingen]"),
    ({"crisis/reviewed_by": ["ingen"]}, "crisis.reviewed_by", "Add [roles.ingen]"),
    ({"crisis/classes": ["olycka"]}, "crisis.classes", "there is no class 'olycka'"),
    ({"crisis/classes": ["kris", "beslut"]}, "classes.beslut.urgent", "Set urgent = true"),
    (
        {"classes/kris/content": {"needs": ["record_number"]}},
        "classes.kris.content.needs",
        "has no record_number",
    ),
    (
        {
            "classes/kris/steps/mote": {
                "channel": "meeting",
                "before_intranet": True,
                "ticked_by": ["chef"],
            },
            "classes/kris/steps/intranet/after": ["mote"],
        },
        "steps.mote.before_intranet",
        "waits for no meeting",
    ),
    ({"crisis/wait": "5 s"}, "crisis.wait", "at least 30 s"),
    ({"crisis/wait": "2 h"}, "crisis.wait", "at most 1 h"),
    ({"crisis/lifts": ["page"]}, "crisis.lifts.0", "'approval', 'window', 'release' or 'events'"),
    ({"crisis/drill": "press"}, "crisis.drill", "is no audience of staff"),
    ({"crisis/drill": "ingen"}, "crisis.drill", "is no audience of staff"),
    ({f"{BOIL}/message_class": "beslut"}, "message_class", "is none of crisis.classes"),
    (
        {
            f"{BOIL}/audience": ["alla", "hela världen"],
            "audiences/hela världen": {"title": "Alla", "reach": "public"},
        },
        "audience",
        "never goes to 'hela världen'",
    ),
    ({f"{BOIL}/topic": "vatten"}, "topic", "there is no topic 'vatten'"),
    ({f"{BOIL}/contact": ""}, "contact", "say who answers questions"),
    ({f"{BOIL}/translations": {}}, "translations.fi", "is missing"),
    ({f"{BOIL}/lifted/translations": {}}, "lifted.translations.fi", "is missing"),
    (
        {
            "crisis/languages": [],
            "classes/kris/content": {"same_time": ["fi"]},
            f"{BOIL}/update/translations": {},
        },
        "update.translations.fi",
        "is missing",
    ),
    ({f"{BOIL}/lifted": REMOVED}, "lifted", "is missing. Add it"),
    ({"crisis/templates": {}}, "crisis.templates", "at least"),
]
ORDER: list[tuple[dict[str, Any], str, str]] = [
    # a role that nobody has, or everybody
    ({"information_unit": ["ingen"]}, "information_unit", "Add [roles.ingen]"),
    ({"administrators": ["ingen"]}, "administrators", "Add [roles.ingen]"),
    ({"auditors": ["ingen"]}, "auditors", "Add [roles.ingen]"),
    ({"classes/beslut/approval/by": ["ingen"]}, "classes.beslut.approval.by", "Add [roles.ingen]"),
    ({"classes/beslut/written_by": ["ingen"]}, "classes.beslut.written_by", "Add [roles.ingen]"),
    ({f"{PRESS}/release": {"by": ["ingen"]}}, "steps.press.release.by", "Add [roles.ingen]"),
    ({f"{MEETING}/ticked_by": ["ingen"]}, "steps.mote.ticked_by", "Add [roles.ingen]"),
    ({"roles/chef/position": REMOVED}, "roles.chef", "Add unit, position, group or several"),
    # the page
    ({f"{STEPS}/intranet": REMOVED}, "classes.beslut.steps", "exactly one step with channel 'intranet'"),
    ({f"{STEPS}/epost/channel": "intranet"}, "classes.beslut.steps", "exactly one step with channel 'intranet', has 2"),
    ({f"{STEPS}/intranet/after": ["epost"]}, "steps.intranet.after", "cannot wait for 'epost'"),
    ({f"{STEPS}/intranet/window": SOON}, "steps.intranet.window", "Remove them"),
    ({f"{STEPS}/intranet/release": {"by": ["chef"]}}, "steps.intranet.window", "Remove them"),
    ({f"{STEPS}/intranet/audience": "press"}, "steps.intranet.channel", "people outside get 'press' or 'newsroom'"),
    # first inside
    ({f"{STEPS}/epost/after": []}, "steps.epost.after", 'Set after = ["intranet"]'),
    ({f"{STEPS}/epost/after": REMOVED}, "steps.epost.after", 'Set after = ["intranet"]'),
    ({f"{PRESS}/after": []}, "steps.press.after", 'Set after = ["intranet"]'),
    ({f"{PRESS}/before_intranet": True}, "steps.press.before_intranet", "only a meeting between people"),
    ({f"{STEPS}/epost/before_intranet": True}, "steps.epost.before_intranet", "only a meeting between people"),
    ({f"{STEPS}/intranet/before_intranet": True}, "steps.intranet.before_intranet", "only a meeting"),
    ({f"{MEETING}/audience": "press"}, "steps.mote.before_intranet", "only a meeting between people"),
    ({f"{MEETING}/window": SOON}, "steps.mote.window", "Remove them"),
    ({"classes/information/steps/mote/before_intranet": True}, "steps.mote.before_intranet", "comes after 'intranet'"),
    ({f"{STEPS}/epost/after": ["intranet", "press"]}, "steps.epost.after", "staff cannot wait for 'press'"),
    ({f"{STEPS}/epost/after": ["intranet", "affisch"], f"{STEPS}/affisch/after": ["epost"]}, "steps.epost.after",
     "Break the circle"),
    ({f"{STEPS}/epost/after": ["epost", "intranet"]}, "steps.epost.after", "Break the circle"),
    ({f"{STEPS}/epost/after": ["intranät"]}, "steps.epost.after", "The steps are affisch, epost, intranet, nyhetsrum, press"),
    # people
    ({f"{STEPS}/epost/audience": "press"}, "steps.epost.channel", "people outside get 'press' or 'newsroom'"),
    ({f"{STEPS}/epost/audience": "ingen"}, "steps.epost.audience", "Add [audiences.ingen]"),
    ({f"{PRESS}/audience": REMOVED}, "steps.press.audience", "name an external audience"),
    ({f"{PRESS}/audience": "alla"}, "steps.press.audience", "name an external audience"),
    ({f"{STEPS}/epost/when": "audience"}, "steps.epost.when", "Add audience, or remove when"),
    ({"classes/beslut/approval": REMOVED}, "steps.press.approval", "Add it to the class"),
    ({f"{MEETING}/ticked_by": []}, "steps.mote.ticked_by", "which role ticks"),
    ({"quiet": {"begins": "21:00", "ends": "21:00"}}, "quiet.ends", "Write when it is over"),
    ({"quiet": {"begins": "21:00", "ends": "06:00"}, "classes/beslut/greatest_lateness": "8 h"},
     "classes.beslut.steps.epost.greatest_lateness", "Lengthen it"),
    # events, hours, strength
    ({f"{PRESS}/gates": ["justerat"]}, "steps.press.gates", "Add [events.justerat]"),
    ({"events/beslut fattat/opened_by": ["ingen"]}, 'events."beslut fattat".opened_by', "Add [roles.ingen]"),
    ({f"{STEPS}/intranet/strength": "should"}, "steps.intranet.strength", "only other steps inside"),
    ({f"{PRESS}/strength": "if_practical"}, "steps.press.strength", "only other steps inside"),
    ({f"{STEPS}/intranet/at": {}}, "steps.intranet.at", 'before_known = "1 h"'),
    ({f"{STEPS}/intranet/at": {"days_before": 1}}, "steps.intranet.at", "with clock"),
    ({f"{STEPS}/intranet/at": {"before_known": "1 h", "hours": "vaxeln"}}, "steps.intranet.at", "before_known alone"),
    ({f"{STEPS}/intranet/at": {"days_before": 1, "clock": "13:00", "hours": "natt"}}, "steps.intranet.at.hours",
     "Add [calendar.hours.natt]"),
    ({f"{PRESS}/release/out_of_hours": ["ingen"], f"{PRESS}/release/hours": "vaxeln"}, "steps.press.release.out_of_hours",
     "Add [roles.ingen]"),
    ({f"{PRESS}/release/out_of_hours": ["chef"]}, "steps.press.release.hours", "Add [calendar.hours"),
    ({f"{PRESS}/release/hours": "vaxeln"}, "steps.press.release.out_of_hours", "while hours are closed"),
    # windows
    ({f"{PRESS}/window": {"handover": True}}, "steps.press.window.minimum", "where nobody hands over"),
    ({f"{PRESS}/window": {"duration": "2 h", "minimum": "3 h", "maximum": "1 h"}}, "steps.press.window.maximum", "Lengthen"),
    ({f"{PRESS}/window": {"same_time_as": "tv"}}, "steps.press.window.same_time_as", "The steps are"),
    ({f"{PRESS}/window": {"same_time_as": "nyhetsrum"}, f"{PRESS}/release": REMOVED,
      f"{STEPS}/nyhetsrum/window": {"same_time_as": "press"}, f"{STEPS}/nyhetsrum/release": REMOVED},
     "steps.press.window.same_time_as", "Break the circle"),
    ({f"{PRESS}/window": {"same_time_as": "nyhetsrum", "minimum": "1 h"}, f"{PRESS}/release": REMOVED},
     "steps.press.window", "Remove them here"),
    ({f"{PRESS}/window": {"same_time_as": "nyhetsrum"}}, "steps.press.release", "released with the step"),
    ({f"{PRESS}/window": {"same_time_as": "epost"}, f"{PRESS}/release": REMOVED}, "steps.press.window",
     "how long staff are ahead"),
    ({f"{PRESS}/window": REMOVED}, "steps.press.window", 'window = { duration = "2 h" }'),
    ({f"{PRESS}/window": {}}, "steps.press.window", "exactly one of duration, working, clock"),
    ({f"{PRESS}/window": {"hours": "vaxeln"}}, "steps.press.window", "exactly one of"),
    ({f"{PRESS}/window": {"duration": "2 h", "clock": "09:00", "hours": "vaxeln"}}, "steps.press.window", "exactly one of"),
    ({f"{PRESS}/window": {"working": "2 h", "clock": "09:00", "hours": "vaxeln"}}, "steps.press.window", "exactly one of"),
    ({f"{PRESS}/window": {"duration": "2 h", "hours": "vaxeln"}}, "steps.press.window.hours", "write working"),
    ({f"{PRESS}/window": {"working": "2 h"}}, "steps.press.window.hours", "Add [calendar.hours"),
    ({f"{PRESS}/window": {"clock": "09:00"}}, "steps.press.window.hours", "Add [calendar.hours"),
    ({f"{PRESS}/window": {"working": "2 h", "hours": "natt"}}, "steps.press.window.hours", "Add [calendar.hours.natt]"),
    ({f"{PRESS}/window": {"working": "9000 h", "hours": "vaxeln"}}, "steps.press.window.working", "Shorten it"),
    ({"calendar/hours/vaxeln": {}}, "steps.press.window.hours", "never open"),
]  # fmt: skip

SHAPES: list[tuple[dict[str, Any], str, str]] = [
    ({"farg": "grön"}, "farg", "no key of the policy language"),
    ({f"{PRESS}/efter": []}, "classes.beslut.steps.press.efter", "no key of the policy language"),
    ({f"{PRESS}/window/days": 1}, "steps.press.window.days", "no key of the policy language"),
    ({"name": REMOVED}, "name", "is missing. Add it"),
    ({"organisation/phone": REMOVED}, "organisation.phone", "is missing. Add it"),
    ({"name": ""}, "name", "write a text"),
    ({"name": 7}, "name", "write a text in quotation marks. It says '7' now"),
    ({"name": date(2026, 12, 24)}, "name", "write a text in quotation marks. It says '2026-12-24' now"),
    ({"information_unit": []}, "information_unit", "name at least one"),
    ({"information_unit": "informationsenheten"}, "information_unit", "write a list"),
    ({"classes/beslut": "intranet"}, "classes.beslut", "write a table"),
    ({"classes": {}}, "classes", "name at least one"),
    ({STEPS: {}}, "classes.beslut.steps", "name at least one"),
    ({f"{PRESS}/after": "intranet"}, "steps.press.after", 'write a list, for example ["alla"]'),
    ({f"{PRESS}/channel": "fax"}, "steps.press.channel", "'press', 'newsroom' or 'visitors_board'"),
    ({f"{PRESS}/when": "alltid"}, "steps.press.when", "'always', 'audience' or 'channel'"),
    ({f"{PRESS}/release/by": []}, "steps.press.release.by", "name at least one"),
    ({f"{MEETING}/before_intranet": "kanske"}, "steps.mote.before_intranet", "write true or false"),
    ({f"{MEETING}/before_intranet": date(2026, 1, 1)}, "steps.mote.before_intranet", "write true or false"),
    ({"audiences/press/reach": "world"}, "audiences.press.reach", "'all_staff', 'staff', 'group', 'told', 'press' or 'public'"),
    ({"organisation/colour": "green"}, "organisation.colour", "#"),
    ({"organisation/time_zone": "Europa/Stockholm"}, "organisation.time_zone", '"Europe/Stockholm"'),
    ({"organisation/time_zone": "../etc/passwd"}, "organisation.time_zone", '"Europe/Stockholm"'),
    ({"organisation/country": "XX"}, "organisation.country", '"SE"'),
    *(
        ({f"{PRESS}/window": {"clock": value, "hours": "vaxeln"}}, "steps.press.window.clock", "write a time of day")
        for value in (9, 9.0, True, time(9), "9", "09", "24:00", "09:60", "09:00+02:00", "09:00:30", "nio", ["09:00"])
    ),
    *(
        ({f"{PRESS}/window": {"duration": value}}, "steps.press.window.duration", "write a duration")
        for value in (2, "2", "2 timmar", "-2 h", "1.5 h", "P2H", "", "9999999 h", time(2), date(2026, 1, 1))
    ),
    *(
        ({"calendar/days_off": [value]}, "calendar.days_off.0", "write a day")
        for value in (1224, "24/12", "20261224", "2026-W52-4", "1224", "02-30", "2027-02-29",
         "julafton", date(2026, 12, 24), datetime(2026, 12, 24, tzinfo=UTC))
    ),
    *(
        ({"calendar/hours/vaxeln/monday": [value]}, "calendar.hours.vaxeln.monday.0", "write opening hours")
        for value in (8, "8-16", "07:30", "07:30-25:00", "07:30–12:00", time(7, 30), "07:30-12:00-13:00")
    ),
    ({"calendar/hours/vaxeln/monday": ["12:00-07:30"]}, "monday.0", "must come after opening time 12:00"),
    ({"calendar/hours/vaxeln/monday": ["12:00-12:00"]}, "monday.0", "must come after"),
    ({"calendar/hours/vaxeln/monday": ["12:30-16:00", "07:30-12:00"]}, "monday", "in order and without overlap"),
    ({"calendar/hours/vaxeln/monday": ["07:30-12:00", "11:00-16:00"]}, "monday", "in order and without overlap"),
    ({"calendar/half_days": [{"day": "01-05", "closes": 12}]}, "half_days.0.closes", "write a time of day"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "fix"), ORDER + CRISIS + SHAPES)
def test_a_policy_with_one_thing_wrong_is_refused(
    changes: dict[str, Any], key: str, fix: str
) -> None:
    with pytest.raises(PolicyError) as refusal:
        policy_with(changes)
    lines = str(refusal.value).splitlines()
    assert all(line.startswith("policies/broken.toml: ") for line in lines)
    assert any(key in line and fix in line for line in lines), str(refusal.value)


def test_every_fault_of_a_policy_is_named_at_once() -> None:
    with pytest.raises(PolicyError) as refusal:
        policy_with(
            {f"{STEPS}/epost/after": [], "information_unit": ["ingen"], f"{PRESS}/audience": "x"}
        )
    said = str(refusal.value)
    assert all(
        key in said for key in ("information_unit", "steps.epost.after", "steps.press.audience")
    )


def test_the_faults_of_a_policy_come_in_the_same_order_every_time() -> None:
    changes = {f"{STEPS}/intranet/after": ["press", "epost", "affisch"]}
    said = set()
    for _ in range(3):
        with pytest.raises(PolicyError) as refusal:
            policy_with(changes)
        said.add(str(refusal.value))
    waits = [line for line in said.pop().splitlines() if "the intranet cannot wait" in line]
    assert not said
    assert [line.split("cannot wait for ")[1].split(";")[0] for line in waits] == ["'affisch'", "'epost'",
     "'press'"]  # fmt: skip


@pytest.mark.parametrize("value", ["00:00", "09:00", "23:59"])
def test_a_clock_time_in_quotation_marks_is_taken(value: str) -> None:
    policy_with({f"{PRESS}/window": {"clock": value, "hours": "vaxeln"}})


@pytest.mark.parametrize(("unit", "position", "has_it"), [
    ("info", "medarbetare", True), ("kost", "chef", True), ("kost", "medarbetare", False), ("ks", "chef", False),
])  # fmt: skip
def test_a_units_own_head_and_the_information_unit_approve(
    unit: str, position: str, has_it: bool
) -> None:
    person = Person(UUID(int=1), "p0001", unit, "Kommunhuset", position, "sv")
    approval = hallefors().classes["beslut"].approval
    assert approval is not None
    assert hallefors().has_role(person, approval.by, "kost") is has_it


def test_a_name_that_the_fix_says_to_add_can_be_pasted_into_the_file() -> None:
    with pytest.raises(PolicyError) as refusal:
        policy_with({f"{PRESS}/window": {"working": "2 h", "hours": "växeln"}})
    table = str(refusal.value).split("Add ")[1].split("]")[0] + "]"
    assert tomllib.loads(table) == {"calendar": {"hours": {"växeln": {}}}}
