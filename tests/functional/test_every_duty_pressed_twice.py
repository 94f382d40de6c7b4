"""What is pressed when the plan does not keep its hours, for meetings, at the door and in the lists:
twice at once does what once does, and whoever came second reads what somebody else had done."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from announcer.db.engine import Database
from announcer.domain.audience import Person
from announcer.services import (
    drafting,
    holding,
    restoring,
    reviewing,
    signing_in,
    workplace_codes,
)
from announcer.services.importing import import_press
from tests.doubles.recording_smtp import RecordingSmtp, Rules
from tests.doubles.recording_smtp import Stage as At
from tests.functional import test_every_button_pressed_twice as first
from tests.functional.conftest import SignIn
from tests.functional.pressed import (
    Open,
    Stage,
    pressed_once_and_twice,
    said,
)
from tests.functional.visitor import Visitor
from tests.integration.promise.test_meetings_in_each_unit import COMING
from tests.integration.promise.test_meetings_in_each_unit import LINES as IN_EACH_UNIT
from tests.integration.promise.test_stopped import IN_ORDER
from tests.integration.promise.way import newsrooms, open_window, policy_of
from tests.world import World
from web.intranet.app import create_app

#: The page of "beslut" waits for a negotiation and is reckoned from the hour at which it is known.
RECKONED = (
    '[events."förhandling klar"]',
    'opened_by = ["informationsenheten"]',
    "[classes.information]",
    'ask_before_known = "1 h"',
    "[classes.information.steps.intranet]",
    'gates = ["förhandling klar"]',
    'at = { before_known = "90 min" }',
    "[classes.information.steps.epost]",
    'strength = "should"',
)
KNOWN = """+++
class = "information"
unit = "ks"
title = "Biblioteket flyttar {n}"
summary = "Biblioteket flyttar i mars."
audience = ["bibliotek"]
contact = "Bibliotekschef, 0591-555 10"
known_at = {known}
+++

Flytten börjar den 1 mars.
"""
PRESS = "newsroom,email,language,area\n"


@pytest.fixture
def world(app_url, owner_url, smtp: RecordingSmtp, tmp_path) -> Iterator[World]:
    policy = policy_of(tmp_path, *IN_ORDER, *IN_EACH_UNIT, *RECKONED)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        yield world


def meeting(stage: Stage, n: int) -> Open:
    world = stage.world
    public_id = world.submit(COMING.replace("Nya", f"{n} nya"))
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    leader = stage.sign_in(world.somebody("bibliotek", "chef"))
    return stage.at(f"/meddelanden/{public_id}", "Mötet är hållet", leader)


def known(stage: Stage, n: int) -> str:
    world = stage.world
    text = KNOWN.format(n=n, known=(world.now() + timedelta(hours=8)).isoformat())
    public_id = world.submit(text, world.somebody("ks", "chef"))
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    return public_id


def has_happened(stage: Stage, n: int) -> Open:
    return stage.at(f"/meddelanden/{known(stage, n)}", "Det är klart")


def go_now(stage: Stage, n: int) -> Open:
    path = f"/meddelanden/{known(stage, n)}"
    return stage.at(path, "Berätta för personalen nu", varfor="Ute nu")


def pass_over(stage: Stage, n: int) -> Open:
    path = f"/meddelanden/{known(stage, n)}"
    return stage.at(path, "Gå vidare nu", varfor="Mejlen dröjer")


def left_over(stage: Stage, n: int) -> str:
    world = stage.world
    public_id = world.decision(f"Beslut {n}", '["bibliotek"]')
    reviewing.approve(world.installation, world.communicator, public_id)
    world.round()
    world.advance(days=2)
    world.settle()
    world.settle()
    return public_id


def send_now(stage: Stage, n: int) -> Open:
    left_over(stage, n)
    return stage.at("/stoppat", "Skicka nu")


def send_then(stage: Stage, n: int) -> Open:
    left_over(stage, n)
    return stage.at("/stoppat", "Skicka då", tid="2026-12-24T09:00")


def send_not(stage: Stage, n: int) -> Open:
    left_over(stage, n)
    return stage.at("/stoppat", "Skicka inte", varfor="Alla vet", efter="stop")


def doubtful(stage: Stage, n: int) -> str:
    world, public_id = stage.world, stage.out(n)
    world.smtp.rules = Rules(hang_up=At.AFTER_DOT)
    holding.release(world.installation, world.communicator, public_id)
    open_window(world, public_id)
    world.settle()
    world.smtp.rules = Rules()
    return public_id


def resolve_all(stage: Stage, n: int) -> Open:
    doubtful(stage, n)
    return stage.at("/oklart", "Det kom fram")


def resolve_one(stage: Stage, n: int) -> Open:
    doubtful(stage, n)
    who = sorted(newsrooms(stage.world))[n]
    return stage.at("/oklart", f"Skicka igen: {who}")


def go_on(stage: Stage, n: int) -> Open:
    owner = Database(stage.world.owner_url)
    restoring.stand_still(owner)
    owner.dispose()
    return stage.at("/stillestand", "Låt allt gå vidare")


def review_crisis(stage: Stage, n: int) -> Open:
    public_id = stage.crisis(n)
    stage.desk.get(f"/kris/{public_id}/faran-over")
    stage.desk.press("Visa vad som går ut")
    stage.desk.press("Säg att faran är över")
    head = stage.sign_in(stage.world.somebody("ks", "chef"))
    return stage.at(f"/kris/{public_id}", "Granskat, avsluta", head, anteckning="Allt gick fram.")


def save_draft(stage: Stage, n: int) -> Open:
    stage.desk.get("/skriv?klass=information")
    return stage.desk, "Spara utkast", {"rubrik": f"Nyhet {n}"}


def save_draft_again(stage: Stage, n: int) -> Open:
    visitor, button, fields = save_draft(stage, n)
    visitor.press(button, **fields)
    return visitor, button, {"rubrik": f"Annan nyhet {n}"}


def throw_draft_away(stage: Stage, n: int) -> Open:
    house, who = stage.world.installation, stage.world.communicator
    drafting.save(house, who, "", 0, "information", [("rubrik", f"Utkast {n}")], [])
    return stage.at("/mina", "Ta bort")


def take_list_in(stage: Stage, n: int) -> Open:
    stage.desk.get("/forvalta/listor/press")
    content = f"{PRESS}Ny {n},ny{n}@tidning.example,sv,\n".encode()
    stage.desk.press("Granska filen", files=[("lista.csv", content)], files_in="fil")
    return stage.desk, "Ändra listan så", {}


def a_row(stage: Stage, n: int) -> None:
    listed = "".join(f"T{i},t{i}@tidning.example,sv,\n" for i in range(4))
    import_press(stage.world.installation, f"{PRESS}{listed}".encode())
    stage.desk.get("/forvalta/listor/press")
    stage.desk.get(stage.desk.tree.xpath("string(//td[@class='act']/a/@href)"))


def save_row(stage: Stage, n: int) -> Open:
    a_row(stage, n)
    return stage.desk, "Spara raden", {"area": f"Bergslagen {n}"}


def remove_row(stage: Stage, n: int) -> Open:
    a_row(stage, n)
    return stage.desk, "Ta bort raden", {}


def add_row(stage: Stage, n: int) -> Open:
    row = {"newsroom": f"Ny {n}", "email": f"ny{n}@tidning.example", "language": "sv"}
    return stage.at("/forvalta/listor/press/rad", "Spara raden", **row)


def enter_code(stage: Stage, n: int) -> Open:
    world = stage.world
    code = workplace_codes.make(world.installation, world.communicator, "Fyllsta", "fyllsta")
    return stage.at("/arbetsplats", "Visa nyheterna", Visitor(world.url), kod=code)


def use_link(stage: Stage, n: int) -> Open:
    link = signing_in.make_link(stage.world.installation, stage.world.communicator.directory_id)
    return stage.at(f"/logga-in/{link.key}", "Logga in som", Visitor(stage.world.url))


def comment(stage: Stage, n: int) -> Open:
    path = f"/godkann/{stage.world.decision(f'Beslut {n}')}"
    return stage.at(path, "Spara kommentaren", kommentar="Vilken termin?")


def ask_somebody(stage: Stage, n: int) -> Open:
    save_draft(stage, n)
    stage.desk.press("Be någon läsa", rubrik=f"Läs {n}", text="Vi stänger på fredag.")
    return stage.desk, "Be kollegan läsa", {"vem": asked_one(stage).directory_id}


def asked_one(stage: Stage) -> Person:
    return stage.world.somebody("bibliotek", "medarbetare")


def ask_no_more(stage: Stage, n: int) -> Open:
    visitor, button, fields = ask_somebody(stage, n)
    visitor.press(button, **fields)
    return visitor, "Be inte längre", {}


def read_for_somebody(stage: Stage, n: int) -> Visitor:
    visitor, button, fields = ask_somebody(stage, n)
    visitor.press(button, **fields)
    reader = stage.sign_in(asked_one(stage))
    reader.get("/mina")
    reader.get(reader.tree.xpath("//section[@aria-labelledby='att-lasa']//a/@href")[n])
    return reader


def remark(stage: Stage, n: int) -> Open:
    return read_for_somebody(stage, n), "Spara kommentaren", {"kommentar": "Vilken fredag?"}


def done_reading(stage: Stage, n: int) -> Open:
    reader = read_for_somebody(stage, 0)
    return reader, "Jag är klar", {}


def tick_off(stage: Stage, n: int) -> Open:
    visitor, button, fields = comment(stage, n)
    visitor.press(button, **fields)
    return visitor, "Klar: Vilken termin?", {}


BUTTONS = {
    meeting: "/meddelanden/<public_id>/moten/<key>",
    has_happened: "/meddelanden/<public_id>/handelser",
    go_now: "/bevakning/<public_id>/ga-ut-nu",
    pass_over: "/bevakning/<public_id>/steg/<key>/vanta-inte",
    send_now: "/stoppat/<public_id>/<key>",
    send_then: "/stoppat/<public_id>/<key>",
    send_not: "/stoppat/<public_id>/<key>",
    resolve_all: "/oklart/<public_id>/<key>",
    resolve_one: "/oklart/mottagare/<delivery>",
    go_on: "/stillestand",
    review_crisis: "/kris/<public_id>/granska",
    save_draft: "/utkast",
    save_draft_again: "/utkast",
    throw_draft_away: "/utkast/<begun>/bort",
    take_list_in: "/forvalta/listor/<what>/las-in",
    save_row: "/forvalta/listor/<what>/rad",
    remove_row: "/forvalta/listor/<what>/rad",
    add_row: "/forvalta/listor/<what>/rad",
    enter_code: "/arbetsplats",
    use_link: "/logga-in/<key>",
    ask_somebody: "/utkast/<begun>/lasare",
    ask_no_more: "/utkast/<begun>/lasare/<asked>/bort",
    remark: "/las/<asked>/kommentarer",
    done_reading: "/las/<asked>/klar",
    comment: "/godkann/<public_id>/kommentarer",
    tick_off: "/godkann/<public_id>/kommentarer/<comment>/klar",
}

#: What the later of two reads where there is nothing left for it to do.
TOO_LATE = {
    send_now: "Redan gjort Steget är inte stoppat.",
    send_then: "Redan gjort Steget är inte stoppat.",
    send_not: "Redan gjort Steget är inte stoppat.",
    resolve_all: "Redan gjort Inget i det steget är oklart längre.",
    resolve_one: "Redan gjort Den leveransen är inte oklar längre.",
    go_on: "Redan gjort Ingenting står stilla.",
    use_link: "Har du nyss tryckt på knappen är du redan inloggad",
}


@pytest.mark.parametrize("button", BUTTONS, ids=lambda one: one.__name__)
def test_two_presses_do_what_one_does(
    world: World, sign_in: SignIn, button: Callable[[Stage, int], Open]
) -> None:
    once, twice, answers = pressed_once_and_twice(world, sign_in, button, BUTTONS[button])
    assert twice == once
    late = [one for one in answers if one.status_code != 200]
    if button in TOO_LATE:
        assert [TOO_LATE[button] in said(one) for one in late] in ([], [True])
    else:
        assert not late, [said(one) for one in late]


#: Addresses that do nothing which could be done twice.
NOTHING_TO_DOUBLE = {
    "/logga-in": "choosing a person, for evaluation: the session is the same",
    "/logga-ut": "whoever is signed out is signed out",
    "/logga-in/utloggad": "the identity provider's, and counts once: test_signed_out_elsewhere.py",
    "/sprak": "the language of the pages is the one that was pressed",
    "/skriv/visa": "shows what would happen",
    "/oklart/<public_id>/<key>/se-efter": "asks the channel and sends nothing",
    "/forvalta/listor/<what>/granska": "shows what would change",
    "/meddelanden/<public_id>/tavlor": "has no button: the API's word, counted once per workplace",
}


def test_every_address_that_takes_something_in_is_pressed_twice(world: World) -> None:
    app = create_app(world.installation, world.config)
    there = {str(rule) for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    walked = {*BUTTONS.values(), *first.BUTTONS.values()}
    assert walked & NOTHING_TO_DOUBLE.keys() == set()
    assert walked | NOTHING_TO_DOUBLE.keys() == there
